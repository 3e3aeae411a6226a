//! What a kind of resource must say about itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use k8s_openapi::{
    NamespaceResourceScope,
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
    jiff::Timestamp,
};
use kube_core::{
    Resource,
    crd::CustomResourceExt,
    object::{HasSpec, HasStatus},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    check::{self, Check},
    condition::{Draft, Reason},
    crd,
    doubt::Doubt,
    field,
    inert::{self, Idle},
    observed::{Observed, Reads, Ref, Selector},
    plan::{Action, Blocked, Change, Event, Gate, Guard, Manifest, Pace, Requeue, Risk, Waiting},
    rule::Rule,
    schema::Compiled,
    settings::Settings,
    system::System,
};

mod measure;
mod status;

pub use measure::Measure;
pub use status::{Status, was_in_sync};

/// A kind of custom resource and how to reconcile it.
///
/// Every function is total and pure. The engine asks the six questions in the order in which they
/// are written here: what a kind *owns*, *accepts*, *refers* to, *desires*, *reports*, and how it
/// *leaves*.
pub trait Kind: Sized + Send + Sync + 'static {
    /// The product this kind belongs to.
    type System: System;
    /// The custom resource, as stored.
    type Resource: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + CustomResourceExt
        + HasStatus<Status: Status>
        + HasSpec<Spec: Serialize>
        + Clone
        + fmt::Debug
        + Serialize
        + DeserializeOwned
        + Send
        + Sync;
    /// The resource after [`accepts`](Kind::accepts): every default filled in, every name a valid
    /// name. Builders take this and nothing else, so no unchecked field can reach a manifest.
    type Valid: Send + Sync;

    /// Its name beside its system's, in `snake_case`: its folder, its metrics ([`Name`]).
    ///
    /// [`Name`]: crate::name::Name
    const NAME: &'static str;
    /// What the operator's work on it is counted as: `<system>_<this>_reconciliations_total`.
    const COUNTED_AS: &'static str = Self::NAME;
    /// Held by a resource whose policy asks for deletion of what garbage collection cannot find.
    const FINALIZER: Option<&'static str> = None;
    /// Every reason this kind can report, beside the engine's own.
    const REASONS: &'static [&'static Reason];
    /// The fields that change nothing that runs, with the reason.
    const INERT: &'static [(&'static str, &'static str)] = &[];
    /// The fields that change nothing beside another that says the same, with the reason.
    const OVERRIDDEN: &'static [(&'static str, &'static str)] = &[];

    /// The rules that one object is judged by, on its own and when it changes, in the order of
    /// their ids.
    const CHECKS: &'static [Check<Self::Resource>] = &[];
    /// What has to hold before a change that could hurt, by its id.
    const GATES: &'static [(&'static str, &'static str)] = &[];
    /// Whether a resource may ask to pass them unseen (`sluicegate/skip-gate`).
    const SKIPS_GATES: bool = false;

    /// What plans do to objects that the kind does not own, and what they look up on the way: the
    /// group, resource, verb, and what wants it. The operator's role has these beside what follows
    /// from [`owns`](Kind::owns).
    const RIGHTS: &'static [(&'static str, &'static str, &'static str, &'static str)] = &[];

    /// The definition, as `deploy/crds/` has it.
    fn crd() -> CustomResourceDefinition {
        let rules: Vec<_> = Self::CHECKS.iter().map(|check| check.terms).collect();
        crd::finish(Self::Resource::crd(), &rules, Self::INERT)
    }

    /// Its schema, compiled once.
    fn schema() -> &'static Compiled;

    /// The kinds of object this kind creates. They are found by the labels of the resource,
    /// compared with what is desired, and deleted when they are no longer desired.
    fn owns(resource: &Self::Resource) -> Vec<Selector>;

    /// Checks what neither the schema nor [`CHECKS`](Kind::CHECKS) say, and fills in the defaults.
    /// All errors are found, not only the first. It is asked through [`accept`].
    ///
    /// # Errors
    ///
    /// Everything that is wrong, with path and remedy.
    fn accepts(resource: &Self::Resource) -> Result<Self::Valid, field::Errors>;

    /// The fields that this resource sets and that nothing reads: those of
    /// [`INERT`](Kind::INERT), unless a kind knows better what it holds. One that knows which of
    /// [`OVERRIDDEN`](Kind::OVERRIDDEN) are adds them.
    fn without_effect(resource: &Self::Resource) -> Vec<Idle> {
        inert::set_without_effect(resource.spec(), Self::INERT)
    }

    /// The same of one that was accepted, where that is cheaper to tell.
    fn idle(resource: &Self::Resource, _valid: &Self::Valid) -> Vec<Idle> {
        Self::without_effect(resource)
    }

    /// What is accepted as it is written although something else may well be meant: a name that a
    /// table does not have and that need not be in it.
    fn doubts(_resource: &Self::Resource) -> Vec<Doubt> {
        Vec::new()
    }

    /// The secrets that a resource has written down where they may only be referred to, by their
    /// paths. Nothing that is printed or kept shows what stands there.
    fn secrets(_resource: &Self::Resource) -> Vec<field::Path> {
        Vec::new()
    }

    /// What becomes of what Kubernetes knows nothing of when a resource is deleted: what stays
    /// behind and what is lost, one sentence each. Default: nothing to tell.
    fn after_deletion(_resource: &Self::Resource) -> Vec<String> {
        Vec::new()
    }

    /// Whether an object that bears none of the labels by which others are found was left behind by
    /// an earlier resource of this name all the same. Default: none is made without them.
    fn is_left_bare(_resource: &Self::Resource, _target: &Ref, _object: &Value) -> bool {
        false
    }

    /// What else must be seen: other resources, the product's own state.
    ///
    /// Asked again after each round of reads, so that a read may depend on an earlier answer. It
    /// returns everything that is needed, not only what is new. It takes the raw resource: it is
    /// asked of resources being deleted too, and those need not be valid.
    fn refers(
        _ctx: &Ctx<'_>,
        _resource: &Self::Resource,
        _seen: &Observed<Self::System>,
    ) -> Reads<Self::System> {
        Reads::none()
    }

    /// What should be, and what has to be done for it beyond applying objects.
    fn desires(
        ctx: &Ctx<'_>,
        valid: &Self::Valid,
        seen: &Observed<Self::System>,
    ) -> Desired<Self::System>;

    /// What is. Computed from what was seen, never from what was just desired.
    fn reports(
        ctx: &Ctx<'_>,
        valid: &Self::Valid,
        seen: &Observed<Self::System>,
    ) -> Report<<Self::Resource as HasStatus>::Status>;

    /// What moves by itself, as it was seen: for numbers and plans, and never for a status, which
    /// would be written whenever somebody produces a record.
    fn measures(_resource: &Self::Resource, _seen: &Observed<Self::System>) -> Vec<Measure> {
        Vec::new()
    }

    /// The lists among [`owns`](Kind::owns) that [`leaves`](Kind::leaves) looks at. Others need not
    /// be readable for a resource to end: garbage collection takes what is in them.
    fn leaves_by(resource: &Self::Resource) -> Vec<Selector> {
        Self::owns(resource)
    }

    /// What stands between the resource and its end. It takes the raw resource: one that is no
    /// longer valid must still be deletable. Asked only while our finalizer is held.
    fn leaves(
        _ctx: &Ctx<'_>,
        _resource: &Self::Resource,
        _seen: &Observed<Self::System>,
    ) -> Leave<Self::System> {
        Leave::Go(Vec::new())
    }
}

