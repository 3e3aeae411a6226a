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
/// and bodies, is not for a log. Directives are taken as they are.
fn directives(level: &str) -> String {
    let level = level.trim();
    match level.to_lowercase().as_str() {
        "off" | "error" => level.to_owned(),
        word if is_level(word) => format!("warn,sluicegate={word}"),
        _ => level.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_alone_does_not_make_the_libraries_talk() {
        assert_eq!(directives("debug"), "warn,sluicegate=debug");
        assert_eq!(directives("info,kube_client=debug"), "info,kube_client=debug");
    }
}
