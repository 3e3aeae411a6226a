//! `explain field`: what may be written at a path, what it does, and what is there if nothing is.

use sluicegate_core::{
    field::{Path, Segment},
    schema::{Leaf, nearest},
};

use super::{
    connector,
    words::{split, unknown, written},
};
use crate::{
    failure::Failure,
    kinds::{self, KindInfo},
    render::page::{Page, Span, Style},
};

/// Explains one field, with the fields under it.
pub(super) fn explain(page: &mut Page, kinds: &[KindInfo], id: &str) -> Result<(), Failure> {
    let (name, path) = split(id);
    let Some(kind) = kinds::named(kinds, &name) else {
        let names = kinds.iter().map(|kind| &*kind.api.kind);
        return Err(unknown("kind", &name, names.collect::<Vec<_>>()));
    };
    let root = path == Path::default();
    let Some(leaf) = kind.schema.find(&path) else {
        let of_connector = connector::explain_key(page, kind, &path);
        return of_connector.unwrap_or_else(|| Err(misspelt(kind, &path)));
    };
    let title = if root { kind.api.kind.to_string() } else { format!("{}.{path}", kind.api.kind) };
    page.sides(0, &[Span(title, Style::Bold)], &[Span::dim(leaf.type_.clone())]);
    about(page, kind, &leaf);
    let children = kind.schema.children(&path);
    if !children.is_empty() {
        page.gap();
        page.line(2, &[Span("fields".to_owned(), Style::Bold)]);
        let last = |leaf: &Leaf<'_>| leaf.path.to_string().rsplit('.').next().map(str::to_owned);
        let names: Vec<String> =
            children.iter().map(|leaf| last(leaf).unwrap_or_default()).collect();
        let widest = names.iter().map(String::len).max().unwrap_or_default();
        for (leaf, name) in children.iter().zip(names) {
            let begin =
                [Span::plain(format!("{name:widest$}  ")), Span::dim(format!("{}  ", leaf.type_))];
            page.words(4, &begin, first_sentence(leaf.description), Style::Dim);
        }
    }
    Ok(())
}

fn about(page: &mut Page, kind: &KindInfo, leaf: &Leaf<'_>) {
    if !leaf.description.is_empty() {
        page.gap();
        page.words(2, &[], leaf.description, Style::Plain);
    }
    let values: Vec<String> = leaf.values.iter().map(written).collect();
    let mut facts = Vec::new();
    if leaf.required {
        facts.push(("required", "yes".to_owned()));
    }
    if !values.is_empty() {
        facts.push(("one of", values.join(", ")));
    }
    if let Some(default) = leaf.default {
        facts.push(("default", written(default)));
    }
    let keys = leaf.path.segments().iter().filter(|step| matches!(step, Segment::Key(_)));
    let dotted = keys.cloned().collect::<Path>().to_string();
    let inert = |path: &str| path.replace("[]", "") == dotted;
    if let Some((_, reason)) = kind.inert.iter().find(|(path, _)| inert(path)) {
        facts.push(("no effect", (*reason).to_owned()));
    }
    if let Some((_, reason)) = kind.overridden.iter().find(|(path, _)| *path == dotted) {
        facts.push(("no effect", format!("where {reason}")));
    }
    if !facts.is_empty() {
        page.gap();
    }
    for (word, text) in facts {
        page.words(2, &[Span::dim(format!("{word:9}  "))], &text, Style::Plain);
    }
}

/// The nearest path there is: the longest beginning that is right, and the likeliest end.
fn misspelt(kind: &KindInfo, path: &Path) -> Failure {
    let text = path.to_string();
    let leaves = kind.schema.leaves();
    let mut known: Vec<String> = leaves.iter().map(|leaf| leaf.path.to_string()).collect();
    let parents = known.iter().flat_map(|path| {
        path.match_indices('.').map(|(at, _)| path[..at].to_owned()).collect::<Vec<_>>()
    });
    known = parents.chain(known.iter().cloned()).collect();
    let near = nearest(&text, known.iter().map(String::as_str));
    let hint = near.map_or_else(
        || format!("`sluicegate explain field {}.spec` lists its fields", kind.api.kind),
        |near| format!("did you mean {}.{near}?", kind.api.kind),
    );
    Failure::of(format!("error: there is no field {text} in {} ({hint})", kind.api.kind))
}

/// The first sentence: enough in a list.
pub(super) fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}
