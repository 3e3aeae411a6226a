//! What is asked and answered, free of its system: what files, snapshots and commands pass on that
//! have to do with every product and know none.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr as _,
};

use futures_util::{FutureExt as _, future::BoxFuture};
use serde::Deserialize as _;
use serde_json::{Value, json};
use sluicegate_core::{
    observed::{Observed, Reads},
    system::{Kubernetes, System},
    systems::{self, Visitor, VisitsAll},
};

use crate::{Ask, Error};

/// A question to the API of a product.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    system: &'static str,
    /// As JSON, which has an order.
    probe: String,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// As the system writes it.
    pub answer: Value,
    /// Whether the product could be asked at all.
    pub reached: bool,
}

/// What is looked for: in Kubernetes, and at products.
#[derive(Clone, Debug)]
pub struct Looked {
    /// Objects, lists and warnings.
    pub kubernetes: Reads<Kubernetes>,
    /// Questions to products.
    pub questions: BTreeSet<Question>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Objects, lists and warnings.
    pub kubernetes: Observed<Kubernetes>,
    /// The answers of products.
    pub replies: BTreeMap<Question, Reply>,
}

impl Question {
    /// A question of this system.
    pub fn of<S: System>(probe: &S::Probe) -> Self {
        Self { system: S::NAME, probe: serde_json::to_string(probe).expect("a question is JSON") }
    }

    /// The question, if it is one of this system.
    pub fn typed<S: System>(&self) -> Option<S::Probe> {
        if self.system == S::NAME { serde_json::from_str(&self.probe).ok() } else { None }
    }

    /// The question with its answer, as files have them.
    pub fn document(&self, reply: &Reply) -> Value {
        json!({ "system": self.system, "probe": self.probe(), "answer": reply.answer })
    }

    /// The name of its system.
    pub(super) fn system(&self) -> &'static str {
        self.system
    }

    pub(super) fn probe(&self) -> Value {
        Value::from_str(&self.probe).unwrap_or_default()
    }
}

impl Reply {
    /// An answer of this system.
    pub fn of<S: System>(answer: &S::Answer) -> Self {
        Self { answer: json!(answer), reached: S::unreached(answer).is_none() }
    }

    /// The answer, if it is one of this system.
    pub fn typed<S: System>(&self) -> Option<S::Answer> {
        S::Answer::deserialize(&self.answer).ok()
    }
}

impl Looked {
    /// Nothing.
    pub fn nothing() -> Self {
        Self { kubernetes: Reads::none(), questions: BTreeSet::new() }
    }

    /// What a plan of this system looks for.
    pub fn of<S: System>(reads: Reads<S>) -> Self {
        let (kubernetes, probes) = reads.split();
        Self { kubernetes, questions: probes.iter().map(Question::of::<S>).collect() }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.kubernetes.is_empty() && self.questions.is_empty()
    }
}

impl Found {
    /// What was found, for a plan of this system.
    pub fn typed<S: System>(self) -> Observed<S> {
        let typed = |(question, reply): (&Question, &Reply)| {
            Some((question.typed::<S>()?, reply.typed::<S>()?))
        };
        let answers: Vec<_> = self.replies.iter().filter_map(typed).collect();
        self.kubernetes.with_answers(answers)
    }
}

/// Asks the product that a question is to.
///
/// # Errors
///
/// As for [`Ask::ask`].
pub fn ask<'a, W>(world: &'a W, question: &'a Question) -> BoxFuture<'a, Result<Reply, Error>>
where
    Asking<'a, W>: VisitsAll,
{
    let mut asking = Asking { world, question, asked: None };
    systems::visit(&mut asking);
    asking.asked.expect("a question is made by a system, and each is visited")
}

/// Looks for the system that a question is to.
#[expect(missing_debug_implementations, reason = "it holds what is under way")]
pub struct Asking<'a, W> {
    world: &'a W,
    question: &'a Question,
    asked: Option<BoxFuture<'a, Result<Reply, Error>>>,
}

impl<S: System, W: Ask<S>> Visitor<S> for Asking<'_, W> {
    fn system(&mut self) {
        let Some(probe) = self.question.typed::<S>() else { return };
        let world = self.world;
        let asked = async move { Ok(Reply::of::<S>(&world.ask(&probe).await?)) };
        self.asked = Some(asked.boxed());
    }
}
