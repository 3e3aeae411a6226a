//! Where a check stands, told on the stack: a path is built only for what is told.

use crate::field::{Path, Segment};

/// A place within a value: the steps that lead there, each borrowed from the one before.
#[derive(Clone, Copy)]
pub(crate) struct Trail<'a> {
    parent: Option<&'a Trail<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Base(&'a Path),
    Key(&'a str),
    Index(usize),
}

impl<'a> Trail<'a> {
    /// Where it begins.
    pub(crate) fn base(path: &'a Path) -> Self {
        Self { parent: None, step: Step::Base(path) }
    }

    /// A field of this.
    pub(crate) fn key(&'a self, key: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Key(key) }
    }

    /// An item of this list.
    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Index(index) }
    }

    /// The same to be kept.
    pub(crate) fn path(&self) -> Path {
        let mut steps = vec![self.step];
        let mut parent = self.parent;
        while let Some(trail) = parent {
            steps.push(trail.step);
            parent = trail.parent;
        }
        let mut segments = Vec::new();
        for step in steps.into_iter().rev() {
            match step {
                Step::Base(path) => segments.extend_from_slice(path.segments()),
                Step::Key(key) => segments.push(Segment::Key(key.to_owned())),
                Step::Index(index) => segments.push(Segment::Index(index)),
            }
        }
        segments.into_iter().collect()
    }
}
