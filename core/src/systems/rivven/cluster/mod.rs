//! The cluster of brokers.

pub mod api;
pub mod cel;
pub mod inert;
