//! Three judges of a resource, one verdict: our own validation, a JSON Schema validator over the
//! schema of the definition, and its CEL rules as the API server runs them.
//!
//! Ours is asked where there is no API server and tells the remedy; the other two are what a
//! cluster asks. Where they differ, `validate` lies. They are asked about every resource of the
//! fixtures and examples, about every field of full examples at every boundary, about random
//! mixtures of those, and about pairs of old and new. Where ours is stricter on purpose stands in
//! [`STRICTER`], in each kind's exceptions, and in its table of rules that are checked here only.
//!
//! As the API server does, nulls are dropped before anybody judges.

use std::collections::BTreeSet;

use kube_cel::{compile_schema, estimate_rule_cost};
use proptest::test_runner::{Config, TestCaseError, TestRng, TestRunner};
use serde_json::{Value, json};
use sluicegate_core::{
    check::Terms,
    kind::Kind,
    system::System,
    systems::{self, Visitor},
};

#[path = "common/cases.rs"]
mod cases;
#[path = "common/examples.rs"]
mod examples;
#[path = "common/files.rs"]
mod files;
#[path = "common/judges.rs"]
mod judges;
#[path = "common/resources.rs"]
mod resources;
#[path = "common/schema.rs"]
mod schema;
#[path = "common/shares.rs"]
mod shares;
#[path = "common/tricky.rs"]
mod tricky;

use cases::Case;
use judges::Judges;
use shares::in_shares;

/// Where our own validation refuses what the API server takes of any kind: `(where, why)`. Of one
/// kind, its exceptions say so.
const STRICTER: &[(&str, &str)] = &[
    (
        "metadata.annotations[\"sluicegate/paused\"]",
        "a misspelt safety switch is refused; a definition cannot judge annotations",
    ),
    (
        "metadata.annotations[\"sluicegate/puased\"]",
        "so is a switch by a name that there is not, for the same reason",
    ),
    (
        "metadata.annotations[\"sluicegate/skip-gate\"]",
        "a gate that does not exist is refused; a definition cannot judge annotations",
    ),
    (
        "metadata.annotations[\"sluicegate/restart-connector\"]",
        "a restart that could not be asked for again is refused, for the same reason",
    ),
];

/// What a single rule may cost by kube-cel's estimate: a tenth of what the API server grants one
/// (10 000 000), so that a hundred of them stay within what it grants a definition.
const RULES_MAX: usize = 100;

/// How many random mixtures are judged, per kind.
const MIXTURES: u32 = 400;

fn every_kind(visit: impl Fn(&mut Each)) -> Each {
    let mut each = Each::default();
    visit(&mut each);
    systems::visit(&mut each);
    assert!(each.disagreements.is_empty(), "{:#?}", each.disagreements);
    each
}

#[derive(Default)]
struct Each {
    what: What,
    judged: usize,
    refused: usize,
    disagreements: BTreeSet<String>,
    used: BTreeSet<&'static str>,
    here: BTreeSet<&'static str>,
    stricter: BTreeSet<&'static str>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum What {
    #[default]
    Files,
    Fields,
    Mixtures,
    Costs,
}

impl<S: System> Visitor<S> for Each {
    fn kind<K: Kind<System = S>>(&mut self) {
        let judges = Judges::of::<K>();
        self.here.extend(here::<K>().map(|rule| rule.id));
        self.stricter.extend(wheres::<K>());
        match self.what {
            What::Files => self.cases::<K>(&judges, &cases::files::<K>()),
            What::Fields => self.fields::<K>(&judges),
            What::Mixtures => self.mixtures::<K>(&judges),
            What::Costs => self.disagreements.extend(dear::<K>()),
        }
    }
}

impl Each {
    fn cases<K: Kind>(&mut self, judges: &Judges, cases: &[Case]) {
        let shares = in_shares(cases, |share| {
            let mut each = Self::default();
            for Case { name, new, old } in share {
                each.judge::<K>(judges, new, old.as_ref(), name);
            }
            each
        });
        shares.into_iter().for_each(|share| self.add(share));
    }

    fn add(&mut self, Self { judged, refused, disagreements, used, .. }: Self) {
        self.judged += judged;
        self.refused += refused;
        self.disagreements.extend(disagreements);
        self.used.extend(used);
    }

    fn fields<K: Kind>(&mut self, judges: &Judges) {
        for base in examples::full::<K>() {
            assert_eq!(judges.ours::<K>(&base, None), [], "an example is valid");
        }
        self.cases::<K>(judges, &cases::boundaries::<K>(judges));
    }

    fn mixtures<K: Kind>(&mut self, judges: &Judges) {
        let (mutations, bases) = (tricky::mutations::<K>(), bases::<K>());
        let some = || proptest::collection::vec(0..mutations.len(), 0..5);
        let mixture = (0..bases.len(), some(), some());
        let config = Config { cases: MIXTURES, failure_persistence: None, ..Config::default() };
        let rng = TestRng::deterministic_rng(config.rng_algorithm);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let this = std::cell::RefCell::new(self);
        let outcome = runner.run(&mixture, |(base, first, second)| {
            let mixed = |base: &Value, which: &[usize]| {
                which.iter().fold(base.clone(), |object, &at| {
                    mutations[at].applied(&object).unwrap_or(object)
                })
            };
            let old = mixed(&bases[base], &first);
            let new = mixed(&old, &second);
            let stored = judges.ours::<K>(&old, None).is_empty();
            let mut this = this.borrow_mut();
            let before = this.disagreements.len();
            this.judge::<K>(judges, &new, stored.then_some(&old), "a mixture");
            match this.disagreements.len() == before {
                true => Ok(()),
                false => Err(TestCaseError::fail("judges disagree")),
            }
        });
        let this = this.into_inner();
        if let Err(error) = outcome {
            this.disagreements.insert(error.to_string());
        }
    }

