//! Paths to fields, and errors that say where: the vocabulary of Kubernetes' own `field.Error`, so
//! that whoever knows `kubectl` knows it already.

use std::fmt;

use serde::{Serialize, Serializer};

/// A path to a field, such as `spec.config.retentionMs` or `spec.acls[0].principal`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<Segment>);

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// A field of an object, or an entry of a map.
    Key(String),
    /// An item of a list.
    Index(usize),
}

/// What is wrong with one field, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where.
    pub path: Path,
    /// What.
    pub cause: Cause,
    /// What to write instead. Never empty.
    pub remedy: String,
}

/// What can be wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Not given.
    Required,
    /// Given, but not acceptable: the value, and what it must be.
    Invalid(String, String),
    /// Given, but of another type: what was found, and what it must be.
    Type(String, String),
    /// Given, but not one of these.
    NotSupported(String, Vec<String>),
    /// Given twice.
    Duplicate(String),
    /// Given where it may not be, and why not.
    Forbidden(String),
    /// Not a field of this kind.
    Unknown,
}

/// Everything wrong with a resource. Never empty when returned as an `Err`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(Vec<Error>);

impl Path {
    /// A top-level field, such as `spec`.
    pub fn root(name: &str) -> Self {
        Self(vec![Segment::Key(name.to_owned())])
    }

    /// The path that a dotted text names, such as `spec.storage.size`. Lists have no place in it.
    pub fn dotted(text: &str) -> Self {
        Self(text.split('.').map(|key| Segment::Key(key.to_owned())).collect())
    }

    /// The path that a text shows, as it is shown: with the items of lists, and keys in quotes.
    pub fn shown(text: &str) -> Self {
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix("[\"") {
                let end = inside.find("\"]").unwrap_or(inside.len());
                segments.push(Segment::Key(inside[..end].to_owned()));
                rest = inside.get(end + 2..).unwrap_or_default();
            } else if let Some(inside) = rest.strip_prefix('[') {
                let (number, after) = inside.split_once(']').unwrap_or((inside, ""));
                segments.extend(number.parse().ok().map(Segment::Index));
                rest = after;
            } else {
                let word = rest.strip_prefix('.').unwrap_or(rest);
                let end = word.find(['.', '[']).unwrap_or(word.len());
                segments.push(Segment::Key(word[..end].to_owned()));
                rest = &word[end..];
            }
        }
        Self(segments)
    }

    /// A field of this field.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        self.with(Segment::Key(name.to_owned()))
    }

    /// An item of this list.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// Goes on by these steps.
    pub fn extend(&mut self, steps: &[Segment]) {
        self.0.extend_from_slice(steps);
    }

    /// The steps, outermost first.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The same path as a JSON pointer (RFC 6901).
    pub fn pointer(&self) -> String {
        let mut text = String::new();
        for segment in &self.0 {
            text.push('/');
            match segment {
                Segment::Key(key) => text.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Segment::Index(index) => text.push_str(&index.to_string()),
            }
        }
        text
    }

    fn with(&self, segment: Segment) -> Self {
        let mut path = self.clone();
        path.0.push(segment);
        path
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

impl IntoIterator for Errors {
    type Item = Error;
    type IntoIter = std::vec::IntoIter<Error>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Errors {
    /// Adds an error.
    pub fn push(&mut self, path: Path, cause: Cause, remedy: impl Into<String>) {
        self.0.push(Error { path, cause, remedy: remedy.into() });
    }

    /// Adds [`Cause::Invalid`] unless the condition holds.
    pub fn ensure(
        &mut self,
        holds: bool,
        path: Path,
        value: impl fmt::Display,
        must: &str,
        remedy: impl Into<String>,
    ) {
        if !holds {
            self.push(path, Cause::Invalid(value.to_string(), must.to_owned()), remedy);
        }
    }

    /// Adds everything wrong elsewhere.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The value, if nothing is wrong.
    ///
    /// # Errors
    ///
    /// Itself, unless empty.
    pub fn or<T>(self, valid: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(valid) } else { Err(self) }
    }

    /// What was found elsewhere, if nothing is wrong here or there.
    ///
    /// # Errors
    ///
    /// Everything wrong in either.
    pub fn and<T>(mut self, other: Result<T, Self>) -> Result<T, Self> {
        match other {
            Ok(valid) => self.or(valid),
            Err(more) => {
                self.extend(more);
                Err(self)
            }
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The errors, in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Error> {
        self.0.iter()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                // A key that is no plain word, such as a label, is quoted to stay one step.
                Segment::Key(key) if !is_word(key) => write!(f, "[{key:?}]")?,
                Segment::Key(key) if at == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Whether a key reads as one step without quotes. `*` stands for any key.
fn is_word(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-$*".contains(c))
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => write!(f, "Required value"),
            Self::Invalid(value, must) => write!(f, "Invalid value: {value}: {must}"),
            Self::Type(found, must) => write!(f, "Invalid type: {found}: must be {must}"),
            Self::NotSupported(value, known) => {
                write!(f, "Unsupported value: {value:?}: supported values: {}", known.join(", "))
            }
            Self::Duplicate(value) => write!(f, "Duplicate value: {value:?}"),
            Self::Forbidden(detail) => write!(f, "Forbidden: {detail}"),
            Self::Unknown => write!(f, "Unknown field"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.path, self.cause, self.remedy)
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Error::to_string).collect();
        f.write_str(&lines.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_kubectl_writes_it() {
        let path = Path::root("spec").child("acls").index(2).child("principal");
        assert_eq!(path.to_string(), "spec.acls[2].principal");
        assert_eq!(path.pointer(), "/spec/acls/2/principal");
    }

    #[test]
    fn a_path_is_read_back_from_what_is_shown() {
        let path = Path::dotted("spec.sources").index(3).child("config").child("a.b").child("c");
        assert_eq!(Path::shown(&path.to_string()), path);
        assert_eq!(Path::shown("metadata.name"), Path::dotted("metadata.name"));
    }

    #[test]
    fn a_key_that_is_no_word_is_quoted() {
        let path = Path::dotted("metadata.labels").child("a b");
        assert_eq!(path.to_string(), "metadata.labels[\"a b\"]");
        let odd = Path::root("spec").child("a\nb\u{202e}").child("");
        assert_eq!(odd.to_string(), "spec[\"a\\nb\\u{202e}\"][\"\"]");
    }

    #[test]
    fn a_key_with_dots_stays_one_step() {
        let path = Path::root("spec").child("nodeSelector").child("topology.kubernetes.io/zone");
        assert_eq!(path.to_string(), "spec.nodeSelector[\"topology.kubernetes.io/zone\"]");
        assert_eq!(path.pointer(), "/spec/nodeSelector/topology.kubernetes.io~1zone");
    }
}
