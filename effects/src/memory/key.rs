//! What objects are kept by.

use serde_json::Value;
use sluicegate_core::observed::{Ref, group_of, text};

/// What an object is found by. Unlike a [`Ref`] it leaves out the version and the plural, so that
/// an object that came as text is found as well.
///
/// One text, its parts after each other: comparing keys is what a world of many thousand objects
/// does most, and each text more is another place in memory to go to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    text: Box<str>,
    /// Where the kind, the namespace and the name begin.
    begins: [u32; 3],
}

/// Between two parts, and before every letter.
const BETWEEN: char = '\0';

impl Key {
    pub(super) fn of(target: &Ref) -> Self {
        Self::in_group(&target.api.group, &target.api.kind, &target.namespace, &target.name)
    }

    pub(super) fn of_object(object: &Value) -> Self {
        Self::in_group(
            group_of(text(object, "/apiVersion")),
            text(object, "/kind"),
            text(object, "/metadata/namespace"),
            text(object, "/metadata/name"),
        )
    }

    /// An owner in the namespace of what it owns.
    pub(super) fn of_owner(owner: &Value, namespace: &str) -> Self {
        let group = group_of(text(owner, "/apiVersion"));
        Self::in_group(group, text(owner, "/kind"), namespace, text(owner, "/name"))
    }

    /// An object of the core group.
    pub(super) fn core(kind: &str, namespace: &str, name: &str) -> Self {
        Self::in_group("", kind, namespace, name)
    }

    /// An object of a group.
    pub(super) fn in_group(group: &str, kind: &str, namespace: &str, name: &str) -> Self {
        let mut all =
            String::with_capacity(group.len() + kind.len() + namespace.len() + name.len() + 3);
        all.push_str(group);
        let begins = [kind, namespace, name].map(|part| {
            all.push(BETWEEN);
            let begins = u32::try_from(all.len()).expect("names are short");
            all.push_str(part);
            begins
        });
        Self { text: all.into_boxed_str(), begins }
    }

    pub(super) fn group(&self) -> &str {
        &self.text[..self.begins[0] as usize - 1]
    }

    pub(super) fn kind(&self) -> &str {
        &self.text[self.begins[0] as usize..self.begins[1] as usize - 1]
    }

    pub(super) fn namespace(&self) -> &str {
        &self.text[self.begins[1] as usize..self.begins[2] as usize - 1]
    }

    pub(super) fn name(&self) -> &str {
        &self.text[self.begins[2] as usize..]
    }

    /// Whether it is of this kind; in an empty namespace, everywhere.
    pub(super) fn is_of(&self, (group, kind, namespace): (&str, &str, &str)) -> bool {
        let same = self.group() == group && self.kind() == kind;
        same && (namespace.is_empty() || self.namespace() == namespace)
    }
}

impl Default for Key {
    fn default() -> Self {
        Self::in_group("", "", "", "")
    }
}
