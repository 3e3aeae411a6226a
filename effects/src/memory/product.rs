//! What runs in the pods, as far as its own API shows.

use std::marker::PhantomData;

use sluicegate_core::system::System;

use super::Store;
use crate::error::Class;

/// A stand-in for a product. It finds its pods and claims in the store.
pub trait Product: Send {
    /// The product it stands in for.
    type System: System;

    /// Answers a question, as the product would now.
    fn ask(
        &self,
        world: &Store,
        probe: &<Self::System as System>::Probe,
    ) -> <Self::System as System>::Answer;

    /// Makes a change, as the product would now.
    ///
    /// # Errors
    ///
    /// Where the product would refuse, or cannot be reached.
    fn call(
        &mut self,
        world: &Store,
        call: &<Self::System as System>::Call,
    ) -> Result<(), CallError>;

    /// The containers of a pod have been started.
    fn pod_started(&mut self, _namespace: &str, _name: &str) {}

    /// The containers of a pod have ended: what they kept in memory is gone.
    fn pod_stopped(&mut self, _namespace: &str, _name: &str) {}
}

/// Why a product did not do what it was called for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// Whether trying again may help.
    pub class: Class,
    /// As the product puts it.
    pub message: String,
}

/// A product that is not there: it never answers.
#[derive(Clone, Copy, Debug)]
pub struct Nothing<S>(PhantomData<S>);

impl<S> Default for Nothing<S> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<S: System> Product for Nothing<S> {
    type System = S;

    fn ask(&self, _: &Store, probe: &S::Probe) -> S::Answer {
        S::unreachable(probe, "nothing listens".to_owned())
    }

    fn call(&mut self, _: &Store, _: &S::Call) -> Result<(), CallError> {
        Err(CallError { class: Class::Retry, message: "nothing listens".to_owned() })
    }
}
