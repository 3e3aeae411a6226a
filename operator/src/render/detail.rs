//! The details of a plan: why, which fields, which gates, what is refused and what waits.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use sluicegate_core::plan::GateState;

use super::{
    View,
    page::{Page, Span, Style, width_of},
    signs::line_of,
    value,
};
use crate::plan::model::{Action, Blocked, Cause, CauseCode, FieldChange, Gate, Op, Waiting};

/// Why something is done at all.
pub(super) fn causes(page: &mut Page, causes: &[Cause]) {
    let widest = causes.iter().map(|cause| cause.path.chars().count()).max().unwrap_or_default();
    for (at, cause) in causes.iter().enumerate() {
        let begin = if at == 0 { "because  " } else { "         " };
        let path = format!("{:widest$}  ", cause.path);
        let what = match cause.code {
            CauseCode::SpecChanged | CauseCode::UserRequest => arrow(&cause.before, &cause.after),
            CauseCode::Created => "the resource is new".to_owned(),
            CauseCode::Deleted => "the resource is being deleted".to_owned(),
            CauseCode::Drift => "somebody else has changed it".to_owned(),
            CauseCode::Reconciled => "what is there is not yet what is asked for".to_owned(),
        };
        let path = if cause.path.is_empty() { String::new() } else { path };
        page.words(2, &[Span::dim(begin), Span::plain(path)], &what, Style::Plain);
    }
}

/// The fields that an action changes.
pub(super) fn changes(page: &mut Page, action: &Action, view: &View) {
    let length = |change: &FieldChange| change.path.chars().count();
    let right = |change: &FieldChange| {
        arrow_whole(&change.before, &change.after, view.wide).chars().count()
    };
    let fits = |change: &&FieldChange| 8 + length(change) + 2 + right(change) <= page.width();
    let widest = action.changes.iter().filter(fits).map(length).max().unwrap_or_default();
    let drifted = action.reason.code == "drifted";
    for change in &action.changes {
        if let Some((before, after)) = files(change) {
            page.line(8, &[Span::plain(change.path.clone())]);
            lines(page, before, after);
            continue;
        }
        let mut right = arrow_whole(&change.before, &change.after, view.wide);
        if drifted {
            right.push_str("  # drift");
        } else if action.op == Op::Replace {
            right.push_str("  # forces replacement");
        }
        let aligned = Span::plain(format!("{:widest$}  ", change.path));
        let style = if change.sensitive { Style::Dim } else { Style::Change };
        let fits = 8 + widest.max(length(change)) + 2 + right.chars().count() <= page.width();
        if fits {
            page.line(8, &[aligned, Span(right, style)]);
        } else {
            page.line(8, &[Span::plain(change.path.clone())]);
            page.words(12, &[], &right, style);
        }
    }
    let hidden = hidden(action);
    if hidden > 0 && action.op == Op::Update {
        let fields = if hidden == 1 { "field" } else { "fields" };
        page.line(8, &[Span::dim(format!("# ({hidden} unchanged {fields} hidden)"))]);
    }
}

/// A change of a whole file: a text of several lines before and after.
fn files(change: &FieldChange) -> Option<(&str, &str)> {
    let (before, after) = (change.before.as_ref()?.as_str()?, change.after.as_ref()?.as_str()?);
    (before.contains('\n') && after.contains('\n')).then_some((before, after))
}

/// The lines of a file that change.
fn lines(page: &mut Page, before: &str, after: &str) {
    let diff = TextDiff::from_lines(before, after);
    for change in diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal) {
        let (sign, style) = line_of(change.tag());
        let text = change.value().trim_end_matches('\n');
        page.line(12, &[Span(format!("{sign} {text}"), style)]);
    }
}

fn hidden(action: &Action) -> usize {
    let all = action.object.as_ref().map(value::leaves).unwrap_or_default();
    let changed: usize =
        action.changes.iter().map(|change| change.after.as_ref().map_or(0, value::leaves)).sum();
    // Kind, version, name and namespace say which object it is, and are no fields to hide.
    all.saturating_sub(changed + 4)
}

/// What had to hold, or has to, with what was seen.
pub(super) fn gates(page: &mut Page, gates: &[Gate], first: bool) {
    let widest = gates.iter().map(|gate| gate.id.len()).max().unwrap_or_default();
    for gate in gates {
        let when = if first { "now: " } else { "then: " };
        let (state, style) = match gate.state {
            GateState::Open => ("open", Style::Dim),
            GateState::Closed => ("closed", Style::Alarm),
            GateState::Unknown => ("unknown, so closed", Style::Alarm),
            GateState::Skipped => ("skipped by annotation", Style::Alarm),
        };
        let left = [
            Span::dim("? "),
            Span::plain(format!("{:widest$}  ", gate.id)),
            Span::dim(gate.observed.clone()),
        ];
        page.sides(8, &left, &[Span(format!("{when}{state}"), style)]);
    }
}

/// A change that is refused.
pub(super) fn blocked(page: &mut Page, blocked: &Blocked) {
    // Where nothing may be shown of either, or nothing is there to be shown.
    let arrow = match (&blocked.before, &blocked.after) {
        (Value::Null, Value::Null) => String::new(),
        (before, after) => format!("  {}", arrow(&Some(before.clone()), &Some(after.clone()))),
    };
    let left = [
        Span("x ".to_owned(), Style::Alarm),
        Span(blocked.path.clone(), Style::Bold),
        Span::plain(arrow),
    ];
    page.sides(2, &left, &[Span::dim(format!("[{}]", blocked.rule))]);
    page.words(6, &[], &blocked.message, Style::Plain);
    if !blocked.remedy.is_empty() {
        page.words(
            6,
            &[Span("do instead: ".to_owned(), Style::Bold)],
            &blocked.remedy,
            Style::Plain,
        );
    }
}

/// A change that waits.
pub(super) fn waiting(page: &mut Page, waiting: &Waiting, first: bool) {
    let left = [Span::dim("? "), Span::plain(waiting.what.clone())];
    let right = [Span::dim(format!("[{}]", waiting.rule))];
    if width_of(&left) + width_of(&right) + 8 <= page.width() {
        page.sides(4, &left, &right);
    } else {
        page.words(4, &[Span::dim("? ")], &waiting.what, Style::Plain);
    }
    gates(page, &waiting.gates, first);
}

fn arrow(before: &Option<Value>, after: &Option<Value>) -> String {
    arrow_whole(before, after, false)
}

fn arrow_whole(before: &Option<Value>, after: &Option<Value>, whole: bool) -> String {
    format!("{} -> {}", value::line(before.as_ref(), whole), value::line(after.as_ref(), whole))
}
