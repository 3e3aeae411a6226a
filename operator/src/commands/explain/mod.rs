//! `explain`: what rules, fields, conditions, gates and connectors mean, from the tables that the
//! operator works by. What is printed here cannot differ from what is done.

use sluicegate_core::condition::{EventKind, Reason};

use crate::{
    failure::{DONE, Failure},
    kinds::{self, KindInfo},
    render::page::{Page, Span, Style},
    terminal::Io,
};

mod args;
mod connector;
mod field;
mod markdown;
mod tables;
mod words;

pub use self::args::ExplainArgs;
use self::{
    args::{Asked, Topic},
    tables::{gates, reasons, rules, types},
    words::{split, unknown},
};

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
        Some((Topic::Connector, id)) => connector::explain(&mut page, kinds, id)?,
        None => overview(&mut page, kinds, args.topic.as_ref()),
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
        (None, _) | (Some(Asked::Topic(_)), None) => return Ok(None),
        (Some(Asked::Topic(topic)), Some(id)) => return Ok(Some((*topic, id))),
        (Some(Asked::Name(name)), None) => name,
        (Some(Asked::Name(word)), Some(_)) => {
            return Err(unknown(
                "topic",
                word,
                ["rule", "field", "condition", "gate", "connector"],
            ));
        }
    };
    let (rules, reasons) = (rules(kinds), reasons(kinds));
    let mut known: Vec<(Topic, &str)> =
        rules.iter().map(|rule| (Topic::Rule, rule.id.as_str())).collect();
    known.extend(types(&reasons).into_iter().map(|type_| (Topic::Condition, type_)));
    known.extend(reasons.iter().map(|(_, reason)| (Topic::Condition, reason.name)));
    known.extend(gates(kinds).into_iter().map(|gate| (Topic::Gate, gate.id)));
    if let Some((topic, _)) = known.iter().find(|(_, id)| id.eq_ignore_ascii_case(name)) {
        return Ok(Some((*topic, name)));
    }
    if kinds::named(kinds, &split(name).0).is_some() {
        return Ok(Some((Topic::Field, name)));
    }
    let connectors = connector::all();
    if name.contains('/') || connectors.iter().any(|one| one.is(name)) {
        return Ok(Some((Topic::Connector, name)));
    }
    let known = known.into_iter().map(|(_, id)| id);
    let known = known.chain(connectors.iter().map(|one| one.connector.name));
    Err(unknown("rule, field, condition, reason, gate or connector", name, known))
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
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    // A status shows a reason beside each condition: it is found by that, too.
    let by_reason = !types.iter().any(|known| is(known));
    let asked = |reason: &Reason| if by_reason { is(reason.name) } else { is(reason.condition) };
    let found: Vec<_> = reasons.iter().filter(|(_, reason)| asked(reason)).collect();
    if found.is_empty() {
        let known = types.iter().copied().chain(reasons.iter().map(|(_, reason)| reason.name));
        return Err(unknown("condition or reason", name, known));
    }
    let mut title = "";
    for (whose, reason) in found {
        if reason.condition != title {
            title = reason.condition;
            page.line(0, &[Span(title.to_owned(), Style::Bold)]);
        }
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
    let found = gates.iter().find(|gate| gate.id.eq_ignore_ascii_case(id));
    let ids = gates.iter().map(|gate| gate.id);
    let gate = found.ok_or_else(|| unknown("gate", id, ids))?;
    page.sides(0, &[Span(gate.id.to_owned(), Style::Bold)], &[Span::dim(gate.whose.clone())]);
    page.gap();
    page.words(2, &[Span::dim("opens when ")], gate.about, Style::Plain);
    if gate.skippable {
        let skip = format!("annotate the resource with sluicegate/skip-gate: {}", gate.id);
        page.words(2, &[Span::dim("to pass it unseen: ")], &skip, Style::Plain);
    } else {
        page.words(2, &[], "It cannot be passed unseen.", Style::Plain);
    }
    Ok(())
}

/// What there is to explain: all of it, or of one topic.
fn overview(page: &mut Page, kinds: &[KindInfo], only: Option<&Asked>) {
    type Part = fn(&mut Page, &[KindInfo]);
    let parts: [(Topic, Part); 5] = [
        (Topic::Rule, all_rules),
        (Topic::Field, all_fields),
        (Topic::Condition, all_conditions),
        (Topic::Gate, all_gates),
        (Topic::Connector, |page, _| connector::overview(page)),
    ];
    let asked = parts.iter().filter(|(topic, _)| only.is_none_or(|it| *it == Asked::Topic(*topic)));
    for (nth, (_, part)) in asked.enumerate() {
        if nth > 0 {
            page.gap();
        }
        part(page, kinds);
    }
}

fn all_rules(page: &mut Page, kinds: &[KindInfo]) {
    page.line(0, &[Span("Rules".to_owned(), Style::Bold), Span::dim("  explain rule ID")]);
    for rule in rules(kinds) {
        page.words(2, &[Span::plain(format!("{:8}", rule.id))], &rule.title, Style::Dim);
    }
}

fn all_fields(page: &mut Page, kinds: &[KindInfo]) {
    page.line(0, &[Span("Fields".to_owned(), Style::Bold), Span::dim("  explain field KIND.PATH")]);
    for kind in kinds {
        let leaves = kind.schema.leaves();
        let spec = leaves.iter().filter(|leaf| leaf.path.pointer().starts_with("/spec")).count();
        let text = format!("{spec} fields under spec, {} without effect", kind.inert.len());
        page.words(2, &[Span::plain(format!("{}  ", kind.api.kind))], &text, Style::Dim);
    }
}

fn all_conditions(page: &mut Page, kinds: &[KindInfo]) {
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
}

fn all_gates(page: &mut Page, kinds: &[KindInfo]) {
    page.line(0, &[Span("Gates".to_owned(), Style::Bold), Span::dim("  explain gate ID")]);
    let gates = gates(kinds);
    let widest = gates.iter().map(|gate| gate.id.len()).max().unwrap_or_default();
    for gate in gates {
        let id = gate.id;
        page.words(2, &[Span::plain(format!("{id:widest$}  "))], gate.about, Style::Dim);
    }
}
