//! What `flow try` shows of records, and what it meets a slip with.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use super::{Ran, run, with_stdin};

const ORDERS: &str = "deploy/examples/dataflow/orders.yaml";
const RECORDS: &str = "deploy/examples/dataflow/orders.jsonl";

/// Tries records with the flow of a file.
fn tried(flow: &str, records: &str, more: &[&str]) -> Ran {
    let (flow, records) = (file(flow), file(records));
    let now = "2026-01-01T00:00:00Z";
    let args = ["flow", "try", "-f", &flow, "--records", &records, "--now", now];
    run(&[&args[..], more].concat())
}

/// A file with this text.
fn file(text: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("flow-{}.yaml", NEXT.fetch_add(1, Ordering::Relaxed));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("it can be written");
    path.display().to_string()
}

fn flow(name: &str, transformations: &str, more: &str) -> String {
    format!(
        "apiVersion: dataflow.dataflow.io/v1\nkind: DataFlow\nmetadata: {{ name: {name} }}\n\
         spec:\n  \
         source: {{ type: kafka, config: {{ brokers: [k:1], topic: in }} }}\n  \
         sink: {{ type: kafka, config: {{ brokers: [k:1], topic: out }} }}\n  \
         transformations: {transformations}\n  {more}\n"
    )
}

#[test]
fn each_step_of_each_record_is_shown_and_where_it_ends() {
    let now = "2026-01-01T00:00:00Z";
    let ran = run(&["flow", "try", "-f", ORDERS, "--records", RECORDS, "--now", now]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    for line in [
        "DataFlow default/orders  from kafka (orders) to postgresql (order_items), \
         6 transformations",
        "  1 filter      left out",
        "  3 router      as it was",
        "  ends in       postgresql (order_items)",
        "  ends in       kafka (orders-of-tests), by $.shop == 'test'",
        "line 5          not an order (no JSON)",
        "5 records: 3 to postgresql (order_items), 1 to routes, 2 left out. No store was",
    ] {
        assert!(ran.out.lines().any(|one| one == line), "{line:?} is not in {}", ran.out);
    }
    // A number of more digits than a float has is what it was, and so is one that ends in 0.
    let last = ran.out.lines().rfind(|line| line.contains("6 snakeCase")).expect("it is there");
    assert!(last.contains("\"order_id\":9007199254740996,\"total\":4.20,"), "{last}");
    assert!(!ran.out.lines().any(|line| line.contains("snakeCase") && line.contains("@example")));
}

#[test]
fn a_fault_says_why_and_what_becomes_of_the_flow() {
    let mask = "[{ type: mask, config: { fields: [a] } }]";
    for (more, ends) in [
        ("", "nothing: the flow stops here (onError: stop)"),
        ("onError: skip", "nothing: the flow goes on without it (onError: skip)"),
        (
            "errors: { type: kafka, config: { brokers: [k:1], topic: bad } }",
            "kafka (bad), with the errors",
        ),
    ] {
        let ran = tried(&flow("f", mask, more), "no document\n{\"a\":1}\n", &[]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
        assert!(ran.out.contains("  1 mask        fault: "), "{}", ran.out);
        assert!(ran.out.contains(&format!("  ends in       {ends}\n")), "{}", ran.out);
        assert!(ran.out.contains("2 records: 1 to kafka (out), 1 with a fault."), "{}", ran.out);
    }
}

#[test]
fn programs_get_a_line_for_each_record() {
    let select = "[{ type: select, config: { fields: [a] } }]";
    let ran = tried(&flow("f", select, ""), "{\"a\":1.0,\"b\":2}\n\n{\"b\":3}\n", &["-o", "json"]);
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    assert_eq!(lines.len(), 2, "{}", ran.out);
    assert_eq!(lines[0]["out"][0]["record"], "{\"a\":1.0}");
    assert_eq!(lines[1]["out"], serde_json::json!([]));
    assert_eq!(lines[1]["steps"][0]["transformation"], "select");
}

#[test]
fn a_slip_is_met_with_what_is_wrong_and_what_to_write() {
    let two = format!("{}---\n{}", flow("a", "[]", ""), flow("b", "[]", ""));
    let wrong = flow("f", "[{ type: fliter, config: {} }]", "onEror: skip");
    let router =
        "[{ type: router, config: { routes: [{ condition: a, sink: { type: kafka } }] } }]";
    for (file, records, more, says) in [
        (two.as_str(), "{}", &[][..], "name one of: default/a, default/b"),
        (&two, "{}", &["c"], "there is no DataFlow c (there are: default/a, default/b)"),
        (&two, "\n", &["b"], "there is no record in it"),
        (&wrong, "{}", &[], "Unsupported value: \"fliter\""),
        (&wrong, "{}", &[], "spec.onEror: Unknown field"),
        (&flow("f", router, ""), "{}", &[], "routes[0].sink.config.topic: Required value"),
        ("kind: RivvenTopic\n", "{}", &[], "apiVersion"),
    ] {
        let ran = tried(file, records, more);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{says}: {}", ran.err);
        assert!(ran.err.contains(says), "{says:?} is not in {}", ran.err);
    }
    let ran = with_stdin(&["flow", "try", "-f", ORDERS, "--records", "-"], "{\"total\":1}");
    assert!(ran.out.contains("1 record: "), "{}", ran.out);
    let ran = run(&["flow", "try", "-f", "-", "--records", "-"]);
    assert!(ran.err.contains("cannot both come from standard input"), "{}", ran.err);
}
