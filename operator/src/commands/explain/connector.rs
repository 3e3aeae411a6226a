//! What a connector takes, and what its program makes of it.

use std::collections::BTreeSet;

use sluicegate_core::{
    connector::{Compared, Connector, Key, Program, Role, Takes, Word},
    field::{Path, Segment},
    kind::Kind,
    system::System,
    systems::{self, Visitor},
};

use super::words::unknown;
use crate::{
    failure::Failure,
    kinds::{self, KindInfo},
    render::page::{Page, Span, Style},
};

/// What is said of a key that [`Compared`] does not prove.
const UNPROVEN: &str = "Not compared with its program: unproven.";
/// The same of all keys of a connector.
const NOTHING_PROVEN: &str = "None of its keys was compared with its program: unproven.";

/// A connector and the system that has it.
pub(super) struct Named {
    system: &'static str,
    /// The kind whose resources name it.
    kind: &'static str,
    pub(super) connector: &'static Connector,
    compared: Compared,
}

impl Named {
    /// The keys that its program is said to read, without proof; none where that is so of all that
    /// the system has, which is said once.
    fn unproven(&self) -> BTreeSet<String> {
        match self.compared.is_none() {
            true => BTreeSet::new(),
            false => self.compared.unproven(self.connector),
        }
    }

    /// That nothing of it is proven, if so.
    pub(super) fn nothing_proven(&self) -> Option<&'static str> {
        self.compared.is_none().then_some(NOTHING_PROVEN)
    }

    /// Its whole name, such as `rivven/source/postgres-cdc`.
    pub(super) fn path(&self) -> String {
        format!("{}/{}/{}", self.system, self.connector.role.as_str(), self.connector.name)
    }

    /// Whether a person may mean it: by its name, by its whole name, or by anything between.
    pub(super) fn is(&self, asked: &str) -> bool {
        let (system, role) = (self.system, self.connector.role.as_str());
        let name = self.connector.name;
        let shorter = [name.to_owned(), format!("{role}/{name}"), format!("{system}/{name}")];
        [self.path()].iter().chain(&shorter).any(|one| one.eq_ignore_ascii_case(asked))
    }
}

/// The connectors of all systems.
pub(super) fn all() -> Vec<Named> {
    struct Gather(Vec<Named>);
    impl<S: System> Visitor<S> for Gather {
        fn system(&mut self) {
            let named = |connector: &&'static Connector| Named {
                system: S::NAME,
                kind: S::CONNECTS,
                connector,
                compared: S::COMPARED,
            };
            self.0.extend(S::CONNECTORS.iter().map(named));
        }

        fn kind<K: Kind<System = S>>(&mut self) {}
    }
    let mut gather = Gather(Vec::new());
    systems::visit(&mut gather);
    gather.0
}

/// Each connector that is meant by a name.
pub(super) fn explain(page: &mut Page, kinds: &[KindInfo], asked: &str) -> Result<(), Failure> {
    let all = all();
    let meant: Vec<&Named> = all.iter().filter(|one| one.is(asked)).collect();
    if meant.is_empty() {
        let last = asked.rsplit('/').next().unwrap_or_default();
        let paths: Vec<String> = all.iter().map(Named::path).collect();
        let elsewhere = all.iter().zip(&paths).find(|(one, _)| one.is(last));
        let known: Vec<&str> = match elsewhere {
            Some((_, path)) if last != asked => {
                let hint = format!("error: there is no connector {asked} (did you mean {path}?)");
                return Err(Failure::of(hint));
            }
            _ => all.iter().map(|one| one.connector.name).collect(),
        };
        return Err(unknown("connector", asked, known));
    }
    for (nth, one) in meant.into_iter().enumerate() {
        if nth > 0 {
            page.gap();
            page.gap();
        }
        connector(page, kinds, one);
    }
    Ok(())
}

/// A key of a connector by the path of a field, which says in which block it stands. Nothing where
/// it stands in none.
pub(super) fn explain_key(
    page: &mut Page,
    kind: &KindInfo,
    path: &Path,
) -> Option<Result<(), Failure>> {
    let name = |step: &Segment| if let Segment::Key(key) = step { Some(key.clone()) } else { None };
    let names: Vec<String> = path.segments().iter().filter_map(name).collect();
    let all = all();
    let own: Vec<&Named> = all.iter().filter(|one| one.kind == kind.api.kind).collect();
    names.iter().enumerate().find_map(|(at, block)| {
        let (around, below) = (names[..at].last()?, &names[at + 1..]);
        let here = |one: &&&Named| *around == format!("{}s", one.connector.role.as_str());
        let mut here = own.iter().filter(here);
        if block == "config" && here.clone().next().is_some() {
            let why = "error: the keys below config are those of the connector that is named \
                       beside it (`sluicegate explain connector NAME` lists them)";
            return Some(Err(Failure::of(why)));
        }
        let named = here.find(|one| one.connector.block == Some(block))?;
        Some(key_of(page, named, below))
    })
}

