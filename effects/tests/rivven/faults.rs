//! What only the stand-in does: it fails in the middle of things.

use std::{sync::Arc, time::Duration};

use sluicegate_core::systems::rivven::{Answer, Broker, Health, Probe};
use sluicegate_effects::{
    Class,
    backend::{Backend, rivven::Brokers},
};

use crate::{
    standin::{self, API_PORT, CLIENT_PORT, Mood},
    subject::{HOST, Subject, create, health, holdings, refused, seen, set, topic, unreachable},
};

/// Longer than any request may take here.
const LATE: Mood = Mood::Late(Duration::from_millis(1500));

const CLOSED: &str = "the connection was closed before there was a whole answer";

fn standin() -> (Subject, Arc<standin::Broker>, Brokers) {
    let subject = Subject::standin();
    let Subject::StandIn(_, broker) = &subject else { unreachable!("it is the stand-in") };
    let (broker, brokers) = (Arc::clone(broker), subject.hasty());
    (subject, broker, brokers)
}

pub(crate) async fn a_create_whose_answer_is_lost_is_found_done_and_not_repeated() {
    for (mood, why) in [
        (Mood::Resets, "connection reset by peer"),
        (Mood::Halves, CLOSED),
        (LATE, "it did not answer within 1s"),
        (Mood::Babbles, "its answer is to something else"),
        (Mood::Floods, "its answer is longer than 2580000 bytes"),
    ] {
        let (_subject, broker, brokers) = standin();
        broker.once(mood.clone());
        let (class, said) = refused(&brokers, &create("orders", 3)).await.expect("it is lost");
        assert_eq!(class, Class::Retry, "{mood:?}");
        assert!(said.starts_with(&format!("{HOST}:{CLIENT_PORT}: {why}")), "{mood:?}: {said}");
        assert!(said.ends_with(": it may have been done, or not"), "{mood:?}: {said}");
        assert_eq!(brokers.idle_connections(), 0, "{mood:?}: the connection is not used again");
        assert_eq!(brokers.ask(&topic("orders")).await, seen(3, &[]), "{mood:?}");
        assert_eq!(broker.count("create"), 1, "{mood:?}: it was asked for once");
    }
}

pub(crate) async fn a_create_that_never_arrived_is_found_undone() {
    let (_subject, broker, brokers) = standin();
    broker.once(Mood::Drops);
    let (class, said) = refused(&brokers, &create("orders", 3)).await.expect("it is lost");
    assert_eq!(class, Class::Retry);
    assert!(said.ends_with(": it may have been done, or not"), "{said}");
    assert_eq!(brokers.ask(&topic("orders")).await, Answer::NoTopic);
}

pub(crate) async fn an_answer_that_is_lost_makes_a_broker_unreachable_and_the_next_is_heard() {
    for (mood, why) in [
        (Mood::Resets, "connection reset by peer"),
        (Mood::Halves, CLOSED),
        (Mood::Closing, CLOSED),
        (LATE, "it did not answer within 1s"),
    ] {
        let (_subject, broker, brokers) = standin();
        broker.once(mood.clone());
        assert_eq!(brokers.ask(&holdings()).await, unreachable(CLIENT_PORT, why), "{mood:?}");
        assert_eq!(brokers.ask(&holdings()).await, Answer::Holdings(Default::default()));
    }
    for (mood, why) in [
        (Mood::Resets, "the connection was lost"),
        (Mood::Halves, CLOSED),
        (Mood::Closing, CLOSED),
        (LATE, "it did not answer within 1s"),
    ] {
        let (_subject, broker, brokers) = standin();
        broker.once(mood.clone());
        assert_eq!(brokers.ask(&health()).await, unreachable(API_PORT, why), "{mood:?}");
        let healthy = Answer::Health(Health { healthy: true, membership: None });
        assert_eq!(brokers.ask(&health()).await, healthy, "{mood:?}");
    }
}

pub(crate) async fn a_broker_that_closes_every_connection_is_unreachable() {
    let (_subject, broker, brokers) = standin();
    broker.set(Mood::Closing);
    assert_eq!(brokers.ask(&topic("orders")).await, unreachable(CLIENT_PORT, CLOSED));
}

pub(crate) async fn an_ill_broker_says_so_and_a_page_is_no_health() {
    let (_subject, broker, brokers) = standin();
    broker.set(Mood::Ill);
    let ill = Answer::Health(Health { healthy: false, membership: None });
    assert_eq!(brokers.ask(&health()).await, ill);
    assert_eq!(broker.calls(), [format!("health {HOST}:{API_PORT}")], "it is told whom it is for");
    broker.set(Mood::Says("<!doctype html>"));
    let page = "/health is answered by no report of health".to_owned();
    assert_eq!(brokers.ask(&health()).await, Answer::Unreachable(page));
}

pub(crate) async fn words_of_a_broker_that_answers_nothing_are_shown_on_one_line() {
    let (_subject, broker, brokers) = standin();
    broker.set(Mood::Says("AUTHENTICATION_REQUIRED: Please\r\nauthenticate \u{1b}[31mfirst"));
    let words = "AUTHENTICATION_REQUIRED: Please  authenticate  [31mfirst".to_owned();
    assert_eq!(brokers.ask(&topic("orders")).await, Answer::Unreachable(words.clone()));
    assert_eq!(refused(&brokers, &create("orders", 3)).await, Some((Class::Retry, words)));
}

