//! The topic.

pub mod api;
pub mod cel;
pub mod inert;