fn key_of(page: &mut Page, named: &Named, names: &[String]) -> Result<(), Failure> {
    let (mut keys, mut around) = (named.connector.keys, named.connector.program);
    let (mut above, mut found) = (String::new(), None);
    for name in names {
        let known = || keys.iter().map(|key| key.name);
        let Some(key) = keys.iter().find(|key| key.is(name)) else {
            return Err(unknown(&format!("key of {}", named.path()), name, known()));
        };
        around = found.map_or(around, |(_, key): (String, &Key)| key.program);
        found = Some((above.clone(), key));
        (keys, above) = below(key, &format!("{above}{}", key.name));
    }
    let Some((above, key)) = found else { return Ok(()) };
    page.line(0, &[Span(named.path(), Style::Bold)]);
    self::key(page, &above, around, key, &named.unproven());
    Ok(())
}

/// Those of each system and way, by their names.
pub(super) fn overview(page: &mut Page) {
    let all = all();
    if all.is_empty() {
        return;
    }
    let title = Span("Connectors".to_owned(), Style::Bold);
    page.line(0, &[title, Span::dim("  explain connector NAME")]);
    for role in [Role::Source, Role::Sink, Role::Transformation] {
        for (system, names) in by_system(&all, role) {
            let left = Span::plain(format!("{:24}", format!("{system}/{}", role.as_str())));
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

fn connector(page: &mut Page, kinds: &[KindInfo], named: &Named) {
    let Connector { about, block, program, fixed, keys, .. } = named.connector;
    page.line(0, &[Span(named.path(), Style::Bold)]);
    page.words(2, &[], about, Style::Plain);
    let place = match block {
        Some(block) => format!("Its keys stand below config or {block}."),
        None => "Its keys stand below config.".to_owned(),
    };
    page.words(2, &[], &place, Style::Dim);
    if kinds::named(kinds, named.kind).is_none() {
        let missing = format!("{}, which names connectors, is no kind yet.", named.kind);
        page.words(2, &[], &missing, Style::Dim);
    }
    if let Some(unproven) = named.nothing_proven() {
        page.words(2, &[], unproven, Style::Dim);
    }
    made_of_it(page, 2, *program, named.connector.name);
    for (key, value) in *fixed {
        page.words(2, &[], &format!("Its program is always told {key}: {value}."), Style::Dim);
    }
    let unproven = named.unproven();
    keys.iter().for_each(|one| key(page, "", *program, one, &unproven));
}

/// One key and all below it. What its program makes of what is around it is told there.
fn key(page: &mut Page, above: &str, around: Program, key: &Key, unproven: &BTreeSet<String>) {
    let path = format!("{above}{}", key.name);
    page.gap();
    let left = [Span(path.clone(), Style::Bold), Span::dim(format!("  {}", range(&key.takes)))];
    let marks = [(key.required, "required"), (key.secret, "secret")];
    let marks = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark.to_owned());
    let default = key.default.map(|default| format!("default {default}"));
    let marks: Vec<String> = marks.chain(default).collect();
    page.sides(2, &left, &[Span::dim(marks.join(", "))]);
    page.words(4, &[], key.about, Style::Plain);
    let own = if let Program::Reads(own) = key.program { own } else { "" };
    let last = own.rsplit('.').next().unwrap_or_default();
    let also: Vec<&str> = key.also.iter().copied().filter(|name| *name != last).collect();
    if !also.is_empty() {
        page.words(4, &[], &format!("May be called {} too.", also.join(" or ")), Style::Dim);
    }
    if key.program != around {
        made_of_it(page, 4, key.program, key.name);
    }
    if unproven.contains(&path) {
        page.words(4, &[], UNPROVEN, Style::Dim);
    }
    if let Takes::Words(all) = key.takes {
        words(page, all);
    }
    let (below, path) = below(key, &path);
    below.iter().for_each(|one| self::key(page, &path, key.program, one, unproven));
}

/// The keys below one, and how their paths begin.
fn below(key: &Key, path: &str) -> (&'static [Key], String) {
    match key.takes {
        Takes::Block(below) => (below, format!("{path}.")),
        Takes::Blocks(below) => (below, format!("{path}[].")),
        Takes::Text(_)
        | Takes::Bool
        | Takes::Whole(..)
        | Takes::Number(..)
        | Takes::Words(_)
        | Takes::Texts
        | Takes::Map
        | Takes::Reference
        | Takes::Any => (&[], String::new()),
    }
}

/// The words of a key, and once for all of which it is so what its program does not do.
fn words(page: &mut Page, all: &[Word]) {
    let names = |of: &[&Word]| of.iter().map(|word| word.name).collect::<Vec<_>>().join(", ");
    page.words(4, &[Span::dim("one of ")], &names(&all.iter().collect::<Vec<_>>()), Style::Plain);
    let mut told: Vec<Program> = Vec::new();
    for word in all.iter().filter(|word| word.program != Program::Reads(word.name)) {
        if !told.contains(&word.program) {
            let alike: Vec<&Word> = all.iter().filter(|it| it.program == word.program).collect();
            made_of_it(page, 4, word.program, &names(&alike));
            told.push(word.program);
        }
    }
}

/// What the program makes of something that users call so.
fn made_of_it(page: &mut Page, indent: usize, program: Program, name: &str) {
    if let Some(text) = made(program, name) {
        page.words(indent, &[], &text, Style::Dim);
    }
}

/// The same as a sentence; nothing where it reads it by that name.
pub(super) fn made(program: Program, name: &str) -> Option<String> {
    match program {
        Program::Reads(own) if own == name => None,
        Program::Reads(own) => Some(format!("Its program reads {name} as {own}.")),
        Program::Ignores(why) => Some(format!("Without effect, {name}: {why}.")),
        Program::Lacks(why) => Some(format!("A connector does not start with {name}: {why}.")),
    }
}

/// Every key as a line of a table: its path, what it takes, its default, what it is, and what
/// becomes of it.
pub(super) fn lines(named: &Named) -> Vec<[String; 5]> {
    fn add(
        keys: &[Key],
        above: &str,
        around: Program,
        unproven: &BTreeSet<String>,
        lines: &mut Vec<[String; 5]>,
    ) {
        for key in keys {
            let path = format!("{above}{}", key.name);
            let mut made: Vec<String> = Vec::new();
            if key.program != around {
                made.extend(self::made(key.program, key.name));
            }
            made.extend(unproven.contains(&path).then(|| UNPROVEN.to_owned()));
            if let Some(all) = words_of(&key.takes) {
                let words = all.iter().filter(|word| !matches!(word.program, Program::Reads(_)));
                made.extend(words.filter_map(|word| self::made(word.program, word.name)));
            }
            let marks = [(key.required, "required"), (key.secret, "secret")];
            let marks = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark.to_owned());
            let default: Vec<String> = marks.chain(key.default.map(str::to_owned)).collect();
            lines.push([
                format!("`{path}`"),
                match words_of(&key.takes) {
                    Some(all) => all.iter().map(|word| word.name).collect::<Vec<_>>().join(", "),
                    None => range(&key.takes),
                },
                default.join(", "),
                key.about.to_owned(),
                made.join(" "),
            ]);
            let (below, path) = below(key, &path);
            add(below, &path, key.program, unproven, lines);
        }
    }
    let mut lines = Vec::new();
    let Connector { keys, program, .. } = named.connector;
    add(keys, "", *program, &named.unproven(), &mut lines);
    lines
}

fn words_of(takes: &Takes) -> Option<&'static [Word]> {
    if let Takes::Words(all) = takes { Some(*all) } else { None }
}

/// What a value may be, as a few words.
fn range(takes: &Takes) -> String {
    match takes {
        Takes::Text(most) => format!("text, at most {most} characters"),
        Takes::Bool => "true or false".to_owned(),
        Takes::Whole(least, most) => format!("whole number, {least} to {most}"),
        Takes::Number(least, most) => format!("number, {least} to {most}"),
        Takes::Words(_) => "word".to_owned(),
        Takes::Texts => "list of texts".to_owned(),
        Takes::Map => "map of texts".to_owned(),
        Takes::Block(_) => "block".to_owned(),
        Takes::Blocks(_) => "list of blocks".to_owned(),
        Takes::Reference => "name and key of a Secret".to_owned(),
        Takes::Any => "anything".to_owned(),
    }
}
