//! No dead field: whatever can be written into a spec reaches somebody who reads it, or stands in
//! the kind's table of fields without effect. And what a description promises as a default is one.
//!
//! The fields are those of the schema, so a field that is added is looked at without anybody
//! remembering to.

use std::{collections::BTreeSet, marker::PhantomData};

use serde_json::{Value, json};
use sluicegate::kinds;
use sluicegate_core::{
    field::Errors,
    kind::Kind,
    observed::{Api, Observed, Ref},
    plan::Plan,
    settings::Settings,
    system::System,
    systems::{self, Visitor},
};
use sluicegate_effects::{
    Done, Error,
    file::{Start, State, Watcher, World, round},
    yaml,
};

#[path = "common/examples.rs"]
mod examples;
#[path = "common/reach.rs"]
mod reach;
#[path = "common/schema.rs"]
mod schema;

use examples::{Exceptions, Fields};
use reach::Reach;
use schema::Field;

/// What one kind is looked at for.
struct Look<'a> {
    schema: Value,
    check: fn(&Value) -> Result<(), Errors>,
    inert: &'a [(&'a str, &'a str)],
    exceptions: &'a Exceptions,
    full: &'a [Value],
    /// What the full examples come to.
    reaches: Vec<Reach>,
    others: &'a [Value],
    wrong: Vec<String>,
    changed: usize,
}

/// What `validate` asks.
fn check<K: Kind>() -> fn(&Value) -> Result<(), Errors> {
    let api = Api::of::<K::Resource>();
    let kind = kinds::all().iter().find(|kind| kind.api == api);
    kind.expect("every kind is known to the command line").check
}

impl Look<'_> {
    fn of<K: Kind>() -> Self {
        let Fields { full, neighbours, exceptions } = examples::of::<K>();
        Look {
            schema: schema::of::<K>(),
            check: check::<K>(),
            inert: K::INERT,
            reaches: full.iter().map(|full| reach::of(full, neighbours)).collect(),
            exceptions,
            full,
            others: neighbours,
            wrong: Vec::new(),
            changed: 0,
        }
    }

    fn reach(&self, object: &Value) -> Reach {
        reach::of(object, self.others)
    }

    fn leaves(&self) -> Vec<Field> {
        schema::fields(&self.schema).into_iter().filter(is_leaf).collect()
    }

    /// Other valid resources that differ in this field alone, and which example they differ from.
    fn changes(&self, field: &Field) -> Vec<(usize, Value)> {
        let mut found = Vec::new();
        for (which, full) in self.full.iter().enumerate() {
            let Some(now) = full.pointer(&field.pointer()) else { continue };
            // What an earlier example has just so has been looked at.
            let block = field.path.split(['.', '[']).nth(1).unwrap_or_default();
            let same = |other: &Value| other["spec"][block] == full["spec"][block];
            if self.full[..which].iter().any(same) {
                continue;
            }
            let values = schema::others(&field.schema, now);
            for value in self.exceptions.values_of(&field.path).into_iter().chain(values) {
                let other = schema::with(full, &field.pointer(), &value);
                if (self.check)(&other).is_ok() {
                    found.push((which, other));
                }
            }
        }
        found
    }

    fn leaf(&mut self, field: &Field) {
        let is = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
        let inert = self.inert.iter().any(|one| field.path.strip_prefix(one.0).is_some_and(is));
        let changes = self.changes(field);
        let mut effective = 0;
        for (which, other) in &changes {
            let differs = self.reaches[*which] != self.reach(other);
            self.changed += 1;
            effective += usize::from(differs);
            if differs && inert && !self.excepted(&field.path, &self.full[*which], other) {
                let now = other.pointer(&field.pointer());
                self.wrong.push(format!("{} = {now:?} has an effect", field.path));
            }
        }
        let Exceptions { settled, refused, tied, .. } = self.exceptions;
        let settled = settled.keys().any(|path| examples::ends(&field.path, path));
        let refused = refused.keys().any(|path| examples::is_of(&field.path, path));
        if tied.contains_key(&field.path) {
            if !changes.is_empty() {
                self.wrong.push(format!("{} can change alone", field.path));
            }
            return;
        }
        match (changes.is_empty(), refused) {
            (true, false) => self.wrong.push(format!("{} can have no other value", field.path)),
            (false, true) => self.wrong.push(format!("{} can be set", field.path)),
            _ => {}
        }
        if effective == 0 && !inert && !settled && !refused {
            self.wrong.push(format!("{} reaches nobody", field.path));
        }
        if effective > 0 && settled {
            self.wrong.push(format!("{} is not settled", field.path));
        }
    }

    /// Whether what changed is an entry that has an effect, though its field has none.
    fn excepted(&self, path: &str, full: &Value, other: &Value) -> bool {
        let Some(key) = self.exceptions.effective.get(path) else { return false };
        let pointer = format!("/{}", path.replace('.', "/"));
        let of = |object: &Value| object.pointer(&pointer).and_then(|all| all.get(key)).cloned();
        of(full) != of(other)
    }
}

