//! What a processor tells of itself: the figures on its page `/metrics`, as far as they are used.
//! The names are upstream's where that has them; the processor serves them under these.

use std::fmt;

use k8s_openapi::jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::observed::text;

/// Records that a sink has acknowledged, by sink and route.
pub const SENT: &str = "dataflow_messages_sent_total";
/// What went wrong, by store and step.
pub const ERRORS: [&str; 2] =
    ["dataflow_connector_errors_total", "dataflow_transformer_errors_total"];
/// Records of the source that are not acknowledged yet, by partition.
pub const LAG: &str = "dataflow_source_lag";
/// Seconds since the newest record was written that is acknowledged with all before it.
pub const WATERMARK_AGE: &str = "dataflow_watermark_age_seconds";
/// Partitions of the source that this processor reads.
pub const PARTITIONS: &str = "dataflow_source_partitions";
/// When a record was last acknowledged, in seconds since 1970.
pub const LAST_SENT: &str = "dataflow_last_sent_timestamp_seconds";

/// A processor: where it is found. Its pod has no name that can be looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Processor {
    /// The namespace of its pod.
    pub namespace: String,
    /// The name of its pod.
    pub pod: String,
    /// The address of its pod.
    pub ip: String,
    /// The port that its page is on.
    pub port: u16,
}

/// A question to a processor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Probe {
    /// How far is it? `GET /metrics`.
    Figures(Processor),
}

/// The answer of a processor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// To [`Probe::Figures`].
    Figures(Figures),
    /// To anything: it could not be asked, and why.
    Unreachable(String),
}

/// How far a processor is, since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Figures {
    /// Records that a sink has acknowledged.
    pub sent: u64,
    /// What went wrong.
    pub errors: u64,
    /// Records of the source that are not acknowledged yet, if it knows.
    pub lag: Option<u64>,
    /// Seconds since the newest record was written that is acknowledged with all before it.
    pub watermark_age: Option<u64>,
    /// Partitions of the source that it reads; nothing where the source has none.
    pub partitions: Option<u64>,
    /// When a record was last acknowledged.
    pub last_sent: Option<Timestamp>,
}

impl Processor {
    /// The processor in a pod, once that has an address.
    pub fn of(pod: &Value, port: u16) -> Option<Self> {
        let part = |place| text(pod, place).to_owned();
        let ip = part("/status/podIP");
        let (namespace, pod) = (part("/metadata/namespace"), part("/metadata/name"));
        (!ip.is_empty()).then_some(Self { namespace, pod, ip, port })
    }
}

impl Figures {
    /// Reads a page in the text format of Prometheus. Of a figure with labels all are added up.
    /// Nothing if it is no processor's page.
    pub fn read(page: &str) -> Option<Self> {
        let mut figures = Self::default();
        let mut is_processors = false;
        for (name, value) in page.lines().filter_map(sample) {
            let add =
                |to: &mut Option<u64>| *to = Some(to.unwrap_or(0).saturating_add(whole(value)));
            match name {
                SENT => {
                    is_processors = true;
                    figures.sent = figures.sent.saturating_add(whole(value));
                }
                LAG => add(&mut figures.lag),
                WATERMARK_AGE => {
                    figures.watermark_age = figures.watermark_age.max(Some(whole(value)));
                }
                PARTITIONS => add(&mut figures.partitions),
                LAST_SENT if value > 0.0 => {
                    let moment = i64::try_from(whole(value)).ok();
                    let moment = moment.and_then(|at| Timestamp::from_second(at).ok());
                    figures.last_sent = figures.last_sent.max(moment);
                }
                name if ERRORS.contains(&name) => {
                    figures.errors = figures.errors.saturating_add(whole(value));
                }
                _ => {}
            }
        }
        is_processors.then_some(figures)
    }

    /// Those of several processors of one flow: what they did together, and the oldest watermark.
    /// What one of them does not know, all do not.
    pub fn together(all: &[Self]) -> Option<Self> {
        let (first, rest) = all.split_first()?;
        Some(rest.iter().fold(*first, |sum, one| Self {
            sent: sum.sent.saturating_add(one.sent),
            errors: sum.errors.saturating_add(one.errors),
            lag: sum.lag.zip(one.lag).map(|(one, other)| one.saturating_add(other)),
            watermark_age: sum.watermark_age.zip(one.watermark_age).map(|(one, it)| one.max(it)),
            partitions: sum.partitions.zip(one.partitions).map(|(a, b)| a.saturating_add(b)),
            last_sent: sum.last_sent.max(one.last_sent),
        }))
    }
}

