//! Everything between the operator and the API server that can go wrong with a write, for each
//! write of three stories: each is answered with an error or lost in every way, and the process is
//! killed while its answer is under way.
//!
//! Of the ways in which a write fails a fixed sample is played, in which each way is met and each
//! write; all of them by `.ci/campaign`. Each case is a namespace of its own. Where nobody is
//! killed one operator looks after them all, so that their back-offs pass at the same time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    Scenario,
    audit::{Class, Entry},
    control_plane::{ControlPlane, alone},
    kube::{CLUSTERS, NAMESPACES},
    normal::difference,
    operator::Start,
    proxy::{Call, Fault, Proxy, Rule},
    say,
    scene::{Scene, says},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("every_write_may_fail_in_every_way", campaign),
    ("a_kill_after_any_write_of_a_creation_leaves_nothing_behind", || killed("create")),
    ("a_kill_after_any_write_of_a_deletion_leaves_nothing_behind", || killed("delete")),
    ("a_kill_after_any_write_of_a_roll_leaves_nothing_behind", || killed("change")),
];

/// Every way in which a write fails.
const FAULTS: &[(&str, Fault)] = &[
    ("conflict", Fault::Answer(409)),
    ("too-many", Fault::Answer(429)),
    ("error", Fault::Answer(500)),
    ("unavailable", Fault::Answer(503)),
    ("before", Fault::Before),
    ("after", Fault::After),
];
/// How long after a fault everything is as it should be.
const RECOVERY: Duration = seconds(60);

/// A namespace in which one write fails.
struct Case {
    namespace: String,
    rule: Arc<Rule>,
}

/// What is asked for: first this, and then perhaps that.
struct Story {
    name: &'static str,
    first: Value,
    then: Then,
}

/// What is asked for then.
#[derive(Clone, Debug, PartialEq)]
enum Then {
    /// Nothing: the first is what the story is about.
    Nothing,
    /// This.
    Spec(Value),
    /// Its end.
    Delete,
}

fn stories() -> [Story; 3] {
    let storage = json!({ "deletionPolicy": "Delete" });
    // Without a budget: where a pod is back before its controller has looked, Kubernetes takes the
    // new one for the one that was to go, and lets nobody evict the next for two minutes.
    let budget = json!({ "enabled": false });
    [
        Story {
            name: "create",
            first: json!({ "replicas": 1, "storage": storage }),
            then: Then::Nothing,
        },
        Story {
            name: "delete",
            first: json!({ "replicas": 1, "storage": storage }),
            then: Then::Delete,
        },
        Story {
            name: "change",
            first: json!({ "replicas": 2, "podDisruptionBudget": budget }),
            then: Then::Spec(json!({
                "replicas": 2, "podDisruptionBudget": budget, "image": "registry.test/rivvend:2",
            })),
        },
    ]
}

fn campaign() {
    let (_turn, plane) = alone();
    plane.install();
    for story in stories() {
        play(plane, &story);
    }
}

/// Whether a write fails in a way: in all of them where the whole campaign is asked for, else in
/// every third, the next write in the next.
fn is_played(nth: usize, way: usize) -> bool {
    std::env::var_os("SLUICEGATE_CAMPAIGN").is_some() || (nth + way).is_multiple_of(3)
}

