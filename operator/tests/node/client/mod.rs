//! The client: what runs in pods of the cluster, as any user's program does. It is this very test
//! program under another entry point, so that there is one thing to build.
//!
//! It writes records that are numbers and says which the broker has acknowledged, or reads all that
//! there are and says which it has found.

mod read;
mod write;

use std::{io::Write as _, process::ExitCode, time::Instant};

/// Runs what the arguments after the first ask for.
pub(crate) fn run(args: &[String]) -> ExitCode {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["write", address, topic, first, count, batch, pause, connections] => {
            let number = |text: &str| text.parse().expect("a number");
            write::run(&write::Scope {
                address,
                topic,
                first: number(first),
                count: number(count),
                batch: number(batch),
                pause_ms: number(pause),
                connections: number(connections),
            })
        }
        ["read", address, topic] => read::run(address, topic),
        _ => {
            tell(
                "write ADDRESS TOPIC FIRST COUNT BATCH PAUSE-MS CONNECTIONS, or read ADDRESS TOPIC",
            );
            ExitCode::FAILURE
        }
    }
}

/// A line of its log, which is all that is known of it outside.
fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

fn seconds(since: Instant) -> f32 {
    since.elapsed().as_secs_f32()
}
