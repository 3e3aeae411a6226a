//! Rules that one resource is judged by on its own, each declared once: in the API server's
//! language, and as a check of ours for what no API server has judged.
//!
//! A test holds the two to the same verdict, over files, generated specs and changes.

use crate::field::{Cause, Errors, Path};

/// A rule of resources of one kind.
#[derive(Debug)]
pub struct Check<R> {
    /// What it says.
    pub terms: Terms,
    how: How<R>,
}

/// What a rule says, to whoever judges by it or reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What messages, tests and documents call it, such as `CLU-03`. Never given to another rule.
    pub id: &'static str,
    /// Where it stands, such as `spec.storage`. Empty: at the root, where `self.metadata.name` can
    /// be seen.
    pub path: &'static str,
    /// What must hold, in the Common Expression Language; `self` is the value at the path. Nothing
    /// where the API server does not judge by it: `validate`, `plan` and the operator do.
    pub cel: Option<&'static str>,
    /// What to write instead, without the id.
    pub message: &'static str,
}

/// What a check looks at.
#[derive(Debug)]
enum How<R> {
    Written(fn(&R, &mut Judge<'_>)),
    Read,
    Changed(fn(&R, &R, &mut Judge<'_>)),
}

impl<R> Check<R> {
    /// A rule of what is written, which the API server judges by too.
    pub const fn new(
        id: &'static str,
        path: &'static str,
        cel: &'static str,
        message: &'static str,
        check: fn(&R, &mut Judge<'_>),
    ) -> Self {
        let terms = Terms { id, path, cel: Some(cel), message };
        Self { terms, how: How::Written(check) }
    }

    /// A rule of what is written that the API server cannot judge by, or not for the little work
    /// that it grants a rule: lists within lists and the keys of maps count for as long as a
    /// request can be.
    pub const fn here(
        id: &'static str,
        path: &'static str,
        message: &'static str,
        check: fn(&R, &mut Judge<'_>),
    ) -> Self {
        Self { terms: Terms { id, path, cel: None, message }, how: How::Written(check) }
    }

    /// A rule of what is written that is judged where the resource is read, which takes the same
    /// work ([`Kind::Valid`](crate::kind::Kind::Valid)): there it is named in each error.
    pub const fn when_read(id: &'static str, path: &'static str, message: &'static str) -> Self {
        Self { terms: Terms { id, path, cel: None, message }, how: How::Read }
    }

    /// The same where the API server judges by it too.
    #[must_use]
    pub const fn and_cel(self, cel: &'static str) -> Self {
        Self { terms: Terms { cel: Some(cel), ..self.terms }, ..self }
    }

    /// A rule of a change, from the first to the second, which the API server judges by too.
    pub const fn of_change(
        id: &'static str,
        path: &'static str,
        cel: &'static str,
        message: &'static str,
        check: fn(&R, &R, &mut Judge<'_>),
    ) -> Self {
        let terms = Terms { id, path, cel: Some(cel), message };
        Self { terms, how: How::Changed(check) }
    }
}

/// Everything wrong with what is written, by these rules.
pub fn written<R>(checks: &[Check<R>], resource: &R) -> Errors {
    let mut errors = Errors::default();
    for Check { terms, how } in checks {
        if let How::Written(check) = how {
            check(resource, &mut Judge { terms, errors: &mut errors });
        }
    }
    errors
}

/// Everything wrong with a change, by these rules.
///
/// # Errors
///
/// All of it, with path and remedy.
pub fn changed<R>(checks: &[Check<R>], old: &R, new: &R) -> Result<(), Errors> {
    let mut errors = Errors::default();
    for Check { terms, how } in checks {
        if let How::Changed(check) = how {
            check(old, new, &mut Judge { terms, errors: &mut errors });
        }
    }
    errors.or(())
}

/// Where what is wrong is told, under one rule.
#[derive(Debug)]
pub struct Judge<'a> {
    terms: &'a Terms,
    errors: &'a mut Errors,
}

impl Judge<'_> {
    /// Where the rule stands.
    pub fn at(&self) -> Path {
        match self.terms.path {
            "" => Path::default(),
            path => Path::dotted(path),
        }
    }

    /// A field of that.
    pub fn child(&self, name: &str) -> Path {
        self.at().child(name)
    }

    /// Adds that a value is not acceptable, unless it is. The value is shown as it is: a number, or
    /// a text that the schema keeps short.
    pub fn ensure(
        &mut self,
        holds: bool,
        path: Path,
        value: impl std::fmt::Display,
        must: &str,
        remedy: &str,
    ) {
        if !holds {
            self.push(path, Cause::Invalid(value.to_string(), must.to_owned()), remedy);
        }
    }

    /// Adds that a value is not acceptable: a text, which is shown in quotes as
    /// far as it is short.
    pub fn invalid(&mut self, path: Path, value: &str, must: &str, remedy: &str) {
        let shown = match value.char_indices().nth(60) {
            Some((at, _)) => format!("{:?}...", &value[..at]),
            None => format!("{value:?}"),
        };
        self.push(path, Cause::Invalid(shown, must.to_owned()), remedy);
    }

    /// Adds that something may not stand there.
    pub fn forbidden(&mut self, path: Path, why: &str, remedy: &str) {
        self.push(path, Cause::Forbidden(why.to_owned()), remedy);
    }

    /// Adds that something is missing.
    pub fn required(&mut self, path: Path, remedy: &str) {
        self.push(path, Cause::Required, remedy);
    }

    /// Adds that something is there twice.
    pub fn twice(&mut self, path: Path, value: &str) {
        self.push(path, Cause::Duplicate(value.to_owned()), "leave one of them out");
    }

    fn push(&mut self, path: Path, cause: Cause, remedy: &str) {
        self.errors.push(path, cause, format!("{}: {remedy}", self.terms.id));
    }
}
