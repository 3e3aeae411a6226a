//! `run`: the operator, as a process.
//!
//! | part | what it does | when it ends by itself |
//! |---|---|---|
//! | streams | see what is there | the process ends |
//! | controllers | keep resources as they ask to be, while this process leads | the process ends |
//! | lease | says whether it leads | the process ends: another may act |
//! | probes, numbers | answer | the process ends |
//!
//! It ends with 0 when it is asked to, and with 1 and a sentence otherwise: whoever started it
//! starts it again.

mod announce;
pub mod args;
mod health;
mod heartbeat;
pub(crate) mod lease;
mod metrics;
mod probes;
mod process;
pub(crate) mod rights;
mod start;
mod tasks;
mod telemetry;
mod views;

use std::{io::IsTerminal as _, time::Duration};

use self::{args::RunArgs, process::Process};
use crate::{failure::Failure, terminal::Io};

/// How many threads work. What takes long waits for others, so more would only cost memory.
const THREADS: usize = 2;
/// How long what is left over at the end may take to go.
const LEFT_OVER: Duration = Duration::from_millis(200);
/// How long it takes to end at the most, once it is asked to.
pub(crate) const END_MAX: Duration =
    process::FINISH.saturating_add(process::LEAVE).saturating_add(LEFT_OVER);

/// Runs the operator until it is asked to end.
///
/// # Errors
///
/// What keeps it from starting: a kubeconfig that cannot be used, an address that is taken.
pub fn run(args: &RunArgs, io: &Io<'_>) -> Result<u8, Failure> {
    let colour = io.terminal.colour && std::io::stderr().is_terminal();
    telemetry::start(&args.log_level, args.log_format, colour);
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let runtime = threads.worker_threads(THREADS).enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::of(format!("error: cannot start threads: {error}; raise the limit of processes"))
    })?;
    let code = runtime.block_on(async { Ok(Process::begin(args).await?.run().await) });
    runtime.shutdown_timeout(LEFT_OVER);
    code
}
