//! What the stand-in and the real broker agree on.

use std::{collections::BTreeMap, net::SocketAddr};

use rivven_client::Client;
use sluicegate_core::systems::rivven::{Answer, Call, Health, Position, Probe, Progress};
use sluicegate_effects::{Class, backend::Backend};

use crate::{
    standin::{API_PORT, CLIENT_PORT},
    subject::{
        HOST, Subject, at, create, delete, grow, health, holdings, refused, seen, set, topic,
        unreachable,
    },
};

/// Writes records as a producer does.
async fn produce(subject: &Subject, topic: &str, records: u32) {
    let address: SocketAddr = subject.resolve().get(HOST, CLIENT_PORT).expect("it is known");
    let mut client = Client::connect(&address.to_string()).await.expect("it listens");
    for _ in 0..records {
        client.publish(topic, "a record").await.expect("it takes records");
    }
}

pub(crate) async fn a_broker_that_runs_alone_is_healthy_and_holds_nothing(subject: Subject) {
    let (brokers, name) = (subject.brokers(), subject.name());
    let healthy = Answer::Health(Health { healthy: true, membership: None });
    assert_eq!(brokers.ask(&health()).await, healthy, "{name}");
    assert_eq!(brokers.ask(&holdings()).await, Answer::Holdings(BTreeMap::new()), "{name}");
    assert_eq!(brokers.ask(&topic("orders")).await, Answer::NoTopic, "{name}");
    assert_eq!(brokers.ask(&topic("_no")).await, Answer::NoTopic, "{name}");
}

pub(crate) async fn a_topic_is_created_grown_configured_and_deleted(subject: Subject) {
    let (brokers, name) = (subject.brokers(), subject.name());
    brokers.call(&create("orders", 3)).await.expect(name);
    assert_eq!(brokers.ask(&topic("orders")).await, seen(3, &[]), "{name}");
    brokers.call(&grow("orders", 6)).await.expect(name);
    assert_eq!(brokers.ask(&topic("orders")).await, seen(6, &[]), "{name}");
    for (key, value) in [
        ("cleanup.policy", "delete,compact"),
        ("compression.type", "zstd"),
        ("max.message.bytes", "2097152"),
        ("min.insync.replicas", "2"),
        ("retention.bytes", "1073741824"),
        ("retention.ms", "3600000"),
        ("segment.bytes", "1048576"),
        ("segment.ms", "60000"),
    ] {
        brokers.call(&set("orders", key, Some(value))).await.expect(key);
    }
    let configs = [
        ("cleanup.policy", "compact,delete"),
        ("compression.type", "zstd"),
        ("max.message.bytes", "2097152"),
        ("min.insync.replicas", "2"),
        ("retention.bytes", "1073741824"),
        ("retention.ms", "3600000"),
        ("segment.bytes", "1048576"),
        ("segment.ms", "60000"),
    ];
    assert_eq!(brokers.ask(&topic("orders")).await, seen(6, &configs), "{name}");
    brokers.call(&set("orders", "retention.ms", None)).await.expect(name);
    brokers.call(&set("orders", "segment.ms", Some("604800000"))).await.expect(name);
    let left: Vec<_> = configs.into_iter().filter(|(key, _)| !key.ends_with(".ms")).collect();
    assert_eq!(brokers.ask(&topic("orders")).await, seen(6, &left), "{name}");
    brokers.call(&delete("orders")).await.expect(name);
    assert_eq!(brokers.ask(&topic("orders")).await, Answer::NoTopic, "{name}");
}

pub(crate) async fn a_topic_with_as_many_partitions_as_there_may_be_is_seen_whole(
    subject: Subject,
) {
    let (brokers, name) = (subject.brokers(), subject.name());
    brokers.call(&create("wide", 1000)).await.expect(name);
    assert_eq!(brokers.ask(&topic("wide")).await, seen(1000, &[]), "{name}");
}

