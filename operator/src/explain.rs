//! `explain`: what rules, fields, conditions and gates mean, from the tables that the operator
//! works by. What is printed here cannot differ from what is done.

use serde_json::Value;
use sluicegate_core::{
    condition::{self, EventKind, Reason},
    field::Path,
    rule,
};

use crate::{
    failure::{DONE, Failure},
    kinds::{self, KindInfo},
    plan::retries::NOT_REFUSED,
    render::{
        page::{Page, Span, Style},
        value,
    },
    terminal::Io,
};

mod args;
mod field;
mod markdown;

pub use self::args::ExplainArgs;
use self::args::{Asked, Topic};

/// A rule, whichever table it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RuleText {
    id: String,
    title: String,
    about: String,
    remedy: String,
}

/// What holds back changes of every kind, and cannot be passed.
const ENGINE_GATES: [(&str, &str); 2] = [
    ("not-paused", "the annotation sluicegate/paused is not \"true\""),
    (NOT_REFUSED, "the change is not refused each time that it is tried; only plans say so"),
];

/// Runs the command.
///
/// # Errors
///
/// If there is nothing of that name.
pub fn run(args: &ExplainArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let kinds = kinds::all();
    if args.markdown {
        io.out(&markdown::render(kinds));
        return Ok(DONE);
    }
    let mut page = Page::new(io.terminal.width, io.terminal.colour);
    match asked(args, kinds)? {
        Some((Topic::Rule, id)) => explain_rule(&mut page, kinds, id)?,
        Some((Topic::Field, id)) => field::explain(&mut page, kinds, id)?,
        Some((Topic::Condition, id)) => explain_condition(&mut page, kinds, id)?,
        Some((Topic::Gate, id)) => explain_gate(&mut page, kinds, id)?,
        None => overview(&mut page, kinds),
    }
    io.out(&page.finish());
    Ok(DONE)
}

/// What is asked for. A name alone is of what has it.
fn asked<'a>(
    args: &'a ExplainArgs,
    kinds: &[KindInfo],
) -> Result<Option<(Topic, &'a str)>, Failure> {
    let name = match (&args.topic, &args.id) {
        (None, _) => return Ok(None),
        (Some(Asked::Topic(topic)), Some(id)) => return Ok(Some((*topic, id))),
        (Some(Asked::Name(name)), None) => name,
        (Some(Asked::Topic(_)), None) => {
            return Err(Failure::of("error: a name is missing (`sluicegate explain` lists them)"));
        }
        (Some(Asked::Name(word)), Some(_)) => {
            return Err(unknown("topic", word, ["rule", "field", "condition", "gate"]));
        }
    };
    let (rules, reasons) = (rules(kinds), reasons(kinds));
    let mut known: Vec<(Topic, &str)> =
        rules.iter().map(|rule| (Topic::Rule, rule.id.as_str())).collect();
    known.extend(types(&reasons).into_iter().map(|type_| (Topic::Condition, type_)));
    known.extend(gates(kinds).into_iter().map(|(_, id, _)| (Topic::Gate, id)));
    if let Some((topic, _)) = known.iter().find(|(_, id)| id.eq_ignore_ascii_case(name)) {
        return Ok(Some((*topic, name)));
    }
    if kinds::named(kinds, &split(name).0).is_some() {
        return Ok(Some((Topic::Field, name)));
    }
    Err(unknown("rule, field, condition or gate", name, known.into_iter().map(|(_, id)| id)))
}

fn explain_rule(page: &mut Page, kinds: &[KindInfo], id: &str) -> Result<(), Failure> {
    let rules = rules(kinds);
    let found = rules.iter().find(|rule| rule.id.eq_ignore_ascii_case(id));
    let ids = rules.iter().map(|rule| rule.id.as_str());
    let rule = found.ok_or_else(|| unknown("rule", id, ids))?;
    page.words(0, &[Span(format!("{}  ", rule.id), Style::Bold)], &rule.title, Style::Bold);
    for (word, text) in [("", &rule.about), ("do instead: ", &rule.remedy)] {
        if !text.is_empty() {
            page.gap();
            page.words(2, &[Span::dim(word)], text, Style::Plain);
        }
    }
    Ok(())
}

