//! From records to the output: counted, hashed, in one order.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};
use sluicegate_core::{
    digest::sha256,
    field::Path,
    observed::{at, text},
    plan::UID_PLACEHOLDER,
};
use sluicegate_effects::file::{Entry, Problem, Start, World};

use super::{
    causes,
    group::Group,
    judge::Refusals,
    model::{
        Cr, FORMAT_VERSION, Inputs, ObservedInput, Op, Operator, Outcome, Output, Planned, Summary,
        Target,
    },
    rounds::{Record, Rounded},
    show,
};
use crate::kinds;

/// What the groups came to, so far.
#[derive(Debug, Default)]
pub(super) struct Collected {
    resources: Vec<Planned>,
    assumptions: BTreeSet<String>,
    errors: Vec<String>,
    /// Each by its digest.
    desired: Vec<String>,
    observed: Vec<Value>,
    sources: Vec<String>,
    shared: bool,
}

impl Collected {
    /// Adds a group.
    pub(super) fn add(
        &mut self,
        group: &Group,
        Rounded { mut records, simulated }: Rounded,
        world: &World,
        (notes, refusals): (&[Problem], &Refusals),
    ) {
        self.desired.extend(group.entries.iter().map(|entry| sha256(entry.value())));
        self.observed.push(observed(&group.start));
        self.sources.push(group.source.clone());
        self.shared |= group.shared;
        let mut planned = Vec::new();
        let noted = notes.iter().enumerate();
        let noted: BTreeMap<(&str, usize, usize), &Problem> =
            noted.map(|(nth, note)| ((note.file.as_str(), note.line, nth), note)).collect();
        for entry in &group.entries {
            let Some(record) = records.remove(&entry.target) else { continue };
            self.assumptions.extend(record.assumptions.iter().cloned());
            if let Some(error) = &record.error {
                self.errors.push(format!("{}: {error}", entry.target));
            }
            let told = record.warnings.iter().chain(&record.error).cloned().collect::<Vec<_>>();
            let mut one = resource(entry, record, world, group);
            one.warnings.extend(told);
            let own = notes_of(entry, &noted);
            one.warnings.extend(own.map(|note| format!("{} {}", note.path, note.what)));
            one.warnings.extend(refusals.get(&entry.target).into_iter().flatten().cloned());
            planned.push(one);
        }
        if simulated {
            let kubernetes = "Kubernetes does what it is asked: pods start, become ready and stop";
            self.assumptions.insert(kubernetes.to_owned());
        }
        self.resources.extend(planned);
    }

    /// Adds a resource that cannot be planned for, because of what is stored.
    pub(super) fn unplanned(&mut self, entry: &Entry, errors: &[Problem]) {
        let told = errors.iter().map(|one| {
            let path = if one.path.is_empty() { "" } else { &format!("{}: ", one.path) };
            let remedy = if one.remedy.is_empty() { "" } else { &format!(" ({})", one.remedy) };
            format!("{path}{}{remedy}", one.what)
        });
        let told: Vec<String> = told.collect();
        self.errors.push(format!("{}: {}", entry.target, told.join("; ")));
        self.desired.push(sha256(entry.value()));
        self.resources.push(Planned {
            cr: cr(entry, None, goes(entry, entry.value())),
            result: Outcome::Error,
            risk: None,
            causes: Vec::new(),
            steps: Vec::new(),
            actions: Vec::new(),
            waiting: Vec::new(),
            blocked: Vec::new(),
            events: Vec::new(),
            drift: Vec::new(),
            unchanged: Vec::new(),
            measured: BTreeMap::new(),
            status_after: None,
            requeue_after_seconds: None,
            warnings: told,
        });
    }

