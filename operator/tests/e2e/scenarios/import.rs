//! What a broker has is taken over: the resources that `import` prints are valid, their plan calls
//! for nothing, and the operator that gets them leaves the broker as it was. With the stand-in, and
//! with a real rivvend.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::json;
use sluicegate_core::systems::rivven::{Answer, Broker, Call, Probe};
use sluicegate_effects::backend::{Backend as _, Entry, rivven::Brokers};

use crate::{
    Scenario,
    audit::Class,
    control_plane::documents,
    granted,
    kube::{TOPICS, runtime},
    operator::{Start, folder, plan, program},
    rivvend::{self, Rivvend},
    scene::Scene,
    standin::{API_PORT, CLIENT_PORT},
    wait::seconds,
};

pub(crate) const REAL: &[Scenario] =
    &[("topics_of_a_real_broker_are_taken_over_without_a_change", real)];

pub(crate) const STANDIN: &[Scenario] = &[
    ("topics_are_taken_over_without_a_change", standin),
    ("what_cannot_be_imported_is_named_with_a_remedy", nothing),
];

/// A topic, its partitions and its settings.
type Topic = (&'static str, u32, &'static [(&'static str, &'static str)]);

/// What there is. Two would be called the same; one cannot be asked for.
const HELD: &[Topic] = &[
    ("Customers_Latest", 1, &[("compression.type", "lz4")]),
    ("a.b-c", 50, &[]),
    ("odd", 1, &[("retention.ms", "5")]),
    ("orders", 3, &[("cleanup.policy", "compact,delete"), ("retention.ms", "7200000")]),
    ("pay_in", 3, &[("segment.ms", "60000"), ("min.insync.replicas", "2")]),
    ("pay-In", 3, &[("retention.bytes", "1048576"), ("max.message.bytes", "2048")]),
];

fn standin() {
    let scene = Scene::new("import");
    let flags = scene.brokers.resolve_flags(&["*"]);
    let broker = scene.brokers.broker("*");
    taken_over(&scene, &flags);
    // Beyond those that filled it: one for each topic, and one for each setting.
    let settings: usize = HELD.iter().map(|(.., settings)| settings.len()).sum();
    let changes = ["create", "grow", "set", "delete"].map(|word| broker.count(word));
    assert_eq!(changes, [HELD.len(), 0, settings, 0], "{:?}", broker.calls());
}

fn real() {
    let found = rivvend::program().expect("this runs where there is one");
    let scene = Scene::new("import-real");
    let broker = Rivvend::start(&found, "rivven-prod-0");
    let ports = [(CLIENT_PORT, broker.client()), (API_PORT, broker.api())];
    let flags = ports.map(|(port, at)| ["--resolve".to_owned(), format!("*:{port}={at}")]);
    taken_over(&scene, &flags.concat());
}

fn taken_over(scene: &Scene, flags: &[String]) {
    let hold = Hold::of(scene, flags);
    hold.fill();
    let before = hold.all();
    scene.cluster("prod", &json!({ "replicas": 1 }));
    let (out, said) = imported(scene, flags);
    let named = said.contains("warning: topic \"odd\" is left out: spec.config.retentionMs: ");
    assert!(named && said.contains("note: 5 of 6 topics"), "{said}");
    let file = folder().join(format!("{}.yaml", scene.user)).display().to_string();
    fs::write(&file, &out).expect("the folder can be written");
    let (code, _, said) = program(&["validate", "-f", &file]);
    assert_eq!((code, said.as_str()), (0, ""), "{out}");
    adopts(scene, &file, flags);
    let start = scene.blind().with(&flags.iter().map(String::as_str).collect::<Vec<_>>());
    let operator = scene.run(&start);
    let resources = documents(Path::new(&file));
    assert_eq!(resources.len(), 5, "{out}");
    for resource in &resources {
        let name = resource["metadata"]["name"].as_str().expect("it has a name");
        scene.kube().apply(TOPICS, resource);
        let seen = scene.topic_told(name, "Ready", "True");
        assert_eq!(seen["status"]["currentPartitions"], resource["spec"]["partitions"], "{seen}");
    }
    scene.is_quiet(seconds(2));
    assert_eq!(hold.all(), before, "the broker is as it was");
    adopts(scene, &file, flags);
    let (out, said) = imported(scene, flags);
    assert_eq!(out, "", "nothing is left to import");
    assert!(said.contains("note: 5 topics have a RivvenTopic already: "), "{said}");
    drop(operator);
}

