//! The way to a schema registry, against the real rivven-schema: what is in force, what changes it,
//! and what each level lets in.

use std::{collections::BTreeSet, net::SocketAddr};

use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sluicegate_core::systems::rivven::{
    Answer, Call, Probe,
    registry::{Change, Question, Registry, Rule, SeenRegistry, What},
};
use sluicegate_effects::{
    Class, Error,
    backend::{
        Backend as _, Resolve,
        rivven::{Brokers, Schema, Version},
    },
};

use crate::{schema::Program, standin};

impl Program {
    /// Killed, and started again at the same port.
    fn again(self) -> Self {
        let address = self.address;
        drop(self);
        Self::start(address)
    }

    /// Asks as any client does.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        send(&mut self.connected().await, method, path, body).await
    }

    async fn connected(&self) -> http1::SendRequest<Full<Bytes>> {
        let stream = tokio::net::TcpStream::connect(self.address).await.expect("it listens");
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
        drop(tokio::spawn(connection));
        sender
    }

    /// Registers many schemas over one connection: records with these names and fields.
    pub(crate) async fn register_all(&self, all: &[(String, String, Value)]) {
        let mut sender = self.connected().await;
        for (subject, name, fields) in all {
            let path = format!("/subjects/{subject}/versions");
            let (status, said) = send(&mut sender, Method::POST, &path, &avro(name, fields)).await;
            assert!(status.is_success(), "{said}");
        }
    }

    /// Registers a schema: a record of this name with these fields.
    pub(crate) async fn register(&self, subject: &str, name: &str, fields: &Value) -> StatusCode {
        let path = format!("/subjects/{subject}/versions");
        self.send(Method::POST, &path, &avro(name, fields)).await.0
    }
}

async fn send(
    sender: &mut http1::SendRequest<Full<Bytes>>,
    method: Method,
    path: &str,
    body: &Value,
) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "a")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::<Bytes>::from(body.to_string()))
        .expect("it is a request");
    sender.ready().await.expect("it is open");
    let answer = sender.send_request(request).await.expect("it answers");
    let status = answer.status();
    let body = answer.into_body().collect().await.expect("whole").to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// A record, as it is registered.
fn avro(name: &str, fields: &Value) -> Value {
    let schema = json!({ "type": "record", "name": name, "fields": fields }).to_string();
    json!({ "schema": schema, "schemaType": "AVRO" })
}

pub(crate) fn registry() -> Registry {
    Registry {
        namespace: "streaming".to_owned(),
        name: "schemas".to_owned(),
        pod: "rivven-schema-schemas-0".to_owned(),
        port: 8081,
    }
}

pub(crate) fn brokers(address: SocketAddr) -> Brokers {
    let entry = format!("{}:8081={address}", registry().host("cluster.local"));
    let resolve: Resolve = [entry.parse().expect("an entry")].into_iter().collect();
    Brokers::new("cluster.local", resolve)
}

pub(crate) async fn seen(brokers: &Brokers, subjects: &[&str]) -> SeenRegistry {
    let subjects = subjects.iter().map(|one| (*one).to_owned()).collect();
    let question = Question { registry: registry(), subjects, turn: None };
    let answer = brokers.ask(&Probe::Registry(question)).await;
    let Answer::Registry(seen) = answer else { panic!("{answer:?}") };
    seen
}

pub(crate) async fn change(brokers: &Brokers, what: What) -> Result<(), Error> {
    brokers.call(&Call::Registry(Change { registry: registry(), what })).await
}

pub(crate) fn started() -> Program {
    Program::start(standin::ports::free())
}

pub(crate) async fn what_is_asked_for_is_in_force_until_the_registry_starts_anew() {
    let program = started();
    let brokers = brokers(program.address);
    let subject = "a:b-value";
    let asked = BTreeSet::from([subject.to_owned()]);
    assert_eq!(seen(&brokers, &[subject]).await, SeenRegistry::new(&asked));
    let own = |level: &str| What::SubjectLevel { subject: subject.to_owned(), level: level.into() };
    let context = What::Context { name: "team-a".to_owned(), description: Some("A".to_owned()) };
    let all = [own("BACKWARD"), What::Level("FULL".to_owned()), context, What::Open];
    for what in &all {
        let mut expected = seen(&brokers, &[subject]).await;
        change(&brokers, what.clone()).await.expect("it is done");
        Change { registry: registry(), what: what.clone() }.apply(&mut expected);
        if *what == What::Level("FULL".to_owned()) {
            // It has a level of its own, which no answer tells.
            expected.subjects.insert(subject.to_owned(), "BACKWARD".to_owned());
        }
        assert_eq!(seen(&brokers, &[subject]).await, expected, "{what:?}");
        change(&brokers, what.clone()).await.expect("and is so by now");
    }
    let (status, _) = program.send(Method::GET, "/contexts/sluicegate", &Value::Null).await;
    assert_eq!(status, StatusCode::OK, "its pod is ready");
    let program = program.again();
    assert_eq!(seen(&brokers, &[subject]).await, SeenRegistry::new(&asked));
    let (status, _) = program.send(Method::GET, "/contexts/sluicegate", &Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "its pod is not ready");
}

