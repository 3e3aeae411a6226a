//! Toy lamps: they shine in this process.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use sluicegate_core::systems::toy::{Answer, Call, Probe, Toy};

use super::Backend;
use crate::Error;

/// All lamps there are, by those that are lit.
#[derive(Debug, Default)]
pub struct Lamps(Mutex<BTreeSet<String>>);

impl Backend<Toy> for Lamps {
    async fn ask(&self, probe: &Probe) -> Answer {
        let lit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Answer::Lit(lit.contains(&probe.lamp))
    }

    async fn call(&self, call: &Call) -> Result<(), Error> {
        let mut lit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match call.lit {
            true => drop(lit.insert(call.lamp.clone())),
            false => drop(lit.remove(&call.lamp)),
        }
        Ok(())
    }
}
