//! The rooms of each folder, which are the modules in it: none needs another that needs it, not by
//! any detour. So each can be read, and moved, with only what is below it. That a module and the
//! one that it is in know each other is how they are made.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

#[path = "common/files.rs"]
mod files;

use files::{below, root};

/// A module by the names of those that it is in and its own, from the top of its crate.
type Place = Vec<String>;

/// Which modules of a crate each of its modules names.
fn modules(name: &str) -> BTreeMap<Place, BTreeSet<Place>> {
    let top = root().join(name).join("src");
    let mut texts = BTreeMap::new();
    for path in below(&top, "rs") {
        let file = path.strip_prefix(&top).expect("it is below").with_extension("");
        let mut place: Place =
            file.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        // The root names them all; a test may look wherever it likes.
        if place.iter().any(|part| part.contains("tests")) || place == ["lib"] || place == ["main"]
        {
            continue;
        }
        if place.last().is_some_and(|last| last == "mod") {
            place.pop();
        }
        let text = fs::read_to_string(&path).expect("it can be read");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        texts.insert(place, lines.collect::<Vec<_>>().join("\n"));
    }
    let known: BTreeSet<Place> = texts.keys().cloned().collect();
    let named = |(place, text): (Place, String)| {
        let named = names(&text).into_iter().filter_map(|path| module(&place, &path, &known));
        let named = named.filter(|other| *other != place).collect();
        (place, named)
    };
    texts.into_iter().map(named).collect()
}

/// The module that a path from another leads into.
fn module(from: &Place, path: &[String], known: &BTreeSet<Place>) -> Option<Place> {
    let mut place = from.clone();
    let mut path = path.iter();
    match path.next()?.as_str() {
        "crate" => place.clear(),
        "super" => drop(place.pop()),
        _ => {}
    }
    for part in path {
        if part == "super" {
            place.pop();
            continue;
        }
        place.push(part.clone());
        if !known.contains(&place) {
            place.pop();
            break;
        }
    }
    Some(place)
}

/// Every path in a text that begins with `crate`, `super` or `self`; several where one ends in
/// braces.
fn names(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for start in ["crate", "super", "self"] {
        for (at, _) in text.match_indices(&format!("{start}::")) {
            let before = text[..at].chars().next_back();
            let continues = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            if !before.is_some_and(continues) {
                let rest = paths(&text[at + start.len() + 2..]);
                all.extend(rest.into_iter().map(|rest| [vec![start.to_owned()], rest].concat()));
            }
        }
    }
    all
}

/// The paths that a text begins with: one, or several in braces.
fn paths(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start();
    let Some(inner) = text.strip_prefix('{') else {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (word, rest) = text.split_at(end.unwrap_or(text.len()));
        let below = rest.strip_prefix("::").map_or_else(|| vec![Vec::new()], paths);
        let with = |below: Vec<String>| [vec![word.to_owned()], below].concat();
        return below.into_iter().map(with).collect();
    };
    let (mut depth, mut part, mut parts) = (0, String::new(), Vec::new());
    for letter in inner.chars() {
        match letter {
            '}' if depth == 0 => break,
            ',' if depth == 0 => parts.push(std::mem::take(&mut part)),
            _ => {
                depth += i32::from(letter == '{') - i32::from(letter == '}');
                part.push(letter);
            }
        }
    }
    parts.push(part);
    parts.iter().flat_map(|part| paths(part)).collect()
}

/// The rooms of every folder of a crate, its top among them, with the others that each needs.
fn rooms(name: &str) -> BTreeMap<Place, BTreeMap<String, BTreeSet<String>>> {
    let mut folders: BTreeMap<Place, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (place, others) in modules(name) {
        for depth in 0..place.len() {
            let rooms = folders.entry(place[..depth].to_vec()).or_default();
            let needs = rooms.entry(place[depth].clone()).or_default();
            // What is in the folder itself is no room of it.
            let within = others.iter().filter(|other| other.starts_with(&place[..depth]));
            let within = within.filter_map(|other| other.get(depth));
            needs.extend(within.filter(|other| **other != place[depth]).cloned());
        }
    }
    folders
}

/// The rooms from which there is a way back to them.
fn circling(rooms: &BTreeMap<String, BTreeSet<String>>) -> Vec<&String> {
    let mut rest: BTreeSet<&String> = rooms.keys().collect();
    loop {
        let open = |room: &&String| rooms[*room].iter().any(|other| rest.contains(other));
        let left: BTreeSet<&String> = rest.iter().copied().filter(open).collect();
        if left.len() == rest.len() {
            return left.into_iter().collect();
        }
        rest = left;
    }
}

#[test]
fn no_room_needs_one_that_needs_it() {
    for name in ["core", "effects", "operator"] {
        let folders = rooms(name);
        assert!(folders[&Place::new()].len() > 8, "{name} has rooms");
        assert!(folders.len() > 8, "{name} has folders");
        for (folder, rooms) in &folders {
            let circling = circling(rooms);
            let needs: Vec<_> = circling.iter().map(|room| (room, &rooms[*room])).collect();
            assert!(circling.is_empty(), "{name}/src/{}: {needs:#?}", folder.join("/"));
        }
    }
}

#[test]
fn a_circle_is_noticed() {
    let of = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let rooms = BTreeMap::from([
        ("a".to_owned(), of(&["b"])),
        ("b".to_owned(), of(&["c"])),
        ("c".to_owned(), of(&["b"])),
        ("d".to_owned(), of(&[])),
    ]);
    // What leads into one is told with it.
    assert_eq!(circling(&rooms), ["a", "b", "c"]);
}

#[test]
fn names_are_read_as_rust_reads_them() {
    let joined =
        |text: &str| -> Vec<String> { names(text).iter().map(|path| path.join("::")).collect() };
    let text = "use crate::{a::{b, c}, d,\n e::f};\nfn g(h: super::super::I) { self::j() }";
    let wanted =
        ["crate::a::b", "crate::a::c", "crate::d", "crate::e::f", "super::super::I", "self::j"];
    assert_eq!(joined(text), wanted);
    let place = |parts: &[&str]| parts.iter().map(|&part| part.to_owned()).collect::<Place>();
    let known = BTreeSet::from([place(&["a"]), place(&["a", "b"]), place(&["d"])]);
    let from = place(&["a", "b"]);
    let leads = |text: &str| module(&from, &names(text)[0], &known);
    assert_eq!(leads("crate::a::b::Thing"), Some(place(&["a", "b"])));
    assert_eq!(leads("super::super::d::thing()"), Some(place(&["d"])));
    assert_eq!(leads("super::Thing"), Some(place(&["a"])));
}