/// A field more without a default, or one less, is what some levels take and others do not.
pub(crate) async fn each_level_lets_in_what_it_says() {
    let program = started();
    let brokers = brokers(program.address);
    let field = |name: &str| json!({ "name": name, "type": "string" });
    let optional = |name: &str| json!({ "name": name, "type": "string", "default": "" });
    let (first, more, less) = (
        json!([field("a"), field("b")]),
        json!([field("a"), field("b"), field("c")]),
        json!([field("a")]),
    );
    let both = json!([field("a"), field("b"), optional("c")]);
    for (level, takes_more, takes_less) in [
        ("NONE", true, true),
        ("BACKWARD", false, true),
        ("BACKWARD_TRANSITIVE", false, true),
        ("FORWARD", true, false),
        ("FORWARD_TRANSITIVE", true, false),
        ("FULL", false, false),
        ("FULL_TRANSITIVE", false, false),
    ] {
        change(&brokers, What::Level(level.to_owned())).await.expect("it is done");
        for (name, fields, taken) in
            [("more", &more, takes_more), ("less", &less, takes_less), ("both", &both, true)]
        {
            // Of names of their own: what any subject holds already is taken at every level.
            let (subject, record) = (format!("{level}-{name}"), format!("{level}_{name}"));
            assert!(program.register(&subject, &record, &first).await.is_success());
            let status = program.register(&subject, &record, fields).await;
            assert_eq!(status.is_success(), taken, "{subject}: {status}");
        }
    }
    let held = seen(&brokers, &[]).await;
    assert!(held.schema_count > 0 && held.subject_count == 21, "{held:?}");
}

fn rule(name: &str, rule_type: &str, config: &Value) -> Rule {
    Rule {
        name: name.to_owned(),
        rule_type: rule_type.to_owned(),
        config: config.to_string(),
        level: "ERROR".to_owned(),
        description: "Said of it".to_owned(),
        subjects: Vec::new(),
        schema_types: Vec::new(),
    }
}

/// As `schema_registry/validation` writes them: one that the program could not read would make it
/// refuse every schema.
pub(crate) async fn rules_of_every_type_are_read_replaced_and_taken_away() {
    let program = started();
    let brokers = brokers(program.address);
    let field = json!([{ "name": "id", "type": "string" }]);
    let doc = json!({ "required": ["doc"] });
    for (number, (rule_type, fits, breaks)) in [
        ("MAX_SIZE", json!({ "max_bytes": 10_000 }), json!({ "max_bytes": 10 })),
        (
            "REGEX",
            json!({ "pattern": "record", "must_match": true }),
            json!({ "pattern": "absent", "must_match": true }),
        ),
        ("FIELD_REQUIRED", json!({ "field": "fields" }), json!({ "field": "absent" })),
        (
            "FIELD_TYPE",
            json!({ "field": "id", "type": "string" }),
            json!({ "field": "id", "type": "int" }),
        ),
        ("NAMING_CONVENTION", json!({ "pattern": "^R" }), json!({ "pattern": "^[a-z]" })),
        ("JSON_SCHEMA", json!({ "schema": {} }), json!({ "schema": doc })),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("R{number}");
        let fitting = rule("own", rule_type, &fits);
        change(&brokers, What::Rule(fitting.clone())).await.expect("it is set");
        let digest = seen(&brokers, &[]).await.rules["own"].clone();
        assert_eq!(digest, fitting.digest(), "{rule_type}");
        let status = program.register(&format!("{name}-fits"), &name, &field).await;
        assert!(status.is_success(), "{rule_type}: {status}");
        change(&brokers, What::Rule(rule("own", rule_type, &breaks))).await.expect("it is set");
        let status = program.register(&format!("{name}-breaks"), &name, &field).await;
        assert!(status.is_client_error(), "{rule_type}: {status}");
    }
    let theirs = json!({ "name": "theirs", "rule_type": "REGEX", "config": "{\"pattern\":\"x\"}" });
    let (status, _) = program.send(Method::POST, "/config/validation/rules", &theirs).await;
    assert!(status.is_success(), "{status}");
    change(&brokers, What::NoRule("own".to_owned())).await.expect("it goes");
    change(&brokers, What::NoRule("own".to_owned())).await.expect("and is gone by now");
    let rules = seen(&brokers, &[]).await.rules;
    assert_eq!(rules.into_iter().collect::<Vec<_>>(), [("theirs".to_owned(), String::new())]);
}

