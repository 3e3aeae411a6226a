//! What is told of a RivvenConnect: from what was seen of its workers, and nothing else. How a
//! connector fares in a worker that runs, the release tells nobody.

use super::{
    RivvenConnectStatus, Valid,
    api::{ConnectPhase, ConnectorState, ConnectorStatus},
    conditions as c,
    connectors::Wired,
    lineup::{self, Lineup},
    topics_of,
    worker::Worker,
};
use crate::{
    condition::{Draft, Reason},
    connector::Role,
    kind::{Ctx, Report},
    label,
    many::many,
    observed::Observed,
    systems::rivven::{
        Answer, Rivven,
        home::{self, Away},
    },
    workload::conditions::{ROLLED_OUT_ALL, ROLLED_OUT_NOT, measured},
};

/// The status and its conditions.
pub(super) fn report(
    ctx: &Ctx<'_>,
    valid: &Valid,
    seen: &Observed<Rivven>,
) -> Report<RivvenConnectStatus> {
    let away = home::cluster(&valid.cluster, &valid.namespace, seen).err();
    let barred = away.is_some() || valid.tls;
    let lineup = lineup::lineup(ctx, valid, seen);
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
        rolled_out(&lineup),
        broker(valid, seen, away.is_some()),
        all_run(
            valid,
            Role::Source,
            sources + lineup.completed.len(),
            [&c::SOURCES_ALL, &c::SOURCES_NOT_ALL, &c::SOURCES_NONE],
        ),
        all_run(valid, Role::Sink, sinks, [&c::SINKS_ALL, &c::SINKS_NOT_ALL, &c::SINKS_NONE]),
        kept(valid),
        listed(valid),
        measured(valid.measured, "rivven-connect", valid.release.version, &valid.image),
    ];
    let status = RivvenConnectStatus {
        phase: phase(valid, &lineup, sources + sinks + lineup.completed.len()),
        replicas: pods(&lineup, |worker| worker.replicas),
        ready_replicas: pods(&lineup, |worker| if worker.run.is_none() { worker.ready } else { 0 }),
        selector: Some(label::pairs(&valid.selector)),
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

fn pods(lineup: &Lineup<'_>, of: fn(&Worker) -> i64) -> i32 {
    i32::try_from(lineup.workers.values().map(of).sum::<i64>()).unwrap_or(i32::MAX)
}

/// What a connector is doing: what the worker does that it is on, unless it is kept out of there.
fn state(connector: &Wired, lineup: &Lineup<'_>, barred: bool, valid: &Valid) -> ConnectorStatus {
    let seen = lineup.seen_on(&connector.name);
    let runs = seen.is_some_and(|(_, worker)| worker.runs());
    let problem = seen.and_then(|(_, worker)| worker.problem.clone());
    let waits = lineup.waiting.iter().find(|(wired, _)| wired.name == connector.name);
    let moving = lineup.moving.iter().find(|one| one.running.wired.name == connector.name);
    let held = connector.held.first().map(|held| {
        let why = format!("{} ({}): {}", held.path, held.rule.id, held.why);
        (held.rule.id, why)
    });
    let (state, why) = match held {
        _ if !connector.enabled => (ConnectorState::Disabled, None),
        _ if lineup.has_completed(&connector.name) => (ConnectorState::Completed, None),
        Some(why) => (ConnectorState::Waiting, Some(why)),
        None if waits.is_some() => {
            (ConnectorState::Waiting, waits.map(|(_, why)| ("NoTopic", why.clone())))
        }
        None if runs => {
            let lacking = lineup.lacking.iter().find(|(wired, _)| wired.name == connector.name);
            (ConnectorState::Running, lacking.map(|(_, why)| ("NoTopic", why.clone())))
        }
        None if problem.is_some() => {
            (ConnectorState::Failed, problem.map(|why| ("WorkerFailed", why)))
        }
        None if barred => {
            let why = "no worker is started; see the condition Ready";
            (ConnectorState::Waiting, Some(("NoWorker", why.to_owned())))
        }
        None => {
            let why = moving.map(|one| ("Moving", format!("it starts when {}", one.until())));
            (ConnectorState::Pending, why)
        }
    };
    let (reason, message) = why.unzip();
    let running = lineup.can_run().find(|one| one.wired.name == connector.name);
    let topics = running.and_then(|one| one.topics.clone()).unwrap_or_default();
    // Kept for as long as there are patterns: a topic that has joined has joined for ever.
    let before = valid.before(&connector.name);
    let known = before.filter(|_| !connector.patterns.is_empty());
    let known = known.map(|before| before.initial_topics.clone()).unwrap_or_default();
    let first: Vec<String> = topics.initial.iter().cloned().collect();
    ConnectorStatus {
        loses_changes: connector.forgets.then_some(true),
        name: connector.name.clone(),
        connector_type: connector.role.as_str().to_owned(),
        kind: connector.kind.clone(),
        state,
        worker: seen.map(|(name, _)| name.clone()),
        reason: reason.map(str::to_owned),
        message,
        initial_topics: if known.is_empty() { first } else { known },
        topics: topics.all().cloned().collect(),
    }
}

fn ready(valid: &Valid, lineup: &Lineup<'_>, away: Option<&Away>) -> Draft {
    match away {
        Some(Away::NotThere(why)) => return c::READY_NO_CLUSTER.no(why.clone()),
        Some(Away::NotPermitted) => {
            let why = home::not_listed(&valid.cluster, &valid.namespace);
            return c::READY_NOT_PERMITTED.no(format!("{why} (TOP-35)"));
        }
        None => {}
    }
    let enabled = valid.connectors.iter().filter(|one| one.enabled).count();
    let able = lineup.can_run().count();
    let through = lineup.completed.len();
    let all_run = lineup.all_run();
    if enabled == 0 {
        return c::READY_NOTHING.yes("no connector is enabled");
    }
    let connectors = format!("{able} of {}", many(enabled - through, "connector"));
    let lacking = || lineup.waiting.iter().chain(&lineup.lacking);
    if lacking().next().is_some() && (able == 0 || all_run) {
        let why = lacking().map(|(wired, why)| format!("{}: {why}", wired.name));
        let why = why.collect::<Vec<_>>().join("; ");
        return c::READY_NO_TOPIC.no(format!("{connectors} can run; waiting for topics, {why}"));
    }
    if able + through == 0 || (valid.tls && !all_run) {
        return c::READY_STARTING.no("no worker is started");
    }
    let busy = lineup.busy().count();
    if !all_run {
        let failed = lineup.busy().find_map(|task| {
            let why = lineup.workers.get(&task.name)?.problem.as_ref()?;
            // Where there is but one, everybody knows which.
            Some(if busy > 1 { format!("{}: {why}", task.name) } else { why.clone() })
        });
        return match failed {
            Some(why) => c::READY_FAILED.no(why),
            None => c::READY_STARTING.no(format!("{} with {connectors}", workers(busy, "start"))),
        };
    }
    if !lineup.moving.is_empty() {
        let each = lineup.moving.iter();
        let each =
            each.map(|one| format!("{} starts when {}", one.running.wired.name, one.until()));
        return c::READY_MOVING.no(each.collect::<Vec<_>>().join("; "));
    }
    if busy == 0 {
        return c::READY_COMPLETED.yes(format!("completed: {}", completed(lineup)));
    }
    let jobs = lineup.jobs().count();
    let mut message = match busy - jobs {
        0 if jobs == 1 => format!("a Job runs with {connectors}"),
        0 => format!("{jobs} Jobs run with {connectors}"),
        busy => format!("{} with {connectors}", workers(busy, "run")),
    };
    if !lineup.completed.is_empty() {
        message.push_str(&format!("; completed: {}", completed(lineup)));
    }
    let idle = lineup.tasks.iter().filter(|task| task.is_idle());
    let idle: Vec<&str> = idle.map(|task| task.name.as_str()).collect();
    if !idle.is_empty() && valid.replicas > 1 {
        message.push_str(&format!("; no connector falls to {}", idle.join(", ")));
    }
    if valid.forgetful().next().is_some() {
        message.push_str("; changes may be lost (ChangesKept=False)");
    }
    c::READY_RUNNING.yes(message)
}

/// What one or several workers do, as the beginning of a sentence.
fn workers(count: usize, does: &str) -> String {
    match count {
        1 => format!("the worker {does}s"),
        _ => format!("{count} workers {does}"),
    }
}

fn completed(lineup: &Lineup<'_>) -> String {
    let names = lineup.completed.iter().map(|one| one.name.as_str());
    names.collect::<Vec<_>>().join(", ")
}

/// Whether every worker runs what it is to run.
fn rolled_out(lineup: &Lineup<'_>) -> Draft {
    let current = |name: &String| lineup.workers.get(name).is_some_and(|worker| worker.current);
    let left = lineup.busy().map(|task| &task.name).filter(|name| !current(name));
    let left: Vec<&str> = left.map(String::as_str).collect();
    match left.is_empty() {
        true => ROLLED_OUT_ALL.yes(""),
        false => ROLLED_OUT_NOT.no(format!("not up to date: {}", left.join(", "))),
    }
}

fn broker(valid: &Valid, seen: &Observed<Rivven>, away: bool) -> Draft {
    match seen.answer(&topics_of(&valid.cluster)).filter(|_| !away) {
        Some(Answer::Topics(_)) => c::BROKER_ANSWERS.yes(""),
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
    let told = |one: &Wired| {
        let doubt = one.unlisted.as_ref()?;
        let likely = doubt.remedy.iter().map(|remedy| format!("; {remedy}")).collect::<String>();
        Some(format!("{} ({}{likely})", one.name, one.kind))
    };
    let unlisted: Vec<String> = valid.connectors.iter().filter_map(told).collect();
    match unlisted.is_empty() {
        true => c::LISTED_ALL.yes(""),
        false => c::LISTED_NOT.no(format!("passed on as written: {}", unlisted.join(", "))),
    }
}

fn phase(valid: &Valid, lineup: &Lineup<'_>, running: usize) -> ConnectPhase {
    let enabled = valid.connectors.iter().filter(|one| one.enabled).count();
    let wanted = valid.connectors.iter().filter(|one| one.runs()).count();
    let any = |is: fn(&Worker) -> bool| lineup.workers.values().any(is);
    match running {
        0 if any(|worker| worker.problem.is_some()) => ConnectPhase::Failed,
        0 if wanted == 0 && enabled > 0 => ConnectPhase::Failed,
        0 if wanted > 0 && valid.ran => ConnectPhase::Degraded,
        0 if wanted > 0 && any(|worker| worker.replicas > 0) => ConnectPhase::Starting,
        0 => ConnectPhase::Pending,
        _ if running < enabled => ConnectPhase::Degraded,
        _ => ConnectPhase::Running,
    }
}
