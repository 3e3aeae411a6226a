//! The way to a product's own API, such as a broker's.
//!
//! A product runs in pods that others configure, so whatever it says is worth no more than what
//! any stranger says: answers are bounded in size and time, its words are cut and cleaned before
//! anybody sees them, and where it is found follows from the name of its resource alone.

mod breaker;
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

/// Speaks to one product. Deadlines, limits and what may be dialled are its own to keep.
pub trait Backend<S: System>: Send + Sync + 'static {
    /// The product's answer. That it cannot be reached is an answer, not an error.
    fn ask(&self, probe: &S::Probe) -> impl Future<Output = S::Answer> + Send;

    /// Changes something in the product.
    fn call(&self, call: &S::Call) -> impl Future<Output = Result<(), Error>> + Send;
}