fn explain_condition(page: &mut Page, kinds: &[KindInfo], name: &str) -> Result<(), Failure> {
    let reasons = reasons(kinds);
    let types: Vec<&str> = types(&reasons);
    let found = types.iter().find(|known| known.eq_ignore_ascii_case(name));
    let Some(found) = found else {
        return Err(unknown("condition", name, types.iter().copied()));
    };
    page.line(0, &[Span((*found).to_owned(), Style::Bold)]);
    for (whose, reason) in reasons.iter().filter(|(_, reason)| reason.condition == *found) {
        page.gap();
        let event = match reason.event() {
            None => "",
            Some(EventKind::Normal) => ", told by an event",
            Some(EventKind::Warning) => ", told by a warning event",
        };
        let left = [Span(reason.name.to_owned(), Style::Bold)];
        page.sides(2, &left, &[Span::dim(format!("{whose}{event}"))]);
        page.words(6, &[], reason.about, Style::Plain);
    }
    Ok(())
}

fn explain_gate(page: &mut Page, kinds: &[KindInfo], id: &str) -> Result<(), Failure> {
    let gates = gates(kinds);
    let found = gates.iter().find(|(_, known, _)| known.eq_ignore_ascii_case(id));
    let ids = gates.iter().map(|(_, id, _)| *id);
    let (whose, id, about) = found.ok_or_else(|| unknown("gate", id, ids))?;
    page.sides(0, &[Span((*id).to_owned(), Style::Bold)], &[Span::dim(whose.clone())]);
    page.gap();
    page.words(2, &[Span::dim("opens when ")], about, Style::Plain);
    let skip = format!("annotate the resource with sluicegate/skip-gate: {id}");
    if ENGINE_GATES.iter().all(|(engine, _)| engine != id) {
        page.words(2, &[Span::dim("to pass it unseen: ")], &skip, Style::Plain);
    }
    Ok(())
}

fn overview(page: &mut Page, kinds: &[KindInfo]) {
    page.line(0, &[Span("Rules".to_owned(), Style::Bold), Span::dim("  explain rule ID")]);
    for rule in rules(kinds) {
        page.words(2, &[Span::plain(format!("{:8}", rule.id))], &rule.title, Style::Dim);
    }
    page.gap();
    page.line(0, &[Span("Fields".to_owned(), Style::Bold), Span::dim("  explain field KIND.PATH")]);
    for kind in kinds {
        let leaves = kind.schema.leaves();
        let spec = leaves.iter().filter(|leaf| leaf.path.pointer().starts_with("/spec")).count();
        let text = format!("{spec} fields under spec, {} without effect", kind.inert.len());
        page.words(2, &[Span::plain(format!("{}  ", kind.api.kind))], &text, Style::Dim);
    }
    page.gap();
    let title = Span("Conditions".to_owned(), Style::Bold);
    page.line(0, &[title, Span::dim("  explain condition TYPE")]);
    let reasons = reasons(kinds);
    let types = types(&reasons);
    let widest = types.iter().map(|name| name.len()).max().unwrap_or_default();
    for name in types {
        let mut names: Vec<&str> = reasons
            .iter()
            .filter(|(_, reason)| reason.condition == name)
            .map(|(_, reason)| reason.name)
            .collect();
        names.sort_unstable();
        names.dedup();
        page.words(2, &[Span::plain(format!("{name:widest$}  "))], &names.join(", "), Style::Dim);
    }
    page.gap();
    page.line(0, &[Span("Gates".to_owned(), Style::Bold), Span::dim("  explain gate ID")]);
    let gates = gates(kinds);
    let widest = gates.iter().map(|(_, id, _)| id.len()).max().unwrap_or_default();
    for (_, id, about) in gates {
        page.words(2, &[Span::plain(format!("{id:widest$}  "))], about, Style::Dim);
    }
}