/// A question to every kind.
trait Ask {
    fn ask<K: Kind>(look: &mut Look<'_>);
}

/// Asks it of all.
fn every_kind<A: Ask>() {
    struct Each<A>(PhantomData<A>, usize);
    impl<S: System, A: Ask> Visitor<S> for Each<A> {
        fn kind<K: Kind<System = S>>(&mut self) {
            let mut look = Look::of::<K>();
            A::ask::<K>(&mut look);
            assert!(look.wrong.is_empty(), "{}: {:#?}", examples::kind::<K>(), look.wrong);
            self.1 += look.changed;
        }
    }
    let mut each = Each::<A>(PhantomData, 0);
    systems::visit(&mut each);
    assert!(each.1 > 0, "there are such fields");
}

/// A resource that says nothing but what is around a field.
fn bare<K: Kind>(field: &Field) -> Value {
    let full = &examples::of::<K>().full[0];
    let mut object = examples::least::<K>();
    let pointer = field.pointer();
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    for end in 1..steps.len() {
        let at = format!("/{}", steps[..end].join("/"));
        let list = steps[end] == "0";
        if object.pointer(&at).is_none() {
            let value = if list { full.pointer(&at).cloned() } else { None };
            object = schema::with(&object, &at, &value.unwrap_or_else(|| json!({})));
        }
        if list {
            break;
        }
    }
    object
}

/// Whether a field holds a value rather than fields.
fn is_leaf(field: &Field) -> bool {
    let named = |schema: &Value| schema.get("properties").is_some();
    !named(&field.schema) && !field.schema.get("items").is_some_and(named)
}

fn description(field: &Field) -> &str {
    field.schema["description"].as_str().unwrap_or_default()
}

/// What a description promises as a default.
fn default(field: &Field) -> Option<Value> {
    let (_, text) = description(field).split_once("Default: `")?;
    let (text, _) = text.split_once('`').expect("it ends");
    let mut documents = yaml::parse("a default", text).expect("a default is YAML");
    Some(documents.remove(0).into_value())
}

struct LeavesAreThoseOfTheSchema;

impl Ask for LeavesAreThoseOfTheSchema {
    fn ask<K: Kind>(look: &mut Look<'_>) {
        let plain: BTreeSet<String> =
            look.leaves().iter().map(|field| field.path.replace("[]", "")).collect();
        let leaves = K::schema().leaves();
        let leaves = leaves.iter().map(|leaf| leaf.path.to_string());
        let leaves: BTreeSet<String> = leaves.filter(|path| path.starts_with("spec.")).collect();
        assert_eq!(plain, leaves);
        let examples = look.full;
        let missing = look.leaves().into_iter().filter(|field| {
            let mut refused = look.exceptions.refused.keys();
            let refused = refused.any(|path| examples::is_of(&field.path, path));
            let set = |full: &Value| full.pointer(&field.pointer()).is_some();
            !refused && !examples.iter().any(set)
        });
        let missing: Vec<String> = missing.map(|field| field.path).collect();
        let file = examples::folder::<K>().join("full.yaml");
        assert!(missing.is_empty(), "add to {}: {missing:#?}", file.display());
        look.changed = leaves.len();
    }
}

struct EveryLeafReachesSomebody;

impl Ask for EveryLeafReachesSomebody {
    fn ask<K: Kind>(look: &mut Look<'_>) {
        for field in look.leaves() {
            look.leaf(&field);
        }
    }
}

struct DefaultsTellTheTruth;

impl Ask for DefaultsTellTheTruth {
    fn ask<K: Kind>(look: &mut Look<'_>) {
        for field in schema::fields(&look.schema) {
            let Some(default) = default(&field) else { continue };
            let at = field.pointer();
            let parent = at.rsplit_once('/').expect("it is below the spec").0;
            let mut compared = 0;
            for object in look.full.iter().cloned().chain([bare::<K>(&field)]) {
                if object.pointer(parent).is_none() {
                    continue;
                }
                let without = schema::with(&object, &at, &Value::Null);
                let with = schema::with(&object, &at, &default);
                if (look.check)(&with).is_err() || (look.check)(&without).is_err() {
                    continue;
                }
                compared += 1;
                if look.reach(&with) != look.reach(&without) {
                    look.wrong.push(format!("{} is not {default} by default", field.path));
                }
            }
            look.changed += compared;
            if compared == 0 {
                look.wrong.push(format!("{} cannot be {default}", field.path));
            }
        }
    }
}

struct InertFieldsAreTold;

impl Ask for InertFieldsAreTold {
    fn ask<K: Kind>(look: &mut Look<'_>) {
        let fields = schema::fields(&look.schema);
        for (path, reason) in K::INERT {
            let field = fields.iter().find(|field| field.path == *path).expect("it is a field");
            if !description(field).contains(&format!("No effect: {reason}")) {
                look.wrong.push(format!("{path} does not say that it has no effect"));
            }
            let mut examples = look.full.iter();
            let value = examples.find_map(|full| full.pointer(&field.pointer()));
            let value = value.expect("a full example has it");
            let object = schema::with(&bare::<K>(field), &field.pointer(), value);
            let told = told(&object, look.others);
            if !told.contains(path.split("[]").next().unwrap_or_default()) {
                look.wrong.push(format!("{path} is set and SpecEffective says: {told}"));
            }
            look.changed += 1;
        }
    }
}

/// What the condition `SpecEffective` of a resource says when it is false.
fn told(object: &Value, others: &[Value]) -> String {
    let world = running(&[others, std::slice::from_ref(object)].concat());
    let target = sluicegate_effects::memory::reference(object);
    let object = world.memory().object(&target).expect("it stays");
    let conditions = object["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let effective = conditions.iter().find(|one| one["type"] == "SpecEffective");
    effective
        .filter(|one| one["status"] == "False")
        .map_or("nothing".to_owned(), |one| one["message"].as_str().unwrap_or_default().to_owned())
}

struct InertFieldsRestartNothing;

impl Ask for InertFieldsRestartNothing {
    fn ask<K: Kind>(look: &mut Look<'_>) {
        let fields = schema::fields(&look.schema);
        let inert = |field: &&Field| K::INERT.iter().any(|(path, _)| *path == field.path);
        for (which, full) in look.full.iter().enumerate() {
            let world = running(&[look.others, std::slice::from_ref(full)].concat());
            assert_eq!(planned(&world), Vec::<String>::new(), "the example settles");
            for field in fields.iter().filter(inert) {
                for (from, other) in look.changes(field) {
                    if from != which || look.excepted(&field.path, full, &other) {
                        continue;
                    }
                    edit(&world, &other);
                    let planned = planned(&world);
                    look.wrong.extend(planned.iter().map(|what| format!("{}: {what}", field.path)));
                    look.changed += 1;
                }
            }
        }
    }
}

/// A world in which these resources have come to rest.
fn running(resources: &[Value]) -> World {
    let served = vec!["monitoring.coreos.com/v1".to_owned()];
    let settled = resources.iter().map(|one| (one.clone(), 1)).collect();
    let state = State { served, settled, ..State::default() };
    World::new("settled", &Start::State(state)).expect("it has no problems")
}

fn edit(world: &World, resource: &Value) {
    let target = sluicegate_effects::memory::reference(resource);
    let write = |object: &mut Value| object["spec"] = resource["spec"].clone();
    world.memory().edit_as("somebody", &target, write).expect("it is there");
}

/// What would be done now, but for what only tells.
fn planned(world: &World) -> Vec<String> {
    #[derive(Default)]
    struct Only(Vec<String>);
    impl Watcher for Only {
        fn acts(&self) -> bool {
            false
        }

        fn planned<K: Kind>(
            &mut self,
            _: &K::Resource,
            plan: &Plan<K::System>,
            _: &Observed<K::System>,
        ) {
            let acts = plan.actions.iter().filter(|action| !action.verb.only_tells());
            self.0.extend(acts.map(|action| format!("{:?}", action.verb)));
        }

        fn unreadable(&mut self, resource: &Ref, why: &str) {
            panic!("{resource} does not decode: {why}");
        }

        fn ended(&mut self, _: &Ref, _: &Result<Done, Error>) {}
    }
    let mut only = Only::default();
    round(world, &Settings::default(), &mut only);
    only.0
}

#[test]
fn the_fields_looked_at_are_those_of_the_schema() {
    every_kind::<LeavesAreThoseOfTheSchema>();
}

#[test]
fn every_field_reaches_somebody_or_is_said_to_have_no_effect() {
    every_kind::<EveryLeafReachesSomebody>();
}

#[test]
fn writing_down_a_default_changes_nothing() {
    every_kind::<DefaultsTellTheTruth>();
}

#[test]
fn a_field_without_effect_says_so_where_it_is_described_and_where_it_is_set() {
    every_kind::<InertFieldsAreTold>();
}

#[test]
fn a_field_without_effect_restarts_nothing() {
    every_kind::<InertFieldsRestartNothing>();
}
