//! Which resources hang, and what is left undone if they go: what the operator would have done
//! first, by its own plan.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use sluicegate_core::{
    observed::{Look, Ref, at, text},
    owner::controller,
    plan::Precondition,
    settings::Settings,
};
use sluicegate_effects::file::{Start, World};

use crate::{
    failure::Failure,
    kinds::{self, KindInfo},
    live::{self, Capture, Choice, Cluster, Read, Scope},
    plan::{
        Pace, Steps,
        model::{Action, Op, Target},
        rounds::{self, Record},
    },
    progress::Silent,
    terminal::Io,
};

/// How far a plan is played to learn what it does.
const PACE: Pace = Pace::ALL;

/// A resource that is being deleted and hangs on our finalizer.
#[derive(Clone, Debug)]
pub(super) struct Stuck {
    /// Which.
    pub target: Ref,
    /// As it was seen.
    pub at: Precondition,
    /// Since when it is being deleted.
    pub since: String,
    /// Our finalizer.
    pub ours: &'static str,
    /// Those of others, which stay.
    pub others: Vec<String>,
    /// What is left undone without the operator.
    pub undone: Undone,
    object: Arc<Value>,
}

/// What is left undone.
#[derive(Clone, Debug)]
pub(super) enum Undone {
    /// This, each with the rule that asks for it.
    Known(Vec<(String, String)>),
    /// It cannot be told, and why.
    Unknown(String),
}

/// What came of looking.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Those that hang.
    pub stuck: Vec<Stuck>,
    /// How many are being deleted and wait for somebody else alone.
    pub elsewhere: usize,
    /// How many are not being deleted.
    pub alive: usize,
}

/// Looks for those among the chosen that hang.
pub(super) async fn find(
    cluster: &Cluster,
    choice: &mut Choice,
    io: &mut Io<'_>,
) -> Result<Found, Failure> {
    let kinds = kinds::all();
    let mut found = Found::default();
    let chosen = live::chosen(cluster, choice, &mut io.progress()).await?;
    for (target, object) in chosen {
        let deleting = at(&object, "/metadata/deletionTimestamp").is_some();
        match kinds::of(kinds, &target).and_then(|kind| stuck(kind, target, &object)) {
            _ if !deleting => found.alive += 1,
            Some(one) => found.stuck.push(one),
            None => found.elsewhere += 1,
        }
    }
    Ok(found)
}

fn stuck(kind: &KindInfo, target: Ref, object: &Arc<Value>) -> Option<Stuck> {
    let ours = kind.finalizer?;
    let held = at(object, "/metadata/finalizers").and_then(Value::as_array);
    let held = held.into_iter().flatten().filter_map(Value::as_str);
    let (mine, others): (Vec<&str>, Vec<&str>) = held.partition(|name| *name == ours);
    (!mine.is_empty()).then(|| Stuck {
        at: Precondition::as_seen(&target, object),
        target,
        since: text(object, "/metadata/deletionTimestamp").to_owned(),
        ours,
        others: others.into_iter().map(str::to_owned).collect(),
        undone: Undone::Known(Vec::new()),
        object: Arc::clone(object),
    })
}

/// Plans for those that hang, and notes what nobody will do.
pub(super) async fn tell_undone(cluster: &Cluster, stuck: &mut [Stuck], choice: &Choice) {
    // A pause holds back the operator, which is not here: what it would do is asked all the same.
    let mut capture = Capture::at(live::now()).unpaused();
    for one in stuck.iter() {
        capture.saw(one.target.clone(), &Look::Found(Arc::clone(&one.object)));
    }
    let read = live::read(
        cluster,
        capture,
        &Scope::Chosen(choice.clone()),
        (PACE, cluster.settings()),
        &mut Silent,
    )
    .await;
    let played = read.and_then(Played::of);
    for one in stuck {
        one.undone = match &played {
            Err(failure) => {
                let why = failure.0.first().map(String::as_str).unwrap_or_default();
                Undone::Unknown(why.trim_start_matches("error: ").to_owned())
            }
            Ok(played) => played.undone(one),
        };
    }
}

/// What the operator would do.
struct Played {
    read: Read,
    /// At its first look, where nothing is guessed at.
    first: BTreeMap<Ref, Record>,
    /// Until nothing is left, on the embedded Kubernetes.
    whole: BTreeMap<Ref, Record>,
}

impl Played {
    fn of(read: Read) -> Result<Self, Failure> {
        let play = |steps| {
            let world = World::new("what was read", &Start::State(read.state.clone()));
            let world = world.map_err(|_| Failure::of("what was read cannot be used"))?;
            let pace = Pace { steps, ..PACE };
            let settings = Settings::default();
            Ok(rounds::run(&world, &read.entries, pace, &settings, &mut Silent).records)
        };
        let (first, whole) = (play(Steps::Next)?, play(Steps::All)?);
        Ok(Self { read, first, whole })
    }

    fn undone(&self, one: &Stuck) -> Undone {
        let (Some(first), Some(whole)) = (self.first.get(&one.target), self.whole.get(&one.target))
        else {
            return Undone::Unknown("the resource does not decode".to_owned());
        };
        if let Some(error) = &whole.error {
            return Undone::Unknown(error.clone());
        }
        let uid = text(&one.object, "/metadata/uid");
        let own = |target: &Target| {
            let object = self.read.state.objects.iter().find(|object| is(target, object));
            object.and_then(|object| controller(object)) == Some(uid)
        };
        // What it owns goes with it: Kubernetes collects that by itself.
        let left = |action: &&Action| !action.target.as_ref().is_some_and(own);
        let mut undone: Vec<_> = whole.actions.iter().filter(left).filter_map(deed).collect();
        // What is waited for now counts, whatever the embedded brokers would say of it later.
        for waits in first.waiting.iter().chain(&whole.waiting) {
            let deed = (waits.what.clone(), waits.rule.to_owned());
            if !undone.contains(&deed) {
                undone.push(deed);
            }
        }
        Undone::Known(undone)
    }
}

/// What an action does to anything but the resource itself.
fn deed(action: &Action) -> Option<(String, String)> {
    let what = match (action.op, &action.call, &action.target) {
        (Op::Finalizers | Op::Status | Op::Event, ..) => return None,
        (_, Some(call), _) => call.clone(),
        (_, None, Some(target)) => format!("delete {} {}", target.kind, target.name),
        (_, None, None) => return None,
    };
    Some((what, action.reason.rule.to_owned()))
}

fn is(target: &Target, object: &Value) -> bool {
    text(object, "/kind") == target.kind
        && text(object, "/metadata/namespace") == target.namespace
        && text(object, "/metadata/name") == target.name
}
