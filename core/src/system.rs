//! What a system is: the three languages of a product beside Kubernetes' own.

use std::{
    collections::BTreeMap,
    fmt::{self, Debug},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    connector::{Compared, Connector},
    rule::Rule,
    settings::Setting,
};

/// A product this operator runs, such as Rivven.
///
/// Its three languages are what lies beyond Kubernetes. A product that lives in Kubernetes alone
/// says [`Never`] to all three.
pub trait System: Clone + fmt::Debug + PartialEq + Sized + Send + Sync + 'static {
    /// Lower-case name, as in `fixtures/<name>/`.
    const NAME: &'static str;
    /// Its rules, which `explain rule` prints beside the engine's own.
    const RULES: &'static [&'static Rule];

    /// The labels of the pods in which the product is asked, one set for each kind of them: whom
    /// the operator's network policy lets it speak to. Their ports are their owners' to choose.
    const PEERS: &'static [&'static [(&'static str, &'static str)]];

    /// The connectors that its kinds run, sources before sinks.
    const CONNECTORS: &'static [&'static Connector] = &[];
    /// What their program was asked of them, and what it answered.
    const COMPARED: Compared = Compared::NONE;
    /// The kind whose resources name them; it may be one that is not there yet, which is told.
    const CONNECTS: &'static str = "";

    /// What the operator is told of it when it starts, such as an image that its kinds run. Each
    /// is an argument of every command that plans, and a variable of the operator's pod.
    const SETTINGS: &'static [&'static Setting] = &[];

    /// A question that only the product's own API can answer.
    type Probe: Clone + Ord + Debug + fmt::Display + Serialize + DeserializeOwned + Send + Sync;
    /// The answer to a [`Probe`](System::Probe). That the product cannot be reached is one.
    type Answer: Clone + PartialEq + fmt::Debug + Serialize + DeserializeOwned + Send + Sync;
    /// A change that only the product's own API can make. Displayed as people would say it.
    type Call: Clone + PartialEq + fmt::Debug + fmt::Display + Serialize + Send + Sync;

    /// The answer that says: the product could not be asked, and why.
    fn unreachable(probe: &Self::Probe, why: String) -> Self::Answer;

    /// Why the product could not be asked, if that is what an answer says.
    fn unreached(answer: &Self::Answer) -> Option<&str>;

    /// Whether a call can only be made after another: not once that one was refused.
    fn rests_on(later: &Self::Call, earlier: &Self::Call) -> bool;

    /// What a call changes, as people would say it, such as `topic orders`.
    fn subject(call: &Self::Call) -> String;

    /// Makes the answers those after a call, as the product would give them. Returns whether any
    /// of them is another.
    fn fold(call: &Self::Call, answers: &mut BTreeMap<Self::Probe, Self::Answer>) -> bool;
}

/// Kubernetes alone, without any product: for what is asked of it and of nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kubernetes;

impl System for Kubernetes {
    const NAME: &'static str = "kubernetes";
    const RULES: &'static [&'static Rule] = &[];
    const PEERS: &'static [&'static [(&'static str, &'static str)]] = &[];
    type Probe = Never;
    type Answer = Never;
    type Call = Never;

    fn unreachable(probe: &Never, _: String) -> Never {
        match *probe {}
    }

    fn unreached(answer: &Never) -> Option<&str> {
        match *answer {}
    }

    fn rests_on(later: &Never, _: &Never) -> bool {
        match *later {}
    }

    fn subject(call: &Never) -> String {
        match *call {}
    }

    fn fold(call: &Never, _: &mut BTreeMap<Never, Never>) -> bool {
        match *call {}
    }
}

/// There is no such thing.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
