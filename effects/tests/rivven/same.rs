//! The registry that plans and simulations are made with says what the real one does.

use std::collections::BTreeSet;

use serde_json::json;
use sluicegate_core::systems::rivven::{
    Answer, Call, Probe,
    registry::{Change, Question, Rule, What},
};
use sluicegate_effects::{
    backend::Backend as _,
    memory::{Brokers as Simulated, Memory, Product as _},
};

use crate::registry::{brokers, registry, started};

/// A world with its pod, which is ready.
fn world() -> Memory<sluicegate_effects::memory::Simulated<Simulated>> {
    let world = Memory::new(Simulated::default());
    let running = json!({ "name": "registry", "ready": true, "state": { "running": {} } });
    world.load(vec![json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "namespace": "streaming", "name": registry().pod },
        "spec": { "containers": [{ "name": "registry" }] },
        "status": {
            "phase": "Running",
            "conditions": [{ "type": "Ready", "status": "True" }],
            "containerStatuses": [running],
        },
    })]);
    world
}

fn rule(name: &str, level: &str) -> What {
    What::Rule(Rule {
        name: name.to_owned(),
        rule_type: "MAX_SIZE".to_owned(),
        config: json!({ "max_bytes": 1000 }).to_string(),
        level: level.to_owned(),
        description: "small".to_owned(),
        subjects: vec!["a".to_owned()],
        schema_types: Vec::new(),
    })
}

pub(crate) async fn the_registry_of_plans_answers_as_the_real_one() {
    let program = started();
    let (real, mut simulated, world) = (brokers(program.address), Simulated::default(), world());
    let own = |subject: &str, level: &str| What::SubjectLevel {
        subject: subject.to_owned(),
        level: level.to_owned(),
    };
    let context = |name: &str| What::Context { name: name.to_owned(), description: None };
    let told = [
        own("a", "NONE"),
        What::Level("FULL".to_owned()),
        own("b/c", "FULL"),
        context("team"),
        context("team"),
        rule("size", "ERROR"),
        rule("size", "WARNING"),
        rule("other", "INFO"),
        What::NoRule("other".to_owned()),
        What::NoRule("never".to_owned()),
        What::Open,
        What::Level("BACKWARD".to_owned()),
    ];
    let subjects = BTreeSet::from(["a", "b/c", "nobody"].map(str::to_owned));
    for what in told {
        let call = Call::Registry(Change { registry: registry(), what: what.clone() });
        real.call(&call).await.expect("it is done");
        let done = world.store(|store| simulated.call(store, &call).is_ok());
        assert!(done, "{what:?}");
        let question = Question { registry: registry(), subjects: subjects.clone(), turn: None };
        let asked = Probe::Registry(question);
        let said = real.ask(&asked).await;
        assert!(matches!(said, Answer::Registry(_)), "{said:?}");
        assert_eq!(world.store(|store| simulated.ask(store, &asked)), said, "{what:?}");
    }
}