/// Checks what the schema cannot say: by the kind's rules, and by what else it asks.
///
/// # Errors
///
/// Everything that is wrong, with path and remedy.
pub fn accept<K: Kind>(resource: &K::Resource) -> Result<K::Valid, field::Errors> {
    check::written(K::CHECKS, resource).and(K::accepts(resource))
}

/// What is the same for every resource in one reconciliation.
#[derive(Clone, Copy, Debug)]
pub struct Ctx<'a> {
    /// The time, as the caller sees it.
    pub now: Timestamp,
    /// The operator's own settings.
    pub settings: &'a Settings,
    /// What came of carrying out the last plan, if it failed and has to be told.
    pub failure: Option<&'a Failure>,
    /// Whether what the API server has made something else of is applied anew: it may not do so any
    /// more.
    pub anew: bool,
    /// How long a restart that the spec asks for is still waited with, because the spec has only
    /// just changed and may change again: each broker would be restarted for each of the changes.
    /// Default: no time.
    pub hold_restarts: Duration,
    /// Whether one more resource may undergo a change that all do. Default: it is the only one.
    pub pace: Pace<'a>,
}

impl<'a> Ctx<'a> {
    /// At this time, with nothing known of what was before.
    pub fn new(now: Timestamp, settings: &'a Settings) -> Self {
        let hold_restarts = Duration::ZERO;
        Self { now, settings, failure: None, anew: false, hold_restarts, pace: Pace::ALONE }
    }
}

