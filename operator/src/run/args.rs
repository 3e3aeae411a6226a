//! The arguments of `run`. Each that a pod's manifest sets has a variable of the environment too,
//! by the names that deployments of Rivven's operator already use.
//!
//! What is wrong is refused before anything starts, with what would be right: a pod that starts
//! with half of its settings does the wrong thing quietly.

use std::{net::SocketAddr, time::Duration};

use clap::{ArgAction, Args, ValueEnum};
use tracing_subscriber::EnvFilter;

pub(crate) use crate::dns::name;
use crate::reach::Reach;

/// Arguments of `run`.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// Where /metrics is served
    #[arg(long, env = "METRICS_ADDR", value_name = "ADDRESS:PORT", hide_env_values = true)]
    #[arg(default_value = "0.0.0.0:8080", value_parser = address)]
    pub metrics_addr: SocketAddr,
    /// Where /livez, /healthz and /readyz are served
    #[arg(long, env = "HEALTH_ADDR", value_name = "ADDRESS:PORT", hide_env_values = true)]
    #[arg(default_value = "0.0.0.0:8081", value_parser = address)]
    pub health_addr: SocketAddr,
    /// Acts only while it holds the lease, so that several may run. Off under --dry-run
    #[arg(long, env = "LEADER_ELECTION", value_name = "BOOL", hide_env_values = true)]
    #[arg(num_args = 0..=1, default_value = "true", default_missing_value = "true")]
    #[arg(action = ArgAction::Set, value_parser = yes_or_no)]
    pub leader_election: bool,
    /// The namespace of the lease. Default: POD_NAMESPACE, else the kubeconfig's
    #[arg(long, value_name = "NAMESPACE", value_parser = name)]
    pub leader_election_namespace: Option<String>,
    /// The namespaces to look after, repeated or separated by commas. Default: all
    #[arg(short, long, env = "WATCH_NAMESPACE", value_name = "NAMESPACE", hide_env_values = true)]
    #[arg(action = ArgAction::Append, value_delimiter = ',', value_parser = name_or_none)]
    pub namespace: Vec<String>,
    /// How much is told: error, warn, info, debug, trace, or directives such as
    /// info,sluicegate_effects=debug
    #[arg(long, env = "RUST_LOG", value_name = "LEVEL", hide_env_values = true)]
    #[arg(default_value = "info", value_parser = level)]
    pub log_level: String,
    /// The form of what is told
    #[arg(long, env = "LOG_FORMAT", value_enum, hide_env_values = true)]
    #[arg(default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// How to reach the cluster.
    #[command(flatten)]
    pub reach: Reach,
    /// How often everything is looked at though nothing has changed
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = duration)]
    pub resync: Duration,
    /// How many resources of a kind are worked on at the same time
    #[arg(long, value_name = "N", default_value_t = 8)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: u16,
    /// How many requests a second may go to the API server; watches and the lease apart
    #[arg(long, value_name = "N", default_value_t = 50)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub api_qps: u32,
    /// How many of them may go at once after a quiet time
    #[arg(long, value_name = "N", default_value_t = 100)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub api_burst: u32,
    /// Tells by events and numbers what it would do, and writes nothing else
    #[arg(long)]
    pub dry_run: bool,
}

/// The form of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: an object on each line.
    Json,
}

impl RunArgs {
    /// The namespaces to look after, each once and in order; none means all.
    pub fn namespaces(&self) -> Vec<String> {
        let mut all: Vec<String> =
            self.namespace.iter().filter(|name| !name.is_empty()).cloned().collect();
        all.sort();
        all.dedup();
        all
    }

    /// Whether a lease decides if it acts: what writes nothing need not be alone.
    pub fn competes(&self) -> bool {
        self.leader_election && !self.dry_run
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "give an address and a port, such as 0.0.0.0:8080, 127.0.0.1:8080 or [::]:8080".to_owned()
    })
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("give true or false".to_owned()),
    }
}

/// The name of a namespace; nothing where a manifest sets the variable to nothing, which means all.
fn name_or_none(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Ok(String::new()) } else { name(text) }
}

