//! An account that may plan and write down what it sees, and change nothing: for people who ask
//! first, and for pull requests.

use serde_json::Value;

use super::{
    base::Install,
    roles::{account, for_all, within},
    rules,
};

/// What the account and its roles are called.
pub const PLANNER: &str = "sluicegate-planner";

/// The account and its roles, where the operator has its own.
pub fn all(install: &Install) -> Vec<Value> {
    let home = &install.namespace;
    let mut all = vec![account(PLANNER, home)];
    if install.watch.is_empty() {
        all.extend(for_all(PLANNER, PLANNER, home, rules::planning(false)));
    }
    for namespace in &install.watch {
        all.extend(within(PLANNER, namespace, PLANNER, home, rules::planning(true)));
    }
    all
}
