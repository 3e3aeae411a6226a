//! A schema registry's REST API: what is in force, read in a bounded number of requests, and one
//! change of it at a time, asked once more before it is made.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sluicegate_core::systems::rivven::registry::{
    AT_ONCE, MARK, Question, Rule, SeenRegistry, What,
};

use crate::{
    Class,
    backend::{
        fault::{Fault, cleaned},
        http1::Wire,
    },
};

/// The longest answer that is read, in bytes: a list of thousands of contexts.
pub(super) const MOST: usize = 4 * 1024 * 1024;

/// Where rules are.
pub(super) const RULES: &str = "/config/validation/rules";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Level {
    compatibility_level: String,
}

#[derive(Deserialize)]
struct Context {
    name: String,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    description: Option<String>,
}

/// What is counted.
#[derive(Deserialize)]
pub(super) struct Stats {
    pub(super) schema_count: u64,
    subject_count: u64,
}

/// What is in force, and what it holds.
pub(super) async fn ask(
    wire: &mut Wire,
    host: &str,
    question: &Question,
) -> Result<SeenRegistry, Fault> {
    let level = level_of(wire, host, "/config").await?;
    let contexts = contexts(wire, host).await?;
    let rules = rules(wire, host).await?;
    let stats: Stats = get(wire, host, "/stats").await?;
    let mut subjects = BTreeMap::new();
    for subject in &question.subjects {
        subjects.insert(subject.clone(), level_of(wire, host, &config_of(subject)).await?);
    }
    let others = match question.turn {
        Some(turn) => others(wire, host, question, turn, &level).await?,
        None => BTreeMap::new(),
    };
    Ok(SeenRegistry {
        others,
        level,
        subjects,
        contexts,
        rules,
        schema_count: stats.schema_count,
        subject_count: stats.subject_count,
    })
}

/// The levels of subjects that are not asked for by name, of so many of them, in turn.
async fn others(
    wire: &mut Wire,
    host: &str,
    question: &Question,
    turn: u64,
    shared: &str,
) -> Result<BTreeMap<String, String>, Fault> {
    let all: BTreeSet<String> = get(wire, host, "/subjects").await?;
    let all: Vec<String> = all.difference(&question.subjects).cloned().collect();
    let turns = all.len().div_ceil(AT_ONCE).max(1);
    let turn = usize::try_from(turn).unwrap_or_default() % turns;
    let mut others = BTreeMap::new();
    for subject in all.into_iter().skip(turn * AT_ONCE).take(AT_ONCE) {
        let own = level_of(wire, host, &config_of(&subject)).await?;
        if own != shared {
            others.insert(subject, own);
        }
    }
    Ok(others)
}

/// Makes a change, unless it is so by now.
pub(super) async fn call(wire: &mut Wire, host: &str, what: &What) -> Result<(), Fault> {
    match what {
        What::Level(level) => put(wire, host, "/config", level).await,
        // That it is at the level of all by chance is no level of its own: it is set in any case.
        What::SubjectLevel { subject, level } => {
            set_level(wire, host, &config_of(subject), level).await
        }
        What::Context { name, description } => {
            create(wire, host, name, description.as_deref()).await
        }
        What::Rule(rule) => set_rule(wire, host, rule).await,
        What::NoRule(name) => delete_rule(wire, host, name).await,
        What::Open => {
            let about = "Made by sluicegate when everything that is asked for is in force";
            create(wire, host, MARK, Some(about)).await
        }
    }
}

async fn put(wire: &mut Wire, host: &str, path: &str, level: &str) -> Result<(), Fault> {
    match level_of(wire, host, path).await? == level {
        true => Ok(()),
        false => set_level(wire, host, path, level).await,
    }
}

/// A level, of a subject or of all.
pub(super) async fn level_of(wire: &mut Wire, host: &str, path: &str) -> Result<String, Fault> {
    let is: Level = get(wire, host, path).await?;
    Ok(is.compatibility_level)
}

/// Sets a level, whatever it is.
pub(super) async fn set_level(
    wire: &mut Wire,
    host: &str,
    path: &str,
    level: &str,
) -> Result<(), Fault> {
    let body = json!({ "compatibility": level });
    send(wire, host, Method::PUT, path, Some(&body)).await.map(|_| ())
}

async fn create(
    wire: &mut Wire,
    host: &str,
    name: &str,
    description: Option<&str>,
) -> Result<(), Fault> {
    if contexts(wire, host).await?.contains(name) {
        return Ok(());
    }
    let body = json!({ "name": name, "description": description });
    send(wire, host, Method::POST, "/contexts", Some(&body)).await.map(|_| ())
}

