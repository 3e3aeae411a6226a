//! What the loader says of a document beside its value: its comment, its traps, its errors.

use granit_parser::{ErrorKind, Marker, ScanError};
use sluicegate_core::field::{Path, Segment};

use super::super::{Error, MAX_DEPTH, Trap, scalar};
use super::{Entries, Frame, Key, Loader, Open};

/// The most traps kept of one text: whoever has more has read enough of them.
const MAX_TRAPS: usize = 1000;

impl Loader<'_> {
    /// The first run of comment lines from the document's top to its first line.
    pub(super) fn comment(&self, first: usize) -> Option<String> {
        // Advice to an editor describes nothing.
        let comment = |line: &str| {
            let text = line.trim_start().strip_prefix('#')?;
            let text = text.strip_prefix(' ').unwrap_or(text).trim_end();
            Some(text.to_owned()).filter(|text| !text.starts_with("yaml-language-server:"))
        };
        let (line, byte) = self.top;
        let above = self.text.get(byte..).unwrap_or_default().lines();
        let above = above.take(first.saturating_sub(line));
        let lines: Vec<String> =
            above.map(comment).skip_while(Option::is_none).map_while(|line| line).collect();
        let text = lines.join("\n").trim().to_owned();
        Some(text).filter(|text| !text.is_empty())
    }

    /// Refuses what stands before `---` for the reader itself, such as `%YAML 1.1`: kubectl cuts a
    /// file at each `---`, and then has a document that is no more than that.
    pub(super) fn directives(&self, start: Marker) -> Result<(), Error> {
        let (line, from) = self.top;
        let upto = start.byte_offset().unwrap_or_default();
        let above = self.text.get(from..upto).unwrap_or_default();
        match above.lines().enumerate().find(|(_, text)| text.starts_with('%')) {
            None => Ok(()),
            Some((nth, text)) => {
                let what = format!("kubectl does not read the directive `{}`", text.trim_end());
                Err(self.error(Marker::new(0, line + nth, 0), what, "remove the line"))
            }
        }
    }

    pub(super) fn trap(&mut self, text: &str, at: Marker) {
        if self.traps.len() + self.kept >= MAX_TRAPS {
            return;
        }
        if let Some(scalar::Misread { meaning, remedy, misleads }) = scalar::trap(text) {
            let (path, line, text) = (self.path(), at.line(), text.to_owned());
            self.traps.push(Trap { path, line, text, meaning, remedy, misleads });
        }
    }

    /// Where the next node belongs.
    fn path(&self) -> Path {
        let segment = |frame: &Frame| match &frame.open {
            Open::List { values, .. } => Some(Segment::Index(values.len())),
            Open::Map(Entries { key: Some(Key::Field(name, _)), .. }) => {
                Some(Segment::Key(name.clone()))
            }
            Open::Map(_) => None,
        };
        self.stack.iter().filter_map(segment).collect()
    }

    pub(super) fn deep(&self, at: Marker) -> Error {
        let what = format!("lists and maps nested deeper than {MAX_DEPTH}");
        self.error(at, what, "nest less deeply")
    }

    pub(super) fn syntax(&self, error: &ScanError) -> Error {
        let at = *error.marker();
        let line = self.text.lines().nth(at.line().saturating_sub(1)).unwrap_or_default();
        let indent = &line[..line.len() - line.trim_start().len()];
        let remedy = if indent.contains('\t') {
            "indent with spaces: YAML has no tabs there"
        } else if *error.kind() == ErrorKind::UnknownAnchor {
            "put the anchor (&name) before its alias (*name)"
        } else if *error.kind() == ErrorKind::MappingValueNotAllowed {
            "indent a map's keys alike, and quote a text that has `: ` in it"
        } else {
            "look at the indentation and the quotes of this line and the one before"
        };
        self.error(at, error.info(), remedy)
    }

    pub(super) fn error(
        &self,
        at: Marker,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Error {
        Error {
            name: self.name.to_owned(),
            line: self.before + at.line().max(1),
            column: at.col() + 1,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}