    /// Asks all three, and notes where they differ.
    fn judge<K: Kind>(&mut self, judges: &Judges, new: &Value, old: Option<&Value>, name: &str) {
        let ours = judges.ours::<K>(new, old);
        let schema = judges.schema(new);
        // The API server asks the rules only about what fits the schema.
        let cel = if schema.is_empty() { judges.cel(new, old) } else { Vec::new() };
        self.judged += 1;
        self.refused += usize::from(!schema.is_empty() || !cel.is_empty());
        let change = if old.is_some() { " (as a change)" } else { "" };
        let kind = examples::kind::<K>();
        let mut differ = |what: &str| {
            let text = format!(
                "{kind}: {name}{change}: {what}\nours: {ours:?}\nschema: {schema:?}\ncel: {cel:?}"
            );
            self.disagreements.insert(text);
        };
        let here = |text: &str| {
            let id = judges::rule_id(text)?;
            here::<K>().map(|rule| rule.id).find(|known| *known == id)
        };
        let strict: Vec<_> =
            ours.iter().map(|(path, text)| here(text).or_else(|| stricter::<K>(path))).collect();
        match (ours.is_empty(), schema.is_empty() && cel.is_empty()) {
            (true, false) => differ("only the API server refuses it"),
            (false, true) if strict.iter().any(Option::is_none) => differ("only we refuse it"),
            _ => {}
        }
        self.used.extend(strict.into_iter().flatten());
        // Both must name the same rules.
        let ids = |texts: &mut dyn Iterator<Item = &String>| -> BTreeSet<String> {
            texts.filter_map(|text| judges::rule_id(text)).collect()
        };
        let (named, broken) = (ids(&mut ours.iter().map(|(_, text)| text)), ids(&mut cel.iter()));
        let named: BTreeSet<String> = named.intersection(&judges.ids).cloned().collect();
        if schema.is_empty() && named != broken {
            self.disagreements.insert(format!("{kind}: {name}{change}: {named:?} and {broken:?}"));
        }
    }
}

/// The rules of a kind that the API server does not judge by.
fn here<K: Kind>() -> impl Iterator<Item = Terms> {
    K::CHECKS.iter().map(|check| check.terms).filter(|terms| terms.cel.is_none())
}

/// Examples to change: full ones and the least.
fn bases<K: Kind>() -> Vec<Value> {
    let mut all = examples::full::<K>();
    all.push(examples::least::<K>());
    all
}

/// Rules that cost too much, or stand where they would be asked for each item.
fn dear<K: Kind>() -> Vec<String> {
    let mut wrong = Vec::new();
    if judges::cel::<K>().count() > RULES_MAX {
        wrong.push(format!("more than {RULES_MAX} rules"));
    }
    for rule in judges::cel::<K>() {
        if rule.path.contains("[]") {
            wrong.push(format!("{} is asked for every item of a list", rule.id));
        }
        let mut whole = schema::of::<K>();
        let node = sluicegate_core::schema::node_at(&mut whole, rule.path);
        let node = compile_schema(&Value::Object(node.clone()));
        let known = examples::of::<K>().exceptions.overrated.contains_key(rule.id);
        for warning in estimate_rule_cost(rule.cel.unwrap_or_default(), &node) {
            if known {
                continue;
            }
            wrong.push(format!("{}: {}", rule.id, warning.message));
        }
    }
    wrong
}

fn stricter<K: Kind>(path: &str) -> Option<&'static str> {
    wheres::<K>().find(|at| path.starts_with(at))
}

/// Where our own validation is stricter.
fn wheres<K: Kind>() -> impl Iterator<Item = &'static str> {
    let own = examples::of::<K>().exceptions.stricter.keys().map(String::as_str);
    STRICTER.iter().map(|(at, _)| *at).chain(own)
}

#[test]
fn of_every_resource_in_a_file_three_judges_say_the_same() {
    let each = every_kind(|each| each.what = What::Files);
    assert!(each.judged > 100 && each.refused > 20);
    let unused: Vec<_> = each.here.difference(&each.used).collect();
    assert!(unused.is_empty(), "each rule that is checked here only has a file: {unused:?}");
}

#[test]
fn of_every_field_at_every_boundary_three_judges_say_the_same() {
    let each = every_kind(|each| each.what = What::Fields);
    assert!(each.judged > 1000);
    let used: BTreeSet<&str> = each.used.intersection(&each.stricter).copied().collect();
    assert_eq!(used, each.stricter, "what the tables say is met");
}

#[test]
fn of_any_mixture_three_judges_say_the_same() {
    let each = every_kind(|each| each.what = What::Mixtures);
    assert!(each.refused > 100 && each.judged - each.refused > 100, "some of both");
}

#[test]
fn no_rule_costs_more_than_the_api_server_grants() {
    every_kind(|each| each.what = What::Costs);
}

#[test]
fn a_rule_that_is_too_dear_is_noticed() {
    let schema = json!({ "type": "object", "properties": {
        "a": { "type": "array", "items": { "type": "string" } }
    } });
    let rule = "self.a.all(x, self.a.all(y, self.a.all(z, x + y != z)))";
    assert!(!estimate_rule_cost(rule, &compile_schema(&schema)).is_empty());
}
