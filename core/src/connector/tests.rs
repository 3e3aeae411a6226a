//! What holds for every catalogue.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Connector, Given, Key, Node, Program, Takes, settle};
use crate::{
    kind::Kind,
    system::System,
    systems::{self, Visitor},
};

struct Faults(Vec<String>);

impl<S: System> Visitor<S> for Faults {
    fn system(&mut self) {
        let heads = S::CONNECTORS.iter().map(|one| (one.role, one.name));
        if !heads.clone().is_sorted() || heads.clone().collect::<BTreeSet<_>>().len() != heads.len()
        {
            self.0.push(format!(
                "{}: sources, sinks, then transformations, each once and by name",
                S::NAME
            ));
        }
        for one in S::CONNECTORS {
            let place = format!("{}/{}/{}", S::NAME, one.role.as_str(), one.name);
            self.connector(&place, one);
        }
    }

    fn kind<K: Kind<System = S>>(&mut self) {}
}

impl Faults {
    fn connector(&mut self, place: &str, one: &Connector) {
        self.sentence(place, one.about);
        self.reason(place, one.program);
        self.keys(place, one.keys);
    }

    fn keys(&mut self, place: &str, keys: &[Key]) {
        let mut names = BTreeSet::new();
        for key in keys {
            let place = format!("{place}: {}", key.name);
            for name in key.also.iter().chain([&key.name]) {
                if !names.insert(*name) {
                    self.0.push(format!("{place}: {name} is the name of two"));
                }
            }
            self.sentence(&place, key.about);
            self.reason(&place, key.program);
            if key.required && key.default.is_some() {
                self.0.push(format!("{place}: what has a default is not required"));
            }
            if let Some(default) = key.default.filter(|default| !fits(&key.takes, default)) {
                self.0.push(format!("{place}: its default {default} does not fit"));
            }
            match key.takes {
                Takes::Words(words) => {
                    words.iter().for_each(|word| self.reason(&place, word.program));
                }
                Takes::Block(below) | Takes::Blocks(below) => self.keys(&place, below),
                Takes::Text(_)
                | Takes::Bool
                | Takes::Whole(..)
                | Takes::Number(..)
                | Takes::Texts
                | Takes::Map
                | Takes::Reference
                | Takes::Any => {}
            }
        }
    }

    fn sentence(&mut self, place: &str, text: &str) {
        if !text.ends_with('.') || !text.starts_with(|first: char| !first.is_lowercase()) {
            self.0.push(format!("{place}: no sentence: {text}"));
        }
    }

    fn reason(&mut self, place: &str, program: Program) {
        if let Program::Ignores(why) | Program::Lacks(why) = program
            && (why.is_empty() || why.ends_with('.'))
        {
            self.0.push(format!("{place}: no clause: {why}"));
        }
    }
}

fn fits(takes: &Takes, default: &str) -> bool {
    match takes {
        Takes::Text(most) => default.chars().count() <= *most,
        Takes::Bool => default.parse::<bool>().is_ok(),
        Takes::Whole(least, most) => {
            default.parse::<i64>().is_ok_and(|it| (*least..=*most).contains(&it))
        }
        Takes::Number(least, most) => {
            default.parse::<f64>().is_ok_and(|it| (*least..=*most).contains(&it))
        }
        Takes::Words(words) => words.iter().any(|word| word.name == default),
        Takes::Texts
        | Takes::Map
        | Takes::Block(_)
        | Takes::Blocks(_)
        | Takes::Reference
        | Takes::Any => true,
    }
}

#[test]
fn every_catalogue_is_in_order_and_its_defaults_fit() {
    let mut faults = Faults(Vec::new());
    systems::visit(&mut faults);
    assert!(faults.0.is_empty(), "{:#?}", faults.0);
}