    /// The plan.
    pub(super) fn output(mut self) -> Output {
        // Worst first would reorder between runs of nearly the same plan; by name it stays put.
        self.resources.sort_by(|a, b| a.cr.cmp(&b.cr));
        self.sources.dedup();
        let source = match self.sources.as_slice() {
            [one] => one.clone(),
            several => format!("{} files", several.len()),
        };
        let inputs = Inputs {
            desired: digest(&json!(self.desired)),
            observed: ObservedInput {
                source,
                digest: digest(&json!(self.observed)),
                shared: self.shared,
            },
        };
        let hashed = json!({
            "desired": inputs.desired,
            "observed": inputs.observed.digest,
            "resources": self.resources.iter().map(|one| json!({
                "cr": one.cr, "actions": one.actions, "waiting": one.waiting,
                "blocked": one.blocked,
            })).collect::<Vec<_>>(),
        });
        Output {
            format_version: FORMAT_VERSION,
            operator: Operator { version: env!("CARGO_PKG_VERSION") },
            complete: self.errors.is_empty(),
            plan_hash: digest(&hashed),
            inputs,
            summary: summary(&self.resources),
            resources: self.resources,
            assumptions: self.assumptions.into_iter().collect(),
            errors: self.errors,
        }
    }
}

/// The notes about a resource, in the order in which they were made.
fn notes_of<'a>(
    entry: &Entry,
    noted: &BTreeMap<(&str, usize, usize), &'a Problem>,
) -> impl Iterator<Item = &'a Problem> {
    let (first, last) = entry.document.lines();
    let near =
        noted.range((entry.file.as_str(), first, 0)..=(entry.file.as_str(), last, usize::MAX));
    let own = near.filter(|((_, line, _), note)| {
        entry.document.line(&Path::shown(&note.path)) == Some(*line)
    });
    let own: BTreeMap<usize, &Problem> = own.map(|((.., nth), note)| (*nth, *note)).collect();
    own.into_values()
}

fn digest(value: &Value) -> String {
    format!("sha256:{}", sha256(value))
}

/// Without the time: the same plan has the same hash whenever it is made.
fn observed(start: &Start) -> Value {
    match start {
        Start::Empty => json!("empty"),
        Start::State(state) => json!({
            "served": state.served,
            "denied": state.denied,
            "absent": state.absent,
            "settled": state.settled.iter().map(|(one, _)| one).collect::<Vec<_>>(),
            // Each by its digest: all of them at once are as large as the cluster.
            "objects": state.objects.iter().map(|one| sha256(one)).collect::<Vec<_>>(),
            "patches": state.patches.iter().map(|patch| json!([
                patch.kind, patch.namespace, patch.name, patch.merge,
            ])).collect::<Vec<_>>(),
            "answers": state.answers.iter().map(|said| json!([said.probe, said.answer]))
                .collect::<Vec<_>>(),
        }),
    }
}

fn resource(entry: &Entry, record: Record, world: &World, group: &Group) -> Planned {
    let before = world.before(&entry.target);
    let asked = world.asked(&entry.target).unwrap_or(entry.value());
    let after = world.memory().object(&entry.target);
    let now = group.start.now();
    // What was not carried out stands in the plan alone.
    let told = record.status.clone().filter(|_| after.is_some());
    let status_after =
        told.or_else(|| after.as_ref().and_then(|object| object.get("status").cloned()));
    let Record {
        mut steps,
        mut actions,
        waiting,
        blocked,
        kept,
        requeue,
        error,
        events,
        measured,
        owns,
        ..
    } = record;
    show::replacements(&mut actions);
    for step in &mut steps {
        let of_step = actions.iter().filter(|action| step.actions.contains(&action.id));
        step.title = show::title(&of_step.map(|action| action.op).collect::<Vec<_>>());
    }
    let drift = show::drift(&actions, &show::target(&entry.target));
    let cr = cr(entry, before, goes(entry, asked));
    let touched =
        |target: &Target| actions.iter().any(|action| action.target.as_ref() == Some(target));
    let unchanged: Vec<Target> = kept.into_iter().filter(|target| !touched(target)).collect();
    let does = actions.iter().any(|action| !action.op.only_tells());
    let result = match (&error, blocked.is_empty(), does || !waiting.is_empty()) {
        (Some(_), ..) => Outcome::Error,
        (None, false, _) => Outcome::Blocked,
        (None, true, true) => Outcome::Changes,
        (None, true, false) => Outcome::Unchanged,
    };
    let status_after = status_after.filter(|_| does || !cr.going).map(|after| {
        let was = before.and_then(|object| object.get("status"));
        show::known(timeless(after, was, now))
    });
    Planned {
        cr,
        result,
        risk: show::worst(&actions, &waiting),
        causes: causes::of(before, asked, &actions, &drift),
        steps,
        actions,
        waiting,
        blocked,
        events,
        drift,
        unchanged,
        measured,
        status_after,
        requeue_after_seconds: requeue,
        warnings: leaving(entry, asked, owns && !does),
    }
}