fn play(plane: &'static ControlPlane, story: &Story) {
    let scene = Scene::on(plane, &format!("f-{}", story.name));
    let proxy = Proxy::before(plane);
    let user = scene.user.clone();
    let start = Start { user: user.clone(), namespaces: vec![], ..scene.start() }.through(&proxy);
    let start = start.with(&["--workers", "64", "--api-qps", "400", "--api-burst", "400"]);
    let _operator = scene.run(&start.without_lease());

    // Once without a fault: how many writes there are, and how it ends.
    let plain = format!("{}-plain", scene.namespace);
    begin(&scene, &plain, story);
    let writes = |namespace: &str| {
        let calls = proxy.calls();
        calls.iter().filter(|call| call.writes() && call.namespace == namespace).count()
    };
    if story.then != Then::Nothing {
        is_ready(&scene, &plain);
        settles(|| writes(&plain));
    }
    let before = writes(&plain);
    change(&scene, &plain, story);
    ends(&scene, &plain, story);
    settles(|| writes(&plain));
    let count = writes(&plain) - before;
    let expected = end(&scene, &plain, story);
    let made = objects(plane, &user, &plain);

    // Then each write in each way, or in a sample of them.
    let named = |nth: usize| {
        let played = FAULTS.iter().enumerate().filter(move |(way, _)| is_played(nth, *way));
        played.map(move |(_, (name, fault))| (nth, name, fault))
    };
    let names: Vec<(String, usize, &Fault)> = (1..=count)
        .flat_map(named)
        .map(|(nth, name, fault)| (format!("{}-{nth}-{name}", scene.namespace), nth, fault))
        .collect();
    for (namespace, _, _) in &names {
        begin(&scene, namespace, story);
    }
    if story.then != Then::Nothing {
        names.iter().for_each(|(namespace, _, _)| is_ready(&scene, namespace));
        settles(|| proxy.calls().len());
    }
    let mut cases = Vec::new();
    for (namespace, nth, fault) in &names {
        let of = namespace.clone();
        let rule = proxy
            .fail(*nth, (*fault).clone(), move |call: &Call| call.namespace == of && call.writes());
        cases.push(Case { namespace: namespace.clone(), rule });
    }
    let since = Instant::now();
    for case in &cases {
        change(&scene, &case.namespace, story);
    }
    let wrong = judge(&scene, story, &cases, &expected, &made);
    let fired = cases.iter().filter(|case| case.rule.fired() > 0).count();
    say(&format!(
        "faults, {}: {count} writes in {} of {} ways each, {fired} of {} happened, all recovered \
         within {:.0} s; {} wrong",
        story.name,
        cases.len() / count.max(1),
        FAULTS.len(),
        cases.len(),
        since.elapsed().as_secs_f32(),
        wrong.len(),
    ));
    for (namespace, ..) in &names {
        scene.kube().delete(NAMESPACES, "", namespace);
    }
    scene.kube().delete(NAMESPACES, "", &plain);
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Only the last writes of a story are not in every run of it.
    assert!(fired * 10 >= cases.len() * 8, "{fired} of {} happened", cases.len());
}

/// Waits for every case and holds it against the end without a fault.
fn judge(
    scene: &Scene,
    story: &Story,
    cases: &[Case],
    expected: &[Value],
    made: &BTreeMap<String, usize>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let since = Instant::now();
    let mut left: Vec<&Case> = cases.iter().collect();
    let mut last = BTreeMap::new();
    while !left.is_empty() && since.elapsed() < RECOVERY + seconds(10) {
        let ready = at_its_end(scene, story);
        left.retain(|case| {
            let instead = match (case.rule.fired(), ready.contains(&case.namespace)) {
                (0, _) => Some("its fault has not happened yet"),
                (_, false) => Some("it is not at its end"),
                (_, true) => None,
            };
            if let Some(instead) = instead {
                last.insert(case.namespace.clone(), instead.to_owned());
                return true;
            }
            let found = scene.state(&case.namespace);
            match difference(expected, &found) {
                None => false,
                Some(how) => {
                    last.insert(case.namespace.clone(), how);
                    true
                }
            }
        });
        std::thread::sleep(seconds(1));
    }
    for case in left {
        // What does not happen in every run, such as one more write of the status, need not fail.
        if case.rule.fired() == 0 && at_its_end(scene, story).contains(&case.namespace) {
            case.rule.waive();
            continue;
        }
        wrong.push(format!("{}: {}", case.namespace, last[&case.namespace]));
    }
    std::thread::sleep(seconds(3));
    for case in cases {
        let now = objects(scene.plane, &scene.user, &case.namespace);
        if now != *made {
            wrong.push(format!("{}: made {now:?} instead of {made:?}", case.namespace));
        }
    }
    wrong
}

/// What there is at the end. Of what was deleted nothing is: Kubernetes collects the rest in time.
fn end(scene: &Scene, namespace: &str, story: &Story) -> Vec<Value> {
    if story.then == Then::Delete { Vec::new() } else { scene.state(namespace) }
}

/// The namespaces whose cluster is ready in its newest generation; or, in a story that ends with
/// its end, those without one.
fn at_its_end(scene: &Scene, story: &Story) -> BTreeSet<String> {
    let namespace = |one: Value| one["metadata"]["namespace"].as_str().map(str::to_owned);
    let all = scene.kube().list(CLUSTERS, "").into_iter();
    if story.then != Then::Delete {
        return all.filter_map(|one| namespace(says(one, "Ready", "True").ok()?)).collect();
    }
    let left: BTreeSet<String> = all.filter_map(namespace).collect();
    let all = scene.kube().list(NAMESPACES, "").into_iter();
    let names = all.filter_map(|one| one["metadata"]["name"].as_str().map(str::to_owned));
    names.filter(|name| !left.contains(name)).collect()
}

/// Makes the namespace and asks for the first.
fn begin(scene: &Scene, namespace: &str, story: &Story) {
    scene.make_namespace(namespace);
    if story.then != Then::Nothing {
        scene.kube().apply(CLUSTERS, &file(scene, namespace, &story.first));
    }
}

