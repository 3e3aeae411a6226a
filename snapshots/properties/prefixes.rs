//! Every prefix of every plan: a run in which the nth write fails, loses its reply or is overtaken
//! ends where the undisturbed run ends.
//!
//! A process that is stopped after a write is a reply that is lost: nothing is remembered but what
//! is in the cluster.

use serde_json::{Value, json};
use sluicegate_effects::memory::Fault;

use crate::{
    acts::{act, fault},
    edits::{BAD, Edit},
    live,
    world::{CLUSTER, Rig, plain},
};

/// A world before, and what is then asked for at once.
struct Scenario {
    name: &'static str,
    before: Option<Value>,
    edits: Vec<Edit>,
}

fn scenario(name: &'static str, before: Option<Value>, edits: Vec<Edit>) -> Scenario {
    Scenario { name, before, edits }
}

fn topic(partitions: i32, retention: i64) -> Edit {
    let fields = vec![
        ("/partitions", json!(partitions)),
        ("/config/retentionMs", json!(retention)),
        ("/deleteOnRemove", json!(true)),
    ];
    Edit::Topic("orders", fields)
}

fn with(mut spec: Value, pointer: &str, value: &Value) -> Value {
    crate::world::put(&mut spec, pointer, value);
    spec
}

fn scenarios() -> Vec<Scenario> {
    let spec = |pointer, value| Edit::Spec(pointer, value);
    let image = json!("example.com/rivvend:2");
    let goes = with(plain(2), "/storage/deletionPolicy", &json!("Delete"));
    vec![
        scenario("create", None, vec![]),
        scenario("roll", Some(plain(3)), vec![spec("/image", image.clone())]),
        scenario("configure", Some(plain(2)), vec![spec("/config/defaultPartitions", json!(7))]),
        scenario("more", Some(plain(1)), vec![spec("/replicas", json!(3))]),
        scenario("fewer", Some(plain(3)), vec![spec("/replicas", json!(1))]),
        scenario("grow", Some(plain(2)), vec![spec("/storage/size", json!("20Gi"))]),
        scenario(
            "grow, roll and more",
            Some(plain(2)),
            vec![
                spec("/storage/size", json!("20Gi")),
                spec("/image", image.clone()),
                spec("/replicas", json!(3)),
            ],
        ),
        scenario(
            "fewer and roll",
            Some(plain(3)),
            vec![spec("/replicas", json!(2)), spec("/image", image.clone())],
        ),
        scenario("mend", Some(with(plain(2), "/image", &json!(BAD))), vec![spec("/image", image)]),
        scenario(
            "toggle",
            Some(plain(2)),
            vec![
                spec("/podDisruptionBudget", json!({ "enabled": false })),
                spec("/service/annotations", json!({ "a": "1" })),
                spec("/metrics/port", json!(9191)),
            ],
        ),
        scenario("policy", Some(plain(1)), vec![spec("/storage/deletionPolicy", json!("Delete"))]),
        scenario("delete with claims", Some(goes), vec![Edit::Forget]),
        scenario("topic", Some(plain(1)), vec![topic(2, 3_600_000)]),
        scenario("topic grows", Some(plain(1)), vec![topic(2, 3_600_000), topic(4, 7_200_000)]),
        scenario(
            "topic goes",
            Some(plain(1)),
            vec![topic(2, 3_600_000), Edit::ForgetTopic("orders")],
        ),
    ]
}

impl Scenario {
    /// The world before the edits, and after the last of them but before the operator looks.
    fn begin(&self) -> Rig {
        let rig = match &self.before {
            Some(spec) => {
                let rig = Rig::new();
                rig.memory.load(vec![crate::world::cluster(spec)]);
                rig.rest();
                rig
            }
            None => {
                let rig = Rig::new();
                rig.memory.load(vec![crate::world::cluster(&plain(2))]);
                rig
            }
        };
        let topics = self.edits.iter().filter(|edit| matches!(edit, Edit::Topic(..))).count();
        for (nth, edit) in self.edits.iter().enumerate() {
            act(&rig, edit);
            // A topic is there before it is changed or goes.
            if topics > 0 && nth + 1 < self.edits.len() {
                rig.rest();
            }
        }
        rig
    }
}

/// What is compared of two worlds at rest.
fn rest(rig: &Rig) -> (Vec<Value>, Value, String) {
    let status = rig.cluster().map(|one| live::timeless(&one["status"])).unwrap_or_default();
    let claims = rig.memory.objects();
    let claims = claims.iter().filter(|one| one["kind"] == "PersistentVolumeClaim");
    let claims: Vec<&Value> = claims.map(|claim| &claim["spec"]["resources"]).collect();
    let topic = format!("{:?} {claims:?}", live::topic_on(rig, "orders"));
    (live::children(rig), status, topic)
}

fn holds_for(name: &str) {
    let all = scenarios();
    let scenario = all.iter().find(|one| one.name == name).expect("it is in the table");
    let rig = scenario.begin();
    let before = rig.memory.tried();
    assert!(rig.rest().is_some(), "{name} never comes to rest");
    let wanted = rest(&rig);
    let writes = rig.memory.tried() - before;
    assert!(writes > 0, "{name} does nothing");
    assert_eq!(rig.alarmed(), None, "{name}");
    for kind in ["500", "lost", "deleted"] {
        for nth in 1..=writes {
            let rig = scenario.begin();
            let at = rig.memory.tried() + nth;
            rig.memory.inject(Fault { nth: at, how: fault(kind) });
            let which = format!("{name}, {kind} at write {nth} of {CLUSTER}");
            assert!(rig.rest().is_some(), "{which}: it never comes to rest\n{}", rig.story());
            let got = rest(&rig);
            assert_eq!(live::difference(&got.0, &wanted.0), None, "{which}\n{}", rig.story());
            assert_eq!(got.1, wanted.1, "{which}\n{}", rig.story());
            assert_eq!(got.2, wanted.2, "{which}\n{}", rig.story());
            assert_eq!(rig.alarmed(), None, "{which}");
        }
    }
}

macro_rules! prefixes {
    ($($test:ident: $name:literal;)*) => {
        $(#[test]
        fn $test() {
            holds_for($name);
        })*

        #[test]
        fn every_scenario_is_interrupted() {
            let tested = [$($name),*];
            let all: Vec<&str> = scenarios().iter().map(|one| one.name).collect();
            assert_eq!(all, tested);
        }
    };
}

prefixes! {
    a_creation_survives_every_interruption: "create";
    a_roll_survives_every_interruption: "roll";
    a_new_setting_survives_every_interruption: "configure";
    more_brokers_survive_every_interruption: "more";
    fewer_brokers_survive_every_interruption: "fewer";
    growing_claims_survive_every_interruption: "grow";
    three_causes_at_once_survive_every_interruption: "grow, roll and more";
    two_causes_at_once_survive_every_interruption: "fewer and roll";
    a_bad_image_that_is_mended_survives_every_interruption: "mend";
    toggles_survive_every_interruption: "toggle";
    a_policy_survives_every_interruption: "policy";
    a_deletion_with_claims_survives_every_interruption: "delete with claims";
    a_topic_survives_every_interruption: "topic";
    a_topic_that_changes_survives_every_interruption: "topic grows";
    a_topic_that_goes_survives_every_interruption: "topic goes";
}