pub(crate) async fn what_the_broker_refuses_is_told_in_its_own_words(subject: Subject) {
    let (brokers, name) = (subject.brokers(), subject.name());
    brokers.call(&create("orders", 3)).await.expect(name);
    for (call, class, words) in topics_refused().into_iter().chain(configs_refused()) {
        assert_eq!(refused(&brokers, &call).await, Some((class, words)), "{name}: {call}");
    }
    assert_eq!(brokers.ask(&topic("orders")).await, seen(3, &[]), "{name}: nothing changed");
}

/// Beside a topic `orders` with three partitions.
fn topics_refused() -> Vec<(Call, Class, String)> {
    let invalid = |name: &str, why: &str| {
        (create(name, 3), Class::Final, format!("INVALID_TOPIC_NAME: {why}"))
    };
    let count = |count: u32| {
        let words = "INVALID_PARTITION_COUNT: must be between 1 and 1000, got";
        (create("none", count), Class::Final, format!("{words} {count}"))
    };
    let characters =
        "must start with alphanumeric and contain only alphanumeric, dots, hyphens, underscores";
    let overtaken = |count: u32| {
        let words = "must be greater than current count 3";
        let words = format!("INVALID_PARTITIONS: New partition count {count} {words}");
        (grow("orders", count), Class::Conflict, words)
    };
    vec![
        (create("orders", 3), Class::Conflict, "Topic 'orders' already exists".to_owned()),
        invalid("_no", &format!("Invalid topic name '_no': {characters}")),
        invalid("a..b", "Invalid topic name 'a..b': path traversal patterns not allowed"),
        invalid(&"a".repeat(256), "Topic name too long: 256 chars (max: 255)"),
        count(0),
        count(1001),
        overtaken(2),
        overtaken(3),
        (grow("no", 3), Class::Conflict, unknown("no")),
        (set("no", "retention.ms", Some("1")), Class::Conflict, unknown("no")),
        (delete("no"), Class::Conflict, "Topic not found: no".to_owned()),
    ]
}

fn configs_refused() -> Vec<(Call, Class, String)> {
    let config = |key: &str, value: &str, why: &str| {
        (set("orders", key, Some(value)), Class::Final, format!("INVALID_CONFIG: {why}"))
    };
    vec![
        config("flush.ms", "1", "Unknown configuration key: flush.ms"),
        config("retention.ms", "x", "Invalid retention.ms: invalid digit found in string"),
        config("retention.ms", "-2", "retention.ms must be >= -1 (-1 = infinite)"),
        config("segment.bytes", "1023", "segment.bytes must be >= 1024"),
        config("max.message.bytes", "0", "max.message.bytes must be > 0"),
        config("min.insync.replicas", "0", "min.insync.replicas must be > 0"),
        config("cleanup.policy", "never", "Invalid cleanup policy: never"),
        config("compression.type", "xz", "Invalid compression type: xz"),
    ]
}

fn unknown(topic: &str) -> String {
    format!("UNKNOWN_TOPIC_OR_PARTITION: Topic '{topic}' not found")
}

pub(crate) async fn records_are_counted_and_come_back_with_a_topic_that_is_made_again(
    subject: Subject,
) {
    let (brokers, name) = (subject.brokers(), subject.name());
    let held = |held: &[(&str, u64)]| {
        let text = |(name, records): &(&str, u64)| ((*name).to_owned(), *records);
        Answer::Holdings(held.iter().map(text).collect())
    };
    brokers.call(&create("orders", 4)).await.expect(name);
    brokers.call(&create("empty", 1)).await.expect(name);
    produce(&subject, "orders", 5).await;
    produce(&subject, "made-by-writing", 1).await;
    let expected = [("empty", 0), ("made-by-writing", 1), ("orders", 5)];
    assert_eq!(brokers.ask(&holdings()).await, held(&expected), "{name}");
    let Answer::Topic(seen) = brokers.ask(&topic("made-by-writing")).await else {
        panic!("{name}: it is there");
    };
    assert_eq!((seen.partitions, seen.records), (3, 1), "{name}");
    brokers.call(&delete("orders")).await.expect(name);
    assert_eq!(brokers.ask(&holdings()).await, held(&expected[..2]), "{name}");
    brokers.call(&create("orders", 4)).await.expect(name);
    assert_eq!(brokers.ask(&holdings()).await, held(&expected), "{name}");
}

