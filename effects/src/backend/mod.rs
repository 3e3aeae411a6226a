//! The way to a product's own API, such as a broker's.
//!
//! A product runs in pods that others configure, so whatever it says is worth no more than what
//! any stranger says: answers are bounded in size and time, its words are cut and cleaned before
//! anybody sees them, and where it is found follows from the name of its resource alone.

mod breaker;
pub mod dataflow;
mod fault;
mod guard;
mod http1;
mod products;
mod resolve;
pub mod rivven;

use std::future::Future;

use sluicegate_core::system::System;

use crate::Error;

pub use self::{
    products::Products,
    resolve::{Entry, EntryError, Resolve},
};

/// Speaks to one product. What it dials follows from the names of resources; deadlines, turns and
/// the breaker are the guard's, which each backend goes through.
///
/// A product may want a stream for as long as something lives, such as a registration with its
/// heartbeats. That needs no third method. A kind says who has to be registered: it probes whether
/// each one is, and plans a call where it is not. The backend opens the stream in [`call`], holds
/// it, and answers the probe from what it holds. So what has broken is seen on the kind's cadence
/// and called for again, and a process that has just started or become the leader, which holds no
/// stream, finds out in the same way. What nobody wants any more is ended by another call, and all
/// of it when the backend is dropped.
///
/// [`call`]: Backend::call
pub trait Backend<S: System>: Send + Sync + 'static {
    /// The product's answer. That it cannot be reached is an answer, not an error.
    fn ask(&self, probe: &S::Probe) -> impl Future<Output = S::Answer> + Send;

    /// Changes something in the product.
    fn call(&self, call: &S::Call) -> impl Future<Output = Result<(), Error>> + Send;
}
