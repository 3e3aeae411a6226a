//! Every kind there is, free of its type: for commands that take the name of one.

use std::{borrow::Cow, sync::OnceLock};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::{Value, json};
use sluicegate_core::{
    check::{self, Terms},
    condition::Reason,
    doubt::Doubt,
    field::{Cause, Error, Errors, Path},
    inert::Idle,
    k8s::metadata,
    kind::{self, Ctx, Kind},
    observed::{Api, Ref},
    plan::Blocked,
    rule::Rule,
    schema::Compiled,
    settings::Settings,
    step::accept,
    system::System,
    systems::{self, Visitor},
};
use sluicegate_effects::{
    Ask, Reader,
    file::{Start, World},
    plan,
};

mod readable;

use self::readable::{Goes, Readable};

/// One kind of custom resource.
#[derive(Clone, Debug)]
pub struct KindInfo {
    /// Its API.
    pub api: Api,
    /// The finalizer that it may hold.
    pub finalizer: Option<&'static str>,
    /// Its definition.
    pub crd: CustomResourceDefinition,
    /// Its schema.
    pub schema: &'static Compiled,
    /// Its reasons.
    pub reasons: &'static [&'static Reason],
    /// Its fields without effect, with the reason.
    pub inert: &'static [(&'static str, &'static str)],
    /// Its fields without effect beside another, with the reason.
    pub overridden: &'static [(&'static str, &'static str)],
    /// What its changes wait for, by id.
    pub gates: &'static [(&'static str, &'static str)],
    /// Whether a resource may ask to pass its gates unseen.
    pub skips_gates: bool,
    /// The rules that no API server judges it by.
    pub checks: Vec<Terms>,
    /// The rules of its system.
    pub rules: &'static [&'static Rule],
    /// Everything wrong with a resource, but for unknown fields.
    pub check: fn(&Value) -> Result<(), Errors>,
    /// The fields that a resource sets without effect, by their paths.
    pub without_effect: fn(&Value, &Errors) -> Vec<Idle>,
    /// What of a resource is taken as it is written although something else may be meant.
    pub doubts: fn(&Value, &Errors) -> Vec<Doubt>,
    /// What becomes of what Kubernetes knows nothing of when a resource is deleted.
    pub after_deletion: fn(&Value) -> Vec<String>,
    /// The secrets that a resource has written down, by their paths.
    pub secrets: fn(&Value) -> Vec<Path>,
    /// What of a valid resource is refused whatever there is: in an empty cluster, too.
    pub refused: fn(&Value, &Errors) -> Vec<Blocked>,
    /// Everything that a change of a resource may not change.
    pub change: fn(&Value, &Value) -> Result<(), Errors>,
}

/// All kinds. Their definitions are made once: that takes longer than most of what is done with
/// them.
pub fn all() -> &'static [KindInfo] {
    static ALL: OnceLock<Vec<KindInfo>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut gather = Gather(Vec::new());
        systems::visit(&mut gather);
        gather.0
    })
}

/// The kind of a resource, if it is one of ours.
pub fn of<'a>(kinds: &'a [KindInfo], target: &Ref) -> Option<&'a KindInfo> {
    kinds.iter().find(|kind| kind.api.group == target.api.group && kind.api.kind == target.api.kind)
}

/// The kind that a person names: by kind, plural, singular or short name, in any case.
pub fn named<'a>(kinds: &'a [KindInfo], name: &str) -> Option<&'a KindInfo> {
    let name = name.to_lowercase();
    kinds.iter().find(|kind| kind.names().iter().any(|known| known.to_lowercase() == name))
}

impl KindInfo {
    /// Everything it goes by.
    pub fn names(&self) -> Vec<&str> {
        let names = &self.crd.spec.names;
        let mut all = vec![names.kind.as_str(), names.plural.as_str()];
        all.extend(names.singular.as_deref());
        all.extend(names.short_names.iter().flatten().map(String::as_str));
        all
    }
}

struct Gather(Vec<KindInfo>);

impl<S: System> Visitor<S> for Gather
where
    World: Reader + Ask<S>,
{
    fn kind<K: Kind<System = S>>(&mut self) {
        self.0.push(KindInfo {
            api: Api::of::<K::Resource>(),
            finalizer: K::FINALIZER,
            crd: K::crd(),
            schema: K::schema(),
            reasons: K::REASONS,
            inert: K::INERT,
            overridden: K::OVERRIDDEN,
            gates: K::GATES,
            skips_gates: K::SKIPS_GATES,
            checks: K::CHECKS.iter().map(|check| check.terms).collect(),
            rules: <K::System as System>::RULES,
            check: check::<K>,
            without_effect: without_effect::<K>,
            doubts: doubts::<K>,
            after_deletion: after_deletion::<K>,
            secrets: secrets::<K>,
            refused: refused::<K>,
            change: change::<K>,
        });
    }
}

/// A resource without what `check` has found to be wrong with it, which is told of elsewhere: the
/// rest is judged.
fn rest<K: Kind>(resource: &Value, wrong: &Errors) -> Option<(Readable, K::Resource)> {
    let is_well = |resource: &K::Resource| wrong.is_empty() || kind::accept::<K>(resource).is_ok();
    Readable::decoded(resource, wrong, K::schema(), &Goes::WRONG, is_well)
}

