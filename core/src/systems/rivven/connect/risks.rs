//! What changes of a worker come to.

use serde_json::Value;

use crate::{
    plan::{Change, Risk},
    rule::Rule,
    systems::rivven::rules,
    workload::risks::online,
};

/// What a Job runs is never changed: it would be another Job.
pub(super) fn runs_once(change: &Change) -> (Risk, &'static Rule) {
    (online(change).0, &rules::CON_56)
}

pub(super) fn restarts(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, Risk::Restart, &rules::CON_51)
}

/// What changes until the new worker runs is lost to one of its sources.
pub(super) fn restarts_and_forgets(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, Risk::DataLoss, &rules::CON_57)
}

/// A connector is told to begin where it may pass over what was not read.
pub(super) fn restarts_beyond(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, Risk::DataLoss, &rules::CON_63)
}

/// A sink of another group reads again what was read.
pub(super) fn restarts_again(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, Risk::Restart, &rules::CON_62)
}

/// A sink is told to begin elsewhere, and goes on where its group is.
pub(super) fn restarts_where_unread(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, Risk::Restart, &rules::CON_61)
}

/// A connector that kept it from starting has a worker of its own.
pub(super) fn restarts_without(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, Risk::Restart, &rules::CON_60)
}

/// A sink is to have a topic that has come.
pub(super) fn restarts_for_topics(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, Risk::Restart, &rules::CON_55)
}

/// A change of the template starts the worker anew.
fn by_template(change: &Change, risk: Risk, rule: &'static Rule) -> (Risk, &'static Rule) {
    match change.path.as_str() {
        PARTITIONS_AT if risk == Risk::Restart && same_topics(change) => (risk, &rules::CON_59),
        path if path.starts_with("/spec/template") => (risk, rule),
        _ => online(change),
    }
}

/// Whether the topics of its sinks are the same, so that their partitions are others.
fn same_topics(change: &Change) -> bool {
    let topics = |pairs: &Option<Value>| -> Option<Vec<String>> {
        let pairs = pairs.as_ref()?.as_str()?.split(',');
        Some(pairs.map(|pair| pair.split('=').next().unwrap_or_default().to_owned()).collect())
    };
    let (before, after) = (topics(&change.before), topics(&change.after));
    before.is_some() && before == after
}

/// Where a Deployment has the partitions that its sinks were started with.
const PARTITIONS_AT: &str = "/spec/template/metadata/annotations/sluicegate~1partitions";
