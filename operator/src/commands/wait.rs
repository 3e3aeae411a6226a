//! Waiting: libraries are asynchronous, and a command is alone in its process.

use std::future::Future;

use crate::failure::Failure;

/// Waits for something on a runtime of its own.
///
/// # Errors
///
/// What it comes to; that there can be no runtime.
pub(crate) fn wait<T>(what: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::of(format!("error: cannot start: {error}")))?;
    runtime.block_on(what)
}
