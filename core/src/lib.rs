//! The pure reconciler.

pub mod field;