pub(crate) async fn groups_are_where_they_have_committed(subject: Subject) {
    let (brokers, name) = (subject.brokers(), subject.name());
    let topics = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let question = Probe::Progress {
        broker: at(CLIENT_PORT),
        topics: topics(&["orders", "none"]),
        groups: BTreeMap::from([
            ("early".to_owned(), topics(&["orders", "none"])),
            ("late".to_owned(), topics(&["orders", "empty"])),
        ]),
    };
    brokers.call(&create("orders", 1)).await.expect(name);
    brokers.call(&create("empty", 3)).await.expect(name);
    produce(&subject, "orders", 5).await;
    let address: SocketAddr = subject.resolve().get(HOST, CLIENT_PORT).expect("it is known");
    let mut client = Client::connect(&address.to_string()).await.expect("it listens");
    client.commit_offset("late", "orders", 0, 4).await.expect(name);
    let position = |topic: &str, committed, lag| (topic.to_owned(), Position { committed, lag });
    let expected = Progress {
        ends: BTreeMap::from([("orders".to_owned(), 5)]),
        groups: BTreeMap::from([
            ("early".to_owned(), BTreeMap::from([position("orders", 0, 5)])),
            (
                "late".to_owned(),
                BTreeMap::from([position("empty", 0, 0), position("orders", 4, 1)]),
            ),
        ]),
    };
    assert_eq!(brokers.ask(&question).await, Answer::Progress(expected), "{name}");
}

pub(crate) async fn a_broker_that_was_killed_has_its_topics_and_no_configs(mut subject: Subject) {
    let (brokers, name) = (subject.brokers(), subject.name());
    brokers.call(&create("orders", 3)).await.expect(name);
    brokers.call(&set("orders", "retention.ms", Some("3600000"))).await.expect(name);
    brokers.call(&grow("orders", 5)).await.expect(name);
    subject.kill();
    let refuses = |port| unreachable(port, "connection refused");
    assert_eq!(brokers.ask(&topic("orders")).await, refuses(CLIENT_PORT), "{name}");
    assert_eq!(brokers.ask(&health()).await, refuses(API_PORT), "{name}");
    let (class, why) = refused(&brokers, &create("more", 1)).await.expect(name);
    assert_eq!((class, &*why), (Class::Retry, &*told("connection refused")), "{name}");
    subject.revive();
    assert_eq!(brokers.ask(&topic("orders")).await, seen(5, &[]), "{name}");
    assert_eq!(brokers.ask(&topic("more")).await, Answer::NoTopic, "{name}");
}

fn told(why: &str) -> String {
    format!("{HOST}:{CLIENT_PORT}: {why}")
}

pub(crate) async fn a_broker_that_says_nothing_more_is_unreachable_in_time(mut subject: Subject) {
    let (brokers, name) = (subject.hasty(), subject.name());
    assert_eq!(brokers.ask(&topic("orders")).await, Answer::NoTopic, "{name}");
    assert_eq!(brokers.idle_connections(), 1, "{name}");
    subject.silence();
    // The connection that lies idle is found dead, and a new one is never greeted.
    let silent = unreachable(CLIENT_PORT, "it did not answer within 500ms");
    assert_eq!(brokers.ask(&topic("orders")).await, silent, "{name}");
    assert_eq!(brokers.idle_connections(), 0, "{name}");
    let silent = unreachable(API_PORT, "it did not answer within 1s");
    assert_eq!(brokers.ask(&health()).await, silent, "{name}");
}
