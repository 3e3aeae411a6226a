//! How values are written that the program reads in another form than users write them.

use serde_json::Number;

use crate::connector::{Node, Object};

/// The heartbeat in whole seconds; nothing for 0.
pub(super) fn heartbeat(node: &Node) -> Vec<(&'static str, Node)> {
    seconds(node).map(|seconds| ("heartbeat_interval_secs", seconds)).into_iter().collect()
}

/// The time of a request in whole seconds.
pub(super) fn timeout(node: &Node) -> Vec<(&'static str, Node)> {
    seconds(node).map(|seconds| ("timeout_secs", seconds)).into_iter().collect()
}

/// Milliseconds as whole seconds, rounded up; nothing for 0.
fn seconds(node: &Node) -> Option<Node> {
    let Node::Number(number) = node else { return None };
    let millis = number.as_u64().filter(|millis| *millis > 0)?;
    Some(Node::Number(Number::from(millis.div_ceil(1000))))
}

/// Addresses as one text with commas.
pub(super) fn brokers(node: &Node) -> Vec<(&'static str, Node)> {
    let Node::List(all) = node else { return vec![("brokers", node.clone())] };
    let texts = all.iter().filter_map(Node::as_text).collect::<Vec<_>>();
    vec![("brokers", Node::text(texts.join(",")))]
}

/// Tables as a list of `schema.table`, with their columns as filters and their masks as transforms.
pub(super) fn tables(node: &Node) -> Vec<(&'static str, Node)> {
    let Node::List(all) = node else { return Vec::new() };
    let (mut names, mut filters, mut masks) = (Vec::new(), Object::new(), Vec::new());
    for item in all {
        let Node::Map(item) = item else { continue };
        let table = item.get("table").and_then(Node::as_text).unwrap_or_default();
        let schema = item.get("schema").and_then(Node::as_text).unwrap_or("public");
        let name = format!("{schema}.{table}");
        let lists = [("include", "columns"), ("exclude", "exclude_columns")];
        let lists = lists.into_iter().filter_map(|(to, from)| Some((to, item.get(from)?)));
        let filter: Object = lists.map(|(to, columns)| (to.to_owned(), columns.clone())).collect();
        if !filter.is_empty() {
            filters.insert(name.clone(), Node::Map(filter));
        }
        if let Some(Node::Map(columns)) = item.get("masks") {
            masks.push(mask(schema, table, columns.keys()));
        }
        names.push(Node::text(name));
    }
    let mut written = vec![("tables", Node::List(names))];
    if !filters.is_empty() {
        written.push(("column_filters", Node::Map(filters)));
    }
    if !masks.is_empty() {
        written.push(("transforms", Node::List(masks)));
    }
    written
}

/// The transform that hides columns of one table.
fn mask<'a>(schema: &str, table: &str, columns: impl Iterator<Item = &'a String>) -> Node {
    let exactly = |name: &str| {
        let escape = |c: char| match c {
            c if c.is_alphanumeric() || c == '_' => c.to_string(),
            c => format!("\\{c}"),
        };
        Node::text(format!("^{}$", name.chars().map(escape).collect::<String>()))
    };
    let predicate = [("schema", exactly(schema)), ("table", exactly(table))];
    let config = [("fields", Node::List(columns.map(Node::text).collect()))];
    Node::map([
        ("type", Node::text("mask_field")),
        ("name", Node::text(format!("mask {schema}.{table}"))),
        ("predicate", Node::map(predicate)),
        ("config", Node::map(config)),
    ])
}

/// Transforms, whose settings have the program's names and forms: the seeds' `dropTombstones`, and
/// lists as one text.
pub(super) fn transforms(node: &Node) -> Vec<(&'static str, Node)> {
    let Node::List(all) = node else { return Vec::new() };
    let written = |item: &Node| {
        let Node::Map(item) = item else { return item.clone() };
        let mut item = item.clone();
        if let Some(Node::Map(config)) = item.get("config") {
            let config = settings(config);
            item.insert("config".to_owned(), Node::Map(config));
        }
        Node::Map(item)
    };
    vec![("transforms", Node::List(all.iter().map(written).collect()))]
}

/// The settings of one transform.
fn settings(given: &Object) -> Object {
    let mut settings = Object::new();
    for (key, value) in given {
        match (key.as_str(), value.as_text()) {
            ("addFields" | "add_fields", Some(fields)) => {
                for field in fields.split(',').filter_map(added) {
                    settings.insert(field.to_owned(), Node::Bool(true));
                }
            }
            ("fields" | "include" | "exclude", Some(fields)) => {
                let fields = fields.split(',').map(|field| Node::text(field.trim()));
                settings.insert(key.clone(), Node::List(fields.collect()));
            }
            _ => _ = settings.insert(snake_case(key), value.clone()),
        }
    }
    settings
}

