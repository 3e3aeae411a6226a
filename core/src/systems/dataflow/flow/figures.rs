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

/// What the processors of a flow have told.
pub(super) struct Told {
    /// Whether as many are ready as there are to be.
    all_ready: bool,
    /// What each has told; nothing unless all are ready and have.
    each: Option<Vec<Figures>>,
    together: Option<Figures>,
}

impl Told {
    /// Those of a flow that is to have so many.
    pub(super) fn of(
        (namespace, name): (&str, &str),
        wanted: i32,
        seen: &Observed<DataFlows>,
    ) -> Self {
        let questions = questions(namespace, name, seen);
        let told = |probe: &Probe| match seen.answer(probe) {
            Some(Answer::Figures(figures)) => Some(*figures),
            Some(Answer::Unreachable(_)) | None => None,
        };
        let all_ready = usize::try_from(wanted).is_ok_and(|wanted| wanted == questions.len());
        let each: Option<Vec<Figures>> =
            all_ready.then(|| questions.iter().map(told).collect()).flatten();
        let together = each.as_deref().and_then(Figures::together);
        Self { all_ready, each, together }
    }

    /// What they have told together.
    pub(super) fn together(&self) -> Option<Figures> {
        self.together
    }

    /// Whether some of several have nothing to read. While all are ready and one does not answer,
    /// what was told stands.
    pub(super) fn idle(&self, valid: &Valid) -> Option<Draft> {
        if !valid.by_group || valid.replicas < 2 {
            return Some(c::REPLICAS_IDLE_SINGLE.no(""));
        }
        if !self.all_ready {
            return Some(c::REPLICAS_IDLE_UNSEEN.unknown(""));
        }
        let there = self.together?.partitions?;
        match self.each.iter().flatten().filter(|one| one.partitions == Some(0)).count() {
            0 => Some(c::REPLICAS_IDLE_NONE.no("")),
            // They are being given out anew.
            _ if there == 0 => None,
            idle => {
                let (there, from) = (many(there, "partition"), valid.meaning.source.says());
                let wanted = valid.replicas;
                let told = format!("{idle} of {wanted} have nothing to read: {from} has {there}");
                Some(c::REPLICAS_IDLE_SOME.yes(told))
            }
        }
    }
}

/// The numbers.
pub(super) fn measures(flow: &DataFlow, seen: &Observed<DataFlows>) -> Vec<Measure> {
    let (namespace, name) = (flow.namespace().unwrap_or_default(), flow.name_any());
    let told = Told::of((&namespace, &name), flow.spec.replicas.unwrap_or(1), seen);
    let Some(told) = told.together() else { return Vec::new() };
    let known = [
        ("sent", SENT, Some(told.sent)),
        ("errors", ERRORS, Some(told.errors)),
        ("lag", LAG, told.lag),
        ("watermark_age_seconds", WATERMARK_AGE, told.watermark_age),
    ];
    let known = known.into_iter().filter_map(|(name, help, value)| Some((name, help, value?)));
    known.map(|(name, help, value)| Measure::whole(name, help, value)).collect()
}
