//! effects

pub mod yaml;