pub(crate) async fn a_broker_that_refuses_is_left_alone_after_three_times_with_the_same_reason() {
    let (_subject, broker, brokers) = standin();
    broker.set(Mood::Refusing);
    let refuses = unreachable(CLIENT_PORT, "connection refused");
    for _ in 0..3 {
        assert_eq!(brokers.ask(&topic("orders")).await, refuses);
    }
    broker.set(Mood::Well);
    let before = broker.connections();
    assert_eq!(brokers.ask(&topic("orders")).await, refuses, "word by word what it was");
    let (class, why) = refused(&brokers, &create("orders", 3)).await.expect("nothing is sent");
    assert_eq!(class, Class::Retry);
    assert!(!why.contains("it may have been done"), "{why}");
    assert_eq!(broker.connections(), before, "nobody was asked");
    // The other port of it is another thing, and so is another broker.
    assert!(matches!(brokers.ask(&health()).await, Answer::Health(_)));
}

pub(crate) async fn refusals_are_answers_and_leave_nobody_alone() {
    let (_subject, broker, brokers) = standin();
    for _ in 0..5 {
        assert!(refused(&brokers, &create("_no", 1)).await.is_some());
    }
    assert_eq!(broker.count("create _no"), 5);
    assert_eq!(broker.connections(), 1, "over one connection");
}

pub(crate) async fn one_connection_serves_while_it_is_good_and_a_restart_costs_no_request() {
    let (_subject, broker, brokers) = standin();
    brokers.call(&create("orders", 3)).await.expect("it is well");
    for key in ["retention.ms", "segment.ms"] {
        brokers.call(&set("orders", key, Some("60000"))).await.expect(key);
    }
    assert_eq!(broker.connections(), 1);
    broker.restart();
    brokers.call(&create("more", 1)).await.expect("the dead connection is noticed before");
    assert_eq!(broker.connections(), 2);
    assert_eq!(broker.count("create more"), 1);
}

pub(crate) async fn a_broker_that_was_asked_what_it_holds_may_end_at_once() {
    let (_subject, _broker, brokers) = standin();
    brokers.call(&create("orders", 3)).await.expect("it is well");
    assert_eq!(brokers.idle_connections(), 1);
    let held = [("orders".to_owned(), 0)].into();
    assert_eq!(brokers.ask(&holdings()).await, Answer::Holdings(held));
    assert_eq!(brokers.idle_connections(), 0, "it would wait for ten seconds for each");
}

pub(crate) async fn no_more_than_four_requests_are_under_way_in_a_cluster() {
    let (_subject, broker, brokers) = standin();
    broker.set(Mood::Late(Duration::from_millis(100)));
    let brokers = Arc::new(brokers);
    let asked: Vec<_> = (0..12)
        .map(|number| {
            let brokers = Arc::clone(&brokers);
            tokio::spawn(async move { brokers.ask(&topic(&format!("topic-{number}"))).await })
        })
        .collect();
    for one in asked {
        assert_eq!(one.await.expect("it ends"), Answer::NoTopic);
    }
    assert_eq!(broker.at_once_most(), 4);
    assert!(broker.connections() <= 4, "connections are used again");
}

pub(crate) async fn a_request_that_is_given_up_leaves_nothing_behind() {
    let (_subject, broker, brokers) = standin();
    brokers.call(&create("orders", 3)).await.expect("it is well");
    broker.once(Mood::Late(Duration::from_millis(300)));
    let probe = topic("no");
    let given_up = tokio::time::timeout(Duration::from_millis(50), brokers.ask(&probe));
    assert!(given_up.await.is_err());
    assert_eq!(brokers.idle_connections(), 0);
    assert_eq!(brokers.ask(&topic("orders")).await, seen(3, &[]), "not the answer to another");
}

pub(crate) async fn one_pair_of_ports_can_stand_in_for_every_broker() {
    let standin = crate::standin::StandIn::start();
    let flags = standin.resolve_flags(&["*"]);
    assert_eq!(flags[0], "--resolve");
    let entries = flags.iter().filter(|flag| *flag != "--resolve");
    let resolve = entries.map(|entry| entry.parse().expect("it is an entry")).collect();
    let brokers = Brokers::new("cluster.local", resolve);
    for ordinal in 0..2 {
        let cluster = "any".to_owned();
        let broker = Broker { namespace: "a".to_owned(), cluster, ordinal, port: API_PORT };
        assert!(matches!(brokers.ask(&Probe::Health(broker)).await, Answer::Health(_)));
    }
    let asked: Vec<_> = standin.calls().into_iter().map(|call| call.what).collect();
    let host = |ordinal| {
        format!("health rivven-any-{ordinal}.rivven-any-headless.a.svc.cluster.local:{API_PORT}")
    };
    assert_eq!(asked, [host(0), host(1)]);
}

pub(crate) async fn a_name_that_leads_nowhere_is_no_broker() {
    let brokers = Brokers::new("sluicegate.invalid", Default::default());
    let Answer::Unreachable(why) = brokers.ask(&topic("orders")).await else {
        panic!("nobody is called so");
    };
    let host = "rivven-demo-0.rivven-demo-headless.default.svc.sluicegate.invalid";
    let start = format!("{host}:{CLIENT_PORT}: the name cannot be resolved: ");
    assert!(why.starts_with(&start) || why.ends_with("did not answer within 5s"), "{why}");
}
