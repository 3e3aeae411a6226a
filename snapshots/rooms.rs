//! The rooms of each crate, which are the modules at its top: none needs another that needs it, not
//! by any detour. So each can be read, and moved, with only what is below it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

#[path = "common/files.rs"]
mod files;

use files::{below, root};

/// Which rooms of a crate each of its rooms names.
fn rooms(name: &str) -> BTreeMap<String, BTreeSet<String>> {
    let top = root().join(name).join("src");
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in below(&top, "rs") {
        let place = path.strip_prefix(&top).expect("it is below").to_string_lossy().into_owned();
        // The root names them all; a test may look wherever it likes.
        if ["lib.rs", "main.rs"].contains(&place.as_str()) || place.contains("tests") {
            continue;
        }
        let room = place.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).expect("it can be read");
        let code: String =
            text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().into();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code: String = lines.collect::<Vec<_>>().join("\n");
        let named = code.split("crate::").skip(1).flat_map(named);
        rooms.entry(room.clone()).or_default().extend(named.filter(|other| *other != room));
    }
    let known: BTreeSet<String> = rooms.keys().cloned().collect();
    rooms.values_mut().for_each(|others| others.retain(|other| known.contains(other)));
    rooms
}

/// The rooms that stand after `crate::`: one, or several in braces.
fn named(after: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let letters = text.trim_start().chars();
        letters.take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    let Some(inner) = after.strip_prefix('{') else { return vec![word(after)] };
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
    parts.iter().map(|part| word(part)).collect()
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
        let rooms = rooms(name);
        assert!(rooms.len() > 8, "{name} has rooms");
        let circling = circling(&rooms);
        let needs: Vec<_> = circling.iter().map(|room| (room, &rooms[*room])).collect();
        assert!(circling.is_empty(), "{name}: {needs:#?}");
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
    assert_eq!(named("{a::{b, c}, d,\n e::f};"), ["a", "d", "e"]);
    assert_eq!(named("plan::Plan;"), ["plan"]);
}
