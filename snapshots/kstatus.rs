//! What tools that wait see: the rules of kstatus (sigs.k8s.io/cli-utils), by which Flux, kpt and
//! others tell whether a resource is done, over every status that there is. They know nothing of
//! our kinds: they go by the generation and by the conditions Reconciling, Stalled and Ready.

use std::{collections::BTreeMap, fs};

use cel::{Context, Program};
use serde_json::{Value, json};
use sluicegate_core::{
    kind::{Ctx, Kind},
    name::Name,
    observed::{Observed, Ref},
    plan::Plan,
    settings::Settings,
    step::{Step, step, unreadable},
    system::System,
    systems::{self, Visitor},
};
use sluicegate_effects::{
    Done, Error,
    file::{self, Operator, Rest, Source, Start, Watcher, World},
    yaml,
};

#[path = "common/files.rs"]
mod files;

use files::{below, root};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kstatus {
    InProgress,
    Failed,
    Current,
    Terminating,
}

/// The rules for a kind that is not built in, in their order.
fn kstatus(object: &Value) -> Kstatus {
    if object["metadata"].get("deletionTimestamp").is_some() {
        return Kstatus::Terminating;
    }
    let observed = &object["status"]["observedGeneration"];
    if !observed.is_null() && *observed != object["metadata"]["generation"] {
        return Kstatus::InProgress;
    }
    let conditions = object["status"]["conditions"].as_array();
    let named = |name: &'static str| {
        conditions.into_iter().flatten().filter(move |one| one["type"] == name)
    };
    if named("Reconciling").any(|one| one["status"] == "True") {
        return Kstatus::InProgress;
    }
    if named("Stalled").any(|one| one["status"] == "True") {
        return Kstatus::Failed;
    }
    match named("Ready").next() {
        Some(ready) if ready["status"] != "True" => Kstatus::InProgress,
        Some(_) | None => Kstatus::Current,
    }
}

/// What Flux is told of a kind, as it evaluates that: in this order, and what errs is not decided.
struct Flux {
    inprogress: Program,
    failed: Program,
    current: Program,
}

impl Flux {
    fn of<K: Kind>() -> Self {
        use kube_core::Resource as _;
        let text = fs::read_to_string(root().join("deploy/gitops/flux.yaml"));
        let text = text.expect("it can be read");
        let parsed = yaml::parse("flux.yaml", &text).expect("it is YAML");
        let value = yaml::flatten(parsed).remove(0).value;
        let all = value["spec"]["healthCheckExprs"].as_array().expect("it has some");
        let (version, kind) = (K::Resource::api_version(&()), K::Resource::kind(&()));
        let mut own =
            all.iter().filter(|one| one["apiVersion"] == *version && one["kind"] == *kind);
        let told = own.next().unwrap_or_else(|| panic!("nothing is told of {kind}"));
        let program = |of: &str| Program::compile(told[of].as_str().unwrap_or_default());
        let program = |of: &str| program(of).unwrap_or_else(|error| panic!("{of}: {error}"));
        let (inprogress, failed) = (program("inProgress"), program("failed"));
        Self { inprogress, failed, current: program("current") }
    }

