//! The plan as people read it: why, then step by step what is done, and what it waits for.

use serde_json::Value;
use sluicegate_core::{observed::text, plan::Risk};

use super::{
    View,
    detail::{blocked, causes, changes, gates, waiting},
    page::{Page, Span, Style, width_of},
    signs::{is_ready, risk_style},
    summary, value,
};
use crate::plan::model::{Action, Op, Outcome, Output, Planned, Step, Target};

/// The whole plan.
pub fn render(output: &Output, view: &View) -> String {
    let mut page = Page::new(view.width, view.colour);
    summary::header(&mut page, output);
    for resource in &output.resources {
        if worth_showing(resource) || view.show_unchanged || view.show_status {
            page.gap();
            planned(&mut page, resource, view);
        }
    }
    page.gap();
    summary::footer(&mut page, output);
    page.finish()
}

/// Whether a person has to see a resource: something is done about it, it is not as it should be,
/// or there is something to know.
fn worth_showing(resource: &Planned) -> bool {
    resource.result != Outcome::Unchanged
        || !is_ready(resource)
        || !resource.warnings.is_empty()
        || alerts(resource).next().is_some()
}

/// One resource.
pub fn planned(page: &mut Page, resource: &Planned, view: &View) {
    heading(page, resource);
    causes(page, &resource.causes);
    let telling: Vec<&Step> =
        resource.steps.iter().filter(|step| shown(resource, step, view).next().is_some()).collect();
    for (at, step) in telling.iter().enumerate() {
        page.gap();
        step_of(page, resource, step, at + 1, view);
    }
    if !resource.blocked.is_empty() {
        page.gap();
        resource.blocked.iter().for_each(|one| blocked(page, one));
    }
    if !resource.waiting.is_empty() {
        page.gap();
        page.line(2, &[Span("waiting".to_owned(), Style::Bold)]);
        resource.waiting.iter().for_each(|one| waiting(page, one, telling.is_empty()));
    }
    if view.show_unchanged && !resource.unchanged.is_empty() {
        page.gap();
        for target in &resource.unchanged {
            page.line(4, &[Span::dim(format!("= {}", name_of(target)))]);
        }
    }
    then(page, resource, view);
}

fn heading(page: &mut Page, resource: &Planned) {
    let cr = &resource.cr;
    let name = Span(format!("{} {}/{}", cr.kind, cr.namespace, cr.name), Style::Bold);
    let right = match (resource.result, resource.risk) {
        (Outcome::Blocked, _) => Span("BLOCKED".to_owned(), Style::Alarm),
        (Outcome::Error, _) => Span("ERROR".to_owned(), Style::Alarm),
        (Outcome::Unchanged, _) if cr.going => Span::dim("being deleted"),
        (Outcome::Unchanged, _) => Span::dim("no changes"),
        (Outcome::Changes, None | Some(Risk::None)) => Span::dim("no risk"),
        (Outcome::Changes, Some(risk)) => Span(format!("risk: {risk}"), risk_style(risk)),
    };
    page.sides(0, &[name], &[right]);
}

fn shown<'a>(
    resource: &'a Planned,
    step: &'a Step,
    view: &'a View,
) -> impl Iterator<Item = &'a Action> {
    let of_step = |action: &&Action| step.actions.contains(&action.id);
    resource
        .actions
        .iter()
        .filter(of_step)
        .filter(|action| view.show_status || !action.op.only_tells())
}

fn step_of(page: &mut Page, resource: &Planned, step: &Step, n: usize, view: &View) {
    let risk = step.risk.unwrap_or(Risk::None);
    let right = match risk {
        Risk::None => Span::dim("no risk"),
        Risk::Online | Risk::Restart | Risk::Unavailable | Risk::DataLoss => {
            Span(risk.to_string(), risk_style(risk))
        }
    };
    let left = [Span(format!("step {n}"), Style::Bold), Span::plain(format!("  {}", step.title))];
    page.sides(2, &left, &[right]);
    for after in &step.after {
        page.words(10, &[Span::dim("after ")], after, Style::Dim);
    }
    let actions: Vec<&Action> = shown(resource, step, view).collect();
    let mut at = 0;
    while at < actions.len() {
        let same = actions[at..].iter().take_while(|one| alike(actions[at], one)).count();
        action(page, &actions[at..at + same], view, n == 1);
        at += same;
    }
}

