//! Toy: a system that a script adds to a copy of the tree, to see that a second system's questions,
//! answers and calls go wherever those of the first go. Its product is a lamp that can be switched.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    rule::{Rule, rules},
    settings::Setting,
    system,
    systems::Visitor,
};

pub mod lamp;

/// The system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Toy;

/// A question to a lamp: is it lit?
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Probe {
    /// The lamp, by the namespace and name of its resource.
    pub lamp: String,
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// Whether it is lit.
    Lit(bool),
    /// It could not be asked, and why.
    Unreachable(String),
}

/// A switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// Which lamp.
    pub lamp: String,
    /// Whether it is to be lit.
    pub lit: bool,
}

rules! {
    /// All of them.
    pub(crate) RULES;

    LMP_01 = "LMP-01":
        "A lamp is switched until it is as the spec says",
        "",
        "";
}

/// What colour lamps are lit in.
pub static COLOUR: Setting = Setting {
    flag: "lamp-colour",
    env: "LAMP_COLOUR",
    help: "The colour that toy lamps are lit in",
    default: "white",
    fits: |_| Ok(()),
};

/// Visits every kind of this system.
pub fn visit(visitor: &mut impl Visitor<Toy>) {
    visitor.system();
    visitor.kind::<lamp::Lamp>();
}

impl system::System for Toy {
    const NAME: &'static str = "toy";
    const RULES: &'static [&'static Rule] = RULES;
    const PEERS: &'static [&'static [(&'static str, &'static str)]] = &[];
    const SETTINGS: &'static [&'static Setting] = &[&COLOUR];
    type Probe = Probe;
    type Answer = Answer;
    type Call = Call;

    fn unreachable(_: &Probe, why: String) -> Answer {
        Answer::Unreachable(why)
    }

    fn unreached(answer: &Answer) -> Option<&str> {
        if let Answer::Unreachable(why) = answer { Some(why) } else { None }
    }

    fn rests_on(_: &Call, _: &Call) -> bool {
        false
    }

    fn subject(call: &Call) -> String {
        format!("lamp {}", call.lamp)
    }

    fn fold(call: &Call, answers: &mut BTreeMap<Probe, Answer>) -> bool {
        let probe = Probe { lamp: call.lamp.clone() };
        match answers.get_mut(&probe) {
            Some(Answer::Lit(lit)) if *lit != call.lit => {
                *lit = call.lit;
                true
            }
            Some(_) | None => false,
        }
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lamp {}", self.lamp)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "switch lamp {} {}", self.lamp, if self.lit { "on" } else { "off" })
    }
}