/// That a plan could not be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whether it was refused: it is told at once, and somebody has to act. What merely failed may
    /// well work the next time.
    pub refused: bool,
    /// What failed and why, as a sentence.
    pub message: String,
}

/// The outcome of [`Kind::desires`].
#[derive(Clone, Debug)]
pub struct Desired<S: System> {
    /// What shall be, in the order in which it is to be done.
    pub items: Vec<Item<S>>,
    /// Changes that wait for a gate.
    pub waiting: Vec<Waiting>,
    /// Changes that are refused.
    pub blocked: Vec<Blocked>,
    /// What people should be told.
    pub events: Vec<Event>,
    /// Whether the policy asks for deletion, so that our finalizer must be held.
    pub finalizer: bool,
    /// Leaves every object as it is: nothing is applied and nothing deleted.
    pub freeze: bool,
    /// Skip the status write: the next action invalidates it, and its watch event reconciles again.
    pub defer_status: bool,
    /// What it comes to that an object goes which is no longer desired, where that is more than
    /// nothing.
    pub gone: BTreeMap<Ref, (Risk, &'static Rule)>,
    /// What could not be looked at and is taken to be so.
    pub assumptions: BTreeSet<String>,
    /// When to look again if nothing changes.
    pub requeue: Requeue,
}

/// One thing that is desired.
#[derive(Clone, Debug)]
pub enum Item<S: System> {
    /// That an object exists with these fields. The engine finds out what that takes.
    Object(DesiredObject<S>),
    /// Something that only the kind can decide on.
    Act(Action<S>),
    /// That an object stays as it is.
    Keep(Ref),
}

/// An object that is desired.
#[derive(Clone, Debug)]
pub struct DesiredObject<S: System> {
    /// The object.
    pub manifest: Manifest,
    /// Tells the risk of a change of one of its fields.
    pub assess: Assess,
    /// The same where what somebody else has changed is put back, if that is another risk.
    pub assess_drift: Option<Assess>,
    /// What had to hold for it.
    pub gates: Vec<Gate>,
    /// What is looked at once more before it is changed.
    pub guards: Vec<Guard<S>>,
}

/// Tells the risk of a change of one field, and the rule that says so.
pub type Assess = fn(&Change) -> (Risk, &'static Rule);

/// The outcome of [`Kind::leaves`].
#[derive(Clone, Debug)]
pub enum Leave<S: System> {
    /// Nothing is left: the finalizer goes, after people are told this.
    Go(Vec<Event>),
    /// It must stay until these are done and seen to be done.
    NotYet {
        /// What has to be done first.
        actions: Vec<Action<S>>,
        /// What cannot be done yet.
        waiting: Vec<Waiting>,
        /// What it waits for.
        report: Draft,
        /// When to look again.
        requeue: Requeue,
    },
}

/// The outcome of [`Kind::reports`]. Conditions have no times yet: the engine knows the past.
#[derive(Clone, Debug)]
pub struct Report<T> {
    /// The status, but for its conditions, generation, message and time.
    pub status: T,
    /// The conditions, but for the engine's own.
    pub conditions: Vec<Draft>,
    /// What *Synced* says where the last plan did what it had to, if the kind has something to say
    /// by it. The condition is the engine's: a plan that fails is told by it first.
    pub synced: Option<Draft>,
}

impl<S: System> Item<S> {
    /// An object that may be applied at any time.
    pub fn object(manifest: Manifest, assess: Assess) -> Self {
        Self::Object(DesiredObject::new(manifest, assess))
    }
}

impl<S: System> DesiredObject<S> {
    /// An object that may be applied at any time.
    pub fn new(manifest: Manifest, assess: Assess) -> Self {
        Self { manifest, assess, assess_drift: None, gates: Vec::new(), guards: Vec::new() }
    }
}

impl<S: System> Default for Desired<S> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            waiting: Vec::new(),
            blocked: Vec::new(),
            events: Vec::new(),
            finalizer: false,
            freeze: false,
            defer_status: false,
            gone: BTreeMap::new(),
            assumptions: BTreeSet::new(),
            requeue: Requeue::OnChange,
        }
    }
}