/// Whether two actions differ in nothing but the name of what they are done to.
fn alike(a: &Action, b: &Action) -> bool {
    let kind = |action: &Action| {
        action.target.as_ref().map(|target| (target.kind.clone(), target.namespace.clone()))
    };
    let same = a.op == b.op && a.changes == b.changes && a.gates == b.gates;
    let groups = matches!(a.op, Op::Update | Op::Delete);
    std::ptr::eq(a, b) || (groups && same && kind(a) == kind(b) && a.reason == b.reason)
}

fn action(page: &mut Page, actions: &[&Action], view: &View, first: bool) {
    let action = actions[0];
    let (symbol, style) = symbol(action.op);
    let mut left = vec![Span(symbol.to_owned(), style), Span::plain(" ")];
    left.extend(what(action));
    if actions.len() > 1 {
        let names = actions[1..].iter().filter_map(|one| one.target.as_ref());
        let short: Vec<String> = names.map(|target| ordinal_of(&target.name)).collect();
        left.push(Span::dim(format!(" (and {})", short.join(", "))));
    }
    let rule = [Span::dim(format!("[{}]", action.reason.rule))];
    if action.op == Op::Call && 4 + width_of(&left) + 2 + width_of(&rule) > page.width() {
        let call = action.call.as_deref().unwrap_or_default();
        let begin = [Span(symbol.to_owned(), style), Span::plain(" ")];
        page.words(4, &begin, &format!("{call} [{}]", action.reason.rule), Style::Plain);
    } else {
        page.sides(4, &left, &rule);
    }
    if let Some(reason) = reason(action) {
        page.words(8, &[Span::dim("# ")], &reason, Style::Dim);
    }
    gates(page, &action.gates, first);
    match (action.op, &action.object) {
        (Op::Create, Some(object)) => created(page, object, view),
        (Op::Event, Some(event)) => {
            page.words(8, &[], text(event, "/note"), Style::Dim);
        }
        (Op::Recreate | Op::Delete | Op::Restart | Op::Event, _) => {}
        (Op::Finalizers | Op::Call | Op::Update | Op::Replace | Op::Status | Op::Create, _) => {
            changes(page, action, view);
        }
    }
}

fn what(action: &Action) -> Vec<Span> {
    match (&action.call, &action.target, action.op) {
        (Some(call), ..) => vec![Span::plain(call.clone())],
        (None, Some(target), Op::Event) => {
            let event = action.object.as_ref();
            let reason = event.map(|event| text(event, "/reason")).unwrap_or_default();
            vec![Span::plain(format!("event {reason} of ")), Span::dim(name_of(target))]
        }
        (None, Some(target), Op::Status) => vec![Span::plain(format!("status of {}", target.name))],
        (None, Some(target), Op::Finalizers) => {
            vec![Span::plain(format!("finalizers of {} {}", target.kind, target.name))]
        }
        (None, Some(target), _) => {
            vec![Span::plain(format!("{} ", target.kind)), Span(target.name.clone(), Style::Bold)]
        }
        (None, None, _) => Vec::new(),
    }
}

/// What is worth saying about why; that a missing object is missing is not.
fn reason(action: &Action) -> Option<String> {
    let Action { op, reason, .. } = action;
    match op {
        Op::Create | Op::Event | Op::Status => None,
        Op::Recreate => Some("the new one; it takes over what stayed".to_owned()),
        Op::Replace => Some(reason.message.clone()),
        Op::Update if reason.code == "drifted" => {
            Some("drift: somebody else has changed it, and it is put back".to_owned())
        }
        // What an ordinary change may do stands beside its step.
        Op::Update | Op::Call if action.risk <= Some(Risk::Online) => None,
        Op::Restart if action.risk == Some(Risk::Unavailable) => {
            Some(format!("{}; nobody else can serve meanwhile", reason.message))
        }
        Op::Update | Op::Delete | Op::Restart | Op::Call | Op::Finalizers => {
            Some(reason.message.clone())
        }
    }
}

fn created(page: &mut Page, object: &Value, view: &View) {
    if view.show_all {
        let text = sluicegate_effects::yaml::to_string(object);
        text.lines().for_each(|line| page.line(8, &[Span::plain(line)]));
        return;
    }
    let told = value::telling(object);
    let widest = told.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, text) in told {
        let name = Span::dim(format!("{name:widest$}  "));
        page.words(8, &[name], &text, Style::Plain);
    }
}

