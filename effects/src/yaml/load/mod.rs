//! From the parser's events to documents: without recursion, and never more than was bounded.

use std::{collections::BTreeMap, sync::Arc};

use granit_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{Document, Error, Lines, MAX_BYTES, MAX_DEPTH, MAX_NODES, Trap, Under};

mod cost;
mod report;
mod tagged;

use cost::Cost;

/// A complete node.
#[derive(Clone)]
struct Built {
    value: Value,
    lines: Lines,
    cost: Cost,
}

/// A list or map whose end has not been read.
struct Frame {
    open: Open,
    anchor: usize,
    line: usize,
    cost: Cost,
}

enum Open {
    List { values: Vec<Value>, lines: Vec<Lines> },
    Map(Entries),
}

#[derive(Default)]
struct Entries {
    values: Map<String, Value>,
    lines: BTreeMap<String, Lines>,
    /// The key whose value comes next.
    key: Option<Key>,
    /// What `<<` named, most important first, and where.
    merged: Option<(Vec<Built>, Marker)>,
}

enum Key {
    Field(String, usize),
    Merge,
}

struct Loader<'a> {
    name: &'a str,
    /// The lines of the file before the text.
    before: usize,
    text: &'a str,
    /// Where the document's first comment may begin: a line, from 1, and its first byte.
    top: (usize, usize),
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, Built>,
    traps: Vec<Trap>,
    /// How many traps are in documents already.
    kept: usize,
    total: Cost,
    /// The most of it, aliases included.
    most: Cost,
    documents: Vec<Document>,
}

/// Reads a text of a stranger, or one of one's own: that may be as large as it is, and aliases must
/// not make it larger.
pub(super) fn documents(name: &str, text: &str, own: bool) -> Result<Vec<Document>, Error> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if text.len() <= MAX_BYTES
        && let Some(values) = lines_of_json(text)
    {
        return each(name, values, own);
    }
    stream(name, 0, text, own)
}

/// The values of a text that is JSON and has several, one after another, each with the lines before
/// it: what `kubectl get -o json` of several calls comes to, and `jq -c`. YAML has no such thing.
fn lines_of_json(text: &str) -> Option<Vec<(usize, &str)>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let (mut found, mut from, mut lines) = (Vec::new(), 0, 0);
    while let Some(value) = values.next() {
        value.ok()?;
        let part = text.get(from..values.byte_offset())?;
        let begin = part.len() - part.trim_start().len();
        lines += part[..begin].matches('\n').count();
        found.push((lines, &part[begin..]));
        lines += part[begin..].matches('\n').count();
        from = values.byte_offset();
    }
    Some(found).filter(|found| found.len() > 1)
}

/// The documents of several texts, each with the lines before it.
fn each(name: &str, texts: Vec<(usize, &str)>, own: bool) -> Result<Vec<Document>, Error> {
    let mut documents = Vec::new();
    for (before, text) in texts {
        let found = stream(name, before, text, own)?;
        documents.extend(found.into_iter().map(|document| document.below(before)));
    }
    Ok(documents)
}

fn stream(name: &str, before: usize, text: &str, own: bool) -> Result<Vec<Document>, Error> {
    let mut loader = Loader {
        name,
        before,
        text,
        top: (1, 0),
        stack: Vec::new(),
        anchors: BTreeMap::new(),
        traps: Vec::new(),
        kept: 0,
        total: Cost::default(),
        most: Cost {
            nodes: MAX_NODES.max(if own { text.len() } else { 0 }),
            bytes: MAX_BYTES.max(if own { text.len() } else { 0 }),
            depth: MAX_DEPTH,
        },
        documents: Vec::new(),
    };
    let start = Marker::new(0, 1, 0);
    if text.len() > loader.most.bytes {
        let what = format!("{} bytes: more than {MAX_BYTES}", text.len());
        return Err(loader.error(start, what, "split the file"));
    }
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| loader.syntax(&error))?;
        loader.event(event, span)?;
    }
    Ok(loader.documents)
}

