//! What `/metrics` says: the operator's own numbers, those of the process, and the names that
//! dashboards of Rivven's own operator read.
//!
//! Those names are the same facts once more. Where a kind has no resource yet they are there with
//! nothing counted, as they are there.

use std::{
    fmt, fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, text},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
    registry::{Registry, Unit},
};
use sluicegate_core::{
    kind::Kind,
    name::Name,
    observed::Api,
    system::System,
    systems::{self, Visitor},
};
use sluicegate_effects::{
    Class,
    metrics::{Metrics, OfClass, OfKind},
};
use tokio::sync::watch;

use super::lease::Role;

/// How many parts of a second Linux counts processor time in, for every program that asks.
const TICKS: f64 = 100.0;

/// Everything that is served.
pub(crate) fn registry(metrics: &Metrics, lease: Option<watch::Receiver<Role>>) -> Registry {
    let mut registry = Registry::default();
    metrics.register(&mut registry);
    registry.register_collector(Box::new(Process { started: started() }));
    registry.register_collector(Box::new(Leader(lease)));
    let mut names = Names(Vec::new());
    systems::visit(&mut names);
    registry.register_collector(Box::new(Upstream { metrics: metrics.clone(), names: names.0 }));
    registry
}

/// The numbers as text.
pub(crate) fn encode(registry: &Registry) -> String {
    let mut page = String::new();
    // Writing to a string does not fail.
    let _ = text::encode(&mut page, registry);
    page
}

/// When this process began. Asked for once: the clock may be set later.
fn started() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    now.as_secs_f64()
}

#[derive(Debug)]
struct Process {
    started: f64,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let gauge = |value: f64| ConstGauge::new(value);
        put(
            &mut encoder,
            ("process_start_time", "When the process began, since 1970"),
            Some(&Unit::Seconds),
            &gauge(self.started),
        )?;
        if let Some(bytes) = memory() {
            let names = ("process_resident_memory", "Memory that the process has");
            put(&mut encoder, names, Some(&Unit::Bytes), &gauge(bytes))?;
        }
        if let Some(seconds) = processor() {
            let names = ("process_cpu", "Processor time that the process has used");
            put(&mut encoder, names, Some(&Unit::Seconds), &ConstCounter::new(seconds))?;
        }
        Ok(())
    }
}

/// The memory that is resident, in bytes; nothing where Linux does not tell.
fn memory() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

/// The processor time that was used, in seconds; nothing where Linux does not tell.
fn processor() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may have spaces in it, and ends with the last parenthesis.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map_while(|word| word.parse::<f64>().ok());
    Some((times.next()? + times.next()?) / TICKS)
}

#[derive(Debug)]
struct Leader(Option<watch::Receiver<Role>>);

impl Collector for Leader {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        // Without a lease it acts as one who leads.
        let leads = self.0.as_ref().is_none_or(|role| *role.borrow() == Role::Leader);
        let names = ("sluicegate_leader", "Whether this process acts: 1, or stands by: 0");
        put(&mut encoder, names, None, &ConstGauge::new(i64::from(leads)))
    }
}

/// The names that Rivven's operator gives its numbers, by kind.
#[derive(Debug)]
struct Upstream {
    metrics: Metrics,
    names: Vec<(String, String)>,
}

impl Collector for Upstream {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for (kind, prefix) in &self.names {
            let of = OfKind { kind: kind.clone() };
            let took = self.metrics.reconcile.get_or_create_owned(&of);
            let done = ConstCounter::new(count(&took));
            let name = format!("{prefix}_reconciliations");
            put(&mut encoder, (&name, "Reconciliations"), None, &done)?;
            let failed = ConstCounter::new(self.failed(kind));
            let name = format!("{prefix}_reconciliation_errors");
            put(&mut encoder, (&name, "Reconciliations that failed"), None, &failed)?;
            let name = format!("{prefix}_reconciliation_duration");
            put(&mut encoder, (&name, "How long they took"), Some(&Unit::Seconds), &took)?;
        }
        Ok(())
    }
}

impl Upstream {
    /// One that has to look again has not failed.
    fn failed(&self, kind: &str) -> u64 {
        let of = |class: Class| OfClass { kind: kind.to_owned(), class: class.to_string() };
        let count = |class| self.metrics.failures.get(&of(class)).map_or(0, |count| count.get());
        count(Class::Retry) + count(Class::Final)
    }
}

/// How often a histogram was filled, which it tells to nobody but the page.
fn count(histogram: &prometheus_client::metrics::histogram::Histogram) -> u64 {
    let mut one = Registry::default();
    one.register("one", "", histogram.clone());
    let page = encode(&one);
    let count = page.lines().find_map(|line| line.strip_prefix("one_count "));
    count.and_then(|count| count.parse().ok()).unwrap_or_default()
}

struct Names(Vec<(String, String)>);

impl<S: System> Visitor<S> for Names {
    fn kind<K: Kind<System = S>>(&mut self) {
        let kind = Api::of::<K::Resource>().kind.to_string();
        let name = Name { system: S::NAME, kind: K::COUNTED_AS };
        self.0.push((kind, name.metrics()));
    }
}

fn put(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    unit: Option<&Unit>,
    metric: &impl EncodeMetric,
) -> fmt::Result {
    let encoder = encoder.encode_descriptor(name, help, unit, metric.metric_type())?;
    metric.encode(encoder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(metrics: &Metrics, role: Option<Role>) -> String {
        encode(&registry(metrics, role.map(|role| watch::channel(role).1)))
    }

    #[test]
    fn the_names_of_rivvens_operator_are_there_before_anything_has_happened() {
        let page = page(&Metrics::default(), None);
        for line in [
            "rivven_operator_reconciliations_total 0",
            "rivven_operator_reconciliation_errors_total 0",
            "rivven_operator_reconciliation_duration_seconds_count 0",
            "rivven_topic_reconciliations_total 0",
            "sluicegate_leader 1",
        ] {
            assert!(page.lines().any(|said| said == line), "{line} is not in {page}");
        }
    }

    #[test]
    fn what_happens_is_counted_under_both_names() {
        let metrics = Metrics::default();
        let kind = "RivvenTopic".to_owned();
        metrics.reconcile.get_or_create(&OfKind { kind: kind.clone() }).observe(0.5);
        for class in [Class::Conflict, Class::Retry, Class::Final] {
            let class = class.to_string();
            metrics.failures.get_or_create(&OfClass { kind: kind.clone(), class }).inc();
        }
        let page = page(&metrics, Some(Role::Standby(None)));
        for line in [
            "rivven_topic_reconciliations_total 1",
            "rivven_topic_reconciliation_errors_total 2",
            "rivven_topic_reconciliation_duration_seconds_sum 0.5",
            "sluicegate_reconcile_seconds_count{kind=\"RivvenTopic\"} 1",
            "sluicegate_leader 0",
        ] {
            assert!(page.lines().any(|said| said == line), "{line} is not in {page}");
        }
    }

    #[test]
    fn a_process_knows_its_memory_and_its_time() {
        assert!(memory().is_none_or(|bytes| bytes > 100_000.0));
        assert!(processor().is_none_or(|seconds| seconds >= 0.0));
        let page = page(&Metrics::default(), None);
        assert!(page.contains("process_start_time_seconds ") && page.ends_with("# EOF\n"));
    }
}
