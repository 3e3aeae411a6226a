//! The examples, as the README applies them.

use crate::{
    Scenario,
    control_plane::{documents, root},
    kube::{CLUSTERS, TOPICS},
    say,
    scene::{Scene, acknowledged},
};

pub(crate) const ALL: &[Scenario] =
    &[("the_examples_run_as_they_are_and_serve_clients", as_they_are)];

fn as_they_are() {
    let scene = Scene::within("default");
    let _operator = scene.operator(&[]);
    for file in ["cluster-smallest", "cluster-production", "topics"] {
        for resource in documents(&root().join(format!("deploy/examples/rivven/{file}.yaml"))) {
            let kind = if resource["kind"] == "RivvenTopic" { TOPICS } else { CLUSTERS };
            scene.kube().apply(kind, &resource);
        }
    }
    let one = scene.is_ready("small");
    say(&format!("the smallest example: Ready after {:.1} s", one.as_secs_f32()));
    scene.is_ready("production");
    for (resource, topic) in
        [("orders-events", "orders-events"), ("customers-latest", "Customers_Latest")]
    {
        scene.told(TOPICS, resource, "Ready", "True");
        let said = scene.write(&format!("write-{resource}"), "production", topic, 1000);
        let (found, how) = scene.read(&format!("read-{resource}"), "production", topic);
        assert_eq!(found, acknowledged(&said), "{topic}: {how}");
        assert_eq!(found.count(), 1000);
    }
    scene.nothing_was_refused();
}