/// What becomes of what belongs to a resource that is being deleted: what Kubernetes deletes, where
/// the operator lets it go, and what it knows nothing of.
fn leaving(entry: &Entry, resource: &Value, goes: bool) -> Vec<String> {
    if at(resource, "/metadata/deletionTimestamp").is_none() {
        return Vec::new();
    }
    let owned = "it is being deleted: Kubernetes deletes the objects that it owns, and their pods";
    let owned = goes.then(|| owned.to_owned());
    let kind = kinds::of(kinds::all(), &entry.target);
    let more = kind.map_or_else(Vec::new, |kind| (kind.after_deletion)(resource));
    owned.into_iter().chain(more).collect()
}

/// Whether a resource is being deleted and is not held by the operator.
fn goes(entry: &Entry, seen: &Value) -> bool {
    let held = kinds::of(kinds::all(), &entry.target).and_then(|kind| kind.finalizer);
    let finalizers = seen.pointer("/metadata/finalizers").and_then(Value::as_array);
    at(seen, "/metadata/deletionTimestamp").is_some()
        && !finalizers.into_iter().flatten().any(|one| one.as_str() == held)
}

/// A status without the times that it would be written at: a plan is the same whenever it is made.
fn timeless(after: Value, was: Option<&Value>, now: Timestamp) -> Value {
    if was == Some(&after) {
        return after;
    }
    match after {
        Value::String(text) if text.parse::<Timestamp>().is_ok_and(|time| time >= now) => {
            Value::from(show::KNOWN_AFTER_APPLY)
        }
        Value::Array(items) => {
            let items = items.into_iter().enumerate();
            items.map(|(at, one)| timeless(one, was.and_then(|was| was.get(at)), now)).collect()
        }
        Value::Object(fields) => {
            let was = |key: &str| was.and_then(|was| was.get(key));
            let fields = fields.into_iter();
            fields.map(|(key, value)| (key.clone(), timeless(value, was(&key), now))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => after,
    }
}

fn cr(entry: &Entry, before: Option<&Value>, going: bool) -> Cr {
    let seen = before.unwrap_or(entry.value());
    let uid = text(seen, "/metadata/uid");
    let known = !uid.is_empty() && !uid.starts_with(UID_PLACEHOLDER);
    Cr {
        api_version: entry.target.api.api_version(),
        kind: entry.target.api.kind.to_string(),
        namespace: entry.target.namespace.clone(),
        name: entry.target.name.clone(),
        generation: seen.pointer("/metadata/generation").and_then(Value::as_i64),
        uid: known.then(|| uid.to_owned()),
        going,
    }
}

fn summary(resources: &[Planned]) -> Summary {
    let mut summary = Summary::default();
    for action in resources.iter().flat_map(|resource| &resource.actions) {
        *match action.op {
            Op::Create => &mut summary.create,
            Op::Update | Op::Finalizers => &mut summary.update,
            Op::Replace => &mut summary.replace,
            Op::Delete => &mut summary.delete,
            Op::Restart => &mut summary.restart,
            Op::Call => &mut summary.call,
            Op::Recreate | Op::Status | Op::Event => continue,
        } += 1;
    }
    summary.blocked = resources.iter().map(|one| one.blocked.len()).sum();
    summary.waiting = resources.iter().map(|one| one.waiting.len()).sum();
    summary.unchanged = resources.iter().map(|one| one.unchanged.len()).sum();
    let risks = || resources.iter().flat_map(|one| show::risks(&one.actions, &one.waiting));
    summary.worst_risk = risks().max();
    summary.worst_count = risks().filter(|risk| Some(*risk) == summary.worst_risk).count();
    summary
}
