//! What has to hold before a connector starts: nobody else runs it any more.

use super::running::Running;
use crate::{
    observed::Ref,
    plan::{Gate, Risk, Waiting},
    systems::rivven::rules,
};

/// No other worker runs the connector.
const STOPPED: &str = "connector-stopped";

/// Every gate of a RivvenConnect, with what it asks for.
pub(super) const GATES: &[(&str, &str)] =
    &[(STOPPED, "no other worker runs the connector that is to start (CON-58)")];

/// A connector that has to stop before it starts.
#[derive(Clone, Debug)]
pub(super) struct Moving<'a> {
    pub(super) running: Running<'a>,
    /// Where it is to run.
    pub(super) to: Ref,
    /// Who has it still.
    pub(super) by: Holder,
}

/// Who may still run a connector that is to start, by name.
#[derive(Clone, Debug)]
pub(super) enum Holder {
    /// A worker that it has not been taken from yet.
    Worker(String),
    /// A pod of before.
    Pod(String),
    /// A worker whose controller may still replace a pod of before.
    Changing(String),
}

impl Moving<'_> {
    /// What has to come first, as the end of a sentence.
    pub(super) fn until(&self) -> String {
        match &self.by {
            Holder::Worker(name) => format!("{name} has stopped it"),
            Holder::Pod(name) => format!("pod {name} has ended"),
            Holder::Changing(name) => format!("the change of {name} is under way"),
        }
    }

    /// What is seen of that, as a sentence without an end.
    fn observed(&self) -> String {
        match &self.by {
            Holder::Worker(name) => format!("{name} runs it"),
            Holder::Pod(name) => format!("pod {name} has not ended"),
            Holder::Changing(name) => format!("{name} is being changed"),
        }
    }

    /// The same as what a plan shows. What is lost on the way of a connector that forgets is lost
    /// by whatever stops it.
    pub(super) fn waiting(&self) -> Waiting {
        Waiting {
            what: format!("start {} in {}", self.running.wired.name, self.to.name),
            target: self.to.clone(),
            risk: Risk::Restart,
            rule: &rules::CON_58,
            gates: vec![Gate::judged(STOPPED, Some(false), self.observed())],
        }
    }
}
