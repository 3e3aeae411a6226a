//! Later.

use crate::Scenario;

pub(crate) const ALL: &[Scenario] = &[];
