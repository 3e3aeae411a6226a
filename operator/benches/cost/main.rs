//! What the operator costs a cluster, counted from the audit log of a real control plane, and what
//! it takes itself: `cargo bench -p sluicegate --bench cost`. Prints a table in Markdown.
//!
//! After `--`: `--many N` resources instead of 1,000, `--connects` for RivvenConnects or `--flows`
//! for DataFlows instead of clusters, `--idle SECONDS` instead of 30, `--keep` to find the control
//! plane up afterwards, and `--again` to measure a restart alone on what that left. What takes
//! seconds depends on the machine, and on what else it does; what is counted does not.

#[allow(dead_code, reason = "the suite uses more of it")]
#[path = "../../tests/e2e/audit.rs"]
mod audit;
#[allow(dead_code, reason = "the suites use more of it")]
#[path = "../../../effects/tests/conformance/cluster.rs"]
mod cluster;
mod flows;
#[allow(dead_code, reason = "the suite uses more of it")]
#[path = "../../tests/e2e/kube.rs"]
mod kube;
#[allow(dead_code, reason = "the suite uses more of it")]
#[path = "../../tests/e2e/processors.rs"]
mod processors;
mod stage;
#[path = "../../tests/standin/mod.rs"]
mod standin;
#[allow(dead_code, reason = "the suite uses more of it")]
#[path = "../../tests/e2e/wait.rs"]
mod wait;

use std::{
    collections::BTreeSet,
    env,
    io::{self, Write as _},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use self::{
    audit::{Class, Entry},
    kube::{CLUSTERS, CONNECTS, Kind, NAMESPACES, PODS},
    stage::{Operator, Stage, Taken},
    wait::{seconds, until},
};

/// Where the many are.
const MANY: &str = "many";
/// How many are created at the same time.
const HANDS: usize = 4;

/// One line of the table.
struct Row {
    what: String,
    seen: String,
    aim: &'static str,
}

fn main() {
    let args: Vec<String> = env::args().collect();
    // A run of all tests comes by here, too.
    if !args.iter().any(|arg| arg == "--bench") {
        return say("this takes minutes: cargo bench -p sluicegate --bench cost");
    }
    let number = |flag: &str, default: usize| {
        let at = args.iter().position(|arg| arg == flag);
        let value = at.map(|at| args.get(at + 1).and_then(|value| value.parse().ok()));
        value.map_or(default, |value| value.unwrap_or_else(|| panic!("{flag} wants a number")))
    };
    let many = number("--many", 1000);
    let idle = Duration::from_secs(number("--idle", 30) as u64);

    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    let again = has("--again");
    let stage = Stage::up(again);
    let mut rows = Vec::new();
    let flows = has("--flows");
    let of = match (has("--connects"), flows) {
        (true, _) => &CONNECTORS,
        (_, true) => &flows::FLOWS,
        _ => &BROKERS,
    };
    if !again {
        if of.kind.plural == CLUSTERS.plural {
            rows.extend(few(&stage));
        }
        rows.push(created(&stage, many, of));
    }
    rows.extend(restarted(&stage, many, idle));
    if flows {
        rows.push(flows::rolled(&stage, many));
    }
    if has("--keep") || again {
        stage.keep();
    }
    table(&rows);
}

/// What there are many of.
struct Many {
    kind: Kind,
    /// As a row names it.
    called: &'static str,
    version: &'static str,
    name: &'static str,
    spec: fn() -> Value,
}

const RIVVEN: &str = "rivven.hupe1980.github.io/v1alpha1";

const BROKERS: Many = Many {
    kind: CLUSTERS,
    called: "of 1 replica",
    version: RIVVEN,
    name: "RivvenCluster",
    spec: || json!({ "replicas": 1 }),
};

const CONNECTORS: Many = Many {
    kind: CONNECTS,
    called: "RivvenConnects of 4 connectors",
    version: RIVVEN,
    name: "RivvenConnect",
    spec: || {
        let source = |name: &str| json!({ "name": name, "connector": "datagen", "topic": name });
        let sink = |name: &str, topic: &str| {
            json!({
                "name": name, "connector": "stdout", "topics": [topic], "consumerGroup": name,
            })
        };
        json!({
            "clusterRef": { "name": "shared" },
            "sources": [source("clicks"), source("orders")],
            "sinks": [sink("print-clicks", "clicks"), sink("print-orders", "orders")],
        })
    },
};

/// What happens to one or two.
fn few(stage: &Stage) -> Vec<Row> {
    let operator = stage.operator(&[]);
    stage.quiet(operator.started);
    let mut rows = Vec::new();

    let began = Timestamp::now();
    apply(stage, "default", "small", &json!({ "replicas": 1 }));
    let mut ready = ready(stage, "small", "");
    let all = stage.quiet(began);
    let told = last_write(&all, "small");
    ready = told.unwrap_or(ready);
    rows.push(Row {
        what: "create one (1 replica) to Ready".to_owned(),
        seen: format!("{}; {} objects; {}", calls(&all), objects(&all), after(&all, ready)),
        aim: "one write an object, 2 status writes and one for each change of the ready count, \
              2 events, 0 reads but guards; quiet ≤ 0.5 s after Ready",
    });

    let began = Timestamp::now();
    let label = json!({ "metadata": { "labels": { "team": "a" } } });
    stage.kube.merge(CLUSTERS, "default", "small", &label);
    rows.push(Row {
        what: "an edit that asks for nothing (a label)".to_owned(),
        seen: calls(&stage.quiet(began)),
        aim: "0 calls",
    });

    apply(stage, "default", "large", &json!({ "replicas": 3 }));
    self::ready(stage, "large", "");
    stage.quiet(began);
    let began = Timestamp::now();
    let image = "registry.test/rivvend:2";
    apply(stage, "default", "large", &json!({ "replicas": 3, "image": image }));
    self::ready(stage, "large", image);
    let all = stage.quiet(began);
    rows.push(Row {
        what: "change its image (3 replicas, one after the other)".to_owned(),
        seen: calls(&all),
        aim: "one apply, one eviction a pod and its dry run, at most one status write a step",
    });
    operator.stop();
    rows
}

/// Many at once. The budget of requests is raised, for it would be all that is measured.
fn created(stage: &Stage, many: usize, of: &Many) -> Row {
    let space = json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": MANY },
    });
    stage.kube.apply(NAMESPACES, &space);
    let operator = stage.operator(&["--api-qps", "1000", "--api-burst", "1000"]);
    stage.quiet(operator.started);
    if of.kind.plural == CONNECTS.plural {
        // The one that all of them name.
        apply(stage, MANY, "shared", &json!({ "replicas": 1 }));
    }
    let (began, clock) = (Timestamp::now(), Instant::now());
    thread::scope(|scope| {
        for hand in 0..HANDS {
            let names = (hand..many).step_by(HANDS);
            scope.spawn(move || {
                for number in names {
                    applied(stage, of, MANY, &format!("one-{number:04}"), &(of.spec)());
                }
            });
        }
    });
    let mut shown = 0;
    until("all to be ready", seconds(1800), || {
        let is = |seen: &Value| condition(seen, "Ready");
        let ready = stage.kube.list(of.kind, MANY).iter().filter(|seen| is(seen)).count();
        if ready >= shown + 100 {
            shown = ready;
            say(&format!("{ready} of {many} are ready after {:.0?}", clock.elapsed()));
        }
        thread::sleep(seconds(2));
        if ready >= many { Ok(()) } else { Err(format!("{ready} of {many}")) }
    });
    let took = clock.elapsed();
    let all = stage.quiet(began);
    let taken = operator.taken();
    operator.stop();
    Row {
        what: format!("create {many} {}, --api-qps 1000", of.called),
        seen: format!("{}; all Ready after {took:.0?}; {}", calls(&all), process(taken)),
        aim: "as one, each",
    }
}

