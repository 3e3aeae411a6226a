//! How the server refuses, in its words: programs go by code and reason, people by the rest.

use sluicegate_core::observed::Ref;

use crate::error::ApiError;

pub(super) fn absent(target: &Ref) -> ApiError {
    ApiError::new(404, "NotFound", format!("{} not found", quoted(target)))
}

pub(super) fn conflict(target: &Ref, why: &str) -> ApiError {
    let message = format!("Operation cannot be fulfilled on {}: {why}", quoted(target));
    ApiError::new(409, "Conflict", message)
}

pub(super) fn modified(target: &Ref) -> ApiError {
    conflict(
        target,
        "the object has been modified; please apply your changes to the latest version and \
         try again",
    )
}

/// A refusal of one field.
pub(super) fn invalid(target: &Ref, field: &str, why: &str) -> ApiError {
    let of = &target.api;
    let group = if of.group.is_empty() { String::new() } else { format!(".{}", of.group) };
    let message = format!("{}{group} \"{}\" is invalid: {field}: {why}", of.kind, target.name);
    ApiError::new(422, "Invalid", message).because("FieldValueInvalid", field)
}

/// `statefulsets.apps "rivven-prod"`, as the server speaks of an object.
pub(super) fn quoted(target: &Ref) -> String {
    let of = &target.api;
    let group = if of.group.is_empty() { String::new() } else { format!(".{}", of.group) };
    format!("{}{group} \"{}\"", of.plural, target.name)
}

pub(super) fn too_late(target: &Ref) -> ApiError {
    let why = "no new finalizers can be added if the object is being deleted";
    invalid(target, "metadata.finalizers", why)
}
