//! What changes of a flow come to.

use crate::{
    plan::{Change, Risk},
    rule::Rule,
    systems::dataflow::rules,
    workload::risks::online,
};

/// A change of the template starts its processors anew.
pub(super) fn restarts(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, (Risk::Restart, &rules::FLW_51))
}

/// The same where they begin at the first record again.
pub(super) fn restarts_again(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, (Risk::Restart, &rules::FLW_55))
}

/// The same where they read other rows from the place where they were.
pub(super) fn restarts_elsewhere(change: &Change) -> (Risk, &'static Rule) {
    by_template(change, (Risk::DataLoss, &rules::FLW_54))
}

fn by_template(change: &Change, comes_to: (Risk, &'static Rule)) -> (Risk, &'static Rule) {
    match change.path.starts_with("/spec/template") {
        true => comes_to,
        false => online(change),
    }
}
