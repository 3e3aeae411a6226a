//! What runs in the pods, as far as its own API shows.

use std::{collections::BTreeMap, marker::PhantomData};

use sluicegate_core::{observed::Ref, system::System};

use super::{Memory, State, Store};
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

    /// The answer of a product that has just been installed and holds nothing: for who wants to
    /// know what a resource leads to.
    fn when_new(probe: &<Self::System as System>::Probe) -> <Self::System as System>::Answer;

    /// The object in which what is asked about lives, such as the claim that holds a topic; nothing
    /// where it lives in none. Of one that came from a file nobody knows what is in it; of one that
    /// came about here, the stand-in does.
    fn lives_in(probe: &<Self::System as System>::Probe) -> Option<Ref>;

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

/// A stand-in, with the answers that are given in its place.
#[derive(Clone, Debug)]
pub struct Simulated<P: Product> {
    pub(super) product: P,
    pub(super) answers: AnswersOf<P::System>,
}

/// Questions with their answers.
pub(super) type AnswersOf<S> = BTreeMap<<S as System>::Probe, <S as System>::Answer>;

/// The products of a world, as a kubelet sees them.
pub trait Containers: Send {
    /// The containers of a pod have been started.
    fn pod_started(&mut self, namespace: &str, name: &str);

    /// The containers of a pod have ended.
    fn pod_stopped(&mut self, namespace: &str, name: &str);
}

/// The products of a world, with a stand-in for this system among them.
pub trait Simulates<S: System>: Containers {
    /// What stands in.
    type Product: Product<System = S>;

    /// The stand-in.
    fn simulated(&self) -> &Simulated<Self::Product>;

    /// The stand-in, to change it.
    fn simulated_mut(&mut self) -> &mut Simulated<Self::Product>;
}

impl<P: Product> Simulated<P> {
    /// One that answers for itself.
    pub fn new(product: P) -> Self {
        Self { product, answers: BTreeMap::new() }
    }
}

impl<P: Product + Default> Default for Simulated<P> {
    fn default() -> Self {
        Self::new(P::default())
    }
}

impl<P: Product> Containers for Simulated<P> {
    fn pod_started(&mut self, namespace: &str, name: &str) {
        self.product.pod_started(namespace, name);
    }

    fn pod_stopped(&mut self, namespace: &str, name: &str) {
        self.product.pod_stopped(namespace, name);
    }
}

impl<P: Product> Simulates<P::System> for Simulated<P> {
    type Product = P;

    fn simulated(&self) -> &Self {
        self
    }

    fn simulated_mut(&mut self) -> &mut Self {
        self
    }
}

impl<C: Containers> Memory<C> {
    /// Makes the product give this answer, whatever it would say. A call that would change the
    /// answer changes it, and does not reach the product.
    pub fn answer<S: System>(&self, probe: S::Probe, answer: S::Answer)
    where
        C: Simulates<S>,
    {
        self.state().products.simulated_mut().answers.insert(probe, answer);
    }

    /// Lets the product answer for itself again.
    pub fn let_answer<S: System>(&self, probe: &S::Probe)
    where
        C: Simulates<S>,
    {
        self.state().products.simulated_mut().answers.remove(probe);
    }

    /// The answer that is given in the product's place.
    pub fn given<S: System>(&self, probe: &S::Probe) -> Option<S::Answer>
    where
        C: Simulates<S>,
    {
        self.state().products.simulated().answers.get(probe).cloned()
    }

    /// Looks at the product, or changes it behind everybody's back.
    pub fn product<S: System, T>(&self, with: impl FnOnce(&mut C::Product, &Store) -> T) -> T
    where
        C: Simulates<S>,
    {
        let mut state = self.state();
        let State { store, products, .. } = &mut *state;
        with(&mut products.simulated_mut().product, store)
    }
}

/// A product that is not there: it never answers.
#[derive(Clone, Copy, Debug)]
pub struct NoProduct<S>(PhantomData<S>);

impl<S> Default for NoProduct<S> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<S: System> Product for NoProduct<S> {
    type System = S;

    fn ask(&self, _: &Store, probe: &S::Probe) -> S::Answer {
        S::unreachable(probe, "nothing listens".to_owned())
    }

    fn call(&mut self, _: &Store, _: &S::Call) -> Result<(), CallError> {
        Err(CallError { class: Class::Retry, message: "nothing listens".to_owned() })
    }

    fn when_new(probe: &S::Probe) -> S::Answer {
        S::unreachable(probe, "nothing listens".to_owned())
    }

    fn lives_in(_: &S::Probe) -> Option<Ref> {
        None
    }
}