/// Every rule: the engine's, the systems', and those that definitions carry.
fn rules(kinds: &[KindInfo]) -> Vec<RuleText> {
    let mut found: Vec<RuleText> = Vec::new();
    let tables = kinds.iter().flat_map(|kind| kind.rules.iter());
    for rule in rule::RULES.iter().chain(tables) {
        found.push(RuleText {
            id: rule.id.to_owned(),
            title: rule.title.to_owned(),
            about: rule.about.to_owned(),
            remedy: rule.remedy.to_owned(),
        });
    }
    for kind in kinds {
        let crd = serde_json::to_value(&kind.crd).expect("a definition is JSON");
        let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        validations(&kind.api.kind, "", schema, &mut found);
        found.extend(kind.checked_here.iter().map(|rule| RuleText {
            id: rule.rule_id.to_owned(),
            title: rule.message.to_owned(),
            about: format!(
                "Checked by validate, plan and the operator only, at {}.{}: the API server takes \
                 the resource, and refuses what is made of it or cannot run it.",
                kind.api.kind, rule.path
            ),
            remedy: String::new(),
        }));
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found.dedup_by(|a, b| a.id == b.id);
    found
}

/// The rules of a schema and of everything below it. Their messages begin with their ids.
fn validations(kind: &str, path: &str, schema: &Value, found: &mut Vec<RuleText>) {
    for rule in schema["x-kubernetes-validations"].as_array().into_iter().flatten() {
        let text = |field: &str| rule[field].as_str().unwrap_or_default();
        if let Some((id, message)) = text("message").split_once(": ") {
            found.push(RuleText {
                id: id.to_owned(),
                title: message.to_owned(),
                about: format!(
                    "The API server checks it at {kind}{path}, and so do validate and plan: {}",
                    text("rule")
                ),
                remedy: String::new(),
            });
        }
    }
    for (name, below) in schema["properties"].as_object().into_iter().flatten() {
        validations(kind, &format!("{path}.{name}"), below, found);
    }
    if schema.get("items").is_some() {
        validations(kind, &format!("{path}[]"), &schema["items"], found);
    }
}

fn reasons(kinds: &[KindInfo]) -> Vec<(String, &'static Reason)> {
    let engine = condition::REASONS.iter().map(|reason| ("every kind".to_owned(), *reason));
    let own = kinds
        .iter()
        .flat_map(|kind| kind.reasons.iter().map(|reason| (kind.api.kind.to_string(), *reason)));
    engine.chain(own).collect()
}

fn types<'a>(reasons: &'a [(String, &'static Reason)]) -> Vec<&'a str> {
    let mut types: Vec<&str> = reasons.iter().map(|(_, reason)| reason.condition).collect();
    types.sort_unstable();
    types.dedup();
    types
}

fn gates(kinds: &[KindInfo]) -> Vec<(String, &'static str, &'static str)> {
    let own = kinds.iter().flat_map(|kind| {
        kind.gates.iter().map(|(id, about)| (kind.api.kind.to_string(), *id, *about))
    });
    let all = ENGINE_GATES.map(|(id, about)| ("every kind".to_owned(), id, about));
    all.into_iter().chain(own).collect()
}

fn unknown<'a>(
    what: &str,
    word: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> Failure {
    let near = kinds::nearest(word, known);
    let hint = near.map_or_else(
        || "`sluicegate explain` lists what there is".to_owned(),
        |near| format!("did you mean {near}?"),
    );
    Failure::of(format!("error: there is no {what} {word} ({hint})"))
}

/// A default or an example as YAML users would write it.
fn written(given: &Value) -> String {
    value::line(Some(given), true)
}

/// The path that a person writes: `RivvenTopic.spec.partitions`, or without the kind.
fn split(id: &str) -> (String, Path) {
    let (kind, rest) = id.split_once('.').unwrap_or((id, ""));
    let path = if rest.is_empty() { Path::default() } else { Path::dotted(rest) };
    (kind.to_owned(), path)
}
