//! The first and the last lines of a plan.

pub use sluicegate_core::many::many;
use sluicegate_core::plan::Risk;

use super::{
    page::{Page, Span, Style, width_of},
    signs::{is_ready, risk_style},
};
use crate::plan::model::{Outcome, Output, Planned, Summary};

/// Who planned what, from which state.
pub fn header(page: &mut Page, output: &Output) {
    let count = |outcome| output.resources.iter().filter(|one| one.result == outcome).count();
    let blocked = count(Outcome::Blocked);
    let changed = output.resources.iter().filter(|one| changes(one)).count();
    let mut parts = vec![many(output.resources.len(), "custom resource")];
    if changed > 0 {
        parts.push(format!("{changed} with changes"));
    }
    if blocked > 0 {
        parts.push(format!("{blocked} blocked"));
    }
    let failed = count(Outcome::Error);
    if failed > 0 {
        parts.push(format!("{failed} not planned"));
    }
    let left = [
        Span(format!("sluicegate {}", output.operator.version), Style::Bold),
        Span::dim(format!("  state: {}", output.inputs.observed.source)),
    ];
    let parts = Span::dim(parts.join(", "));
    if width_of(&left) + 2 + parts.0.chars().count() <= page.width() {
        page.sides(0, &left, &[parts]);
    // Plans from a cluster and from what was written down of it differ in this line alone.
    } else if output.inputs.observed.shared {
        page.line(0, &[&left[..], &[Span::plain("  "), parts]].concat());
    } else {
        page.line(0, &left);
        page.line(0, &[parts]);
    }
}

/// Whether something is done about a resource, or will be.
fn changes(resource: &Planned) -> bool {
    let does = resource.actions.iter().any(|action| !action.op.only_tells());
    does || !resource.waiting.is_empty()
}

/// What it comes to, what was assumed, and that nothing was written.
pub fn footer(page: &mut Page, output: &Output) {
    if is_quiet(output) {
        let all = output.resources.len();
        let going = output.resources.iter().filter(|one| one.cr.going).count();
        let resources = many(all - going, "custom resource");
        let objects = many(output.summary.unchanged, "object");
        let verb = if all - going == 1 { "matches" } else { "match" };
        let waiting = output.resources.iter().filter(|one| !is_ready(one)).count();
        let line = if all == 0 {
            "Nothing to plan: no custom resource of Sluicegate's was found.".to_owned()
        } else if going == all {
            "Nothing to do: what is being deleted goes by itself.".to_owned()
        } else if waiting == 0 {
            format!("No changes. {resources} {verb} what is there ({objects} checked).")
        } else {
            let are = if waiting == 1 { "is" } else { "are" };
            format!("No changes for now: {waiting} of {resources} {are} not Ready.")
        };
        page.words(0, &[], &line, Style::Bold);
    } else {
        let Summary { worst_risk, worst_count, unchanged, .. } = &output.summary;
        page.words(
            0,
            &[Span("Plan: ".to_owned(), Style::Bold)],
            &counts(&output.summary),
            Style::Plain,
        );
        let worst = worst_risk.unwrap_or(Risk::None);
        let times = if worst == Risk::None { String::new() } else { format!(" ({worst_count})") };
        page.line(
            6,
            &[
                Span::plain("Worst risk: "),
                Span(format!("{worst}{times}"), risk_style(worst)),
                Span::plain(format!(". Unchanged: {unchanged}.")),
            ],
        );
    }
    if !output.assumptions.is_empty() {
        let assumed = format!("{}.", output.assumptions.join("; "));
        page.words(0, &[Span::dim("Assumed: ")], &assumed, Style::Dim);
    }
    page.line(0, &[Span::dim("Nothing was written.")]);
}

/// Whether there is nothing to do.
pub fn is_quiet(output: &Output) -> bool {
    output.resources.iter().all(|one| one.result == Outcome::Unchanged)
}

/// The counts, as a sentence.
pub fn counts(summary: &Summary) -> String {
    let Summary { create, update, replace, delete, restart, call, blocked, waiting, .. } = summary;
    let mut text =
        format!("{create} to create, {update} to update, {replace} to replace, {delete} to delete");
    let more = [
        (*restart, many(*restart, "pod restart")),
        (*call, many(*call, "external call")),
        (*blocked, format!("{blocked} blocked")),
        (*waiting, format!("{waiting} waiting")),
    ];
    for (count, words) in more {
        if count > 0 {
            text.push_str("; ");
            text.push_str(&words);
        }
    }
    text.push('.');
    text
}
