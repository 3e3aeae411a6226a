//! Small words for Kubernetes.

pub mod quantity;
pub mod restricted;
pub mod schema;
