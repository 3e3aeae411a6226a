//! The answers that a file gives, each taken by the system that asks the question.

use serde::{Deserialize as _, de::Error as _};
use serde_json::Value;
use sluicegate_core::{
    system::System,
    systems::{self, Visitor},
};

use super::{Problem, Question, Reply};
use crate::memory::{Memory, SimProducts, Simulates};

/// An answer as a file has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The system whose product it is; where it is left out, the one that asks such a question.
    pub system: Option<String>,
    /// The question.
    pub probe: Value,
    /// The answer.
    pub answer: Value,
    /// Its line, from 1.
    pub line: usize,
}

impl Said {
    /// A question with its answer.
    pub fn of(question: &Question, reply: &Reply) -> Self {
        Self {
            system: Some(question.system().to_owned()),
            probe: question.probe(),
            answer: reply.answer.clone(),
            line: 1,
        }
    }
}

/// Makes the products of a world give this answer.
pub(super) fn give(memory: &Memory, file: &str, said: &Said) -> Result<(), Problem> {
    let mut taking = Taking { memory, said, systems: Vec::new(), taken: Vec::new(), wrong: None };
    systems::visit(&mut taking);
    let Taking { systems, taken, wrong, .. } = taking;
    let problem = |path: &str, what: String, remedy: String| Problem {
        file: file.to_owned(),
        line: said.line,
        path: path.to_owned(),
        what,
        remedy,
    };
    let known = || systems.join(", ");
    match (taken.as_slice(), wrong, &said.system) {
        ([_], None, _) => Ok(()),
        (_, Some((path, error)), _) => {
            let remedy = "write it as `explain` and the fixtures do".to_owned();
            Err(problem(path, format!("it does not decode: {error}"), remedy))
        }
        (_, None, Some(name)) => {
            let what = format!("Unsupported value: {name:?}");
            Err(problem("system", what, format!("supported values: {}", known())))
        }
        (several, None, None) => {
            let remedy = format!("add system: beside probe:, one of {}", several.join(", "));
            Err(problem("system", "Required value".to_owned(), remedy))
        }
    }
}

/// Gives an answer to the system that takes it.
struct Taking<'a> {
    memory: &'a Memory,
    said: &'a Said,
    systems: Vec<&'static str>,
    /// Those whose question it is.
    taken: Vec<&'static str>,
    /// What is wrong with it, where it is nobody's.
    wrong: Option<(&'static str, serde_json::Error)>,
}

impl<S: System> Visitor<S> for Taking<'_>
where
    SimProducts: Simulates<S>,
{
    fn system(&mut self) {
        self.systems.push(S::NAME);
        let Said { system, probe, answer, .. } = self.said;
        if system.as_ref().is_some_and(|name| name != S::NAME) {
            return;
        }
        let wrong = match (S::Probe::deserialize(probe), S::Answer::deserialize(answer)) {
            (Ok(probe), Ok(answer)) => {
                self.memory.answer::<S>(probe, answer);
                self.taken.push(S::NAME);
                self.wrong = None;
                return;
            }
            (Err(error), _) => ("probe", error),
            (_, Err(error)) => ("answer", error),
        };
        match (&self.wrong, self.taken.is_empty()) {
            (None, true) => self.wrong = Some(wrong),
            // Whose it was meant to be cannot be told.
            (Some(("probe", _)), true) if wrong.0 == "probe" => {
                let what = format!("no system asks this: {}", self.systems.join(", "));
                self.wrong = Some(("probe", serde_json::Error::custom(what)));
            }
            (Some(("probe", _)), true) => self.wrong = Some(wrong),
            (Some(_), _) | (None, false) => {}
        }
    }
}