/// What is printed, and told, by somebody who then has written nothing.
fn imported(scene: &Scene, flags: &[String]) -> (String, String) {
    let user = format!("{}-import", scene.user);
    let groups = vec![granted::PLANNERS.to_owned()];
    let start = Start { user: user.clone(), groups, ..scene.blind() };
    let kubeconfig = start.kubeconfig(scene.plane).display().to_string();
    let args = ["import", "topics", "--cluster", "prod", "--kubeconfig", &kubeconfig];
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let (code, out, said) = program(&[&args, &flags[..]].concat());
    assert_eq!(code, 0, "{said}");
    let asked = scene.plane.audit.of_user(&user);
    let written = asked.iter().filter(|one| matches!(one.class(), Class::Write | Class::Event));
    assert_eq!(written.count(), 0, "{asked:?}");
    assert!(!asked.is_empty(), "it has looked");
    (out, said)
}

/// The plan for a file does nothing, to nobody.
fn adopts(scene: &Scene, file: &str, flags: &[String]) {
    let groups = vec![granted::PLANNERS.to_owned()];
    let start = Start { user: format!("{}-plan", scene.user), groups, ..scene.blind() };
    let kubeconfig = start.kubeconfig(scene.plane).display().to_string();
    let args = ["-f", file, "--state", "live", "--kubeconfig", &kubeconfig];
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let plan = plan(&[&args, &flags[..]].concat());
    let resources = plan["resources"].as_array().cloned().unwrap_or_default();
    assert_eq!(resources.len(), 5, "{plan}");
    for resource in &resources {
        assert_eq!(resource["actions"], json!([]), "{resource}");
        assert_eq!(resource["waiting"], json!([]), "{resource}");
        assert_eq!(resource["blocked"], json!([]), "{resource}");
    }
    assert!(plan["summary"]["worstRisk"].is_null(), "{}", plan["summary"]);
}

fn nothing() {
    let scene = Scene::new("import-nothing");
    let kubeconfig = scene.blind().kubeconfig(scene.plane).display().to_string();
    let import = |cluster: &str, more: &[&str]| {
        let args = ["import", "topics", "--cluster", cluster, "--kubeconfig", &kubeconfig];
        let (code, out, said) = program(&[&args, more].concat());
        assert_eq!((code, out.as_str()), (1, ""), "{said}");
        assert!(said.ends_with("Nothing was imported.\n"), "{said}");
        said
    };
    let said = import("prod", &[]);
    let place = &scene.namespace;
    assert!(said.contains(&format!("there is no RivvenCluster {place}/prod")), "{said}");
    assert!(said.contains("name another one with -n"), "{said}");
    scene.cluster("prod", &json!({ "replicas": 1 }));
    assert!(import("prd", &[]).contains("did you mean prod?"));
    let said = import("prod", &["--resolve", "*:9292=127.0.0.1:9"]);
    assert!(said.contains("could not be asked") && said.contains("refused"), "{said}");
    let way = format!("kubectl -n {place} port-forward pod/rivven-prod-0 9292");
    assert!(said.contains(&way) && said.contains("--resolve rivven-prod-0."), "{said}");
}

/// A broker, as somebody else fills it and looks at it.
struct Hold {
    brokers: Brokers,
    broker: Broker,
}

impl Hold {
    fn of(scene: &Scene, flags: &[String]) -> Self {
        let entries = flags.iter().filter_map(|flag| flag.parse::<Entry>().ok());
        let _inside = runtime().enter();
        Self {
            brokers: Brokers::new("cluster.local", entries.collect()),
            broker: Broker {
                namespace: scene.namespace.clone(),
                cluster: "prod".to_owned(),
                ordinal: 0,
                port: CLIENT_PORT,
            },
        }
    }

    fn fill(&self) {
        let call = |call: Call| {
            let done = runtime().block_on(self.brokers.call(&call));
            done.unwrap_or_else(|error| panic!("{call}: {error:?}"));
        };
        for (name, partitions, settings) in HELD {
            let (broker, name) = (self.broker.clone(), (*name).to_owned());
            let created = Call::CreateTopic { broker, name: name.clone(), partitions: *partitions };
            call(created);
            for (key, value) in *settings {
                let (broker, name) = (self.broker.clone(), name.clone());
                let (key, value) = ((*key).to_owned(), Some((*value).to_owned()));
                call(Call::SetConfig { broker, name, key, value });
            }
        }
    }

    /// All that it holds.
    fn all(&self) -> BTreeMap<String, Answer> {
        let ask = |probe: Probe| runtime().block_on(self.brokers.ask(&probe));
        let Answer::Holdings(held) = ask(Probe::Holdings(self.broker.clone())) else {
            panic!("it does not say what it holds");
        };
        assert_eq!(held.len(), HELD.len(), "{held:?}");
        let topic = |name: String| {
            let probe = Probe::Topic { broker: self.broker.clone(), name: name.clone() };
            (name, ask(probe))
        };
        held.into_keys().map(topic).collect()
    }
}
