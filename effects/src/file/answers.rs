//! The answers that a file gives, each taken by the system that asks the question.

use serde::Deserialize as _;
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
    let mut taking = Taking { memory, said, systems: Vec::new(), tried: Vec::new() };
    systems::visit(&mut taking);
    let Taking { systems, tried, .. } = taking;
    let taken: Vec<&str> =
        tried.iter().filter(|(_, wrong)| wrong.is_none()).map(|(name, _)| *name).collect();
    let problem = |path: &str, what: String, remedy: String| Problem {
        file: file.to_owned(),
        line: said.line,
        path: path.to_owned(),
        what,
        remedy,
    };
    match taken.as_slice() {
        [_] => return Ok(()),
        [] => {}
        several => {
            let remedy = format!("add system: beside probe:, one of {}", several.join(", "));
            return Err(problem("system", "Required value".to_owned(), remedy));
        }
    }
    // Whose question it is, where it is the answer that is wrong; else nobody can tell.
    let mut wrong = tried.into_iter().filter_map(|(_, wrong)| wrong).collect::<Vec<_>>();
    wrong.sort_by_key(|(path, _)| *path);
    let remedy = "write it as `explain` and the fixtures do".to_owned();
    Err(match (wrong.as_slice(), &said.system) {
        ([], name) => {
            let what = format!("Unsupported value: {:?}", name.as_deref().unwrap_or_default());
            problem("system", what, format!("supported values: {}", systems.join(", ")))
        }
        ([(path, error), ..], _) if wrong.len() == 1 || *path == "answer" => {
            problem(path, format!("it does not decode: {error}"), remedy)
        }
        _ => {
            let what = format!("it does not decode: no system asks this: {}", systems.join(", "));
            problem("probe", what, remedy)
        }
    })
}

/// Gives an answer to each system that takes it.
struct Taking<'a> {
    memory: &'a Memory,
    said: &'a Said,
    systems: Vec<&'static str>,
    /// Those that may be meant, each with what is wrong with it as one of theirs.
    tried: Vec<(&'static str, Option<(&'static str, serde_json::Error)>)>,
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
                None
            }
            (Err(error), _) => Some(("probe", error)),
            (_, Err(error)) => Some(("answer", error)),
        };
        self.tried.push((S::NAME, wrong));
    }
}
