//! What the process has to be allowed to do, and whether it is.
//!
//! Only the API server can tell. For each place it is asked for the rules that hold there; what
//! none of them allows is asked for by itself, since whoever decides need not be RBAC and its rules
//! need not be complete (`SelfSubjectRulesReview` says so itself). What is missing is told with the
//! rule that wants it, and stops nothing: what does not need it goes on, and it may be given at any
//! time.

mod right;
mod rules;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use futures_util::{StreamExt as _, stream};
use k8s_openapi::{
    apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps, jiff::Timestamp,
};
use serde_json::{Value, json};
use sluicegate_core::{
    k8s::builtin::{BUILTIN, Builtin},
    kind::{Ctx, Kind},
    observed::{Api, Observed, at},
    settings::Settings,
    system::System,
    systems::{self, Visitor},
};
use sluicegate_effects::{
    Error,
    live::{ApiServer, Request},
};

pub(crate) use self::right::{Place, Right};
use self::rules::Rules;
use super::lease;
use crate::review::ask;

/// How many are asked for at the same time.
const AT_ONCE: usize = 8;
/// What the lease is for.
const ELECTION: &str = "leader election";

/// All rights that are needed: without a lease none for it, and only to look where nothing is
/// written.
pub(crate) fn needed(writes: bool, lease: bool) -> Vec<Right> {
    let mut gather = Gather(Vec::new());
    systems::visit(&mut gather);
    for (group, resource, verb, rule) in beyond() {
        let plural = resource.split('/').next().unwrap_or_default();
        let is = |one: &&Builtin| one.group == group && one.plural == plural;
        let of_cluster = BUILTIN.iter().find(is).is_some_and(|one| !one.namespaced);
        let place = if of_cluster { Place::Cluster } else { Place::Watched };
        gather.add((group, resource), &[verb], place, rule);
    }
    let events = ("events.k8s.io", "events");
    gather.add(events, &["create", "patch"], Place::Watched, "events");
    // Why a pod is not there at all is told by its controller, in events alone.
    gather.add(events, &["list"], Place::Watched, "missing pods");
    if lease {
        let leases = ("coordination.k8s.io", "leases");
        gather.add(leases, &["create"], Place::Lease, ELECTION);
        // What is created has no name yet, as far as RBAC can see.
        gather.add_of(leases, lease::NAME, &["get", "update"], Place::Lease, ELECTION);
    }
    let looks = |right: &Right| matches!(right.verb, "get" | "list" | "watch");
    let tells = |right: &Right| right.resource == "events";
    gather.0.retain(|right| writes || looks(right) || tells(right));
    gather.0
}

/// What kinds need beyond what they own and read.
fn beyond() -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    struct Beyond(Vec<(&'static str, &'static str, &'static str, &'static str)>);
    impl<S: System> Visitor<S> for Beyond {
        fn kind<K: Kind<System = S>>(&mut self) {
            self.0.extend(K::RIGHTS);
        }
    }
    let mut beyond = Beyond(Vec::new());
    systems::visit(&mut beyond);
    beyond.0
}

struct Gather(Vec<Right>);

impl<S: System> Visitor<S> for Gather {
    fn kind<K: Kind<System = S>>(&mut self) {
        let own = Api::of::<K::Resource>();
        let (group, plural) = (own.group.as_ref(), own.plural.as_ref());
        let purpose = format!("the watch of {}", own.kind);
        self.add((group, plural), &["get", "list", "watch"], Place::Watched, &purpose);
        if K::FINALIZER.is_some() {
            self.add((group, plural), &["patch"], Place::Watched, "OBJ-06");
        }
        self.add((group, &format!("{plural}/status")), &["update"], Place::Watched, "OBJ-07");
        let specimen = specimen::<K>();
        let owned = K::owns(&specimen);
        if !owned.is_empty() {
            // Some clusters let only those name an owner that holds up its end who may do so.
            let finalizers = format!("{plural}/finalizers");
            self.add((group, &finalizers), &["update"], Place::Watched, "OBJ-01");
        }
        for owned in owned {
            let owned = (owned.api.group.as_ref(), owned.api.plural.as_ref());
            self.add(owned, &["get", "list", "watch"], Place::Watched, &purpose);
            self.add(owned, &["create", "patch"], Place::Watched, "OBJ-01");
            self.add(owned, &["delete"], Place::Watched, "OBJ-05");
        }
        let settings = Settings::default();
        let ctx = Ctx::new(Timestamp::UNIX_EPOCH, &settings);
        let reads = K::refers(&ctx, &specimen, &Observed::default());
        let objects = reads.objects.iter().map(|target| (&target.api, &target.namespace));
        let lists = reads.lists.iter().map(|selector| (&selector.api, &selector.namespace));
        for (api, namespace) in objects.chain(lists) {
            let place = if namespace.is_empty() { Place::Cluster } else { Place::Watched };
            let read = (api.group.as_ref(), api.plural.as_ref());
            self.add(read, &["get", "list", "watch"], place, &purpose);
        }
    }
}

