//! Toy lamps, as they are simulated.

use std::collections::BTreeSet;

use sluicegate_core::{
    observed::Ref,
    systems::toy::{Answer, Call, Probe, Toy},
};

use super::{CallError, Product, Store};

/// All lamps there are, by those that are lit.
#[derive(Clone, Debug, Default)]
pub struct Lamps(BTreeSet<String>);

impl Product for Lamps {
    type System = Toy;

    fn ask(&self, _: &Store, probe: &Probe) -> Answer {
        Answer::Lit(self.0.contains(&probe.lamp))
    }

    fn call(&mut self, _: &Store, call: &Call) -> Result<(), CallError> {
        match call.lit {
            true => drop(self.0.insert(call.lamp.clone())),
            false => drop(self.0.remove(&call.lamp)),
        }
        Ok(())
    }

    fn when_new(_: &Probe) -> Answer {
        Answer::Lit(false)
    }

    fn lives_in(_: &Probe) -> Option<Ref> {
        None
    }
}
