//! The files of a chart that are written from its types: `values.yaml`, with every value explained
//! in place, `values.schema.json`, and the list of what is refused.

use serde_json::{Map, Value, json};
use sluicegate_effects::yaml;

use super::{chart::Chart, field::Field};
use crate::{
    install::{rules, users},
    kinds::{self, KindInfo},
};

/// How wide the comments are.
const COLUMNS: usize = 96;
/// How the files are written anew.
const WRITTEN: &str = "UPDATE=1 cargo test -p snapshots --test deploy";

/// `values.yaml`: every value as it is where nobody says anything, below what it means.
///
/// # Panics
///
/// If a heading names a value that there is not, or a value has no heading. A test calls this.
pub fn values(chart: &Chart) -> String {
    let (schema, defaults) = (chart.schema(), (chart.defaults)());
    let properties = fields(&schema);
    let mut out = String::new();
    comment(&mut out, 0, "", description(&schema));
    comment(&mut out, 0, "", &format!("Written by {WRITTEN}"));
    let mut told = 0;
    for (heading, keys) in chart.sections {
        out.push_str(&format!("\n## {heading}\n"));
        for key in *keys {
            let (schema, value) = (&properties[*key], &defaults[*key]);
            assert!(!value.is_null(), "there is no value {key}");
            out.push('\n');
            entry(&mut out, 0, key, schema, value);
            told += 1;
        }
    }
    let all = defaults.as_object().map_or(0, Map::len);
    assert_eq!(told, all, "each value of {} stands under one heading", chart.name);
    out
}

/// `values.schema.json`.
pub fn schema(chart: &Chart) -> String {
    let mut text = serde_json::to_string_pretty(&chart.schema()).expect("a schema is JSON");
    text.push('\n');
    text
}

/// What the chart refuses, for its templates: each place with what to do instead.
pub fn refused(chart: &Chart) -> String {
    let all: Map<String, Value> =
        chart.refused.iter().map(|(path, why)| ((*path).to_owned(), (*why).into())).collect();
    format!(
        "# Values that are refused, with what to do instead.\n# Written by {WRITTEN}\n{}",
        yaml::to_string(&Value::Object(all))
    )
}

/// Where the fields of a resource come from, for the template that makes it of values.
pub(super) fn sources(fields: &[Field]) -> String {
    let text = yaml::to_string(&json!(fields));
    format!("# Which field of the spec comes from which value.\n# Written by {WRITTEN}\n{text}")
}

/// What the roles of the operator's chart allow: what those under `deploy/operator/` do.
pub fn rules() -> String {
    let [view, edit] = users::all();
    let all = json!({
        "everywhere": rules::everywhere(),
        "inNamespace": rules::in_namespace(),
        "leaderElection": rules::election(),
        "planEverywhere": rules::planning(false),
        "planInNamespace": rules::planning(true),
        "view": view["rules"],
        "edit": edit["rules"],
    });
    let text = yaml::to_string(&all);
    format!(
        "# What roles allow, derived from what plans read and do.\n# Written by {WRITTEN}\n{text}"
    )
}

/// One value, and all below it.
fn entry(out: &mut String, indent: usize, key: &str, schema: &Value, value: &Value) {
    let mark = if indent == 0 { "-- " } else { "" };
    if !description(schema).is_empty() {
        comment(out, indent, "", &format!("{mark}{}", description(schema)));
    }
    let below = fields(schema);
    let given = value.as_object().filter(|given| !given.is_empty());
    if let (Some(given), false) = (given, below.is_empty()) {
        out.push_str(&format!("{:indent$}{key}:\n", ""));
        // What switches a block on comes first.
        let (first, rest): (Vec<_>, Vec<_>) = given.iter().partition(|(key, _)| *key == "enabled");
        for (key, value) in first.into_iter().chain(rest) {
            entry(out, indent + 2, key, &below[key], value);
        }
        return;
    }
    optional(out, indent, "", below);
    let text = yaml::to_string(value);
    let nested = matches!(value, Value::Object(fields) if !fields.is_empty())
        || matches!(value, Value::Array(items) if !items.is_empty());
    if nested {
        out.push_str(&format!("{:indent$}{key}:\n", ""));
        text.lines().for_each(|line| out.push_str(&format!("{:indent$}  {line}\n", "")));
    } else {
        out.push_str(&format!("{:indent$}{key}: {text}", ""));
    }
}

/// What may stand below a value where nothing does: every field that says what it means.
fn optional(out: &mut String, indent: usize, path: &str, below: &Map<String, Value>) {
    for (key, schema) in below {
        let about = description(schema);
        if about.is_empty() {
            continue;
        }
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        comment(out, indent, "    ", &format!("{path}: {about}"));
        optional(out, indent, &path, fields(schema));
    }
}

/// A text as comment lines, the later ones further in.
fn comment(out: &mut String, indent: usize, further: &str, text: &str) {
    for paragraph in text.split("\n\n") {
        let mut line = String::new();
        let mut put = |line: &mut String, more: &str| {
            out.push_str(&format!("{:indent$}# {more}{line}\n", ""));
            line.clear();
        };
        let mut margin = if further.is_empty() { "" } else { "  " };
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && indent + margin.len() + line.len() + word.len() + 3 > COLUMNS {
                put(&mut line, margin);
                margin = further;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        put(&mut line, margin);
    }
}

fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

fn fields(schema: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    schema["properties"].as_object().unwrap_or(&NONE)
}

/// The chart's description of itself (`Chart.yaml`), with the definitions that there are.
pub fn chart(written: &str) -> String {
    const BEGIN: &str = "  artifacthub.io/crds: |\n";
    let Some((before, after)) = written.split_once(BEGIN) else { return written.to_owned() };
    let end = after.find("\n  artifacthub.io/").map_or(after.len(), |at| at + 1);
    let crds: String = kinds::all().iter().map(about).collect();
    format!("{before}{BEGIN}{crds}{}", &after[end..])
}

/// A definition as Artifact Hub lists it.
fn about(kind: &KindInfo) -> String {
    let (names, versions) = (&kind.crd.spec.names, &kind.crd.spec.versions);
    let schema = versions[0].schema.as_ref().and_then(|one| one.open_api_v3_schema.as_ref());
    let about = schema.and_then(|schema| schema.description.as_deref()).unwrap_or_default();
    let about = yaml::to_string(&json!(about));
    format!(
        "    - kind: {}\n      version: {}\n      name: {}.{}\n      displayName: {}\n      \
         description: {about}",
        names.kind,
        versions[0].name,
        names.plural,
        kind.api.group,
        spaced(&names.kind),
    )
}

/// `RivvenCluster` as `Rivven cluster`.
fn spaced(kind: &str) -> String {
    let mut spaced = String::new();
    for letter in kind.chars() {
        if letter.is_uppercase() && !spaced.is_empty() {
            spaced.push(' ');
            spaced.extend(letter.to_lowercase());
        } else {
            spaced.push(letter);
        }
    }
    spaced
}