fn without_effect<K: Kind>(resource: &Value, wrong: &Errors) -> Vec<Idle> {
    let Some((rest, resource)) = rest::<K>(resource, wrong) else { return Vec::new() };
    let given = |one: Idle| Some(Idle { path: rest.given(&one.path)?, ..one });
    K::without_effect(&resource).into_iter().filter_map(given).collect()
}

fn doubts<K: Kind>(resource: &Value, wrong: &Errors) -> Vec<Doubt> {
    let Some((rest, resource)) = rest::<K>(resource, wrong) else { return Vec::new() };
    let given = |one: Doubt| Some(Doubt { path: rest.given(&one.path)?, ..one });
    K::doubts(&resource).into_iter().filter_map(given).collect()
}

/// Of what does not decode nothing is known.
fn after_deletion<K: Kind>(resource: &Value) -> Vec<String> {
    let resource = serde_json::from_value::<K::Resource>(resource.clone());
    resource.map_or_else(|_| Vec::new(), |resource| K::after_deletion(&resource))
}

/// What does not decode is not looked through.
fn secrets<K: Kind>(resource: &Value) -> Vec<Path> {
    let resource = serde_json::from_value::<K::Resource>(resource.clone());
    resource.map_or_else(|_| Vec::new(), |resource| K::secrets(&resource))
}

/// The paths of the secrets that a resource has written down, if it is of one of our kinds.
pub fn secrets_of(resource: &Value) -> Vec<Path> {
    let kind = all().iter().find(|kind| {
        resource["kind"] == *kind.api.kind && resource["apiVersion"] == kind.api.api_version()
    });
    kind.map_or_else(Vec::new, |kind| (kind.secrets)(resource))
}

/// What stands where a secret is not shown.
pub const SENSITIVE: &str = "(sensitive)";

/// A resource in which this word stands instead of each secret that is written down.
pub fn veiled<'a>(resource: &'a Value, word: &str) -> Cow<'a, Value> {
    let mut veiled = Cow::Borrowed(resource);
    for path in secrets_of(resource) {
        if let Some(secret) = veiled.to_mut().pointer_mut(&path.pointer()) {
            *secret = Value::from(word);
        }
    }
    veiled
}

fn refused<K: Kind>(resource: &Value, wrong: &Errors) -> Vec<Blocked>
where
    World: Reader + Ask<K::System>,
{
    let settings = Settings::default();
    let empty = World::new("", &Start::Empty);
    let (Some((rest, resource)), Ok(world)) = (rest::<K>(resource, wrong), empty) else {
        return Vec::new();
    };
    let ctx = Ctx::new(world.now(), &settings);
    let planned = futures_executor::block_on(plan::<K, _>(&world, &ctx, &resource));
    let blocked = planned.map_or_else(|_| Vec::new(), |(plan, _)| plan.blocked);
    let given = |one: Blocked| Some(Blocked { path: rest.given(&one.path)?, ..one });
    blocked.into_iter().filter_map(given).collect()
}

/// A resource that does not decode, on either side, is told of elsewhere.
fn change<K: Kind>(before: &Value, after: &Value) -> Result<(), Errors> {
    let decode = |value: &Value| serde_json::from_value::<K::Resource>(value.clone()).ok();
    match (decode(before), decode(after)) {
        (Some(before), Some(after)) => check::changed(K::CHECKS, &before, &after),
        _ => Ok(()),
    }
}

/// The text is judged first: what decodes has lost the difference between a field that is missing
/// and one that Kubernetes' own types fill in.
fn check<K: Kind>(resource: &Value) -> Result<(), Errors> {
    let mut errors = metadata::check(resource);
    let own = resource.get("spec").map_or_else(|| json!({}), |spec| json!({ "spec": spec }));
    K::schema().check(&Path::default(), &own, &mut errors);
    let decode = |value: &Value| serde_json::from_value::<K::Resource>(value.clone());
    match decode(resource) {
        Ok(resource) => {
            let more = accept::<K>(&resource).err().unwrap_or_default();
            add_new(more.into_iter(), &mut errors);
        }
        // What the schema refuses does not decode; it has said so better already. The rest of it
        // is judged all the same.
        Err(_) if !errors.is_empty() => {
            let (schema, any) = (K::schema(), |_: &K::Resource| true);
            let decoded = Readable::decoded(resource, &errors, schema, &Goes::LITTLE, any);
            if let Some((readable, resource)) = decoded {
                let more = kind::accept::<K>(&resource).err().unwrap_or_default();
                let told = more.into_iter().filter_map(|error| readable.told(error));
                add_new(told, &mut errors);
            }
        }
        Err(error) => {
            let must = format!("it does not decode: {error}");
            let what = Cause::Invalid(K::crd().spec.names.kind, must);
            errors.push(Path::default(), what, "compare it with `sluicegate explain field`");
        }
    }
    errors.or(())
}

/// Adds errors that were not told yet. What is missing is told once, and not as empty too.
fn add_new(more: impl Iterator<Item = Error>, errors: &mut Errors) {
    let said: Vec<Error> = errors.iter().cloned().collect();
    let told = |error: &Error| {
        let missing = |told: &Error| told.cause == Cause::Required && told.path == error.path;
        said.contains(error) || said.iter().any(missing)
    };
    for error in more.filter(|error| !told(error)) {
        errors.push(error.path, error.cause, error.remedy);
    }
}
