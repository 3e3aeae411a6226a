//! Many flows, and a change that all of them undergo.

use std::{
    thread,
    time::{Duration, Instant},
};

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    MANY, Many, Row, calls, condition,
    kube::{DEPLOYMENTS, FLOWS as KIND},
    process, say,
    stage::Stage,
    wait::{seconds, until},
};

pub(super) const FLOWS: Many = Many {
    kind: KIND,
    called: "DataFlows",
    version: "dataflow.dataflow.io/v1",
    name: "DataFlow",
    spec: || {
        let url = json!({ "name": "shop-db", "key": "url" });
        json!({
            "source": { "type": "postgresql", "config": {
                "connectionStringSecretRef": url, "table": "orders",
            } },
            "sink": { "type": "kafka", "config": { "brokers": ["a:9092"], "topic": "orders" } },
            "transformations": [{ "type": "mask", "config": { "fields": ["email"] } }],
        })
    },
};

/// Another default image goes through all of them, a tenth at a time.
pub(super) fn rolled(stage: &Stage, many: usize) -> Row {
    let image = "registry.test/processor:2";
    let operator = stage.operator(&["--api-qps", "1000", "--processor-image", image]);
    let (began, clock) = (Timestamp::now(), Instant::now());
    let (mut shown, mut most) = (0, 0);
    until("all to run the next image", seconds(3600), || {
        let flows = stage.kube.list(KIND, MANY);
        let unready = flows.iter().filter(|flow| !condition(flow, "Ready")).count();
        most = most.max(unready);
        let of = |one: &&Value| {
            one["spec"]["template"]["spec"]["containers"][0]["image"].as_str() == Some(image)
        };
        let run = stage.kube.list(DEPLOYMENTS, MANY).iter().filter(of).count();
        if run >= shown + 100 {
            shown = run;
            say(&format!("{run} of {many} are changed after {:.0?}", clock.elapsed()));
        }
        thread::sleep(Duration::from_millis(500));
        if run >= many && unready == 0 { Ok(()) } else { Err(format!("{run} of {many}")) }
    });
    let took = clock.elapsed();
    let all = stage.quiet(began);
    let taken = operator.taken();
    operator.stop();
    Row {
        what: format!("another default image for {many}, --api-qps 1000"),
        seen: format!(
            "{}; all Ready after {took:.0?}, {most} at most not Ready at once; {}",
            calls(&all),
            process(taken),
        ),
        aim: "2 writes of the status and 1 apply each, a tenth at once",
    }
}
