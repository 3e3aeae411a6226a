//! What every kind that runs pods has in common.

pub(crate) mod problems;
pub(crate) mod warnings;