/// Each rule with its digest. Of several of one name the digests stand beside each other, so that
/// they are none that is asked for.
pub(super) async fn rules(wire: &mut Wire, host: &str) -> Result<BTreeMap<String, String>, Fault> {
    let all: Vec<Listed> = get(wire, host, RULES).await?;
    let mut rules: BTreeMap<String, String> = BTreeMap::new();
    for one in all {
        let digest = one.description.as_deref().and_then(Rule::digest_in).unwrap_or_default();
        rules.entry(one.name).and_modify(|all| all.push(',')).or_default().push_str(digest);
    }
    Ok(rules)
}

/// The program adds a rule beside those of its name.
async fn set_rule(wire: &mut Wire, host: &str, rule: &Rule) -> Result<(), Fault> {
    match rules(wire, host).await?.get(&rule.name) {
        Some(digest) if *digest == rule.digest() => return Ok(()),
        Some(_) => delete_rule(wire, host, &rule.name).await?,
        None => {}
    }
    let body = json!({
        "name": rule.name,
        "rule_type": rule.rule_type,
        "config": rule.config,
        "level": rule.level,
        "description": rule.marked(),
        "subjects": rule.subjects,
        "schema_types": rule.schema_types,
    });
    send(wire, host, Method::POST, RULES, Some(&body)).await.map(|_| ())
}

pub(super) async fn delete_rule(wire: &mut Wire, host: &str, name: &str) -> Result<(), Fault> {
    if !rules(wire, host).await?.contains_key(name) {
        return Ok(());
    }
    let path = format!("{RULES}/{}", encoded(name));
    send(wire, host, Method::DELETE, &path, None).await.map(|_| ())
}

pub(super) async fn contexts(wire: &mut Wire, host: &str) -> Result<BTreeSet<String>, Fault> {
    let all: Vec<Context> = get(wire, host, "/contexts").await?;
    Ok(all.into_iter().map(|one| one.name).collect())
}

/// Asks for what can be read.
pub(super) async fn get<T: DeserializeOwned>(
    wire: &mut Wire,
    host: &str,
    path: &str,
) -> Result<T, Fault> {
    let body = send(wire, host, Method::GET, path, None).await?;
    serde_json::from_slice(&body)
        .map_err(|_| Fault::Refused(format!("{path} is answered by something else than it has")))
}

pub(super) async fn send(
    wire: &mut Wire,
    host: &str,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Bytes, Fault> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, host)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::from(body.map(Value::to_string).unwrap_or_default()))
        .map_err(|error| Fault::Unsent(error.to_string()))?;
    let (status, body) = wire.send(request).await?;
    if status.is_success() { Ok(body) } else { Err(Fault::Refused(told(path, status, &body))) }
}

/// A refusal: the number, and the program's own words where it has some.
fn told(path: &str, status: StatusCode, body: &[u8]) -> String {
    let said = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let words = said.get("message").and_then(Value::as_str).unwrap_or_default();
    match words {
        "" => format!("{path} is answered with {status}"),
        words => format!("{}: {}", status.as_u16(), cleaned(words)),
    }
}

/// What a refusal calls for, and what a person can do about it. What a registry does not take it
/// will not take the next time.
pub(super) fn refusal(words: &str) -> (Class, Option<&'static str>) {
    let number = words.split(':').next().and_then(|number| number.parse::<u16>().ok());
    match number {
        Some(409 | 404) => (Class::Conflict, None),
        Some(400 | 413 | 422) => {
            (Class::Final, Some("Change what the spec asks for to what the registry takes"))
        }
        _ => (Class::Retry, None),
    }
}

pub(super) fn config_of(subject: &str) -> String {
    format!("/config/{}", encoded(subject))
}

/// A part of a path, in which all but the plainest characters are written as their numbers.
pub(super) fn encoded(part: &str) -> impl fmt::Display {
    utf8_percent_encode(part, PART)
}

/// What does not stand in a part of a path as it is.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_part_of_a_path() {
        assert_eq!(config_of("a.b-c_d:e/f g"), "/config/a.b-c_d%3Ae%2Ff%20g");
    }

    #[test]
    fn a_refusal_is_told_in_the_words_of_whoever_refused() {
        let body = br#"{"error_code":42203,"message":"Invalid compatibility level: x"}"#;
        let words = told("/config", StatusCode::UNPROCESSABLE_ENTITY, body);
        assert_eq!(words, "422: Invalid compatibility level: x");
        assert!(matches!(refusal(&words), (Class::Final, Some(_))));
        let words = told("/stats", StatusCode::INTERNAL_SERVER_ERROR, b"<html>");
        assert_eq!(words, "/stats is answered with 500 Internal Server Error");
        assert!(matches!(refusal(&words), (Class::Retry, None)));
    }
}
