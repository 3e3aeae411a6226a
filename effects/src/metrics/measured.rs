//! Numbers of what resources stand for, as the product told them when it was last asked: gauges,
//! each by namespace and name of its resource. They go with the resource, and while the product
//! does not answer there are none: an old number looks like a new one.
//!
//! What is asked for their sake is asked when the product is looked at, and at no other time.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _},
    metrics::{MetricType, gauge::ConstGauge},
};
use sluicegate_core::{
    kind::{Kind, Measure},
    name::Name,
};

/// Of how many resources of a kind numbers are told. Whoever collects them pays for each.
const RESOURCES_MAX: usize = 10_000;

/// The numbers of all resources. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Measured(Arc<Mutex<BTreeMap<String, Kept>>>);

/// Of one kind, by namespace and name.
type Kept = BTreeMap<(String, String), Vec<Measure>>;

impl Measured {
    /// What was seen of a resource, instead of what was before.
    pub fn tell<K: Kind>(&self, (namespace, name): &(String, String), seen: Vec<Measure>) {
        let mut all = self.lock();
        let kept = all.entry(prefix::<K>()).or_default();
        let key = (namespace.clone(), name.clone());
        if seen.is_empty() {
            kept.remove(&key);
        } else if kept.len() < RESOURCES_MAX || kept.contains_key(&key) {
            kept.insert(key, seen);
        }
    }

    /// Nobody looks at this kind any more.
    pub fn forget<K: Kind>(&self) {
        self.lock().remove(&prefix::<K>());
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the names of a kind's numbers begin with, such as `rivven_topic`.
fn prefix<K: Kind>() -> String {
    Name::of::<K>().metrics()
}

impl Collector for Measured {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for (prefix, kept) in self.lock().iter() {
            let all = kept.values().flatten();
            let names: BTreeMap<&str, &str> = all.map(|one| (one.name, one.help)).collect();
            for (name, help) in names {
                let full = format!("{prefix}_{name}");
                let mut family = encoder.encode_descriptor(&full, help, None, MetricType::Gauge)?;
                for ((namespace, resource), measures) in kept {
                    for one in measures.iter().filter(|one| one.name == name) {
                        let of = one.of.iter().map(|(label, value)| (*label, value.as_str()));
                        let labels = [("namespace", namespace.as_str()), ("name", resource)];
                        let labels: Vec<_> = labels.into_iter().chain(of).collect();
                        let labels = labels.as_slice();
                        ConstGauge::new(one.value).encode(family.encode_family(&labels)?)?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::{encoding::text, registry::Registry};
    use sluicegate_core::systems::rivven::topic::Topic;

    use super::*;

    #[test]
    fn numbers_are_those_that_were_seen_last_and_go_with_their_resource() {
        let measured = Measured::default();
        let mut registry = Registry::default();
        registry.register_collector(Box::new(measured.clone()));
        let page = || {
            let mut page = String::new();
            text::encode(&mut page, &registry).expect("a string takes all");
            page
        };
        let key = |name: &str| ("team".to_owned(), name.to_owned());
        let seen = |value| vec![Measure::whole("records", "Records", value)];
        measured.tell::<Topic>(&key("a"), seen(7));
        measured.tell::<Topic>(&key("a"), seen(8));
        measured.tell::<Topic>(&key("b"), seen(1));
        let line = r#"rivven_topic_records{namespace="team",name="a"} 8"#;
        assert!(page().contains(line), "{}", page());
        measured.tell::<Topic>(&key("a"), Vec::new());
        assert!(!page().contains("name=\"a\"") && page().contains("name=\"b\""), "{}", page());
        let of = |sink: &str| vec![("sink", sink.to_owned())];
        let lag = |sink, value| Measure { of: of(sink), ..Measure::whole("lag", "Lag", value) };
        measured.tell::<Topic>(&key("c"), vec![lag("print", 1), lag("store", 2)]);
        for line in [
            r#"rivven_topic_lag{namespace="team",name="c",sink="print"} 1"#,
            r#"rivven_topic_lag{namespace="team",name="c",sink="store"} 2"#,
        ] {
            assert!(page().contains(line), "{}", page());
        }
        measured.forget::<Topic>();
        assert_eq!(page(), "# EOF\n");
    }
}
