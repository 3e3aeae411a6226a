//! Every container that is rendered, with the real broker in it: for every cluster of the fixtures
//! and examples, and for the edges of what is valid. It starts, its own probes find it well, what
//! the spec promises is so, and it ends in time when asked.
//!
//! This is outside of Kubernetes: [`kubelet`] does what one would. The program is `rivvend` for any
//! image; of one that is not the published one nothing else can be run here.
//!
//! Without a rivvend this is skipped, aloud; with `SLUICEGATE_REQUIRE_RIVVEND=1` it fails.

mod edges;
mod kubelet;
mod promises;
mod rendered;

#[path = "../../operator/tests/client/mod.rs"]
mod client;
#[path = "../common/command.rs"]
mod command;
#[path = "../common/examples.rs"]
mod examples;
#[path = "../common/files.rs"]
mod files;
#[path = "../../effects/tests/rivven/program.rs"]
mod program;
#[path = "../common/resources.rs"]
mod resources;
#[path = "../common/schema.rs"]
mod schema;
#[path = "../../effects/tests/conformance/undone.rs"]
mod undone;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    path::Path,
    process::ExitCode,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use libtest_mimic::{Arguments, Failed};
use serde_json::Value;
use sluicegate_core::{
    kind::Kind,
    system::System,
    systems::{self, Visitor},
};

use kubelet::Running;
use promises::Promises;
use rendered::Pod;

/// A broker takes five seconds to end, in which it does nothing.
const AT_ONCE: usize = 8;
/// What the published images are called.
const PUBLISHED: &str = "ghcr.io/hupe1980/rivvend:0.0.22";

/// A container, and what is promised of it; where it is from.
type Distinct = BTreeMap<(Pod, Promises), Vec<String>>;

/// A line of the table.
struct Row {
    name: String,
    started: Duration,
    ready: Duration,
    ended: Duration,
    grace: Duration,
    /// Whether a client stayed, to which the broker gives ten seconds.
    client: bool,
}

static TABLE: Mutex<Vec<Row>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    let mut args = Arguments::from_args();
    args.test_threads = args.test_threads.or(Some(AT_ONCE));
    let program = program::program();
    assert!(program.is_some() || !program::required(), "{}", program::MISSING);
    let lacks = program.is_none().then_some(program::MISSING);
    let (distinct, counted) = distinct();
    let trials = distinct.into_iter().map(|((pod, promises), from)| {
        let program = program.clone().unwrap_or_default();
        let others = if pod.image == PUBLISHED { String::new() } else { format!(" {}", pod.image) };
        let more = match from.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        let name = format!("{}{more}{others}", from[0]);
        let stays = from.iter().any(|name| name.starts_with("examples/"));
        let called = name.clone();
        undone::trial(&called, lacks, move || run(&program, &name, &pod, &promises, stays))
    });
    let conclusion = libtest_mimic::run(&args, trials.collect());
    if !args.list && lacks.is_none() {
        table();
        say(&counted);
    }
    conclusion.exit_code()
}

fn run(
    program: &Path,
    name: &str,
    pod: &Pod,
    promises: &Promises,
    client: bool,
) -> Result<(), Failed> {
    let mut running = Running::start(program, pod);
    let mut passed = Vec::new();
    let probes = &pod.probes;
    let each = [
        ("startup", &probes.startup),
        ("liveness", &probes.liveness),
        ("readiness", &probes.readiness),
    ];
    for (which, probe) in each {
        if let Some(probe) = probe {
            passed.push(running.passes(which, probe)?);
        }
    }
    promises.kept(pod, &running).map_err(|why| format!("{why}\n{}", running.said()))?;
    let stays = client.then(|| promises::patiently(pod, &running)).transpose()?;
    let ended = running.stop()?;
    drop(stays);
    if !ended.status.success() {
        return Err(format!("it ended with {}\n{}", ended.status, running.said()).into());
    }
    let time = |at: Option<&Duration>| at.copied().unwrap_or_default();
    TABLE.lock().unwrap_or_else(PoisonError::into_inner).push(Row {
        name: name.to_owned(),
        started: time(passed.first()),
        ready: time(passed.last()),
        ended: ended.took,
        grace: Duration::from_secs(pod.grace_seconds),
        client,
    });
    Ok(())
}

/// Every container once, and how many resources that is.
fn distinct() -> (Distinct, String) {
    let programs = Programs::all();
    let mut unproven = BTreeSet::new();
    let (mut distinct, mut without, mut all) = (Distinct::new(), Vec::new(), 0);
    let from_files =
        resources::all().into_iter().map(|(name, resource, _)| (short(&name), resource));
    let from_edges = edges::all().into_iter();
    for (name, resource) in from_files.chain(from_edges) {
        let kind = resource["kind"].as_str().unwrap_or_default();
        match programs.get(kind).map(Option::as_deref) {
            None => continue,
            Some(Some("rivvend")) => {}
            // The suite `workers` is about those.
            Some(Some("rivven-connect")) => continue,
            Some(Some(why)) => {
                unproven.insert(format!("{kind}: {why}"));
                continue;
            }
            // What leads to no container has none in this corpus either.
            Some(None) => {
                let there = rendered::pods(&resource).is_ok();
                assert!(!there, "{name}: say in its exceptions which program its containers run");
                continue;
            }
        }
        all += 1;
        match rendered::pods(&resource) {
            Ok(pods) => {
                for pod in pods {
                    let from = distinct.entry((pod, Promises::of(&resource))).or_default();
                    from.push(name.clone());
                }
            }
            Err(said) => {
                assert!(leads_to_none(&resource, &said), "{name} leads to no broker: {said}");
                without.push(name);
            }
        }
    }
    let counted = format!(
        "{all} clusters: {} distinct containers were run with rivvend; {} clusters lead to none \
         (refused, paused, or a wish for secrecy)",
        distinct.len(),
        without.len(),
    );
    unproven.iter().for_each(|why| say(&format!("containers: NOT RUN: {why}")));
    (distinct, counted)
}

/// Which program the containers of each kind are run with, from its exceptions.
struct Programs(BTreeMap<String, Option<String>>);

impl Programs {
    fn all() -> BTreeMap<String, Option<String>> {
        let mut programs = Self(BTreeMap::new());
        systems::visit(&mut programs);
        programs.0
    }
}

impl<S: System> Visitor<S> for Programs {
    fn kind<K: Kind<System = S>>(&mut self) {
        let program = examples::of::<K>().exceptions.containers.clone();
        self.0.insert(examples::kind::<K>(), program);
    }
}

/// Whether there is a reason to run no broker that was said, or that stands in the resource.
fn leads_to_none(resource: &Value, said: &str) -> bool {
    let paused = !resource["metadata"]["annotations"]["sluicegate/paused"].is_null();
    paused || said.contains("[SEC-01]") || said.starts_with("error: ")
}

fn short(name: &str) -> String {
    let name = name.rsplit("/../").next().unwrap_or(name);
    name.trim_end_matches(".yaml").replace("fixtures/rivven/", "").replace("deploy/", "")
}

fn table() {
    let mut rows = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
    rows.sort_by_key(|row| std::cmp::Reverse(row.ended));
    say("   started     ready   SIGTERM to end, of its grace");
    for row in rows.iter() {
        say(&format!(
            "{:8.3} s {:7.3} s {:7.3} s of {:2} s  {}{}",
            row.started.as_secs_f32(),
            row.ready.as_secs_f32(),
            row.ended.as_secs_f32(),
            row.grace.as_secs(),
            row.name,
            if row.client { ", with a client that stays" } else { "" },
        ));
    }
}

/// Says something to whoever runs it.
fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}
