//! How far a flow is: what its processors tell of themselves. It moves with every record, so it is
//! told by numbers, and gets into the status only with what is written there anyway.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;
use kube_core::ResourceExt as _;

use super::{Valid, api::DataFlow, conditions as c, list, names};
use crate::{
    condition::Draft,
    kind::Measure,
    many::many,
    observed::{Api, Observed},
    systems::dataflow::{Answer, DataFlows, Figures, Probe, Processor},
    workload::seen::{is_ready, stays},
};

const SENT: &str = "Records that a sink has acknowledged, since the processors started";
const ERRORS: &str = "What went wrong, since the processors started";
const LAG: &str = "Records of the source that are not acknowledged yet";
const WATERMARK_AGE: &str =
    "Seconds since the newest record was written that is acknowledged with all before it";

/// Who is asked: whoever is ready and has an address.
pub(super) fn questions(namespace: &str, name: &str, seen: &Observed<DataFlows>) -> Vec<Probe> {
    let pods = seen.items(&list(Api::of::<Pod>(), namespace, name));
    let ready = pods.iter().map(Arc::as_ref).filter(|pod| stays(pod) && is_ready(pod));
    ready.filter_map(|pod| Processor::of(pod, names::METRICS_PORT)).map(Probe::Figures).collect()
}

/// What each of them has told; nothing unless all have.
fn each(namespace: &str, name: &str, seen: &Observed<DataFlows>) -> Option<Vec<Figures>> {
    let questions = questions(namespace, name, seen);
    let told = |probe: &Probe| match seen.answer(probe) {
        Some(Answer::Figures(figures)) => Some(*figures),
        Some(Answer::Unreachable(_)) | None => None,
    };
    questions.iter().map(told).collect()
}

/// What they have told together; nothing unless all have.
pub(super) fn together(valid: &Valid, seen: &Observed<DataFlows>) -> Option<Figures> {
    Figures::together(&each(&valid.namespace, &valid.name, seen)?)
}

/// The numbers.
pub(super) fn measures(flow: &DataFlow, seen: &Observed<DataFlows>) -> Vec<Measure> {
    let all = each(&flow.namespace().unwrap_or_default(), &flow.name_any(), seen);
    let Some(told) = all.and_then(|all| Figures::together(&all)) else { return Vec::new() };
    let known = [
        ("sent", SENT, Some(told.sent)),
        ("errors", ERRORS, Some(told.errors)),
        ("lag", LAG, told.lag),
        ("watermark_age_seconds", WATERMARK_AGE, told.watermark_age),
    ];
    let known = known.into_iter().filter_map(|(name, help, value)| Some((name, help, value?)));
    known.map(|(name, help, value)| Measure::whole(name, help, value)).collect()
}

/// Whether some of several processors have nothing to read.
pub(super) fn idle(valid: &Valid, seen: &Observed<DataFlows>) -> Draft {
    if !valid.by_group || valid.replicas < 2 {
        return c::REPLICAS_IDLE_SINGLE.no("");
    }
    let all = each(&valid.namespace, &valid.name, seen).unwrap_or_default();
    let partitions: Option<Vec<u64>> = all.iter().map(|one| one.partitions).collect();
    let wanted = usize::try_from(valid.replicas).unwrap_or_default();
    match partitions.filter(|all| all.len() == wanted) {
        None => c::REPLICAS_IDLE_UNSEEN.unknown(""),
        Some(of) => match of.iter().filter(|partitions| **partitions == 0).count() {
            0 => c::REPLICAS_IDLE_NONE.no(""),
            idle => {
                let (there, from) = (of.iter().sum::<u64>(), valid.meaning.source.says());
                let there = many(there, "partition");
                c::REPLICAS_IDLE_SOME
                    .yes(format!("{idle} of {wanted} have nothing to read: {from} has {there}"))
            }
        },
    }
}
