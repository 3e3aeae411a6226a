//! How many brokers there shall be right now, on the way from how many there are to how many are
//! asked for.

use serde_json::json;

use super::{
    Valid,
    brokers::{Brokers, broker},
    gates,
};
use crate::{
    field::Path,
    many::many,
    observed::Observed,
    plan::{Blocked, Gate, GateState, Guard, Risk, Waiting},
    systems::rivven::{Answer, Probe, Rivven, names, rules},
};

/// The next stage.
#[derive(Debug, Default)]
pub(super) struct Scale {
    /// How many there shall be right now.
    pub(super) replicas: u32,
    pub(super) gates: Vec<Gate>,
    pub(super) guards: Vec<Guard<Rivven>>,
    pub(super) waiting: Vec<Waiting>,
    pub(super) blocked: Vec<Blocked>,
}

/// The broker whose holdings have to be known before there can be fewer, if there shall be.
pub(super) fn last_to_go(live: u32, wanted: u32) -> Option<u32> {
    (live > wanted).then(|| live - 1)
}

/// More at once; fewer one by one, from the highest, each only when it holds nothing.
pub(super) fn scale(valid: &Valid, brokers: &Brokers, seen: &Observed<Rivven>) -> Scale {
    let (live, wanted) = (brokers.live(), valid.replicas);
    let Some(last) = last_to_go(live, wanted) else {
        return Scale { replicas: wanted, ..Scale::default() };
    };
    let stay = Scale { replicas: live, ..Scale::default() };
    if brokers.set.is_none() {
        // It is being made anew around its pods: first it takes them all over.
        return stay;
    }
    let probe = holdings(&valid.namespace, &valid.name, last);
    let (gate, holds) = drained(brokers, last, seen.answer(&probe));
    let (gate, volume) = (
        gate.or_skipped(&valid.control.skip),
        gates::volume_kept(brokers, last).or_skipped(&valid.control.skip),
    );
    let gates = vec![gate.clone(), volume];
    if gates.iter().all(Gate::passes) {
        // What is given up by annotation may still grow: only emptiness is asked for once more.
        let mut guards = match seen.answer(&probe) {
            Some(answer @ Answer::Holdings(_)) if gate.state == GateState::Open => {
                vec![Guard::StillAnswers(probe, answer.clone())]
            }
            Some(_) | None => Vec::new(),
        };
        guards.extend(gates::claim_stays(valid, brokers, last));
        return Scale { replicas: live - 1, gates, guards, ..Scale::default() };
    }
    match holds.filter(|_| !gate.passes()) {
        Some(what) => {
            let rule = &rules::SCA_02;
            let pod = names::pod(&valid.name, last);
            let blocked = Blocked {
                rule,
                path: Path::dotted("spec.replicas"),
                before: json!(live),
                after: json!(wanted),
                message: format!("broker {pod} holds {what}"),
                remedy: format!(
                    "{} Or give it up: sluicegate/skip-gate: {}.",
                    rule.remedy,
                    gates::BROKER_DRAINED
                ),
            };
            Scale { blocked: vec![blocked], ..stay }
        }
        None => {
            let what = format!("remove broker {}", names::pod(&valid.name, last));
            let target = brokers.set.as_ref().map_or(&valid.own, |set| &set.target).clone();
            let (risk, rule) = (Risk::Online, &rules::SCA_02);
            Scale { waiting: vec![Waiting { what, target, risk, rule, gates }], ..stay }
        }
    }
}

/// What a broker holds, as a question.
pub(super) fn holdings(namespace: &str, cluster: &str, ordinal: u32) -> Probe {
    Probe::Holdings(broker(namespace, cluster, ordinal, names::CLIENT_PORT))
}

/// Whether a broker holds nothing, and what it holds if it says so.
fn drained(brokers: &Brokers, ordinal: u32, answer: Option<&Answer>) -> (Gate, Option<String>) {
    let id = gates::BROKER_DRAINED;
    // A broker whose claim was never bound has never run: there is nothing that it could hold.
    let never_ran = brokers.claims.get(&ordinal).is_none_or(|claim| !claim.bound && !claim.lost)
        && brokers.pods.get(&ordinal).is_none_or(|pod| !pod.ready);
    match answer {
        Some(Answer::Holdings(topics)) if topics.is_empty() => {
            (Gate::judged(id, Some(true), "no topics"), None)
        }
        Some(Answer::Holdings(topics)) => {
            let records: u64 = topics.values().sum();
            let mut names: Vec<&str> = topics.keys().take(5).map(String::as_str).collect();
            if topics.len() > names.len() {
                names.push("…");
            }
            let (count, names) = (topics.len(), names.join(", "));
            let (topics, records) = (many(count, "topic"), many(records, "record"));
            let holds = format!("{topics} with {records} ({names})");
            (Gate::judged(id, Some(false), holds.clone()), Some(holds))
        }
        _ if never_ran => (Gate::judged(id, Some(true), "it never ran"), None),
        Some(Answer::Unreachable(why)) => (Gate::judged(id, None, why.clone()), None),
        Some(
            Answer::Health(_)
            | Answer::Topics(_)
            | Answer::NoTopic
            | Answer::Topic(_)
            | Answer::Progress(_)
            | Answer::Registry(_),
        )
        | None => (Gate::judged(id, None, "it did not say what it holds"), None),
    }
}
