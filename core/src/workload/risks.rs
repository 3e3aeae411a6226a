//! What changes of an object come to that every kind with pods has.

use crate::{
    plan::{Change, Risk},
    rule::{self, Rule},
};

/// Pods read it when they start; that they start is an action or an object of its own.
pub(crate) fn at_next_start(_: &Change) -> (Risk, &'static Rule) {
    (Risk::None, &rule::OBJ_03)
}

/// It is so at once, and nobody is interrupted.
pub(crate) fn online(change: &Change) -> (Risk, &'static Rule) {
    match change.path.starts_with("/metadata") {
        true => (Risk::None, &rule::OBJ_03),
        false => (Risk::Online, &rule::OBJ_04),
    }
}
