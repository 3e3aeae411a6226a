//! The pure reconciler.

pub mod crd;
pub mod field;
pub mod k8s;
pub mod systems;