#[test]
fn of_a_connector_of_rivven_the_program_reads_what_the_reference_says() {
    let postgres = systems::rivven::Rivven::CONNECTORS
        .iter()
        .find(|one| one.name == "postgres-cdc")
        .expect("it is there");
    let program = |name: &str| postgres.keys.iter().find(|key| key.is(name)).map(|key| key.program);
    assert_eq!(program("slotName"), Some(Program::Reads("slot_name")));
    assert_eq!(program("slot_name"), program("slotName"));
    assert_eq!(program("nothing"), None);
    let secret = postgres.keys.iter().filter(|key| key.secret).map(|key| key.name);
    assert_eq!(secret.collect::<Vec<_>>(), ["password"]);
}

#[test]
fn what_a_program_cannot_do_without_stands_in_its_file() {
    let written = |name: &str, config: serde_json::Value| {
        let mut all = systems::rivven::Rivven::CONNECTORS.iter();
        let connector = all.find(|one| one.name == name).expect("it is there");
        let at = crate::field::Path::root("spec");
        let (config, secret) = (config.as_object(), false);
        let settled =
            settle(connector, &Given { at: &at, config, block: None, beside: &[], secret });
        assert!(settled.errors.is_empty(), "{:?}", settled.errors);
        Node::Map(settled.config).to_yaml()
    };
    let region = "bucket: \"a\"\ns3:\n  region: \"us-east-1\"\n";
    for config in [json!({"bucket": "a"}), json!({"bucket": "a", "s3": {}})] {
        assert_eq!(written("object-storage", config), region);
    }
    let own = json!({"bucket": "a", "region": "eu-west-1"});
    assert!(written("s3", own).contains("s3:\n  region: \"eu-west-1\"\n"));
    let iceberg = json!({"catalog": {}, "namespace": "a", "table": "a"});
    assert_eq!(written("iceberg", iceberg), "catalog: {}\nnamespace: \"a\"\ntable: \"a\"\n");
}

/// A connector that takes these keys.
const fn of(name: &'static str, keys: &'static [Key]) -> Connector {
    let (role, program) = (super::Role::Sink, Program::Reads(name));
    Connector { name, role, about: "", block: None, program, fixed: &[], lacks: None, keys }
}

const fn key(name: &'static str, takes: Takes) -> Key {
    Key::new(name, Program::Reads(name), takes, "It.")
}

static INNER: [Key; 2] =
    [key("on", Takes::Bool).or("false"), key("who", Takes::Text(9)).required()];
static FIRST: Connector =
    of("first", &[key("size", Takes::Whole(0, 9)).or("1"), key("inner", Takes::Block(&INNER))]);
static SECOND: Connector =
    of("second", &[key("size", Takes::Whole(0, 9)).or("2"), key("url", Takes::Text(9))]);

#[test]
fn the_schema_of_several_has_the_keys_of_all_and_says_whose_they_are() {
    let schema = super::union_of(&[&FIRST, &SECOND]).to_value();
    let size = json!({
        "type": "integer", "format": "int64", "minimum": 0, "maximum": 9,
        "description": "It. Left out: 1 (first); 2 (second).",
    });
    assert_eq!(schema["properties"]["size"], size);
    assert_eq!(schema["properties"]["url"]["description"], "It. For second.");
    let inner = &schema["properties"]["inner"];
    assert_eq!(inner["required"], json!(["who"]));
    assert_eq!(inner["properties"]["on"]["description"], "It. Default: `false`.");
    assert_eq!(inner["x-kubernetes-preserve-unknown-fields"], true);
}

#[test]
fn what_says_nothing_is_left_out() {
    let given = json!({ "size": 1, "inner": { "on": false, "who": null, "odd": 1 }, "url": null });
    let said = super::said(FIRST.keys, given.as_object().expect("it is an object"));
    assert_eq!(json!(said), json!({ "inner": { "odd": 1 } }));
    let given = json!({ "size": 2 });
    let said = super::said(FIRST.keys, given.as_object().expect("it is an object"));
    assert_eq!(json!(said), given);
}
