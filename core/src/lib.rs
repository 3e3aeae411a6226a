//! The pure reconciler.

pub mod field;
pub mod schema;