/// The name and the value of a line, if it has both. A time may follow.
fn sample(line: &str) -> Option<(&str, f64)> {
    let line = line.trim();
    let end = line.find(['{', ' ', '\t']).filter(|_| !line.starts_with('#'))?;
    let (name, rest) = line.split_at(end);
    // A brace may be in a label.
    let rest = match rest.strip_prefix('{') {
        Some(labels) => labels.rsplit_once('}')?.1,
        None => rest,
    };
    let value = rest.split_ascii_whitespace().next()?.parse().ok()?;
    Some((name, value))
}

/// A value as a number of things. What is none counts for nothing.
fn whole(value: f64) -> u64 {
    // Rust saturates, and makes 0 of what is no number.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = value as u64;
    whole
}

impl Probe {
    /// Who is asked.
    pub fn processor(&self) -> &Processor {
        let Self::Figures(processor) = self;
        processor
    }
}

impl fmt::Display for Processor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "processor {}/{}", self.namespace, self.pod)
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "figures of {}", self.processor())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn figures_are_added_up_over_their_labels() {
        let page = "# HELP dataflow_messages_sent_total Records\n\
            # TYPE dataflow_messages_sent_total counter\n\
            dataflow_messages_sent_total{sink_type=\"kafka\",route=\"a } 7\"} 40\n\
            dataflow_messages_sent_total{sink_type=\"kafka\",route=\"\"} 2 1767225600000\n\
            dataflow_connector_errors_total{error_type=\"timeout\"} 1\n\
            dataflow_transformer_errors_total{error_type=\"invalid_data\"} 2\n\
            dataflow_source_lag{partition=\"0\"} 1e3\n\
            dataflow_source_lag{partition=\"1\"} 5\n\
            dataflow_watermark_age_seconds 12.9\n\
            dataflow_source_partitions 2\n\
            dataflow_last_sent_timestamp_seconds 1.7672256e9\n\
            dataflow_source_lagging 9\n";
        let expected = Figures {
            sent: 42,
            errors: 3,
            lag: Some(1005),
            watermark_age: Some(12),
            partitions: Some(2),
            last_sent: Some("2026-01-01T00:00:00Z".parse().expect("a time")),
        };
        assert_eq!(Figures::read(page), Some(expected));
    }

    #[test]
    fn what_is_not_told_is_not_known_and_a_page_of_others_is_no_answer() {
        let idle = "dataflow_messages_sent_total 0\ndataflow_last_sent_timestamp_seconds 0\n";
        assert_eq!(Figures::read(idle), Some(Figures::default()));
        for page in ["", "<html></html>", "process_cpu_seconds_total 1\n", "{} 7", "a{ 7"] {
            assert_eq!(Figures::read(page), None, "{page}");
        }
        let odd = "dataflow_messages_sent_total NaN\ndataflow_messages_sent_total -3\n";
        assert_eq!(Figures::read(odd), Some(Figures::default()));
    }

    #[test]
    fn several_are_told_together() {
        let one = Figures { sent: 1, lag: Some(4), watermark_age: Some(9), ..Figures::default() };
        let other = Figures { sent: 2, errors: 1, lag: None, ..one };
        let both = Figures { sent: 3, errors: 1, lag: None, ..one };
        assert_eq!(Figures::together(&[one, other]), Some(both));
        assert_eq!(Figures::together(&[]), None);
    }

    proptest! {
        #[test]
        fn no_page_is_too_odd(page in "\\PC*", line in "[ -~\n]{0,200}", value in any::<f64>()) {
            let names = [SENT, LAG, WATERMARK_AGE, PARTITIONS, LAST_SENT, ERRORS[0]];
            let all: Vec<String> = names.iter().map(|name| format!("{name} {value}")).collect();
            let odd = Figures::read(&all.join("\n")).expect("it is a processor's");
            prop_assert!(Figures::together(&[odd, odd, odd]).is_some());
            prop_assert_eq!(Figures::read(&page), None);
            let page = format!("{SENT} 1\n{line}");
            prop_assert!(Figures::read(&page).is_some(), "{}", page);
        }
    }
}