impl Gather {
    fn add(&mut self, of: (&str, &str), verbs: &[&'static str], place: Place, wanted: &str) {
        self.add_of(of, "", verbs, place, wanted);
    }

    fn add_of(
        &mut self,
        (group, resource): (&str, &str),
        name: &'static str,
        verbs: &[&'static str],
        place: Place,
        wanted: &str,
    ) {
        for &verb in verbs {
            let known = |right: &Right| {
                right.group == group && right.resource == resource && right.verb == verb
            };
            if !self.0.iter().any(known) {
                let (group, resource) = (group.to_owned(), resource.to_owned());
                let wanted = wanted.to_owned();
                self.0.push(Right { group, resource, name, verb, place, wanted });
            }
        }
    }
}

/// The smallest resource that its schema knows: to ask a kind what any of its resources leads to.
fn specimen<K: Kind>() -> K::Resource {
    let crd = K::crd();
    let served = crd.spec.versions.first().and_then(|version| version.schema.as_ref());
    let schema = served.and_then(|schema| schema.open_api_v3_schema.as_ref());
    let mut object = schema.map_or_else(|| json!({}), smallest);
    let own = Api::of::<K::Resource>();
    object["apiVersion"] = json!(own.api_version());
    object["kind"] = json!(own.kind);
    object["metadata"] = json!({ "name": "a", "namespace": "a" });
    if object.get("spec").is_none() {
        object["spec"] = json!({});
    }
    serde_json::from_value(object).expect("what a schema requires is enough to decode")
}

fn smallest(schema: &JSONSchemaProps) -> Value {
    if let Some(value) = &schema.default {
        return value.0.clone();
    }
    if let Some(value) = schema.enum_.as_ref().and_then(|all| all.first()) {
        return value.0.clone();
    }
    match schema.type_.as_deref() {
        Some("string") => json!("a"),
        Some("integer") => json!(1),
        Some("number") => json!(1.0),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        _ => {
            let properties = schema.properties.as_ref();
            let of = |name: &String| properties.and_then(|all| all.get(name)).map(smallest);
            let required = schema.required.iter().flatten();
            required.filter_map(|name| Some((name.clone(), of(name)?))).collect()
        }
    }
}

/// Rights that are missing, to one resource in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    /// The plural, with what is below it.
    pub resource: String,
    group: String,
    place: String,
    verbs: Vec<&'static str>,
    wanted: Vec<String>,
}

/// The rights that are missing.
///
/// # Errors
///
/// If the API server cannot be asked.
pub(crate) async fn missing(
    server: &ApiServer,
    rights: &[Right],
    namespaces: &[String],
    lease: &str,
) -> Result<Vec<Missing>, Error> {
    let mut known: BTreeMap<String, Rules> = BTreeMap::new();
    let mut asked = Vec::new();
    for right in rights {
        let places = match right.place {
            Place::Cluster => &[][..],
            Place::Lease => &[lease.to_owned()][..],
            Place::Watched => namespaces,
        };
        let places = if places.is_empty() { vec![String::new()] } else { places.to_vec() };
        for place in places {
            let rules = match known.entry(place.clone()) {
                Entry::Occupied(rules) => rules.into_mut(),
                Entry::Vacant(none) => none.insert(Rules::of(server, &place).await),
            };
            if !rules.allow(right) {
                asked.push(one(server.clone(), right.clone(), place));
            }
        }
    }
    let answers: Vec<_> = stream::iter(asked).buffered(AT_ONCE).collect().await;
    let mut missing = Vec::new();
    for answer in answers {
        if let Some((right, place)) = answer? {
            add(&mut missing, right, place);
        }
    }
    Ok(missing)
}

/// Asks for one right. Returns it if it is missing.
async fn one(
    server: ApiServer,
    right: Right,
    place: String,
) -> Result<Option<(Right, String)>, Error> {
    let answer = server.send(review(&right, &place)).await?;
    let allowed = at(&answer, "/status/allowed").and_then(Value::as_bool);
    Ok((allowed != Some(true)).then_some((right, place)))
}

/// Adds a right to those of the same resource and place.
fn add(missing: &mut Vec<Missing>, right: Right, place: String) {
    let Right { group, resource, verb, wanted, .. } = right;
    let same =
        |one: &&mut Missing| one.group == group && one.resource == resource && one.place == place;
    let Some(one) = missing.iter_mut().find(same) else {
        let (verbs, wanted) = (vec![verb], vec![wanted]);
        missing.push(Missing { resource, group, place, verbs, wanted });
        return;
    };
    one.verbs.push(verb);
    if !one.wanted.contains(&wanted) {
        one.wanted.push(wanted);
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verbs.join(", "), self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        match self.place.as_str() {
            "" => f.write_str(" in the whole cluster")?,
            name => write!(f, " in namespace {name}")?,
        }
        write!(f, ": wanted by {}", self.wanted.join(", "))
    }
}

fn review(right: &Right, namespace: &str) -> Request {
    let (resource, below) = right.resource.split_once('/').unwrap_or((&right.resource, ""));
    let body = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": { "resourceAttributes": {
            "group": right.group,
            "resource": resource,
            "subresource": below,
            "name": right.name,
            "verb": right.verb,
            "namespace": namespace,
        } },
    });
    ask("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "ask for a right", &body)
}

#[cfg(test)]
mod tests;
