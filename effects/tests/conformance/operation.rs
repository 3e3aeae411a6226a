//! What is done: every verb of the operator, and what its users and the controllers do.

use std::fmt;

use sluicegate_core::plan::Propagation;

use crate::bodies::{KINDS, Kind, VARIANTS};

/// How many objects of each kind there are.
const NAMES: usize = 2;

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) kind: Kind,
    pub(crate) name: usize,
    pub(crate) what: What,
}

/// What is done to an object.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// A verb of the operator.
    Operator { verb: OurVerb, seen: Seen, dry: bool },
    /// `kubectl create`.
    Create(usize),
    /// `kubectl apply --server-side`, perhaps with `--force-conflicts`.
    Apply(usize, bool),
    /// `kubectl patch --type merge` with all of a variant.
    Merge(usize),
    /// `kubectl label`, or taking the label away.
    Label(Option<usize>),
    /// `kubectl patch --type json` that replaces all labels.
    Relabel(usize),
    /// `kubectl delete`.
    Delete(Propagation),
    /// The controller of the kind writes its status.
    Controller(usize),
}

/// What the operator does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OurVerb {
    Create(usize),
    Apply(usize),
    Delete(Propagation),
    Evict,
    SetStatus(usize),
    SetFinalizers(usize),
}

/// What the operator has seen before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// The uid is that of another object.
    pub(crate) another: bool,
    pub(crate) version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Version {
    Any,
    Right,
    Stale,
}

/// Sets of finalizers.
pub(crate) const FINALIZERS: &[&[&str]] =
    &[&[], &["sluicegate/hold"], &["sluicegate/hold", "example.com/b"], &["example.com/b"]];

/// What is left out here because the embedded Kubernetes does otherwise, and why it may.
pub(crate) const NOT_IMITATED: &[(&str, &str)] = &[
    (
        "the version of a claim, and of what is leaving, after a write that changes nothing",
        "really it is a new one at times; whoever watches it looks once more",
    ),
    (
        "an unforced apply of a stateful set's revisionHistoryLimit",
        "really a conflict, here invalid; the operator always forces",
    ),
    (
        "a status that the schema of a custom resource refuses",
        "schemas of custom resources are not known in memory",
    ),
];

/// Numbers that look random and are the same for the same seed (splitmix64).
pub(crate) struct Jitter(pub(crate) u64);

impl Jitter {
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let z = z ^ (z >> 31);
        let most = u64::try_from(most).expect("choices are few");
        usize::try_from(z % most).expect("it is below a usize")
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

/// Any sequence of so many operations, about few kinds at a time so that they meet.
pub(crate) fn sequence(jitter: &mut Jitter, length: usize) -> Vec<Operation> {
    let kinds: Vec<Kind> = match jitter.below(3) {
        // An eviction is about two kinds.
        0 => vec![Kind::Pod, Kind::Budget],
        _ => (0..2).map(|_| KINDS[jitter.below(KINDS.len())]).collect(),
    };
    (0..length).map(|_| operation(jitter, &kinds)).collect()
}

fn operation(jitter: &mut Jitter, kinds: &[Kind]) -> Operation {
    let kind = kinds[jitter.below(kinds.len())];
    let name = jitter.below(NAMES);
    let variant = jitter.below(VARIANTS);
    let what = match jitter.below(20) {
        0..=11 => ours(jitter, kind, variant),
        12 => What::Create(variant),
        13 | 14 => What::Apply(variant, jitter.one_in(2)),
        // Some would change nothing: see `NOT_IMITATED`.
        15..=17 if kind == Kind::Claim => What::Apply(variant, true),
        15 => What::Merge(variant),
        16 => What::Label((!jitter.one_in(3)).then_some(variant)),
        17 => What::Relabel(variant),
        18 => What::Delete(propagation(jitter)),
        _ => What::Controller(variant),
    };
    Operation { kind, name, what }
}

fn ours(jitter: &mut Jitter, kind: Kind, variant: usize) -> What {
    let verb = match jitter.below(12) {
        0..=2 => OurVerb::Create(variant),
        3..=6 => OurVerb::Apply(variant),
        7 | 8 if kind == Kind::Pod => OurVerb::Evict,
        7 | 8 if matches!(kind, Kind::Cluster | Kind::Topic | Kind::Connect) => {
            OurVerb::SetStatus(variant % 4)
        }
        7 | 8 => OurVerb::Apply(variant),
        9 => OurVerb::Delete(propagation(jitter)),
        _ => OurVerb::SetFinalizers(jitter.below(FINALIZERS.len())),
    };
    let version = match jitter.below(8) {
        0..=3 => Version::Right,
        4 => Version::Stale,
        _ => Version::Any,
    };
    let seen = Seen { another: jitter.one_in(8), version };
    What::Operator { verb, seen, dry: jitter.one_in(5) }
}

fn propagation(jitter: &mut Jitter) -> Propagation {
    match jitter.below(3) {
        0 => Propagation::Background,
        1 => Propagation::Foreground,
        _ => Propagation::Orphan,
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} n{}: {:?}", self.kind, self.name, self.what)
    }
}
