//! Rounds against a cluster of their own, on a paused clock.

mod bench;

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use self::bench::{Bench, seconds, topic};
use super::Mode;
use crate::ApiError;

#[tokio::test(start_paused = true)]
async fn what_a_resource_reads_wakes_it_when_it_appears() {
    let bench = Bench::new();
    bench.topic("a", 1);
    sleep(seconds(5)).await;
    assert_eq!(bench.words(), ["status of a NotSeen"], "there is no cluster");
    sleep(seconds(60)).await;
    assert_eq!(bench.words(), [""; 0]);
    bench.cluster();
    sleep(seconds(1)).await;
    assert_eq!(bench.words(), ["finalizers of a", "status of a NotSeen"]);
    sleep(seconds(20)).await;
    assert_eq!(bench.words(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_told_at_once_and_tried_again_when_the_resource_changes() {
    let bench = Bench::new();
    bench.cluster();
    bench.finalizers(|| Err(ApiError::new(422, "Invalid", "no").because("Field", "spec.x")));
    bench.topic("a", 1);
    sleep(seconds(5)).await;
    assert_eq!(bench.words(), ["finalizers of a", "status of a Refused"]);
    // What it reads changes: it is looked at, and what was refused is not sent.
    bench.cluster();
    sleep(seconds(5)).await;
    assert_eq!(bench.words(), [""; 0]);
    bench.finalizers(|| Ok(()));
    let mut object = bench.fake.get(&topic("a")).unwrap();
    object["metadata"]["generation"] = 2.into();
    bench.fake.put(&topic("a"), object);
    sleep(seconds(2)).await;
    assert_eq!(bench.words(), ["finalizers of a", "status of a NotSeen"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_tried_again_by_itself_and_ever_more_seldom() {
    let bench = Bench::new();
    bench.cluster();
    let quota = "pods \"a\" is forbidden: exceeded quota: q";
    bench.finalizers(move || Err(ApiError::new(403, "Forbidden", quota)));
    bench.topic("a", 1);
    sleep(seconds(1_200)).await;
    let log = bench.log();
    let told = log.iter().filter(|(_, what)| what.starts_with("status")).count();
    assert_eq!(told, 1, "told once, and not again while it is the same: {log:?}");
    let tried: Vec<u64> =
        log.iter().filter(|(_, what)| what.starts_with("final")).map(|(at, _)| *at).collect();
    let gaps: Vec<u64> = tried.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (gap, most) in gaps.iter().zip([30, 60, 120, 240, 480, 600]) {
        assert!(*gap + 1 >= most / 2 && *gap <= most + 1, "{gaps:?}");
    }
    bench.finalizers(|| Ok(()));
    sleep(seconds(601)).await;
    assert_eq!(bench.words(), ["finalizers of a", "status of a NotSeen"]);
}

#[tokio::test(start_paused = true)]
async fn a_status_that_is_refused_once_is_written_again_and_nothing_is_called_refused() {
    let bench = Bench::new();
    *bench.notes.statuses.lock().unwrap() = 1;
    bench.topic("a", 1);
    sleep(seconds(300)).await;
    assert_eq!(bench.words(), ["status of a NotSeen", "status of a NotSeen"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_a_status_is_forgotten_when_one_is_written() {
    let bench = Bench::new();
    *bench.notes.statuses.lock().unwrap() = 2;
    bench.topic("a", 1);
    sleep(seconds(60)).await;
    let words = bench.words();
    assert_eq!(words[..3], ["status of a NotSeen", "status of a NotSeen", "status of a Refused"]);
    assert_eq!(words.last().unwrap(), "status of a NotSeen");
    let status = bench.fake.get(&topic("a")).unwrap()["status"].to_string();
    assert!(!status.contains("\"status\":\"True\",\"type\":\"Stalled\""), "{status}");
}

#[tokio::test(start_paused = true)]
async fn what_the_product_refuses_is_asked_for_once_and_holds_up_nothing_else() {
    let bench = Bench::new();
    bench.cluster();
    bench.broker_without("a");
    *bench.notes.refuses.lock().unwrap() = Some("set compression.type");
    let spec = json!({ "clusterRef": { "name": "prod" }, "config": { "segmentBytes": 2_000_000 } });
    bench.fake.put(&topic("a"), json!({ "metadata": { "generation": 1 }, "spec": spec }));
    sleep(seconds(5)).await;
    let broker = "broker default/rivven-prod-0";
    let (create, refused, set) = (
        format!("create topic a with 3 partitions on {broker}"),
        format!("set compression.type of topic a to lz4 on {broker}"),
        format!("set segment.bytes of topic a to 2000000 on {broker}"),
    );
    assert_eq!(bench.words(), [&*create, &*refused, &*set, "status of a Refused"]);
    let told = bench.fake.get(&topic("a")).unwrap()["status"].to_string();
    assert!(told.contains(&format!("failed to {refused}: INVALID_CONFIG: never")), "{told}");
    // What is there is looked at, and put right, as ever.
    sleep(seconds(700)).await;
    assert_eq!(bench.words(), [""; 0]);
    bench.broker_without("a");
    sleep(seconds(400)).await;
    let words = bench.words();
    assert!(words.contains(&create) && words.contains(&set) && !words.contains(&refused));
    // It changes: it is asked for once more.
    *bench.notes.refuses.lock().unwrap() = None;
    let mut object = bench.fake.get(&topic("a")).unwrap();
    object["metadata"]["generation"] = 2.into();
    bench.fake.put(&topic("a"), object);
    sleep(seconds(5)).await;
    assert_eq!(bench.words(), [&*refused, "status of a Exists", "status of a Exists"]);
}

#[tokio::test(start_paused = true)]
async fn what_rests_on_a_call_that_was_refused_is_not_asked_for() {
    let bench = Bench::new();
    bench.cluster();
    bench.broker_without("a");
    *bench.notes.refuses.lock().unwrap() = Some("create");
    bench.fake.put(
        &topic("a"),
        json!({ "metadata": { "generation": 1 }, "spec": { "clusterRef": { "name": "prod" } } }),
    );
    sleep(seconds(2_000)).await;
    let create = "create topic a with 3 partitions on broker default/rivven-prod-0";
    assert_eq!(bench.words(), [create, "status of a Refused"]);
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_tried_ever_more_seldom_and_told_from_the_second_time_on() {
    let bench = Bench::new();
    bench.cluster();
    bench.topic("before", 1);
    sleep(seconds(10)).await;
    drop(bench.log());
    bench.finalizers(|| Err(ApiError::new(503, "ServiceUnavailable", "etcd is away")));
    bench.topic("a", 1);
    sleep(seconds(1_000)).await;
    let log: Vec<(u64, String)> =
        bench.log().into_iter().map(|(at, what)| (at - 10, what)).collect();
    let told: Vec<_> = log.iter().filter(|(_, what)| what.starts_with("status")).collect();
    assert_eq!(told.len(), 1, "{log:?}");
    assert!(told[0].1.ends_with(" Failing"), "{log:?}");
    let tried: Vec<u64> =
        log.iter().filter(|(_, what)| what.starts_with("final")).map(|(at, _)| *at).collect();
    // At once; after 15 to 30 s; 10 s after that, since the status came back; and so on.
    assert!((15..=30).contains(&tried[1]), "{tried:?}");
    assert!(tried.len() <= 9, "{tried:?}");
    let gaps: Vec<u64> = tried.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.last().is_some_and(|gap| *gap >= 120), "{gaps:?}");
    bench.finalizers(|| Ok(()));
    sleep(seconds(600)).await;
    assert_eq!(bench.words(), ["finalizers of a", "status of a NotSeen"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_race_is_run_again_and_is_no_failure() {
    let bench = Bench::new();
    bench.cluster();
    bench.finalizers(|| Err(ApiError::new(409, "Conflict", "the object has been modified")));
    bench.topic("a", 1);
    sleep(seconds(6)).await;
    assert_eq!(bench.log().iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 0, 1, 3]);
    bench.finalizers(|| Ok(()));
    sleep(seconds(5)).await;
    assert_eq!(bench.words(), ["finalizers of a", "status of a NotSeen"]);
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_does_not_decode_is_told_and_stops_no_other() {
    let bench = Bench::new();
    let spec = json!({ "clusterRef": { "name": "prod" }, "partitions": "many" });
    bench.fake.put(&topic("a"), json!({ "metadata": { "generation": 1 }, "spec": spec }));
    bench.topic("b", 1);
    sleep(seconds(2)).await;
    let mut words = bench.words();
    words.sort();
    assert_eq!(words, ["status of a", "status of b NotSeen"]);
    let status = bench.fake.get(&topic("a")).unwrap()["status"].to_string();
    assert!(status.contains("spec.partitions"), "{status}");
    sleep(seconds(1_000)).await;
    assert_eq!(bench.words(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_round_that_panics_ends_the_controller() {
    let bench = Bench::new();
    bench.cluster();
    bench.finalizers(|| panic!("on purpose"));
    bench.topic("a", 1);
    let error = bench.running.await.unwrap().unwrap_err();
    assert!(error.in_full().contains("RivvenTopic"), "{}", error.in_full());
}

#[tokio::test(start_paused = true)]
async fn the_action_in_hand_is_finished_and_no_other_begun() {
    let bench = Bench::new();
    bench.cluster();
    *bench.notes.takes.lock().unwrap() = seconds(2);
    bench.topic("a", 1);
    sleep(seconds(1)).await;
    bench.mode.send_replace(Mode::Stop);
    bench.topic("b", 1);
    let start = Instant::now();
    bench.running.await.unwrap().unwrap();
    assert!(start.elapsed() <= Duration::from_millis(1_200), "{:?}", start.elapsed());
    assert!(bench.fake.get(&topic("a")).unwrap()["metadata"]["finalizers"].is_array());
    let log = std::mem::take(&mut *bench.notes.log.lock().unwrap());
    assert_eq!(log.len(), 1, "{log:?}");
}

#[tokio::test(start_paused = true)]
async fn an_action_that_does_not_end_is_left_after_3_s() {
    let bench = Bench::new();
    bench.cluster();
    *bench.notes.takes.lock().unwrap() = seconds(60);
    bench.topic("a", 1);
    sleep(seconds(1)).await;
    bench.mode.send_replace(Mode::Stop);
    let start = Instant::now();
    bench.running.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), seconds(3));
}

#[tokio::test(start_paused = true)]
async fn who_does_not_lead_writes_nothing() {
    let bench = Bench::new();
    bench.mode.send_replace(Mode::Standby);
    bench.topic("a", 1);
    sleep(seconds(60)).await;
    assert_eq!(bench.words(), [""; 0]);
    bench.mode.send_replace(Mode::Lead);
    sleep(seconds(2)).await;
    assert_eq!(bench.words(), ["status of a NotSeen"]);
    bench.mode.send_replace(Mode::Standby);
    sleep(seconds(2)).await;
    bench.topic("b", 1);
    sleep(seconds(60)).await;
    assert_eq!(bench.words(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_that_look_at_each_other_do_not_plan_a_thousand_times_each() {
    let bench = Bench::new();
    bench.cluster();
    for number in 0..300 {
        bench.topic(&format!("t{number}"), 1);
    }
    sleep(seconds(120)).await;
    let words = bench.words();
    assert_eq!(words.len(), 600, "a finalizer and a status each");
}
