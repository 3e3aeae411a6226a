//! A lamp whose fields have been checked.

use kube_core::ResourceExt as _;

use super::{api::ToyLamp, probe};
use crate::{annotations::Control, field::Errors, systems::toy::Probe};

/// A lamp whose fields have been checked, every default filled in.
#[derive(Clone, Debug)]
pub struct Valid {
    pub(super) probe: Probe,
    pub(super) lit: bool,
}

/// Checks what the schema cannot say.
pub(super) fn accept(lamp: &ToyLamp) -> Result<Valid, Errors> {
    let mut errors = Errors::default();
    Control::of(&lamp.metadata, &[], &[], &mut errors);
    errors.or(Valid {
        probe: probe(&lamp.namespace().unwrap_or_default(), &lamp.name_any()),
        lit: lamp.spec.lit.unwrap_or(false),
    })
}
