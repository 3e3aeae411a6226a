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

fn by_template(change: &Change, risk: Risk) -> (Risk, &'static Rule) {
    match change.path.starts_with("/spec/template") {
        true => (risk, &rules::REG_51),
        false => online(change),
    }
}
