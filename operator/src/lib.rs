//! The command line, as a function from arguments and streams to an exit code.
//!
//! It is a library so that tests and golden snapshots see what a person sees. Nothing in it decides
//! what is to be done: that is the core's, and what is shown is what the operator would do.
//!
//! The rooms, and what holds in each:
//!
//! - [`cli`]: which commands there are. Nothing but [`run()`] looks into it.
//! - [`commands`]: each command: its arguments, from them to an exit code. Decides nothing,
//!   renders nothing.
//! - [`plan`]: (entries, world) to an output, awaited. Knows no argument, file or terminal.
//! - [`live`]: a cluster, read into a world of files. A live plan and one from its snapshot are
//!   the same plan.
//! - [`render`]: an output as text, diff, JSON, Markdown, manifests. The same output, the same
//!   bytes.
//! - [`validate`], [`kinds`], [`crd`]: what is wrong with resources; every kind, free of its
//!   type. All errors at once, with line and remedy.
//! - [`run`](mod@run): the process in the cluster: lease, probes, rights, metrics. Asks for no
//!   right that no plan needs.
//! - [`install`], [`helm`]: its own manifests and charts, from types. What is handed out is
//!   written, never edited.
//!
//! No room needs one that needs it; `snapshots/rooms.rs` holds that.

use std::ffi::OsString;

use clap::Parser as _;

pub mod cli;
pub mod commands;
pub mod crd;
mod dns;
mod failure;
pub mod helm;
pub mod install;
pub mod kinds;
pub mod live;
pub mod plan;
pub mod progress;
pub mod reach;
pub mod render;
mod review;
pub mod run;
mod signals;
pub mod terminal;
pub mod validate;

// What the tests share with the snapshots calls this crate by its name.
#[cfg(test)]
extern crate self as sluicegate;
#[cfg(test)]
#[path = "../../snapshots/common/command.rs"]
mod command;
#[cfg(test)]
#[path = "../../snapshots/common/files.rs"]
mod files;

use cli::{Cli, Command};
pub use failure::{DONE, FAILED, Failure};
use terminal::Io;

/// Runs one command. Returns its exit code.
pub fn run<I, T>(args: I, io: &mut Io<'_>) -> u8
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, io),
    };
    let outcome = match &cli.command {
        Command::Plan(args) => commands::plan::run(args, io),
        Command::Validate(args) => commands::validate::run(args, io),
        Command::Import { what } => commands::import::run(what, io),
        Command::Export { what } => commands::export::run(what, io),
        Command::Flow { what } => commands::flow::run(what, io),
        Command::Snapshot(args) => commands::snapshot::run(args, io),
        Command::Simulate(args) => commands::simulate::run(args, io),
        Command::Run(args) => run::run(args, io),
        Command::Unstick(args) => commands::unstick::run(args, io),
        Command::Explain(args) => commands::explain::run(args, io),
        Command::Crd(args) => commands::crd::run(args, io),
        Command::Manifests(args) => commands::manifests::run(args, io),
        Command::Completions { shell } => {
            io.out(&cli::completions(*shell));
            Ok(DONE)
        }
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            failure.0.iter().for_each(|line| io.err(line));
            FAILED
        }
    }
}

/// clap exits with 2 on a usage error, which `plan --detailed-exitcode` would be read as "changes".
fn usage(error: &clap::Error, io: &mut Io<'_>) -> u8 {
    let text = if io.terminal.colour {
        error.render().ansi().to_string()
    } else {
        error.render().to_string()
    };
    if error.use_stderr() {
        io.usage(text.trim_end());
        return FAILED;
    }
    io.out(&text);
    DONE
}
