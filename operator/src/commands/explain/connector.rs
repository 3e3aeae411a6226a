//! What a connector takes, and what its program makes of it.

use sluicegate_core::{
    connector::{Connector, Key, Program, Role, Takes},
    kind::Kind,
    system::System,
    systems::{self, Visitor},
};

use super::words::unknown;
use crate::{
    failure::Failure,
    render::page::{Page, Span, Style},
};

/// A connector and the system that has it.
pub(super) struct Named {
    pub(super) system: &'static str,
    pub(super) connector: &'static Connector,
}

impl Named {
    /// Its whole name, such as `rivven/source/postgres-cdc`.
    pub(super) fn path(&self) -> String {
        format!("{}/{}/{}", self.system, self.connector.role.as_str(), self.connector.name)
    }

    /// Whether a person may mean it: by its name, by its whole name, or by anything between.
    pub(super) fn is(&self, asked: &str) -> bool {
        let (system, role) = (self.system, self.connector.role.as_str());
        let name = self.connector.name;
        let shorter = [name.to_owned(), format!("{role}/{name}"), format!("{system}/{name}")];
        asked == self.path() || shorter.iter().any(|one| one == asked)
    }
}

/// The connectors of all systems.
pub(super) fn all() -> Vec<Named> {
    struct Gather(Vec<Named>);
    impl<S: System> Visitor<S> for Gather {
        fn system(&mut self) {
            let named = |connector: &&'static Connector| Named { system: S::NAME, connector };
            self.0.extend(S::CONNECTORS.iter().map(named));
        }

        fn kind<K: Kind<System = S>>(&mut self) {}
    }
    let mut gather = Gather(Vec::new());
    systems::visit(&mut gather);
    gather.0
}

/// Each connector that is meant by a name.
pub(super) fn explain(page: &mut Page, asked: &str) -> Result<(), Failure> {
    let all = all();
    let mut meant = all.iter().filter(|one| one.is(asked)).peekable();
    if meant.peek().is_none() {
        let names: Vec<String> = all.iter().map(Named::path).collect();
        let bare = all.iter().map(|one| one.connector.name);
        let known = names.iter().map(String::as_str).chain(bare);
        return Err(unknown("connector", asked, known));
    }
    for (nth, one) in meant.enumerate() {
        if nth > 0 {
            page.gap();
            page.gap();
        }
        connector(page, one);
    }
    Ok(())
}

/// Those of each system and way, by their names.
pub(super) fn overview(page: &mut Page) {
    let all = all();
    if all.is_empty() {
        return;
    }
    page.gap();
    let title = Span("Connectors".to_owned(), Style::Bold);
    page.line(0, &[title, Span::dim("  explain connector NAME")]);
    for role in [Role::Source, Role::Sink] {
        for (system, names) in by_system(&all, role) {
            let left = Span::plain(format!("{:16}", format!("{system}/{}", role.as_str())));
            page.words(2, &[left], &names.join(", "), Style::Dim);
        }
    }
}

fn by_system(all: &[Named], role: Role) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut found: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for one in all.iter().filter(|one| one.connector.role == role) {
        match found.iter_mut().find(|(system, _)| *system == one.system) {
            Some((_, names)) => names.push(one.connector.name),
            None => found.push((one.system, vec![one.connector.name])),
        }
    }
    found
}

fn connector(page: &mut Page, named: &Named) {
    let Connector { about, block, program, fixed, keys, .. } = named.connector;
    let place = match block {
        Some(block) => format!("config or {block}"),
        None => "config".to_owned(),
    };
    page.sides(0, &[Span(named.path(), Style::Bold)], &[Span::dim(place)]);
    page.words(2, &[], about, Style::Plain);
    made_of_it(page, 2, *program, named.connector.name);
    for (key, value) in *fixed {
        page.words(2, &[], &format!("Its program is always told {key}: {value}."), Style::Dim);
    }
    for key in *keys {
        self::key(page, "", key);
    }
}

fn key(page: &mut Page, above: &str, key: &Key) {
    let path = format!("{above}{}", key.name);
    page.gap();
    let left = [Span(path.clone(), Style::Bold), Span::dim(format!("  {}", range(&key.takes)))];
    let mut marks = Vec::new();
    if key.required {
        marks.push("required".to_owned());
    }
    if key.secret {
        marks.push("secret".to_owned());
    }
    marks.extend(key.default.map(|default| format!("default {default}")));
    page.sides(2, &left, &[Span::dim(marks.join(", "))]);
    page.words(4, &[], key.about, Style::Plain);
    let own = if let Program::Reads(own) = key.program { own } else { "" };
    let last = own.rsplit('.').next().unwrap_or_default();
    let also: Vec<&str> = key.also.iter().copied().filter(|name| *name != last).collect();
    if !also.is_empty() {
        page.words(4, &[], &format!("May be called {} too.", also.join(" or ")), Style::Dim);
    }
    made_of_it(page, 4, key.program, key.name);
    match key.takes {
        Takes::Words(words) => {
            for word in words.iter().filter(|word| word.program != Program::Reads(word.name)) {
                made_of_it(page, 4, word.program, word.name);
            }
        }
        Takes::Block(below) => {
            below.iter().for_each(|one| self::key(page, &format!("{path}."), one))
        }
        Takes::Blocks(below) => {
            below.iter().for_each(|one| self::key(page, &format!("{path}[]."), one));
        }
        Takes::Text(_)
        | Takes::Bool
        | Takes::Whole(..)
        | Takes::Number(..)
        | Takes::Texts
        | Takes::Map
        | Takes::Any => {}
    }
}

/// What the program makes of something that users call so.
fn made_of_it(page: &mut Page, indent: usize, program: Program, name: &str) {
    let text = match program {
        Program::Reads(own) if own == name => return,
        Program::Reads(own) => format!("Its program reads {name} as {own}."),
        Program::Ignores(why) => format!("{name} has no effect: {why}."),
        Program::Lacks(why) => {
            format!("A connector that asks for {name} does not start: {why}.")
        }
    };
    page.words(indent, &[], &text, Style::Dim);
}

/// What a value may be, as a few words.
fn range(takes: &Takes) -> String {
    match takes {
        Takes::Text(most) => format!("text, at most {most} characters"),
        Takes::Bool => "true or false".to_owned(),
        Takes::Whole(least, most) => format!("whole number, {least} to {most}"),
        Takes::Number(least, most) => format!("number, {least} to {most}"),
        Takes::Words(words) => words.iter().map(|word| word.name).collect::<Vec<_>>().join(", "),
        Takes::Texts => "list of texts".to_owned(),
        Takes::Map => "texts by names".to_owned(),
        Takes::Block(_) => "keys of its own".to_owned(),
        Takes::Blocks(_) => "list of keys of its own".to_owned(),
        Takes::Any => "anything".to_owned(),
    }
}