/// The operator is stopped and started beside the many, and then nothing happens.
fn restarted(stage: &Stage, many: usize, idle: Duration) -> [Row; 3] {
    let operator = stage.operator(&[]);
    // Until every resource was looked at once, which leaves no trace where nothing is to be done.
    let rested = rests(&operator);
    let all = stage.quiet(operator.started);
    let began = all.iter().filter(|entry| entry.class() == Class::Watch).count();
    let taken = operator.taken();
    let rounds = operator.rounds();
    assert!(rounds >= many, "each of {many} was looked at, {rounds} were");
    let start = Row {
        what: format!("{many} there, operator restarted"),
        seen: format!(
            "{}; {began} streamed lists; last call after {:.1} s",
            calls(&all),
            last(&all).map_or(0.0, |last| between(operator.started, last)),
        ),
        aim: "lists or streamed lists only, 0 writes, ≤ 5 s",
    };
    let costs = Row {
        what: "the same: the process".to_owned(),
        seen: format!("{}; at rest after {:.1} s", process(taken), rested.as_secs_f64()),
        aim: "≤ 80 MiB, ≤ 3 s",
    };
    let since = Timestamp::now();
    thread::sleep(idle);
    let spent = operator.taken().cpu - taken.cpu;
    let all = stage.since(since);
    let seen = format!("{}; {spent:.2} s CPU", calls(&all));
    operator.stop();
    [start, costs, Row { what: format!("idle for {idle:?}"), seen, aim: "0 calls, 0 writes" }]
}

