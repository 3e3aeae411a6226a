//! What is told of a RivvenConnect: from what was seen of its worker, and nothing else. How a
//! connector fares in a worker that runs, the release tells nobody.

use super::{
    RivvenConnectStatus, Valid,
    api::{ConnectPhase, ConnectorState, ConnectorStatus},
    conditions as c,
    connectors::Wired,
    holdings,
    running::{self, Lineup},
    worker::Worker,
};
use crate::{
    condition::{Draft, Reason},
    connector::Role,
    kind::{Ctx, Report},
    many::many,
    observed::Observed,
    systems::rivven::{
        Answer, Rivven,
        home::{self, Away},
    },
    workload::conditions::measured,
};

/// The status and its conditions.
pub(super) fn report(
    ctx: &Ctx<'_>,
    valid: &Valid,
    seen: &Observed<Rivven>,
) -> Report<RivvenConnectStatus> {
    let away = home::cluster(&valid.cluster, &valid.namespace, seen).err();
    let barred = away.is_some() || valid.tls;
    let lineup = running::lineup(ctx, valid, seen);
    let worker = &lineup.worker;
    let told = |one| state(one, &lineup, barred, valid);
    let states: Vec<ConnectorStatus> = valid.connectors.iter().map(told).collect();
    let total = |role| valid.connectors.iter().filter(|one| one.role == role).count();
    let running = |role: Role| {
        let runs = |one: &&ConnectorStatus| {
            one.connector_type == role.as_str() && one.state == ConnectorState::Running
        };
        states.iter().filter(runs).count()
    };
    let (sources, sinks) = (running(Role::Source), running(Role::Sink));
    let conditions = vec![
        ready(valid, &lineup, away.as_ref()),
        broker(valid, seen, away.is_some()),
        all_run(
            valid,
            Role::Source,
            sources,
            [&c::SOURCES_ALL, &c::SOURCES_NOT_ALL, &c::SOURCES_NONE],
        ),
        all_run(valid, Role::Sink, sinks, [&c::SINKS_ALL, &c::SINKS_NOT_ALL, &c::SINKS_NONE]),
        kept(valid),
        listed(valid),
        measured(valid.measured, "rivven-connect", valid.release.version, &valid.image),
    ];
    let status = RivvenConnectStatus {
        phase: phase(valid, worker, sources + sinks),
        replicas: i32::try_from(worker.replicas).unwrap_or(i32::MAX),
        ready_replicas: i32::try_from(worker.ready).unwrap_or(i32::MAX),
        sources_running: count(sources),
        sinks_running: count(sinks),
        sources_total: count(total(Role::Source)),
        sinks_total: count(total(Role::Sink)),
        connector_statuses: states,
        ..RivvenConnectStatus::default()
    };
    Report { status, conditions, synced: None }
}

