//! YAML, read and written: every document of a file, with the line of every field.
//!
//! Our own, over a parser of events, because no library gives all three of: the line of each
//! node (an error without one is a search), how each scalar was written (so that `on` can be
//! reported as what `kubectl` reads as `true`), and a bound on what a hostile file may cost.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use sluicegate_core::field::{Path, Segment};

mod load;
mod scalar;
mod write;

pub use write::to_string;

/// The largest text that [`parse`] reads, in bytes: 16 MiB.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The deepest nesting of lists and maps that [`parse`] reads. What `serde_json` reads, too.
pub const MAX_DEPTH: usize = 128;

/// The most nodes that [`parse`] reads from one text, those copied by aliases included: a million.
pub const MAX_NODES: usize = 1_000_000;

/// One document of a YAML stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What the document says, as YAML 1.2 reads it (its core schema).
    pub value: Arc<Value>,
    lines: Lines,
    comment: Option<String>,
    traps: Vec<Trap>,
}

/// A scalar without quotes that `kubectl`, or another reader of YAML 1.1, takes for something
/// other than what YAML 1.2 says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// Where, from the root of the document. For a key, the path of its field.
    pub path: Path,
    /// The line in the file, from 1.
    pub line: usize,
    /// The scalar as written.
    pub text: String,
    /// Who reads it as what.
    pub meaning: String,
    /// What to write instead.
    pub remedy: String,
    /// Whether `kubectl` itself reads something else than we do: what we plan would not be what it
    /// sends. What only other readers misread changes nothing here.
    pub misleads: bool,
}

/// Why a text is not YAML that Sluicegate reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}:{column}: {what} ({remedy})")]
pub struct Error {
    /// The file, as given to [`parse`].
    pub name: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead. Never empty.
    pub remedy: String,
}

/// The lines of a node and of all under it: a tree of the same shape as the value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lines {
    /// The line of the key for a field, of the value otherwise.
    line: usize,
    under: Under,
}

/// The lines under a node.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Under {
    Nothing,
    Map(BTreeMap<String, Lines>),
    List(Vec<Lines>),
}

/// Reads every document of a text. Empty documents are left out. `name` is for errors only.
///
/// Aliases and merge keys (`<<`) are resolved. Traps do not change what is read: `on` is the
/// text "on".
///
/// # Errors
///
/// What is not YAML, and what `kubectl` would refuse or Kubernetes could not keep: a key given
/// twice or that is no text, NaN, infinity, a custom tag; more than [`MAX_BYTES`], [`MAX_DEPTH`]
/// or [`MAX_NODES`].
pub fn parse(name: &str, text: &str) -> Result<Vec<Document>, Error> {
    load::documents(name, text, false)
}

/// Reads a text of one's own, such as a snapshot of a large cluster: as large as it is, as long as
/// aliases do not make it larger.
///
/// # Errors
///
/// As [`parse`] but for the size of the text.
pub fn parse_own(name: &str, text: &str) -> Result<Vec<Document>, Error> {
    load::documents(name, text, true)
}

/// Replaces each list of resources (a kind that ends in `List`, with `items`) with its items, as
/// `kubectl` does. Lines and traps stay those of the file; the other fields of the list are lost.
pub fn flatten(documents: Vec<Document>) -> Vec<Document> {
    documents.into_iter().flat_map(Document::flatten).collect()
}

impl Document {
    /// What it says, taken out.
    pub fn into_value(self) -> Value {
        Arc::unwrap_or_clone(self.value)
    }

    /// The line, from 1, of the node at a path, or of its nearest ancestor in the document. For a
    /// field that is the line of its key. For what an alias or merge key brought, where it stands.
    ///
    /// `None` never happens for a document of [`parse`]; a document always has its own line.
    pub fn line(&self, path: &Path) -> Option<usize> {
        let mut lines = &self.lines;
        for segment in path.segments() {
            let next = match (&lines.under, segment) {
                (Under::Map(map), Segment::Key(key)) => map.get(key),
                (Under::List(list), Segment::Index(index)) => list.get(*index),
                (Under::Nothing | Under::Map(_) | Under::List(_), _) => None,
            };
            match next {
                Some(next) => lines = next,
                None => break,
            }
        }
        Some(lines.line)
    }

    /// The first and the last line of the document.
    pub fn lines(&self) -> (usize, usize) {
        (self.lines.line, self.lines.last())
    }

    /// The first run of comment lines above the document's first line, without their `#`, lines
    /// separated by a line feed. Comments before the `---` count for the first document only:
    /// before a later one they may as well end the one before.
    pub fn first_comment(&self) -> Option<&str> {
        self.comment.as_deref()
    }

    /// What `kubectl` would read as something else, in the order of the file. At most 1000.
    pub fn traps(&self) -> &[Trap] {
        &self.traps
    }

    /// Whether `kubectl` reads the scalar at a path as something else than we do.
    pub fn misleads(&self, path: &Path) -> bool {
        self.traps.iter().any(|trap| trap.misleads && trap.path == *path)
    }

    /// The same document, so many lines further down.
    fn below(mut self, lines: usize) -> Self {
        self.lines.move_down(lines);
        self.traps.iter_mut().for_each(|trap| trap.line += lines);
        self
    }

    fn flatten(mut self) -> Vec<Self> {
        let list = self.value["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
        if !list || !self.value["items"].is_array() {
            return vec![self];
        }
        let Some(Value::Array(items)) = Arc::make_mut(&mut self.value).get_mut("items") else {
            return vec![self];
        };
        let items = std::mem::take(items);
        let mut flat = Vec::with_capacity(items.len());
        for (index, value) in items.into_iter().enumerate() {
            let item = Self {
                value: Arc::new(value),
                lines: self.lines.item(index),
                comment: None,
                traps: self.traps.iter().filter_map(|trap| trap.of_item(index)).collect(),
            };
            flat.extend(item.flatten());
        }
        flat
    }
}

impl From<Arc<Value>> for Document {
    /// A value that stands in no file: in its line 1.
    fn from(value: Arc<Value>) -> Self {
        let lines = Lines { line: 1, under: Under::Nothing };
        Self { value, lines, comment: None, traps: Vec::new() }
    }
}

impl Trap {
    /// This trap, if in that one of `items`, with its path from there.
    fn of_item(&self, at: usize) -> Option<Self> {
        match self.path.segments() {
            [Segment::Key(items), Segment::Index(index), rest @ ..]
                if items == "items" && *index == at =>
            {
                Some(Self { path: rest.iter().cloned().collect(), ..self.clone() })
            }
            _ => None,
        }
    }
}

impl Lines {
    /// As deep as a document may be.
    fn move_down(&mut self, lines: usize) {
        self.line += lines;
        match &mut self.under {
            Under::Nothing => {}
            Under::Map(map) => map.values_mut().for_each(|one| one.move_down(lines)),
            Under::List(list) => list.iter_mut().for_each(|one| one.move_down(lines)),
        }
    }

    fn last(&self) -> usize {
        let under = match &self.under {
            Under::Nothing => None,
            Under::Map(map) => map.values().map(Self::last).max(),
            Under::List(list) => list.iter().map(Self::last).max(),
        };
        self.line.max(under.unwrap_or_default())
    }

    fn item(&self, index: usize) -> Self {
        if let Under::Map(map) = &self.under
            && let Some(Self { under: Under::List(list), .. }) = map.get("items")
            && let Some(lines) = list.get(index)
        {
            return lines.clone();
        }
        Self { line: self.line, under: Under::Nothing }
    }
}

#[cfg(test)]
mod tests;