pub(crate) async fn every_schema_is_read_with_its_places_deleted_or_not() {
    let program = started();
    let brokers = brokers(program.address);
    change(&brokers, What::Level("NONE".to_owned())).await.expect("it is done");
    let field = |name: &str| json!([{ "name": name, "type": "string" }]);
    for (subject, name, only) in [("a", "A", "x"), ("a", "A", "y"), ("b/c", "A", "x")] {
        assert!(
            program
                .register(subject.replace('/', "%2F").as_str(), name, &field(only))
                .await
                .is_success()
        );
    }
    let refers = json!({
        "schema": r#"{"type":"record","name":"B","fields":[{"name":"a","type":"string"}]}"#,
        "references": [{ "name": "A", "subject": "a", "version": 1 }],
    });
    let (status, _) = program.send(Method::POST, "/subjects/b/versions", &refers).await;
    assert!(status.is_success());
    program.send(Method::DELETE, "/subjects/a/versions/2", &Value::Null).await;
    let all = brokers.schemas(&registry()).await.expect("they are read");
    let places = |one: &Schema| {
        let place = |one: &Version| format!("{} {}", one.subject, one.version);
        one.versions.iter().map(place).collect::<Vec<_>>()
    };
    let seen: Vec<_> = all.iter().map(|one| (one.id, places(one))).collect();
    let of = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    assert_eq!(seen, [(1, of(&["a 1", "b/c 1"])), (2, vec![]), (3, of(&["b 1"]))]);
    assert_eq!(all[2].references, [refers["references"][0].clone()]);
    assert!(all[1].schema.contains(r#""y""#), "what was deleted is read by its id: {all:?}");
}

pub(crate) async fn levels_of_others_are_looked_at_a_hundred_at_a_time() {
    let program = started();
    let brokers = brokers(program.address);
    let field = json!([{ "name": "a", "type": "string" }]);
    for number in 0..150 {
        let subject = format!("s{number:03}");
        assert!(program.register(&subject, "R", &field).await.is_success());
    }
    let none = |subject: &str| What::SubjectLevel {
        subject: subject.to_owned(),
        level: "NONE".to_owned(),
    };
    for subject in ["s007", "s008", "s140"] {
        change(&brokers, none(subject)).await.expect("it is done");
    }
    for (turn, found) in [(0, vec!["s007"]), (1, vec!["s140"]), (2, vec!["s007"])] {
        let subjects = BTreeSet::from(["s008".to_owned()]);
        let question = Question { registry: registry(), subjects, turn: Some(turn) };
        let answer = brokers.ask(&Probe::Registry(question)).await;
        let Answer::Registry(seen) = answer else { panic!("{answer:?}") };
        assert_eq!(seen.others.into_keys().collect::<Vec<_>>(), found);
    }
}

/// What the page of the examples says of it: no level keeps out what is registered elsewhere.
pub(crate) async fn a_schema_that_any_subject_holds_is_taken_at_every_level() {
    let program = started();
    let brokers = brokers(program.address);
    let (text, number) =
        (json!([{ "name": "a", "type": "string" }]), json!([{ "name": "a", "type": "int" }]));
    change(&brokers, What::Level("FULL_TRANSITIVE".to_owned())).await.expect("it is done");
    assert!(program.register("orders", "R", &text).await.is_success());
    assert_eq!(program.register("orders", "R", &number).await, StatusCode::CONFLICT);
    assert!(program.register("elsewhere", "R", &number).await.is_success());
    assert!(program.register("orders", "R", &number).await.is_success());
}

pub(crate) async fn a_registry_refuses_in_its_own_words_and_one_that_is_gone_does_not_answer() {
    let program = started();
    let brokers = brokers(program.address);
    let refused = change(&brokers, What::Level("STRICT".to_owned())).await.expect_err("no level");
    assert_eq!(refused.class(), Class::Final, "{refused}");
    let why = std::error::Error::source(&refused).expect("it has a source").to_string();
    assert_eq!(why, "422: Invalid compatibility level: STRICT");
    drop(program);
    let question = Question { registry: registry(), subjects: BTreeSet::new(), turn: None };
    let Answer::Unreachable(why) = brokers.ask(&Probe::Registry(question)).await else {
        panic!("it is gone");
    };
    assert!(why.ends_with("connection refused"), "{why}");
}
