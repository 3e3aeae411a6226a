//! What is played. The longest come first, so that the others run beside them.

mod change;
mod create;
mod drift;
mod leave;
mod quiet;

use crate::Scenario;

/// All of them.
pub(crate) const ALL: &[&[Scenario]] =
    &[quiet::ALL, change::ALL, leave::ALL, drift::ALL, create::ALL];