/// Asks for what the story is about.
fn change(scene: &Scene, namespace: &str, story: &Story) {
    let spec = match &story.then {
        Then::Nothing => &story.first,
        Then::Spec(spec) => spec,
        Then::Delete => return scene.kube().delete(CLUSTERS, namespace, "one"),
    };
    scene.kube().apply(CLUSTERS, &file(scene, namespace, spec));
}

fn file(scene: &Scene, namespace: &str, spec: &Value) -> Value {
    let mut file = scene.cluster_file("one", spec);
    file["metadata"]["namespace"] = json!(namespace);
    file
}

/// Waits until the story is at its end, and is still there after a while: what was ready before a
/// change is so for a moment longer.
fn ends(scene: &Scene, namespace: &str, story: &Story) {
    for _ in 0..2 {
        until(&format!("the end of the story in {namespace}"), seconds(60), || {
            if at_its_end(scene, story).contains(namespace) { Ok(()) } else { Err("not yet") }
        });
        std::thread::sleep(seconds(1));
    }
}

fn is_ready(scene: &Scene, namespace: &str) {
    until(&format!("cluster one in {namespace} to be ready"), seconds(60), || {
        let seen = scene.kube().get(CLUSTERS, namespace, "one").unwrap_or_default();
        says(seen, "Ready", "True")
    });
}

/// Waits until a number stays the same.
fn settles(count: impl Fn() -> usize) {
    let mut last = (count(), Instant::now());
    until("the operator to be quiet", seconds(60), || {
        let now = count();
        if now != last.0 {
            last = (now, Instant::now());
        }
        if last.1.elapsed() > seconds(2) { Ok(()) } else { Err(format!("{now} requests")) }
    });
}

/// How often each object was made or taken away, of those that were written and done.
fn objects(plane: &ControlPlane, user: &str, namespace: &str) -> BTreeMap<String, usize> {
    let mut made = BTreeMap::new();
    let log = plane.audit.of_user(user);
    let ours = |entry: &&Arc<Entry>| entry.namespace == namespace && entry.class() == Class::Write;
    for entry in log.iter().filter(ours).filter(|entry| entry.done()) {
        let counts = entry.code == 201 || entry.verb == "delete";
        if counts {
            *made.entry(entry.what()).or_default() += 1;
        }
    }
    made
}

/// Kills the operator after each write in turn, before it learns what came of it.
fn killed(story: &str) {
    let stories = stories();
    let story = stories.iter().find(|one| one.name == story).expect("there is such a story");
    let scene = Scene::new(&format!("k-{}", story.name));
    let mut expected = None;
    let mut nth = 0;
    loop {
        let namespace = format!("{}-{nth}", scene.namespace);
        let ended = kill_after(&scene, story, nth, &namespace);
        let expected = expected.get_or_insert_with(|| end(&scene, &namespace, story));
        // Kubernetes' own collector learns of new kinds only every half minute.
        until(&format!("the end of a kill after write {nth} to be the same"), seconds(60), || {
            difference(expected, &scene.state(&namespace)).map_or(Ok(()), Err)
        });
        if ended {
            break;
        }
        nth += 1;
    }
    say(&format!("{}: killed after each of {} writes: the same end", story.name, nth - 1));
    assert!(nth > 4, "{nth}");
}

/// Plays a story with a kill after the n-th write; none for 0. Returns whether there was no such
/// write.
fn kill_after(scene: &Scene, story: &Story, nth: usize, namespace: &str) -> bool {
    let proxy = Proxy::before(scene.plane);
    let start = Start {
        namespaces: vec![namespace.to_owned()],
        user: namespace.to_owned(),
        ..scene.start().without_lease()
    };
    let start = start.through(&proxy);
    begin(scene, namespace, story);
    let mut operator = scene.run(&start);
    if story.then != Then::Nothing {
        is_ready(scene, namespace);
        settles(|| proxy.calls().len());
    }
    let of = namespace.to_owned();
    let matches = move |call: &Call| call.writes() && call.namespace == of;
    let rule = (nth > 0).then(|| proxy.fail(nth, Fault::Held, matches));
    change(scene, namespace, story);
    let Some(rule) = rule else {
        ends(scene, namespace, story);
        return false;
    };
    let since = Instant::now();
    let mut ended = None;
    // There may be fewer writes than that.
    while rule.fired() == 0 && ended.is_none_or(|at: Instant| at.elapsed() < seconds(3)) {
        if at_its_end(scene, story).contains(namespace) && since.elapsed() > seconds(2) {
            ended.get_or_insert_with(Instant::now);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    if rule.fired() == 0 {
        rule.waive();
        return true;
    }
    operator.kill();
    let _next = scene.run(&start);
    ends(scene, namespace, story);
    false
}
