//! What the process tells of itself, on the standard error.

use tracing_subscriber::{EnvFilter, fmt};

use super::args::{LogFormat, is_level};

/// Begins to tell. Later calls change nothing: there is one place to tell in a process.
pub(crate) fn start(level: &str, format: LogFormat, colour: bool) {
    let filter = EnvFilter::new(directives(level));
    let tell = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let outcome = match format {
        LogFormat::Text => tell.with_ansi(colour).with_target(false).try_init(),
        LogFormat::Json => tell.json().flatten_event(true).with_current_span(false).try_init(),
    };
    // It was begun before, by a test in the same process.
    drop(outcome);
}

/// A level alone is that of our own crates: what a client library tells of its requests, headers
/// and bodies, is not for a log, and what it tells of failures is told by who asked. Directives are
/// taken as they are.
fn directives(level: &str) -> String {
    let level = level.trim();
    match level.to_lowercase().as_str() {
        word @ ("off" | "error") => format!("{word},kube_client=off"),
        word if is_level(word) => format!("warn,kube_client=off,sluicegate={word}"),
        _ => level.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_alone_does_not_make_the_libraries_talk() {
        assert_eq!(directives("debug"), "warn,kube_client=off,sluicegate=debug");
        assert_eq!(directives("Error"), "error,kube_client=off");
        assert_eq!(directives("info,kube_client=debug"), "info,kube_client=debug");
    }
}