fn then(page: &mut Page, resource: &Planned, view: &View) {
    page.gap();
    if let Some(status) = &resource.status_after {
        status_after(page, status, view);
    }
    if let Some(seconds) = resource.requeue_after_seconds {
        page.line(11, &[Span::dim(format!("looks again after {seconds} s"))]);
    }
    let told = resource.events.iter().filter(|_| view.show_status);
    let told = told.map(|event| (event.reason.to_owned(), event.note.clone()));
    // The steps show every event themselves when they are asked to.
    let alerts = alerts(resource)
        .filter(|(reason, _)| !view.show_status && !TOLD_ELSEWHERE.contains(&reason.as_str()));
    let mut before = Vec::new();
    for (reason, note) in told.chain(alerts) {
        let note = format!("{reason}: {note}");
        if before.contains(&note) {
            continue;
        }
        page.words(2, &[Span::dim("tells    ")], &note, Style::Dim);
        before.push(note);
    }
    for warning in &resource.warnings {
        page.words(2, &[Span("warning  ".to_owned(), Style::Change)], warning, Style::Plain);
    }
}

/// What the status comes to say, as far as it is worth it.
fn status_after(page: &mut Page, status: &Value, view: &View) {
    let mut told = false;
    let conditions: &[Value] = status["conditions"].as_array().map_or(&[], Vec::as_slice);
    let ready = conditions.iter().find(|one| text(one, "/type") == "Ready");
    let said = ready.map(|ready| text(ready, "/message")).unwrap_or_default();
    for condition in conditions {
        let (kind, state) = (text(condition, "/type"), text(condition, "/status"));
        // What is no part of Ready, such as what a release cannot do, Ready's message names.
        let named = said.contains(&format!("{kind}={state}"));
        let worth = kind == "Ready" || named || view.show_status || alarms(kind, state);
        if worth {
            let begin = if told { "         " } else { "then     " };
            let head = Span::plain(format!("{kind}={state} "));
            let message = text(condition, "/message");
            let words = match message {
                "" => text(condition, "/reason").to_owned(),
                message => format!("{}: {message}", text(condition, "/reason")),
            };
            page.words(2, &[Span::dim(begin), head], &words, Style::Dim);
            told = true;
        }
    }
}

/// The reasons of events that say what a part of the page of its own says: what is blocked, and
/// warnings.
const TOLD_ELSEWHERE: &[&str] = &["Refused", "FieldsWithoutEffect"];

/// The warnings that the operator gives as events, by their reasons.
fn alerts(resource: &Planned) -> impl Iterator<Item = (String, String)> {
    let events = resource.actions.iter().filter(|action| action.op == Op::Event);
    let of_steps = events.filter_map(|action| action.object.as_ref()).filter_map(|event| {
        let told = || (text(event, "/reason").to_owned(), text(event, "/note").to_owned());
        (text(event, "/kind") == "Warning").then(told)
    });
    let others = resource.events.iter().filter(|event| event.warning);
    of_steps.chain(others.map(|event| (event.reason.to_owned(), event.note.clone())))
}

/// Whether a condition keeps the resource from being served. All others are named in what *Ready*
/// says, and what is blocked stands above.
fn alarms(kind: &str, state: &str) -> bool {
    matches!((kind, state), ("Accepted", "False") | ("Paused", "True"))
}

fn symbol(op: Op) -> (&'static str, Style) {
    match op {
        Op::Create | Op::Recreate => ("+", Style::Add),
        Op::Update | Op::Finalizers => ("~", Style::Change),
        Op::Replace => ("-/+", Style::Remove),
        Op::Delete => ("-", Style::Remove),
        Op::Restart => ("!", Style::Restart),
        Op::Call => (">", Style::Call),
        Op::Status | Op::Event => ("#", Style::Dim),
    }
}

fn name_of(target: &Target) -> String {
    format!("{} {}", target.kind, target.name)
}

/// `-1` of `data-rivven-prod-1`: enough beside the first of its kind.
fn ordinal_of(name: &str) -> String {
    match name.rsplit_once('-') {
        Some((_, number)) if number.chars().all(|c| c.is_ascii_digit()) => format!("-{number}"),
        _ => name.to_owned(),
    }
}
