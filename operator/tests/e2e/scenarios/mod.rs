//! What is played. The longest come first, so that the others run beside them.

mod change;
mod create;
mod drift;
mod faults;
mod helm;
mod install;
mod lease;
mod leave;
mod network;
mod odd;
mod process;
mod quiet;

use crate::Scenario;

/// All of them.
pub(crate) const ALL: &[&[Scenario]] = &[
    faults::ALL,
    helm::ALL,
    install::ALL,
    quiet::ALL,
    network::ALL,
    lease::ALL,
    change::ALL,
    leave::ALL,
    drift::ALL,
    process::ALL,
    odd::ALL,
    create::ALL,
];
