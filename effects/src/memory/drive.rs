//! A resource and the world taking turns, as they do in a cluster: plan, carry out, let the
//! controllers work, look again.

use serde::Deserialize as _;
use sluicegate_core::{
    kind::{Ctx, Kind},
    observed::Ref,
    plan::Plan,
    settings::Settings,
};

use super::{Containers, Memory, Simulates};
use crate::{Class, Done, Error, execute, plan};

/// One turn of a resource.
#[derive(Debug)]
pub struct Turn<K: Kind> {
    /// What was planned.
    pub plan: Plan<K::System>,
    /// What came of it.
    pub outcome: Result<Done, Error>,
}

impl<C: Containers> Memory<C> {
    /// One turn: plans for the resource as it is now, and carries the plan out. Nothing if the
    /// resource is gone.
    ///
    /// # Errors
    ///
    /// If no plan can be made, or what is stored is no such resource.
    pub async fn turn<K>(&self, settings: &Settings, target: &Ref) -> Result<Option<Turn<K>>, Error>
    where
        K: Kind,
        C: Simulates<K::System>,
    {
        let Some(object) = self.object(target) else { return Ok(None) };
        let resource = K::Resource::deserialize(&object)
            .map_err(|error| Error::Input { what: target.to_string(), source: error.into() })?;
        let ctx = Ctx::new(self.now(), settings);
        let (plan, _) = plan::<K, Self>(self, &ctx, &resource).await?;
        let outcome = execute(self, &plan).await;
        Ok(Some(Turn { plan, outcome }))
    }

    /// Turn after turn, a tick of the world after each, until the resource has nothing left to do
    /// and the world does not move, or so many times. What fails is tried again, unless nothing
    /// could help. Returns the turns in which something was to be done.
    ///
    /// # Errors
    ///
    /// The first failure that trying again does not help.
    pub async fn drive<K>(
        &self,
        settings: &Settings,
        target: &Ref,
        max: usize,
    ) -> Result<Vec<Turn<K>>, Error>
    where
        K: Kind,
        C: Simulates<K::System>,
    {
        let mut turns = Vec::new();
        for _ in 0..max {
            let turn = match self.turn::<K>(settings, target).await {
                Ok(turn) => turn,
                Err(error) if error.class() == Class::Final => return Err(error),
                Err(_) => None,
            };
            let busy = turn.as_ref().is_some_and(|turn| !turn.plan.actions.is_empty());
            if let Some(turn) = turn.filter(|_| busy) {
                match turn.outcome {
                    Err(error) if error.class() == Class::Final => return Err(error),
                    Err(_) | Ok(_) => turns.push(turn),
                }
            }
            let moved = self.moves();
            if !busy && !moved {
                break;
            }
        }
        Ok(turns)
    }
}
