//! A reader over the stores. Only the product's own answers are asked for each time.

use std::sync::Arc;

use serde_json::Value;
use sluicegate_core::{
    observed::{List, Look, Ref, Selector},
    system::System,
};

use super::Watches;
use crate::{Ask, Error, Reader, backend::Backend};

/// Is told what is about to be read, before it is. So a change that comes while a plan is made
/// finds its reader.
pub trait Notes: Send + Sync {
    /// One object.
    fn object(&self, target: &Ref);
    /// A list.
    fn list(&self, selector: &Selector);
}

/// Reads from the stores, and from a product.
#[derive(Clone, Copy, Debug)]
pub struct Cached<'a, B, N = ()> {
    watches: &'a Watches,
    backend: &'a B,
    notes: N,
}

impl<'a, B, N: Notes> Cached<'a, B, N> {
    /// A reader that tells what it reads.
    pub fn new(watches: &'a Watches, backend: &'a B, notes: N) -> Self {
        Self { watches, backend, notes }
    }
}

impl<B: Sync, N: Notes> Reader for Cached<'_, B, N> {
    async fn get(&self, target: &Ref) -> Result<Look, Error> {
        self.notes.object(target);
        self.watches.get(target).await
    }

    async fn list(&self, selector: &Selector) -> Result<List, Error> {
        self.notes.list(selector);
        self.watches.list(selector).await
    }

    async fn warnings(&self, regarding: &Ref) -> Result<Vec<Arc<Value>>, Error> {
        self.watches.warnings(regarding).await
    }
}

impl<S: System, B: Backend<S>, N: Notes> Ask<S> for Cached<'_, B, N> {
    async fn ask(&self, probe: &S::Probe) -> Result<S::Answer, Error> {
        Ok(self.backend.ask(probe).await)
    }
}

impl Notes for () {
    fn object(&self, _: &Ref) {}
    fn list(&self, _: &Selector) {}
}