/// Waits until a process takes next to no time any more. Returns when that was, since its start.
fn rests(operator: &Operator) -> Duration {
    let mut before = operator.taken().cpu;
    let mut quiet = 0;
    let (mut since, begun) = (Instant::now(), Instant::now());
    while quiet < 6 {
        thread::sleep(Duration::from_millis(500));
        let now = operator.taken().cpu;
        if now - before > 0.02 {
            (quiet, since) = (0, Instant::now());
        } else {
            quiet += 1;
        }
        before = now;
        assert!(begun.elapsed() < seconds(300), "the operator comes to rest");
    }
    since - begun
}

fn apply(stage: &Stage, namespace: &str, name: &str, spec: &Value) {
    applied(stage, &BROKERS, namespace, name, spec);
}

fn applied(stage: &Stage, of: &Many, namespace: &str, name: &str, spec: &Value) {
    let resource = json!({
        "apiVersion": of.version,
        "kind": of.name,
        "metadata": { "name": name, "namespace": namespace },
        "spec": spec,
    });
    stage.kube.apply(of.kind, &resource);
}

/// Waits until a resource is Ready, as it is now asked to be and with every pod of this image.
/// Returns when it was seen to be.
fn ready(stage: &Stage, name: &str, image: &str) -> Timestamp {
    until(&format!("{name} to be ready"), seconds(180), || {
        let seen = stage.kube.get(CLUSTERS, "default", name).unwrap_or_default();
        let pods = stage.kube.list(PODS, "default");
        let of = |pod: &&Value| pod["metadata"]["labels"]["app.kubernetes.io/instance"] == name;
        let runs = |pod: &Value| image.is_empty() || pod["spec"]["containers"][0]["image"] == image;
        let current = seen["status"]["observedGeneration"] == seen["metadata"]["generation"];
        let is = condition(&seen, "Ready") && current && pods.iter().filter(of).all(runs);
        if is { Ok(Timestamp::now()) } else { Err(seen["status"].to_string()) }
    })
    .0
}

fn condition(seen: &Value, of: &str) -> bool {
    let conditions = seen["status"]["conditions"].as_array();
    let mut conditions = conditions.into_iter().flatten();
    conditions.any(|one| one["type"] == of && one["status"] == "True")
}

/// When the write was answered that first told that a resource is Ready.
fn last_write(all: &[Arc<Entry>], name: &str) -> Option<Timestamp> {
    let told = |entry: &&Arc<Entry>| {
        entry.name == name && entry.subresource == "status" && condition(&entry.body, "Ready")
    };
    all.iter().find(told).map(|entry| entry.answered)
}

/// Such as `12 calls: 9 writes (2 of status), 2 events, 1 read`.
fn calls(all: &[Arc<Entry>]) -> String {
    let count = |class: Class| all.iter().filter(|entry| entry.class() == class).count();
    let status =
        |entry: &&Arc<Entry>| entry.class() == Class::Write && entry.subresource == "status";
    let failed = all.iter().filter(|entry| entry.class() != Class::Watch && !entry.done()).count();
    let [writes, events, dry, reads] =
        [Class::Write, Class::Event, Class::Dry, Class::Read].map(count);
    let mut parts =
        vec![format!("{writes} writes ({} of status)", all.iter().filter(status).count())];
    for (number, name) in [(events, "events"), (dry, "dry runs"), (reads, "reads")] {
        parts.push(format!("{number} {name}"));
    }
    if failed > 0 {
        parts.push(format!("{failed} refused"));
    }
    format!("{} calls: {}", writes + events + dry + reads, parts.join(", "))
}

/// How many objects were made that are not the resource itself.
fn objects(all: &[Arc<Entry>]) -> usize {
    let made = all.iter().filter(|entry| entry.class() == Class::Write && entry.done());
    let made = made.filter(|entry| entry.subresource.is_empty());
    let made = made.filter(|entry| entry.resource != CLUSTERS.plural);
    made.map(|entry| (&entry.resource, &entry.name)).collect::<BTreeSet<_>>().len()
}

fn after(all: &[Arc<Entry>], ready: Timestamp) -> String {
    let last = last(all).map_or(0.0, |last| between(ready, last));
    format!("last call {last:.2} s after Ready")
}

fn last(all: &[Arc<Entry>]) -> Option<Timestamp> {
    all.iter().map(|entry| entry.answered).max()
}

fn between(earlier: Timestamp, later: Timestamp) -> f64 {
    later.duration_since(earlier).as_secs_f64().max(0.0)
}

fn process(taken: Taken) -> String {
    format!("peak memory {:.0} MiB, {:.1} s CPU", taken.peak_mib, taken.cpu)
}

fn table(rows: &[Row]) {
    let mut text = "\n| | measured | aim |\n|---|---|---|\n".to_owned();
    for Row { what, seen, aim } in rows {
        text += &format!("| {what} | {seen} | {aim} |\n");
    }
    text += &format!("\nOf {}.", stage::program().display());
    drop(writeln!(io::stdout(), "{text}"));
}

fn say(what: &str) {
    drop(writeln!(io::stderr(), "{what}"));
}