fn count(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// What a connector is doing: what its worker does, unless it is kept out of there.
fn state(connector: &Wired, lineup: &Lineup<'_>, barred: bool, valid: &Valid) -> ConnectorStatus {
    let worker = &lineup.worker;
    let held = connector.held.first().map(|held| {
        let why = format!("{} ({}): {}", held.path, held.rule.id, held.why);
        (held.rule.id.to_owned(), why)
    });
    let (state, why) = match held {
        _ if !connector.enabled => (ConnectorState::Disabled, None),
        Some(why) => (ConnectorState::Waiting, Some(why)),
        None if lineup.waiting.iter().any(|one| one.name == connector.name) => {
            let why = format!("no topic fits {}", connector.patterns.join(", "));
            (ConnectorState::Waiting, Some(("NoTopic".to_owned(), why)))
        }
        None if worker.runs() => (ConnectorState::Running, None),
        None if worker.problem.is_some() => {
            let why = worker.problem.clone().unwrap_or_default();
            (ConnectorState::Failed, Some(("WorkerFailed".to_owned(), why)))
        }
        None if barred => {
            let why = "no worker is started; see the condition Ready";
            (ConnectorState::Waiting, Some(("NoWorker".to_owned(), why.to_owned())))
        }
        None => (ConnectorState::Pending, None),
    };
    let (reason, message) = why.unzip();
    let running = lineup.running(&connector.name).and_then(|one| one.topics.clone());
    let topics = running.unwrap_or_default();
    // Kept for as long as there are patterns: a topic that has joined has joined for ever.
    let before = valid.before.iter().find(|one| one.name == connector.name);
    let known = before.filter(|_| !connector.patterns.is_empty());
    let known = known.map(|before| before.initial_topics.clone()).unwrap_or_default();
    let first: Vec<String> = topics.initial.iter().cloned().collect();
    ConnectorStatus {
        name: connector.name.clone(),
        connector_type: connector.role.as_str().to_owned(),
        kind: connector.kind.clone(),
        state,
        reason,
        message,
        initial_topics: if known.is_empty() { first } else { known },
        topics: topics.all().cloned().collect(),
    }
}

fn ready(valid: &Valid, lineup: &Lineup<'_>, away: Option<&Away>) -> Draft {
    let worker = &lineup.worker;
    match away {
        Some(Away::NotThere(why)) => return c::READY_NO_CLUSTER.no(why.clone()),
        Some(Away::NotPermitted) => {
            let why = home::not_listed(&valid.cluster, &valid.namespace);
            return c::READY_NOT_PERMITTED.no(format!("{why} (TOP-35)"));
        }
        None => {}
    }
    let enabled = valid.connectors.iter().filter(|one| one.enabled).count();
    let running = lineup.running.len();
    if enabled == 0 {
        return c::READY_NOTHING.yes("no connector is enabled");
    }
    let connectors = format!("{running} of {}", many(enabled, "connector"));
    if !lineup.waiting.is_empty() && (running == 0 || worker.runs()) {
        let names: Vec<&str> = lineup.waiting.iter().map(|one| one.name.as_str()).collect();
        let names = names.join(", ");
        return c::READY_NO_TOPIC.no(format!("{connectors} can run; waiting for a topic: {names}"));
    }
    if running == 0 || (valid.tls && !worker.runs()) {
        return c::READY_STARTING.no("no worker is started");
    }
    if worker.runs() {
        let lost = if valid.forgetful().next().is_some() {
            "; changes may be lost (ChangesKept=False)"
        } else {
            ""
        };
        return c::READY_RUNNING.yes(format!("the worker runs with {connectors}{lost}"));
    }
    match &worker.problem {
        Some(why) => c::READY_FAILED.no(why.clone()),
        None => c::READY_STARTING.no(format!("the worker starts with {connectors}")),
    }
}

fn broker(valid: &Valid, seen: &Observed<Rivven>, away: bool) -> Draft {
    match seen.answer(&holdings(&valid.cluster)).filter(|_| !away) {
        Some(Answer::Holdings(_)) => c::BROKER_ANSWERS.yes(""),
        Some(Answer::Unreachable(why)) => c::BROKER_SILENT.no(why.clone()),
        Some(_) | None => c::BROKER_NOT_ASKED.unknown("no broker was asked"),
    }
}

fn all_run(
    valid: &Valid,
    role: Role,
    running: usize,
    [all, not_all, none]: [&'static Reason; 3],
) -> Draft {
    let enabled = valid.connectors.iter().filter(|one| one.role == role && one.enabled).count();
    match enabled {
        0 => none.yes(""),
        _ if running == enabled => all.yes(format!("{running} of {enabled} running")),
        _ => not_all.no(format!("{running} of {enabled} running")),
    }
}

fn kept(valid: &Valid) -> Draft {
    let names: Vec<&str> = valid.forgetful().map(|one| one.name.as_str()).collect();
    match names.is_empty() {
        true => c::KEPT_ALL.yes(""),
        false => c::KEPT_NOT.no(format!(
            "lost is what changes while the worker is away, of: {}; set binlogFilename",
            names.join(", ")
        )),
    }
}

fn listed(valid: &Valid) -> Draft {
    let unlisted = valid.connectors.iter().filter(|one| !one.listed);
    let unlisted: Vec<String> =
        unlisted.map(|one| format!("{} ({})", one.name, one.kind)).collect();
    match unlisted.is_empty() {
        true => c::LISTED_ALL.yes(""),
        false => c::LISTED_NOT.no(format!("passed on as written: {}", unlisted.join(", "))),
    }
}

fn phase(valid: &Valid, worker: &Worker, running: usize) -> ConnectPhase {
    let enabled = valid.connectors.iter().filter(|one| one.enabled).count();
    let wanted = valid.connectors.iter().filter(|one| one.runs()).count();
    match running {
        0 if worker.problem.is_some() => ConnectPhase::Failed,
        0 if wanted == 0 && enabled > 0 => ConnectPhase::Failed,
        0 if wanted > 0 && valid.ran => ConnectPhase::Degraded,
        0 if wanted > 0 && worker.replicas > 0 => ConnectPhase::Starting,
        0 => ConnectPhase::Pending,
        _ if running < enabled => ConnectPhase::Degraded,
        _ => ConnectPhase::Running,
    }
}
