//! What changes of a registry come to.

use crate::{
    plan::{Change, Risk},
    rule::Rule,
    systems::rivven::rules,
    workload::risks::online,
};

/// A change of the template starts the registry anew, which holds schemas.
pub(super) fn loses(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, Risk::DataLoss)
}

/// The same of one that holds none.
pub(super) fn restarts(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, Risk::Unavailable)
}

/// The same of one that has ended.
pub(super) fn starts(change: &Change) -> (Risk, &'static Rule) {
    match change.path.starts_with("/spec/template") {
        true => (Risk::Online, &rules::REG_53),
        false => online(change),
    }
}

/// Whoever uses the old port is cut off.
pub(super) fn ports(change: &Change) -> (Risk, &'static Rule) {
    match change.path.starts_with("/spec/ports") {
        true => (Risk::Unavailable, &rules::SVC_01),
        false => online(change),
    }
}

fn by_template(change: &Change, risk: Risk) -> (Risk, &'static Rule) {
    match change.path.starts_with("/spec/template") {
        true => (risk, &rules::REG_51),
        false => online(change),
    }
}