fn level(text: &str) -> Result<String, String> {
    let text = if text.trim().is_empty() { "info" } else { text };
    match EnvFilter::try_new(text) {
        // A misspelt level is read as the name of a crate, and then nothing is told of any other.
        Ok(_) if text.contains('=') || is_level(text.split(',').next().unwrap_or_default()) => {
            Ok(text.to_owned())
        }
        Ok(_) | Err(_) => Err("give error, warn, info, debug or trace, or directives such as \
                               info,sluicegate_effects=debug"
            .to_owned()),
    }
}

/// Whether this is a level on its own.
pub(super) fn is_level(text: &str) -> bool {
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    levels.iter().any(|level| level.eq_ignore_ascii_case(text.trim()))
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let seconds = match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        _ => None,
    };
    let whole = number.parse::<u64>().ok().zip(seconds).and_then(|(n, each)| n.checked_mul(each));
    match whole {
        Some(seconds) if (1..=86_400).contains(&seconds) => Ok(Duration::from_secs(seconds)),
        Some(_) | None => Err("give a time from 1s to 24h, such as 20s, 10m or 1h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Alone {
        #[command(flatten)]
        run: RunArgs,
    }

    fn parse(args: &[&str]) -> Result<RunArgs, String> {
        let all = std::iter::once("run").chain(args.iter().copied());
        Alone::try_parse_from(all).map(|alone| alone.run).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_given_is_as_deployments_expect_it() {
        let args = parse(&[]).expect("nothing is needed");
        assert_eq!(args.metrics_addr.to_string(), "0.0.0.0:8080");
        assert_eq!(args.health_addr.to_string(), "0.0.0.0:8081");
        assert!(args.leader_election && args.competes());
        assert!(args.namespaces().is_empty());
        assert_eq!(args.log_format, LogFormat::Text);
        assert_eq!(args.resync, Duration::from_secs(600));
        assert_eq!((args.workers, args.api_qps, args.api_burst), (8, 50, 100));
    }

    #[test]
    fn leader_election_is_switched_off_in_every_way_people_write_it() {
        for off in [&["--leader-election=false"][..], &["--leader-election", "false"]] {
            assert!(!parse(off).expect("it is a way").leader_election, "{off:?}");
        }
        assert!(parse(&["--leader-election"]).expect("it is a way").leader_election);
        assert!(!parse(&["--dry-run"]).expect("it is a flag").competes());
    }

    #[test]
    fn namespaces_are_named_once_or_often_and_none_means_all() {
        let args = parse(&["--namespace", "b, a", "-n", "c", "--namespace=a"]);
        assert_eq!(args.expect("they are names").namespaces(), ["a", "b", "c"]);
        assert!(parse(&["--namespace="]).expect("none").namespaces().is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_remedy() {
        let table: [(&[&str], &str); 10] = [
            (&["--metrics-addr", "8080"], "0.0.0.0:8080"),
            (&["--health-addr", "localhost:8081"], "127.0.0.1:8080"),
            (&["--namespace", "Team_A"], "lower-case"),
            (&["--leader-election=perhaps"], "true or false"),
            (&["--log-level", "loud"], "error, warn, info"),
            (&["--log-format", "xml"], "json"),
            (&["--cluster-domain", "a..b"], "cluster.local"),
            (&["--resolve", "broker=127.0.0.1:1"], "HOST:PORT=ADDRESS"),
            (&["--resync", "10"], "10m"),
            (&["--workers", "0"], "1..=256"),
        ];
        for (args, remedy) in table {
            let error = parse(args).expect_err("it is wrong");
            let flag = args[0].split('=').next().expect("a flag");
            assert!(error.contains(flag) && error.contains(remedy), "{error}");
        }
    }

    #[test]
    fn a_level_may_be_a_word_or_directives() {
        for level in ["debug", "WARN", "info,sluicegate_effects=trace", "kube_client=debug"] {
            assert!(parse(&["--log-level", level]).is_ok(), "{level}");
        }
    }
}
