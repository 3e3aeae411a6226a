//! `RivvenTopic`: a topic on a cluster. It makes nothing in Kubernetes; it speaks to the broker.

use std::sync::OnceLock;

use crate::{
    check::Check,
    condition::Reason,
    crd, field,
    inert::Idle,
    kind::{self, Ctx, Desired, Kind, Leave, Measure, Report},
    observed::{Observed, Reads, Selector},
    schema::Compiled,
    systems::rivven::Rivven,
};

pub mod adopt;
pub mod api;
mod checks;
mod conditions;
pub mod config;
pub mod gates;
mod inert;
mod leave;
mod situation;
mod status;
mod sync;
mod valid;

pub use api::{RivvenTopic, RivvenTopicSpec, RivvenTopicStatus};
pub use situation::{of_cluster, stands_for};
pub use valid::Valid;

use situation::{Place, Situation};

/// The kind.
#[derive(Clone, Copy, Debug)]
pub struct Topic;

impl Kind for Topic {
    type System = Rivven;
    type Resource = RivvenTopic;
    type Valid = Valid;

    const NAME: &'static str = "topic";
    const FINALIZER: Option<&'static str> = Some("rivven.hupe1980.github.io/topic-finalizer");
    const REASONS: &'static [&'static Reason] = conditions::REASONS;
    const INERT: &'static [(&'static str, &'static str)] = inert::INERT;
    const CHECKS: &'static [Check<RivvenTopic>] = checks::CHECKS;
    const GATES: &'static [(&'static str, &'static str)] = gates::GATES;

    fn schema() -> &'static Compiled {
        static SCHEMA: OnceLock<Compiled> = OnceLock::new();
        SCHEMA.get_or_init(|| crd::schema(&Self::crd()))
    }

    fn owns(_: &RivvenTopic) -> Vec<Selector> {
        Vec::new()
    }

    fn accepts(topic: &RivvenTopic) -> Result<Valid, field::Errors> {
        valid::accept(topic)
    }

    fn without_effect(topic: &RivvenTopic) -> Vec<Idle> {
        valid::without_effect(topic)
    }

    fn refers(_: &Ctx<'_>, topic: &RivvenTopic, seen: &Observed<Rivven>) -> Reads<Rivven> {
        let place = Place::of(topic);
        let mut reads = Reads::none().object(place.cluster.clone());
        if let Ok(cluster) = place.cluster(seen) {
            reads.lists.extend(place.rivals(&cluster));
            reads = reads.probe(place.probe());
        }
        reads
    }

    fn desires(_: &Ctx<'_>, valid: &Valid, seen: &Observed<Rivven>) -> Desired<Rivven> {
        sync::desire(valid, &Situation::of(valid, seen))
    }

    fn reports(_: &Ctx<'_>, valid: &Valid, seen: &Observed<Rivven>) -> Report<RivvenTopicStatus> {
        status::report(valid, &Situation::of(valid, seen))
    }

    fn measures(topic: &RivvenTopic, seen: &Observed<Rivven>) -> Vec<Measure> {
        let valid = kind::accept::<Self>(topic);
        valid.map_or_else(|_| Vec::new(), |valid| status::measures(&Situation::of(&valid, seen)))
    }

    fn leaves(_: &Ctx<'_>, topic: &RivvenTopic, seen: &Observed<Rivven>) -> Leave<Rivven> {
        leave::leave(topic, seen)
    }
}
