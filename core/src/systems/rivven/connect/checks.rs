//! What one RivvenConnect can be judged by, on its own.

use k8s_openapi::jiff::Timestamp;

use super::api::RivvenConnect;
use crate::{
    check::{Check, Judge},
    field::Path,
    systems::rivven::names,
    workload::checks::{self as pods, has_pods, restricted},
};

/// The rules, in the order of their ids.
pub(super) const CHECKS: &[Check<RivvenConnect>] = &[
    Check::new(
        "CON-01",
        "",
        "size(self.metadata.name) <= 45 && !self.metadata.name.contains('.')",
        "metadata.name must have at most 45 characters and no dots, so that the names of the \
         worker and its Service made from it are valid",
        |connect, judge| {
            let name = connect.metadata.name.as_deref().unwrap_or_default();
            let fits = name.len() <= names::CONNECT_NAME_MAX && !name.contains('.');
            let must = "must have at most 45 characters and no dots";
            judge.ensure(fits, name_path(judge), name, must, "choose a shorter name, without dots");
        },
    ),
    Check::new(
        "CON-02",
        "",
        "!self.metadata.name.matches('-w[0-9]+$')",
        "metadata.name must not end in -w and a number: workers are called so",
        |connect, judge| {
            let name = connect.metadata.name.as_deref().unwrap_or_default();
            let number = name.rsplit_once("-w").map(|(_, number)| number);
            let is_worker = number.is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            });
            let must = "must not end in -w and a number";
            let remedy = "choose another name, workers are called so";
            judge.ensure(!is_worker, name_path(judge), name, must, remedy);
        },
    ),
    Check::new(
        "CON-03",
        "spec",
        "(has(self.sources) ? self.sources.map(s, s.name) : []) \
         .all(a, (has(self.sources) ? self.sources : []).filter(s, s.name == a).size() \
         + (has(self.sinks) ? self.sinks : []).filter(s, s.name == a).size() == 1) \
         && (has(self.sinks) ? self.sinks.map(s, s.name) : []) \
         .all(a, (has(self.sinks) ? self.sinks : []).filter(s, s.name == a).size() == 1)",
        "sources and sinks must have names of their own",
        |connect, judge| {
            let mut seen = Vec::new();
            let sources = connect.spec.sources.iter().flatten().map(|one| &one.name);
            let sinks = connect.spec.sinks.iter().flatten().map(|one| &one.name);
            let sources = sources.enumerate().map(|(index, name)| ("sources", index, name));
            let sinks = sinks.enumerate().map(|(index, name)| ("sinks", index, name));
            for (list, index, name) in sources.chain(sinks) {
                if seen.contains(&name) {
                    judge.twice(judge.child(list).index(index).child("name"), name);
                }
                seen.push(name);
            }
        },
    ),
    Check::new(
        "CON-04",
        "spec.env",
        "self.all(e, !e.name.startsWith('SECRET_') && !e.name.startsWith('LD_') \
         && !e.name.startsWith('DYLD_') && e.name != 'RUST_LOG')",
        "names must not begin with SECRET_ (use configSecretRef), LD_ or DYLD_, nor be RUST_LOG \
         (use spec.config.logLevel)",
        |connect, judge| {
            for (index, variable) in connect.spec.env.iter().flatten().enumerate() {
                let name = variable.name.as_str();
                let begins = ["SECRET_", "LD_", "DYLD_"].iter().any(|one| name.starts_with(one));
                if begins || name == "RUST_LOG" {
                    let at = judge.at().index(index).child("name");
                    let why = format!("{name} is reserved");
                    let remedy =
                        "use configSecretRef for secrets, spec.config.logLevel for the log";
                    judge.forbidden(at, &why, remedy);
                }
            }
        },
    ),
    Check::new(
        "CON-05",
        "spec.settings",
        "!has(self.metrics) || !has(self.metrics.enabled) || !self.metrics.enabled \
         || (has(self.metrics.port) ? self.metrics.port : 9091) \
         != (has(self.health) && has(self.health.port) ? self.health.port : 8080)",
        "metrics.port (9091 when left out) must not be health.port (8080 when left out)",
        |connect, judge| {
            let Some(settings) = &connect.spec.settings else { return };
            let Some(metrics) = settings.metrics.as_ref() else { return };
            if metrics.enabled != Some(true) {
                return;
            }
            let (health, figures) = names::WORKER_PORTS;
            let port = metrics.port.unwrap_or_else(|| i32::from(figures));
            let taken = settings.health.as_ref().and_then(|health| health.port);
            let free = port != taken.unwrap_or_else(|| i32::from(health));
            let at = judge.child("metrics").child("port");
            judge.ensure(free, at, port, "must not be health.port", "choose another port");
        },
    ),
    Check::new(
        "CON-06",
        "spec.settings.retry",
        "(has(self.maxBackoffMs) ? self.maxBackoffMs : 30000) \
         >= (has(self.initialBackoffMs) ? self.initialBackoffMs : 100)",
        "maxBackoffMs (30000 when left out) must not be less than initialBackoffMs (100 when left \
         out)",
        |connect, judge| {
            let settings = connect.spec.settings.as_ref();
            let Some(retry) = settings.and_then(|settings| settings.retry.as_ref()) else { return };
            let first = retry.initial_backoff_ms.unwrap_or(100);
            let most = retry.max_backoff_ms.unwrap_or(30_000);
            let must = format!("must be at least initialBackoffMs, {first}");
            let remedy = "raise it, or lower initialBackoffMs";
            judge.ensure(most >= first, judge.child("maxBackoffMs"), most, &must, remedy);
        },
    ),
    Check::when_read(
        "CON-07",
        "spec",
        "connectors have the keys that their catalogue lists, and what they cannot do without",
    ),
    Check::here(
        "CON-08",
        "spec.sinks",
        "startOffset is earliest, latest or a time that there is",
        |connect, judge| {
            for (index, sink) in connect.spec.sinks.iter().flatten().enumerate() {
                let Some(start) = sink.start_offset.as_deref() else { continue };
                let word = matches!(start, "earliest" | "latest");
                if !word && start.parse::<Timestamp>().is_err() {
                    let at = judge.at().index(index).child("startOffset");
                    let must = "must be earliest, latest or a time that there is";
                    judge.invalid(at, start, must, "write a time such as 2026-01-31T12:00:00Z");
                }
            }
        },
    ),
    pods::variables_once("CON-11"),
    pods::label_prefixes("CON-12"),
    pods::annotation_prefix("CON-13"),
    restricted::pod::identity("CON-14"),
    restricted::pod::profiles("CON-15"),
    restricted::pod::selinux("CON-16"),
    restricted::pod::sysctls("CON-17"),
    restricted::pod::windows("CON-18"),
    restricted::container::identity("CON-19"),
    restricted::container::profiles("CON-20"),
    restricted::container::selinux("CON-21"),
    restricted::container::privileges("CON-22"),
    restricted::container::capabilities("CON-23"),
    restricted::container::windows("CON-24"),
    pods::limits("CON-28"),
    pods::tolerations("CON-30"),
    pods::spread("CON-31"),
    pods::variable_sources("CON-32"),
    pods::pull_secrets("CON-33"),
    pods::pod_profiles("CON-36"),
    pods::container_profiles("CON-37"),
    pods::kernel_parameters("CON-38"),
    pods::node_affinity("CON-39"),
    pods::pod_affinity("CON-40"),
    pods::spread_selectors("CON-41"),
    pods::node_selector("CON-42"),
    pods::pod_labels("CON-43"),
    pods::pod_annotations("CON-44"),
    pods::resources("CON-47"),
    pods::variable_fields("CON-48"),
    pods::image("CON-49"),
];

fn name_path(judge: &Judge<'_>) -> Path {
    judge.child("metadata").child("name")
}

has_pods!(RivvenConnect, names::WORKER);
