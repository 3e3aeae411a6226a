//! What people are told, and how often.

use std::time::Duration;

use serde_json::Value;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

async fn tell(live: &Live<Counting>, note: &str) {
    live.perform(&Verb::EmitEvent(event(note))).await.expect("it may write");
}

/// Lets time go by. It stands still for no longer than that: while it does, a clock that waits for
/// a socket runs to the next deadline.
async fn later(minutes: u32) {
    tokio::time::pause();
    tokio::time::advance(MINUTE * minutes).await;
    tokio::time::resume();
}

fn body(sent: &Sent, field: &str) -> Value {
    sent.body[field].clone()
}

#[tokio::test]
async fn an_event_says_all_that_the_api_wants() {
    let stub = Stub::new([]).await;
    tell(&live(&stub), "TOP-31: fewer partitions").await;
    let sent = stub.sent().pop().unwrap();
    assert_eq!(
        sent.line,
        "POST /apis/events.k8s.io/v1/namespaces/default/events?fieldManager=sluicegate"
    );
    let name = sent.body["metadata"]["name"].as_str().unwrap().to_owned();
    let number = name.strip_prefix("prod.").expect("it is called as what it is about");
    assert!(u128::from_str_radix(number, 16).is_ok(), "{name}");
    let time = sent.body["eventTime"].as_str().unwrap().to_owned();
    assert_eq!(time.len(), "2026-01-01T00:00:00.000000Z".len(), "{time}");
    let expected = json!({
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": { "name": name, "namespace": "default" },
        "action": "Reconcile",
        "eventTime": time,
        "note": "TOP-31: fewer partitions",
        "reason": "Refused",
        "regarding": {
            "apiVersion": "rivven.hupe1980.github.io/v1alpha1", "kind": "RivvenCluster",
            "namespace": "default", "name": "prod", "uid": "1-2-3",
        },
        "related": {
            "apiVersion": "v1", "kind": "Pod", "namespace": "default", "name": "rivven-prod-0",
        },
        "reportingController": "sluicegate",
        "reportingInstance": "sluicegate-0",
        "type": "Warning",
    });
    assert_eq!(sent.body, expected);
}

#[tokio::test]
async fn what_repeats_becomes_a_series_that_is_written_every_six_minutes() {
    let stub = Stub::new([]).await;
    let live = live(&stub);
    for _ in 0..5 {
        tell(&live, "a").await;
    }
    let sent = stub.sent();
    assert_eq!(sent.len(), 2, "{sent:?}");
    let name = sent[0].body["metadata"]["name"].as_str().unwrap();
    let line = format!(
        "PATCH /apis/events.k8s.io/v1/namespaces/default/events/{name}?fieldManager=sluicegate"
    );
    assert_eq!(
        (sent[1].line.as_str(), sent[1].media.as_str()),
        (&*line, "application/merge-patch+json")
    );
    assert_eq!(body(&sent[1], "series")["count"], 2);
    later(5).await;
    tell(&live, "a").await;
    assert_eq!(stub.sent().len(), 2);
    later(5).await;
    tell(&live, "a").await;
    assert_eq!(body(&stub.sent()[2], "series")["count"], 7);
    // After a quiet time it is news again.
    later(6).await;
    tell(&live, "a").await;
    assert!(stub.lines()[3].starts_with("POST"));
}

#[tokio::test]
async fn events_with_other_words_are_others() {
    let stub = Stub::new([]).await;
    let live = live(&stub);
    for note in ["a", "b", "c"] {
        tell(&live, note).await;
    }
    let mut names: Vec<Value> =
        stub.sent().iter().map(|one| one.body["metadata"]["name"].clone()).collect();
    names.dedup();
    assert_eq!(names.len(), 3);
}

#[tokio::test]
async fn a_series_that_the_server_let_go_of_begins_anew() {
    let gone = Reply::refusal(404, "NotFound", "events.events.k8s.io \"prod.1\" not found");
    let stub = Stub::new([Reply::Json(201, json!({})), gone]).await;
    let live = live(&stub);
    tell(&live, "a").await;
    tell(&live, "a").await;
    let verbs: Vec<String> = stub.lines().iter().map(|line| line[..4].to_owned()).collect();
    assert_eq!(verbs, ["POST", "PATC", "POST"]);
}

#[tokio::test]
async fn a_refused_event_ends_no_plan_and_is_told_anew_next_time() {
    let stub =
        Stub::new([Reply::refusal(403, "Forbidden", "events is forbidden: User \"a\"")]).await;
    let live = live(&stub);
    tell(&live, "a").await;
    tell(&live, "a").await;
    assert!(stub.lines().iter().all(|line| line.starts_with("POST")));
    assert_eq!(stub.lines().len(), 2);
}

#[tokio::test]
async fn a_note_is_cut_between_characters() {
    let stub = Stub::new([]).await;
    tell(&live(&stub), &"\u{e9}".repeat(600)).await;
    let note = body(&stub.sent()[0], "note");
    let note = note.as_str().unwrap();
    assert!(note.len() <= 1_024 && note.ends_with("\u{e9}\u{2026}"), "{}", note.len());
}

#[tokio::test]
async fn the_name_of_an_event_is_a_name_however_long_that_of_its_subject() {
    let stub = Stub::new([]).await;
    let mut event = event("a");
    event.regarding.name = format!("{}.{}", "a".repeat(235), "b".repeat(17));
    live(&stub).perform(&Verb::EmitEvent(event.clone())).await.expect("it may write");
    let name = stub.sent()[0].body["metadata"]["name"].as_str().unwrap().to_owned();
    assert!(name.len() <= 253 && !name.contains(".."), "{name}");
}

#[tokio::test]
async fn only_so_many_events_are_remembered() {
    let stub = Stub::new([]).await;
    let live = live(&stub);
    for n in 0..1_005 {
        tell(&live, &n.to_string()).await;
    }
    tell(&live, "1004").await;
    tell(&live, "0").await;
    let lines = stub.lines();
    assert!(lines[1_005].starts_with("PATCH"));
    assert!(lines[1_006].starts_with("POST"));
}
