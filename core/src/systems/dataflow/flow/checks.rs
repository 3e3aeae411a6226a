//! What one DataFlow can be judged by, on its own.

use super::{
    api::{DataFlow, StoreType},
    image, names, needs,
};
use crate::{
    check::Check,
    k8s::pod,
    workload::checks::{self as pods, HasPods, Pods},
};

const SINK: &str = "a sink needs, itself or its SecretRef: of kafka brokers and topic; of \
                    postgresql and clickhouse connectionString and table; of trino serverURL, \
                    catalog, schema and table; of nessie baseURL, namespace and table";

/// The rules, in the order of their ids.
pub(super) const CHECKS: &[Check<DataFlow>] = &[
    Check::new(
        "FLW-01",
        "",
        "size(self.metadata.name) <= 54",
        "metadata.name must have at most 54 characters, so that the names made from it are valid",
        |flow, judge| {
            let name = flow.metadata.name.as_deref().unwrap_or_default();
            let (at, must) =
                (judge.child("metadata").child("name"), "must have at most 54 characters");
            judge.ensure(name.len() <= names::NAME_MAX, at, name, must, "choose a shorter name");
        },
    ),
    Check::when_read(
        "FLW-02",
        "spec",
        "stores and transformations have what they need, and nothing that they do not know",
    ),
    Check::new(
        "FLW-03",
        "spec",
        "self.source.type == 'kafka' || !has(self.replicas) || self.replicas <= 1",
        "of a source that is polled one processor runs",
        |flow, judge| {
            let polled = flow.spec.source.kind != StoreType::Kafka;
            if let Some(many) = flow.spec.replicas.filter(|many| polled && *many > 1) {
                let must = "must be 0 or 1: several would read the same rows";
                judge.ensure(false, judge.child("replicas"), many, must, "write 1, or 0 to stop");
            }
        },
    ),
    Check::here(
        "FLW-04",
        "spec.processorImage",
        "a container runtime reads the image, and its program is the processor of this operator",
        |flow, judge| {
            let Some(given) = &flow.spec.processor_image else { return };
            pod::image::image(given, &judge.at(), judge);
            if image::is_upstreams(given) {
                let why = "that program reads passwords from its file, in which this operator \
                           writes none";
                judge.forbidden(judge.at(), why, "leave it out, or name the processor's image");
            }
        },
    ),
    Check::new(
        "FLW-05",
        "spec.imagePullSecrets",
        "self.all(one, self.exists_one(other, other.name == one.name))",
        "every Secret may be named once",
        |flow, judge| {
            let all = flow.spec.image_pull_secrets.as_deref().unwrap_or_default();
            for (index, one) in all.iter().enumerate() {
                if all[..index].contains(one) {
                    judge.twice(judge.at().index(index).child("name"), &one.name);
                }
            }
        },
    ),
    Check::when_read(
        "FLW-06",
        "spec.source",
        "a source needs, itself or its SecretRef: of kafka brokers and topic; of postgresql and \
         clickhouse connectionString and table; of trino serverURL, catalog, schema and table; of \
         nessie baseURL, namespace and table. A query stands for a table, but of nessie",
    )
    .and_cel(needs::SOURCE),
    Check::when_read("FLW-07", "spec.sink", SINK).and_cel(needs::SINK),
    Check::when_read("FLW-08", "spec.errors", SINK).and_cel(needs::SINK),
    pods::limits("FLW-28"),
    pods::tolerations("FLW-30"),
    pods::node_affinity("FLW-39"),
    pods::pod_affinity("FLW-40"),
    pods::node_selector("FLW-42"),
    pods::resources("FLW-47"),
];

impl HasPods for DataFlow {
    fn pods(&self) -> Pods<'_> {
        let spec = &self.spec;
        let annotations = self.metadata.annotations.as_ref();
        Pods {
            container: names::CONTAINER,
            resources: spec.resources.as_ref(),
            restart: annotations.and_then(|all| all.get(crate::label::RESTART)),
            node_selector: spec.node_selector.as_ref(),
            affinity: spec.affinity.as_ref(),
            tolerations: spec.tolerations.as_deref().unwrap_or_default(),
            ..Pods::default()
        }
    }
}
