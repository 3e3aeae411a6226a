//! What has become of records, for people and for programs.

use serde_json::{Value, json};
use sluicegate_core::{
    many::many,
    observed::Ref,
    systems::dataflow::{
        flow::{Meaning, Store},
        pipeline::Record,
        verdict::Policy,
    },
};

use super::tried::Tried;
use crate::render::page::{Page, Span, Style};

/// The widest that a name of a step is given room for.
const NAMES: usize = 14;

/// Record by record, step by step.
pub(super) fn page(flow: &Ref, meaning: &Meaning, all: &[Tried], mut page: Page) -> String {
    let steps: Vec<&str> = meaning.pipeline.names().collect();
    let about = format!("  {}, {}", meaning.says(), many(steps.len(), "transformation"));
    page.line(0, &[Span(flow.to_string(), Style::Bold), Span::dim(about)]);
    for tried in all {
        page.gap();
        let head = format!("{:NAMES$}", format!("line {}", tried.line));
        page.line(0, &[Span(head, Style::Bold), Span::plain("  "), text(&tried.given)]);
        let mut before = std::slice::from_ref(&tried.given);
        for (step, (name, after)) in steps.iter().zip(&tried.steps).enumerate() {
            let name = format!("  {:width$}", format!("{} {name}", step + 1), width = NAMES - 2);
            let fault = tried.faults.iter().find(|fault| fault.step == step);
            if let Some(fault) = fault {
                let why = format!("  fault: {}", fault.why);
                page.line(0, &[Span::plain(name.clone()), Span(why, Style::Alarm)]);
            }
            match after.as_slice() {
                [] if fault.is_none() && !before.is_empty() => {
                    page.line(
                        0,
                        &[Span::plain(name), Span("  left out".to_owned(), Style::Remove)],
                    );
                }
                after if after == before && !after.is_empty() => {
                    page.line(0, &[Span::plain(name), Span::dim("  as it was")]);
                }
                after => {
                    for (at, record) in after.iter().enumerate() {
                        let begin = if at == 0 && fault.is_none() { &*name } else { "" };
                        let begin = Span::plain(format!("{begin:NAMES$}  "));
                        page.line(0, &[begin, text(record), leads(meaning, before, record)]);
                    }
                }
            }
            before = after;
        }
        ends(&mut page, meaning, tried);
    }
    page.gap();
    page.words(0, &[], &sum(meaning, all), Style::Plain);
    let stops = all.iter().find(|tried| !tried.faults.is_empty());
    if let Some(at) = stops.filter(|_| meaning.policy == Policy::Stop) {
        let told = format!(
            "The flow stops at line {} and reads nothing behind it until that is mended; what is \
             shown of later lines is what would become of them.",
            at.line
        );
        page.words(0, &[], &told, Style::Alarm);
    }
    page.finish()
}

/// Where a record was led by the last step, if it was.
fn leads(meaning: &Meaning, before: &[Record], record: &Record) -> Span {
    let led = |route| before.iter().all(|one| one.route != Some(route));
    match record.route.filter(|route| led(*route)) {
        Some(route) => Span::dim(format!("  to {}", meaning.route(route))),
        None => Span::plain(""),
    }
}

fn ends(page: &mut Page, meaning: &Meaning, tried: &Tried) {
    for record in tried.arrives() {
        let to = match record.route {
            Some(route) => meaning.route(route),
            None => meaning.sink.says(),
        };
        let begin = Span::plain(format!("{:NAMES$}  ", "  ends in"));
        page.line(0, &[begin, Span(to, Style::Add)]);
    }
    if !tried.faults.is_empty() {
        let begin = Span::plain(format!("{:NAMES$}  ", "  ends in"));
        page.line(0, &[begin, Span(bad(meaning), Style::Alarm)]);
    }
}

/// Where a record goes that must not go on, or what becomes of the flow.
fn bad(meaning: &Meaning) -> String {
    match meaning.policy {
        Policy::Errors => {
            let store = meaning.errors.as_ref().map(Store::says).unwrap_or_default();
            format!("{store}, with the errors")
        }
        Policy::Skip => "nothing: the flow goes on without it (onError: skip)".to_owned(),
        Policy::Stop => "nothing: the flow stops here (onError: stop)".to_owned(),
    }
}

fn text(record: &Record) -> Span {
    let text = String::from_utf8_lossy(&record.write()).into_owned();
    match record.document() {
        Some(_) => Span::plain(text),
        None => Span::plain(format!("{text} (no JSON)")),
    }
}

fn sum(meaning: &Meaning, all: &[Tried]) -> String {
    let arrived = || all.iter().flat_map(Tried::arrives);
    let to_sink = arrived().filter(|record| record.route.is_none()).count();
    let to_routes = arrived().filter(|record| record.route.is_some()).count();
    let gone = all.iter().filter(|it| it.arrives().is_empty() && it.faults.is_empty()).count();
    let faults = all.iter().filter(|tried| !tried.faults.is_empty()).count();
    let mut told = vec![format!("{to_sink} to {}", meaning.sink.says())];
    for (count, what) in [(to_routes, "to routes"), (gone, "left out"), (faults, "with a fault")] {
        told.extend((count > 0).then(|| format!("{count} {what}")));
    }
    format!("{}: {}. No store was read or written.", many(all.len(), "record"), told.join(", "))
}

/// One object for each record, in a line of its own.
pub(super) fn json(meaning: &Meaning, all: &[Tried]) -> String {
    let steps: Vec<&str> = meaning.pipeline.names().collect();
    let record = |record: &Record| {
        let text = String::from_utf8_lossy(&record.write()).into_owned();
        let route = record.route.map(|route| meaning.route(route));
        json!({ "record": text, "document": record.document().is_some(), "route": route })
    };
    let lines = all.iter().map(|tried| {
        let steps = steps.iter().zip(&tried.steps).enumerate().map(|(step, (name, after))| {
            let fault = tried.faults.iter().find(|fault| fault.step == step);
            json!({
                "transformation": name,
                "out": after.iter().map(record).collect::<Vec<Value>>(),
                "fault": fault.map(|fault| fault.why),
            })
        });
        let steps: Vec<Value> = steps.collect();
        let arrives: Vec<Value> = tried.arrives().iter().map(record).collect();
        let given = record(&tried.given);
        let one = json!({ "line": tried.line, "in": given, "steps": steps, "out": arrives });
        format!("{one}\n")
    });
    lines.collect()
}
