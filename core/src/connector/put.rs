//! Putting values into the tree of a file, by paths.

use super::{Node, Object};

/// Something else stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clash;

/// Puts a value where a path such as `snapshot.batch_size` leads. A list is added to the list that
/// is there, and a map to a map.
pub(super) fn put(tree: &mut Object, path: &str, node: Node) -> Result<(), Clash> {
    let Some((first, rest)) = path.split_once('.') else { return join(tree, path, node) };
    let below = tree.entry(first.to_owned()).or_insert_with(|| Node::Map(Object::new()));
    if let Node::Map(below) = below { put(below, rest, node) } else { Err(Clash) }
}

/// The same where the name is no path: those of tables have dots in them.
fn join(tree: &mut Object, name: &str, node: Node) -> Result<(), Clash> {
    match (tree.get_mut(name), node) {
        (None, node) => _ = tree.insert(name.to_owned(), node),
        (Some(Node::List(there)), Node::List(more)) => there.extend(more),
        (Some(Node::Map(there)), Node::Map(more)) => {
            more.into_iter().try_for_each(|(name, node)| join(there, &name, node))?;
        }
        (Some(there), node) if *there != node => return Err(Clash),
        (Some(_), _) => {}
    }
    Ok(())
}

/// Whether something stands where a path leads.
pub(super) fn stands(tree: &Object, path: &str) -> bool {
    match path.split_once('.') {
        Some((first, rest)) => {
            tree.get(first).and_then(Node::as_map).is_some_and(|below| stands(below, rest))
        }
        None => tree.contains_key(path),
    }
}
