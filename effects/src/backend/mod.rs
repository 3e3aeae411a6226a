//! The way to a product's own API, such as a broker's.

use std::future::Future;

use sluicegate_core::kind::System;

use crate::Error;

/// Speaks to one product. Deadlines, limits and what may be dialled are its own to keep.
pub trait Backend<S: System>: Send + Sync + 'static {
    /// The product's answer. That it cannot be reached is an answer, not an error.
    fn ask(&self, probe: &S::Probe) -> impl Future<Output = S::Answer> + Send;

    /// Changes something in the product.
    fn call(&self, call: &S::Call) -> impl Future<Output = Result<(), Error>> + Send;
}
