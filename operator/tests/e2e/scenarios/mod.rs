//! What is played. The longest come first, so that the others run beside them.

mod change;
mod connect;
mod create;
mod drift;
mod faults;
mod figures;
mod files;
mod fleet;
mod flows;
mod gates;
mod helm;
mod ill_registries;
mod import;
mod install;
mod interrupted;
mod lease;
mod leave;
mod network;
mod odd;
mod outside;
mod process;
mod quiet;
mod registry;
mod topics;
mod unstick;
mod volumes;
mod workers;

use crate::Scenario;

/// Those with real brokers.
pub(crate) const WITH_RIVVEND: &[&[&[Scenario]]] = &[topics::ALL, &[gates::ALL, import::REAL]];

/// Those with Helm.
pub(crate) const WITH_HELM: &[&[Scenario]] = &[helm::ALL];

/// Those with a real schema registry.
pub(crate) const WITH_SCHEMA: &[&[Scenario]] =
    &[registry::REAL, ill_registries::REAL, interrupted::REAL];

/// All others.
pub(crate) const ALL: &[&[Scenario]] = &[
    faults::ALL,
    install::ALL,
    quiet::ALL,
    network::ALL,
    lease::ALL,
    unstick::ALL,
    outside::ALL,
    change::ALL,
    volumes::ALL,
    leave::ALL,
    drift::ALL,
    process::ALL,
    odd::ALL,
    import::STANDIN,
    workers::ALL,
    connect::ALL,
    registry::ALL,
    figures::ALL,
    fleet::ALL,
    flows::ALL,
    create::ALL,
    files::ALL,
];
