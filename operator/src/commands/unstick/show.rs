//! What is shown: which resources, which finalizer, and what nobody will do.

use super::stuck::{Found, Stuck, Undone};
use crate::{
    live::Cluster,
    render::{
        page::{Page, Span, Style},
        summary::many,
    },
};

/// The page, for a terminal of this width, coloured or not.
pub(super) fn page(
    found: &Found,
    cluster: &Cluster,
    acts: bool,
    (width, colour): (usize, bool),
) -> String {
    let mut page = Page::new(width, colour);
    page.words(0, &[Span::dim("state: ")], cluster.source(), Style::Dim);
    for one in &found.stuck {
        resource(&mut page, one);
    }
    page.gap();
    counted(found).iter().for_each(|line| page.words(0, &[], line, Style::Plain));
    if !found.stuck.is_empty() && !acts {
        let how = "Nothing was written. With --yes they are let go, and what is listed stays \
                   undone.";
        page.words(0, &[], how, Style::Plain);
    }
    page.finish()
}

fn resource(page: &mut Page, one: &Stuck) {
    page.gap();
    let name = Span(one.target.to_string(), Style::Bold);
    page.sides(0, &[name], &[Span::dim(format!("being deleted since {}", one.since))]);
    page.line(2, &[Span("- ".to_owned(), Style::Remove), Span::plain(one.ours)]);
    for other in &one.others {
        let left = Span::plain(format!("  {other}"));
        page.sides(2, &[left], &[Span::dim("not ours: stays, and holds it")]);
    }
    match &one.undone {
        Undone::Known(all) if all.is_empty() => {
            page.words(4, &[], "nothing is left undone", Style::Dim);
        }
        Undone::Known(all) => {
            for (what, rule) in all {
                let left = [Span::dim("left undone  "), Span(what.clone(), Style::Alarm)];
                page.sides(4, &left, &[Span::dim(format!("[{rule}]"))]);
            }
        }
        Undone::Unknown(why) => {
            let begin = [Span::dim("left undone  "), Span("unknown: ".to_owned(), Style::Alarm)];
            page.words(4, &begin, why, Style::Plain);
        }
    }
}

fn counted(found: &Found) -> Vec<String> {
    let mut lines = vec![match found.stuck.len() {
        0 => "Nothing hangs on a finalizer of Sluicegate's.".to_owned(),
        1 => "1 resource hangs on a finalizer of Sluicegate's.".to_owned(),
        n => format!("{n} resources hang on a finalizer of Sluicegate's."),
    }];
    if found.elsewhere > 0 {
        let count = many(found.elsewhere, "resource");
        lines.push(format!("{count} being deleted, held by others alone."));
    }
    if found.alive > 0 {
        lines.push(format!("{} not being deleted, left alone.", many(found.alive, "resource")));
    }
    lines
}