impl Loader<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Error> {
        let at = span.tag_start().unwrap_or(span.start);
        match event {
            Event::DocumentStart(true, _) => {
                self.directives(at)?;
                if !self.documents.is_empty() {
                    self.begin_below(at);
                }
            }
            // Nothing between two `---`.
            Event::Scalar(_, ScalarStyle::Plain, 0, None)
                if self.stack.is_empty() && span.is_empty() => {}
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), at)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tagged(tag.as_deref(), "seq", at)?;
                self.open(Open::List { values: Vec::new(), lines: Vec::new() }, anchor, at)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tagged(tag.as_deref(), "map", at)?;
                self.open(Open::Map(Entries::default()), anchor, at)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
            Event::Alias(id) => self.alias(id, at)?,
            Event::DocumentEnd => {
                self.anchors.clear();
                self.begin_below(at);
            }
            Event::DocumentStart(..)
            | Event::StreamStart
            | Event::StreamEnd
            | Event::Anchor(..)
            | Event::UnresolvedAlias(_) => {}
            // Comments, which another crate of the build enables.
            Event::Comment(..) | _ => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        at: Marker,
    ) -> Result<(), Error> {
        let plain = style == ScalarStyle::Plain && tag.is_none();
        if self.key_is_next() {
            if plain && text == "<<" {
                return self.merge_key(at);
            }
            self.charge(Cost { nodes: 1, bytes: 0, depth: 0 }, at)?;
            let value = self.value(text, plain, tag, at)?;
            if anchor != 0 {
                self.anchors.insert(anchor, built(value.clone(), at.line()));
            }
            self.key(value, text, at)?;
            if plain {
                self.trap(text, at);
            }
            return Ok(());
        }
        self.charge(Cost { nodes: 1, bytes: 0, depth: 0 }, at)?;
        let value = self.value(text, plain, tag, at)?;
        if plain {
            self.trap(text, at);
        }
        self.node(built(value, at.line()), anchor, at)
    }

    fn key_is_next(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { open: Open::Map(Entries { key: None, .. }), .. }))
    }

    fn merge_key(&mut self, at: Marker) -> Result<(), Error> {
        if let Some(Frame { open: Open::Map(map), .. }) = self.stack.last_mut() {
            if map.merged.is_some() {
                let remedy = "give one merge key a list: <<: [*a, *b]";
                return Err(self.error(at, "a second merge key in one map", remedy));
            }
            map.key = Some(Key::Merge);
            map.merged = Some((Vec::new(), at));
        }
        Ok(())
    }

    fn key(&mut self, value: Value, text: &str, at: Marker) -> Result<(), Error> {
        let Value::String(name) = value else {
            let what = format!("a key that is no text but {value}");
            return Err(self.error(at, what, format!("write \"{text}\" in quotes")));
        };
        let Some(Frame { open: Open::Map(map), cost, .. }) = self.stack.last_mut() else {
            return Ok(());
        };
        if let Some(first) = map.lines.get(&name) {
            let what =
                format!("the key {name:?} twice, first in line {}", self.before + first.line);
            return Err(self.error(at, what, "remove one of the two"));
        }
        cost.nodes += 1;
        cost.bytes += name.len();
        map.key = Some(Key::Field(name, at.line()));
        Ok(())
    }

    fn open(&mut self, open: Open, anchor: usize, at: Marker) -> Result<(), Error> {
        if self.key_is_next() {
            let remedy = "write a text; `? ` and `[` and `{` begin other keys: quote them";
            return Err(self.error(at, "a key that is a list or map", remedy));
        }
        if self.stack.len() >= MAX_DEPTH {
            return Err(self.deep(at));
        }
        self.charge(Cost { nodes: 1, bytes: 0, depth: 0 }, at)?;
        let cost = Cost { nodes: 1, bytes: 0, depth: 1 };
        self.stack.push(Frame { open, anchor, line: at.line(), cost });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Error> {
        let Some(Frame { open, anchor, line, cost }) = self.stack.pop() else {
            return Ok(());
        };
        let (value, under) = match open {
            Open::List { values, lines } => (Value::Array(values), Under::List(lines)),
            Open::Map(mut map) => {
                if let Some((merged, at)) = map.merged.take() {
                    self.merge(&mut map, merged, at)?;
                }
                (Value::Object(map.values), Under::Map(map.lines))
            }
        };
        let at = Marker::new(0, line, 0);
        self.node(Built { value, lines: Lines { line, under }, cost }, anchor, at)
    }

    /// Adds what `<<` named, except what the map says itself.
    fn merge(&self, into: &mut Entries, merged: Vec<Built>, at: Marker) -> Result<(), Error> {
        for built in merged {
            let (Value::Object(values), Under::Map(mut lines)) = (built.value, built.lines.under)
            else {
                let remedy = "write <<: *name, or <<: [*name, *other], of maps";
                return Err(self.error(at, "a merge key whose value is no map", remedy));
            };
            for (name, value) in values {
                if let (false, Some(line)) = (into.lines.contains_key(&name), lines.remove(&name)) {
                    into.lines.insert(name.clone(), line);
                    into.values.insert(name, value);
                }
            }
        }
        Ok(())
    }

    fn alias(&mut self, id: usize, at: Marker) -> Result<(), Error> {
        let Some(built) = self.anchors.get(&id) else {
            let what = "an alias inside of what it stands for";
            return Err(self.error(at, what, "write the value instead"));
        };
        if self.stack.len() + built.cost.depth > MAX_DEPTH {
            return Err(self.deep(at));
        }
        let cost = built.cost;
        self.charge(cost, at)?;
        let Some(mut built) = self.anchors.get(&id).cloned() else { return Ok(()) };
        if self.key_is_next() {
            let text = built.value.as_str().unwrap_or_default().to_owned();
            return self.key(built.value, &text, at);
        }
        built.lines.line = at.line();
        self.node(built, 0, at)
    }

    /// The next document's first comment begins below a line.
    fn begin_below(&mut self, at: Marker) {
        let from = at.byte_offset().unwrap_or_default();
        let rest = self.text.get(from..).unwrap_or_default();
        let below = rest.find('\n').map_or(self.text.len(), |end| from + end + 1);
        self.top = (at.line() + 1, below);
    }

    /// Puts a complete node where it belongs.
    fn node(&mut self, mut built: Built, anchor: usize, at: Marker) -> Result<(), Error> {
        if anchor != 0 {
            // Anchors within anchors would keep a copy for each level.
            self.charge(built.cost, at)?;
            self.anchors.insert(anchor, built.clone());
        }
        let Some(frame) = self.stack.last_mut() else {
            self.document(built);
            return Ok(());
        };
        frame.cost.nodes += built.cost.nodes;
        frame.cost.bytes += built.cost.bytes;
        frame.cost.depth = frame.cost.depth.max(built.cost.depth + 1);
        match &mut frame.open {
            Open::List { values, lines } => {
                values.push(built.value);
                lines.push(built.lines);
            }
            Open::Map(map) => match map.key.take() {
                Some(Key::Field(name, line)) => {
                    built.lines.line = line;
                    map.lines.insert(name.clone(), built.lines);
                    map.values.insert(name, built.value);
                }
                Some(Key::Merge) | None => {
                    let merged = match (built.value, built.lines.under) {
                        (Value::Array(values), Under::List(lines)) => {
                            let cost = Cost::default();
                            let both = values.into_iter().zip(lines);
                            both.map(|(value, lines)| Built { value, lines, cost }).collect()
                        }
                        (value, under) => {
                            let lines = Lines { line: built.lines.line, under };
                            vec![Built { value, lines, cost: Cost::default() }]
                        }
                    };
                    map.merged = Some((merged, at));
                }
            },
        }
        Ok(())
    }

    fn document(&mut self, built: Built) {
        self.kept += self.traps.len();
        self.documents.push(Document {
            comment: self.comment(built.lines.line),
            value: Arc::new(built.value),
            lines: built.lines,
            traps: std::mem::take(&mut self.traps),
        });
    }

    /// Counts what is about to be kept, or refuses it.
    fn charge(&mut self, cost: Cost, at: Marker) -> Result<(), Error> {
        self.total.nodes += cost.nodes;
        self.total.bytes += cost.bytes;
        let Cost { nodes, bytes, .. } = self.most;
        if self.total.nodes <= nodes && self.total.bytes <= bytes {
            return Ok(());
        }
        let what = format!("more than {nodes} values, or {bytes} bytes behind aliases");
        Err(self.error(at, what, "split the file, or write fewer aliases"))
    }
}

fn built(value: Value, line: usize) -> Built {
    let bytes = value.as_str().map_or(0, str::len);
    let cost = Cost { nodes: 1, bytes, depth: 0 };
    Built { value, lines: Lines { line, under: Under::Nothing }, cost }
}