/// What `extract_new_record_state` calls a field that it adds.
fn added(field: &str) -> Option<&'static str> {
    match field.trim() {
        "op" => Some("add_op"),
        "table" | "source.table" => Some("add_table"),
        "schema" | "source.schema" => Some("add_schema"),
        "ts_ms" | "source.ts_ms" => Some("add_ts"),
        _ => None,
    }
}

fn snake_case(key: &str) -> String {
    let letter = |c: char| match c.is_ascii_uppercase() {
        true => format!("_{}", c.to_ascii_lowercase()),
        false => c.to_string(),
    };
    key.chars().map(letter).collect()
}

/// One item of a table, by a name of its own: the program has one list for each of them.
pub(super) fn schema(node: &Node) -> Vec<(&'static str, Node)> {
    vec![("schema", node.clone())]
}

/// See [`schema`].
pub(super) fn table(node: &Node) -> Vec<(&'static str, Node)> {
    vec![("table", node.clone())]
}

/// See [`schema`].
pub(super) fn columns(node: &Node) -> Vec<(&'static str, Node)> {
    vec![("columns", node.clone())]
}

/// See [`schema`].
pub(super) fn exclude_columns(node: &Node) -> Vec<(&'static str, Node)> {
    vec![("exclude_columns", node.clone())]
}

/// See [`schema`].
pub(super) fn masks(node: &Node) -> Vec<(&'static str, Node)> {
    vec![("masks", node.clone())]
}

/// What hides or changes rows while a snapshot brings them as they are.
pub(super) fn bare_snapshot(config: &Object) -> Vec<(&'static [&'static str], &'static str)> {
    const WHY: &str = "rivven-connect 0.0.22 brings the rows of a snapshot without it; set \
                       snapshotMode to never";
    let snapshot = config.get("snapshot").and_then(Node::as_map);
    let mode = snapshot.and_then(|snapshot| snapshot.get("mode")?.as_text());
    if matches!(mode, Some("never" | "no_data" | "schema_only")) {
        return Vec::new();
    }
    let asked: [(&str, &'static [&'static str]); 2] = [
        ("column_filters", &["columnFilters", "tables"]),
        ("transforms", &["transforms", "tables"]),
    ];
    let asked = asked.into_iter().filter(|(path, _)| config.contains_key(*path));
    asked.map(|(_, keys)| (keys, WHY)).collect()
}

/// A catalogue of type rest, which is what it is when left out, that has no address.
pub(super) fn no_address(config: &Object) -> Vec<(&'static [&'static str], &'static str)> {
    const WHY: &str = "rivven-connect 0.0.22 finds a catalogue of type rest by its rest.uri alone";
    let catalog = config.get("catalog").and_then(Node::as_map);
    let said = |key: &str| catalog.and_then(|catalog| catalog.get(key));
    let rest = said("type").is_none_or(|kind| kind.as_text() == Some("rest"));
    // One that a Secret holds as a whole is not seen.
    let seen = catalog.is_some();
    if seen && rest && said("rest").is_none() { vec![(&["catalog"], WHY)] } else { Vec::new() }
}

/// What goes by the names of columns, which a mysql-cdc asks for once and takes for those of any
/// time: seen with MariaDB 10.11, a column that is to be hidden is not after an ALTER TABLE, and
/// none is where the user may not SELECT.
pub(super) fn names_of_now(config: &Object) -> Vec<(&'static [&'static str], &'static str)> {
    const WHY: &str = "rivven-connect 0.0.22 takes the names that columns have now for those that \
                       they had: after an ALTER TABLE what is hidden or left out arrives";
    let hides = |one: &Node| {
        let kind = one.as_map().and_then(|one| one.get("type")?.as_text());
        matches!(kind, Some("mask_field" | "replace_field" | "set_null" | "filter"))
    };
    let transforms = config.get("transforms").and_then(Node::as_list).unwrap_or_default();
    let mut lacks: Vec<(&'static [&'static str], _)> = Vec::new();
    if config.contains_key("column_filters") {
        lacks.push((&["columnFilters", "tables"], WHY));
    }
    if transforms.iter().any(hides) {
        lacks.push((&["transforms", "tables"], WHY));
    }
    lacks
}