    /// Nothing where nothing is decided: then it waits on.
    fn sees(&self, object: &Value) -> Option<Kstatus> {
        let mut context = Context::default();
        for part in ["metadata", "status"].into_iter().filter(|part| !object[*part].is_null()) {
            context.add_variable(part, &object[part]).expect("it is JSON");
        }
        let table = [
            (&self.inprogress, Kstatus::InProgress),
            (&self.failed, Kstatus::Failed),
            (&self.current, Kstatus::Current),
        ];
        for (program, is) in table {
            match program.execute(&context) {
                Ok(cel::Value::Bool(true)) => return Some(is),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
        None
    }
}

/// For how many rounds nothing may happen before all is taken to be quiet.
const QUIET_ROUNDS: usize = 5;
const ROUNDS_MAX: usize = 600;

/// Is told every status on the way from what a fixture begins with to where it ends.
struct Looker {
    case: String,
    steady: bool,
    seen: BTreeMap<Kstatus, usize>,
    wrong: Vec<String>,
}

impl Watcher for Looker {
    fn planned<K: Kind>(
        &mut self,
        resource: &K::Resource,
        plan: &Plan<K::System>,
        _: &Observed<K::System>,
    ) {
        let mut object = serde_json::to_value(resource).expect("a resource is JSON");
        // Files have no generation where nobody asks for one; an API server always has.
        if object["metadata"]["generation"].is_null() {
            return;
        }
        if let Some(status) = plan.status() {
            object["status"] = status.clone();
        }
        let acts = plan.actions.iter().any(|action| !action.verb.only_tells());
        let conditions = object["status"]["conditions"].as_array();
        let said = |kind: &str, status: &str| {
            let mut all = conditions.into_iter().flatten();
            all.any(|one| one["type"] == kind && one["status"] == status)
        };
        let (ready, accepted) = (said("Ready", "True"), !said("Accepted", "False"));
        let moves = acts || !plan.waiting.is_empty();
        let stands = !accepted || (!plan.blocked.is_empty() && !moves);
        let is = kstatus(&object);
        // Its finalizer is written alone, before anything is said. Of what has no status kstatus
        // thinks well, which is why Flux is told more.
        let flux = Flux::of::<K>().sees(&object);
        if conditions.is_none() {
            assert!(flux.is_none_or(|flux| flux == Kstatus::InProgress), "{flux:?}");
            return;
        }
        let observed = object["status"]["observedGeneration"] == object["metadata"]["generation"];
        let right = match is {
            Kstatus::Current => ready && !moves && plan.blocked.is_empty(),
            Kstatus::Failed => stands && !ready,
            Kstatus::InProgress => (!ready || !observed) && !stands,
            Kstatus::Terminating => true,
        };
        let agrees = match is {
            Kstatus::Failed | Kstatus::Current => flux == Some(is),
            Kstatus::InProgress => flux.is_none_or(|flux| flux == Kstatus::InProgress),
            Kstatus::Terminating => true,
        };
        // What has changed since it was looked at is not done, whatever was said of it.
        object["metadata"]["generation"] = json!(1_000);
        let later = kstatus(&object);
        let stale = matches!(later, Kstatus::InProgress | Kstatus::Terminating);
        if !right || !agrees || !stale || (self.steady && is != Kstatus::Current) {
            let target = &plan.resource;
            self.wrong.push(format!("{}: {target} is {is:?}, {flux:?} to Flux", self.case));
        }
        *self.seen.entry(is).or_default() += 1;
    }

    /// It was refused where it was read: no API server keeps it, so that it has no status.
    fn unreadable(&mut self, _: &Ref, _: &str) {}

    fn ended(&mut self, _: &Ref, _: &Result<Done, Error>) {}
}

#[test]
fn what_is_done_is_current_what_is_refused_has_failed_and_all_else_is_in_progress() {
    let mut looker =
        Looker { case: String::new(), steady: false, seen: BTreeMap::new(), wrong: Vec::new() };
    for path in below(&root().join("fixtures"), "yaml") {
        let text = fs::read_to_string(&path).expect("it can be read");
        let Ok(file) = file::parse(&Source { name: path.display().to_string(), text }) else {
            continue;
        };
        let start = file.state.map_or(Start::Empty, Start::State);
        let mut world = World::new("a fixture", &start).expect("it is planned");
        file.desired.iter().for_each(|entry| world.ask_for(entry));
        looker.case = path.display().to_string();
        looker.steady = looker.case.ends_with("/steady.yaml");
        let settings = Settings::default();
        let rest = Rest { quiet: QUIET_ROUNDS, at_most: ROUNDS_MAX };
        Operator::new(&world, &settings).until_quiet(&mut looker, rest, |_, _| ());
    }
    assert!(looker.wrong.is_empty(), "{}", looker.wrong.join("\n"));
    let seen = looker.seen;
    assert!(seen.len() == 4 && seen.values().all(|count| *count >= 10), "{seen:?}");
}

#[test]
fn argo_cd_is_told_the_same_of_every_kind() {
    let text = fs::read_to_string(root().join("deploy/gitops/argo-cd.yaml")).expect("it is there");
    let value = yaml::flatten(yaml::parse("argo-cd.yaml", &text).expect("it is YAML")).remove(0);
    let told = value.value["data"].as_object().expect("it has data").clone();
    let mut kinds = Kinds(Vec::new());
    systems::visit(&mut kinds);
    kinds.0.sort();
    assert_eq!(told.keys().collect::<Vec<_>>(), kinds.0.iter().collect::<Vec<_>>());
    let first = told.values().next().expect("there are kinds");
    assert!(told.values().all(|script| script == first), "one script for all");
    for word in ["Ready", "Stalled", "Paused", "observedGeneration"] {
        assert!(first.as_str().is_some_and(|script| script.contains(word)), "{word}");
    }
}

struct Kinds(Vec<String>);

impl<S: System> Visitor<S> for Kinds {
    fn kind<K: Kind<System = S>>(&mut self) {
        use kube_core::Resource as _;
        let (group, kind) = (K::Resource::group(&()), K::Resource::kind(&()));
        self.0.push(format!("resource.customizations.health.{group}_{kind}"));
    }
}

#[test]
fn what_is_invalid_or_unreadable_has_failed_and_goes_on_when_it_is_mended() {
    let mut asked = Asked(0);
    systems::visit(&mut asked);
    assert!(asked.0 >= 2, "of every kind");
}

struct Asked(usize);

impl<S: System> Visitor<S> for Asked {
    fn kind<K: Kind<System = S>>(&mut self) {
        let path = root().join(format!("fixtures/{}/invalid.yaml", Name::of::<K>()));
        let text = fs::read_to_string(&path).expect("every kind has it");
        let file = file::parse(&Source { name: "invalid".to_owned(), text });
        let mut object = file.expect("it is YAML").desired[0].value().clone();
        object["metadata"]["generation"] = json!(1);
        let settings = Settings::default();
        let now = "2026-01-01T00:00:00Z".parse().expect("a time");
        let ctx = Ctx::new(now, &settings);
        let unread = unreadable::<K>(&ctx, &object, "spec.replicas: not a number");
        object["status"] = unread.status().expect("it is told").clone();
        assert_eq!(kstatus(&object), Kstatus::Failed);
        let resource: K::Resource = serde_json::from_value(object.clone()).expect("it decodes");
        let Step::Act(plan) = step::<K>(&ctx, &resource, &Observed::default()) else {
            panic!("what is invalid is not looked into");
        };
        object["status"] = plan.status().expect("it is told").clone();
        assert_eq!(kstatus(&object), Kstatus::Failed);
        self.0 += 1;
    }
}
