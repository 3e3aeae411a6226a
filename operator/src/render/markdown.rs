//! The plan for a comment on a pull request: the summary, then one fold for each resource.

use super::{View, page::Page, summary, text};
use crate::plan::model::{Outcome, Output};

/// GitHub refuses comments longer than 65,536 characters; some are left for what others add.
const CHARACTERS_MAX: usize = 65_000;

/// The columns of a code block that a pull request shows without scrolling.
const WIDTH: usize = 100;

/// The plan as Markdown, cut where a comment may be no longer.
pub fn render(output: &Output, view: &View) -> String {
    let view = View { width: WIDTH, colour: false, ..*view };
    let mut written = format!("### sluicegate plan\n\n{}\n\n", head(output));
    let mut left_out = 0;
    for resource in &output.resources {
        if resource.result == Outcome::Unchanged && !view.show_unchanged {
            continue;
        }
        let mut page = Page::new(view.width, false);
        text::planned(&mut page, resource, &view);
        let cr = &resource.cr;
        let mark = match (resource.result, resource.risk) {
            (Outcome::Blocked, _) => "**blocked**".to_owned(),
            (Outcome::Error, _) => "**error**".to_owned(),
            (Outcome::Unchanged, _) if resource.cr.going => "being deleted".to_owned(),
            (Outcome::Unchanged, _) => "no changes".to_owned(),
            (Outcome::Changes, None) => "no risk".to_owned(),
            (Outcome::Changes, Some(risk)) => format!("risk: {risk}"),
        };
        let block = page.finish();
        let fence = fence(&block);
        let fold = format!(
            "<details><summary><code>{} {}/{}</code> &nbsp; {mark}</summary>\n\n\
             {fence}text\n{block}{fence}\n\n</details>\n\n",
            cr.kind, cr.namespace, cr.name
        );
        if written.chars().count() + fold.chars().count() > CHARACTERS_MAX {
            left_out += 1;
        } else {
            written.push_str(&fold);
        }
    }
    if left_out > 0 {
        written
            .push_str(&format!("{} left out for length.\n\n", summary::many(left_out, "resource")));
    }
    if !output.assumptions.is_empty() {
        written.push_str(&format!("Assumed: {}.\n\n", output.assumptions.join("; ")));
    }
    written.push_str(&format!("`{}` · nothing was written\n", output.plan_hash));
    written
}

fn head(output: &Output) -> String {
    if summary::is_quiet(output) {
        let resources = summary::many(output.resources.len(), "custom resource");
        return format!("**No changes.** {resources} checked.");
    }
    let worst =
        output.summary.worst_risk.map_or_else(|| "none".to_owned(), |risk| risk.to_string());
    format!("**Plan:** {} Worst risk: **{worst}**.", summary::counts(&output.summary))
}

/// A fence longer than any run of backticks in what it holds.
fn fence(text: &str) -> String {
    let (mut longest, mut run) = (2, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    "`".repeat(longest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("a"), "```");
        assert_eq!(fence("a ```` b"), "`````");
    }
}
