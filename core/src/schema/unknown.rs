//! Fields that a schema does not name, and which of its fields may have been meant.

use serde_json::Value;

use super::{Node, check::names};
use crate::{
    field::{Cause, Errors, Path},
    trail::Trail,
};

/// After this many, an unknown field gets the names that are known there and no guess: whoever
/// has more has another problem, and a guess costs a look at the whole schema.
const GUESSES: usize = 50;

/// The longest name, in bytes, for which a similar one is looked for.
const LONGEST: usize = 64;

struct Search<'a> {
    root: &'a Node,
    base: &'a Path,
    errors: Errors,
    guesses: usize,
}

/// The way to a node: nodes and names (`[]` for an item), from the root. The last is where the
/// search stands.
type Way<'a> = Vec<(&'a Node, &'a str)>;

pub(super) fn fields<'a>(root: &'a Node, base: &'a Path, value: &'a Value) -> Errors {
    let mut search = Search { root, base, errors: Errors::default(), guesses: 0 };
    let top = base.segments().is_empty();
    search.node(root, top, &Trail::base(base), value, &mut vec![(root, "")]);
    search.errors
}

/// The name most like a given one, in any case, if any is like it: what a slip may have meant.
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > LONGEST {
        return None;
    }
    let most = match name.chars().count() {
        0..3 => 0,
        3..6 => 1,
        6..9 => 2,
        _ => 3,
    };
    names
        .filter_map(|known| {
            let same = alike(name, known);
            let lower = str::to_lowercase;
            let slips = || strsim::damerau_levenshtein(&lower(name), &lower(known));
            let far = if same { 0 } else { slips() };
            (far <= most && (far > 0 || same)).then_some((far, known))
        })
        .min()
        .map(|(_, known)| known)
}

/// The remedy that names what a slip may have meant, if any name is like it.
pub fn did_you_mean<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    nearest(name, names).map(|meant| format!("did you mean `{meant}`?"))
}

impl<'a> Search<'a> {
    fn node(
        &mut self,
        node: &'a Node,
        resource: bool,
        at: &Trail<'_>,
        value: &'a Value,
        way: &mut Way<'a>,
    ) {
        match value {
            // That it is no object is told, and says all.
            Value::Object(_) if node.kind.is_scalar() => {}
            Value::Object(map) => {
                for (name, value) in map {
                    let own = matches!(name.as_str(), "apiVersion" | "kind" | "metadata");
                    let field = node.fields.get(name).or(node.rest.as_deref());
                    if let Some(field) = field {
                        way.push((field, name));
                        self.node(field, field.resource, &at.key(name), value, way);
                        way.pop();
                    } else if !node.open && !(own && (resource || node.resource)) {
                        let remedy = self.remedy(name, way);
                        self.errors.push(at.key(name).path(), Cause::Unknown, remedy);
                    }
                }
            }
            Value::Array(list) => {
                let Some(item) = node.item.as_deref() else { return };
                way.push((item, "[]"));
                for (index, value) in list.iter().enumerate() {
                    self.node(item, item.resource, &at.index(index), value, way);
                }
                way.pop();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn remedy(&mut self, name: &str, way: &Way<'a>) -> String {
        let Some((node, _)) = way.last() else { return "remove it".to_owned() };
        self.guesses += 1;
        if self.guesses <= GUESSES
            && let Some(meant) = self.guess(name, node, way)
        {
            return format!("did you mean `{meant}`?");
        }
        if node.fields.is_empty() {
            return "remove it: nothing is known here".to_owned();
        }
        format!("known here: {}", names(node))
    }

    /// The field meant: of this parent if it is the same but for its case; one level deeper or
    /// higher; of this parent if it is similar; elsewhere, if only in one place.
    fn guess(&self, name: &str, node: &Node, way: &Way<'_>) -> Option<String> {
        if let Some(same) = node.fields.keys().find(|known| alike(name, known)) {
            return Some(same.clone());
        }
        let mut near = Vec::new();
        let here = self.written(way);
        for (key, field) in &node.fields {
            let (field, path) = through(field, dotted(&here, key));
            near.extend(named(field, name).map(|known| dotted(&path, known)));
        }
        // An item of a list is at the same level as the list.
        let higher = way.iter().rposition(|(_, name)| *name != "[]").unwrap_or(0);
        let above = &way[..higher];
        if let Some((parent, _)) = above.last() {
            let path = self.written(above);
            near.extend(named(parent, name).map(|known| dotted(&path, known)));
        }
        if let Some(first) = near.into_iter().next() {
            return Some(first);
        }
        if let Some(similar) = nearest(name, node.fields.keys().map(String::as_str)) {
            return Some(similar.to_owned());
        }
        let mut all = Vec::new();
        everywhere(self.root, &self.base.to_string(), name, &mut all);
        if all.len() == 1 { all.pop() } else { None }
    }

    /// The path of the last step of a way.
    fn written(&self, way: &[(&Node, &str)]) -> String {
        way.iter().skip(1).fold(self.base.to_string(), |path, (_, name)| match *name {
            "[]" => path + name,
            name => dotted(&path, name),
        })
    }
}

/// The paths of every field of a name.
fn everywhere(node: &Node, path: &str, name: &str, found: &mut Vec<String>) {
    found.extend(named(node, name).map(|known| dotted(path, known)));
    for (key, field) in &node.fields {
        // What the controller writes is not what was meant to be written.
        if path.is_empty() && key == "status" {
            continue;
        }
        let (field, path) = through(field, dotted(path, key));
        everywhere(field, &path, name, found);
    }
}

/// The items of a list, or the values of a map, stand for it.
fn through(mut node: &Node, mut path: String) -> (&Node, String) {
    while let Some(next) = node.item.as_deref() {
        node = next;
        path.push_str("[]");
    }
    match node.rest.as_deref() {
        Some(rest) if node.fields.is_empty() => (rest, path + ".*"),
        Some(_) | None => (node, path),
    }
}

fn named<'n>(node: &'n Node, name: &str) -> impl Iterator<Item = &'n str> {
    let known = node.fields.keys().map(String::as_str);
    known.filter(move |known| name.len() <= LONGEST && alike(name, known))
}

/// Whether two names differ at most in case and in what separates words.
fn alike(one: &str, other: &str) -> bool {
    let letters = |name| {
        let letters = str::chars(name).filter(|c| !matches!(c, '_' | '-' | '.' | ' '));
        letters.flat_map(char::to_lowercase)
    };
    letters(one).eq(letters(other)) && letters(one).next().is_some()
}

fn dotted(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
