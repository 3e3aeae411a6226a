//! Making a plan: from what is asked for, and a world, to what every renderer takes.

use sluicegate_core::{field::Error, many::many, settings::Settings};
use sluicegate_effects::file::{Entry, Problem, World};

use super::{
    collect::Collected,
    group::Group,
    judge::{Judge, Refusals},
    model::Output,
    pace::Pace,
    rounds,
};
use crate::{
    failure::Failure,
    kinds::{self, KindInfo},
    progress::Progress,
    validate::{self, Checked},
};

/// What a plan is made of.
#[derive(Debug)]
pub struct Asked {
    /// The resources, each in its world.
    pub groups: Vec<Group>,
    /// What is known already to be wrong with the texts that they come from.
    pub checked: Checked,
    /// How far the plan goes.
    pub pace: Pace,
    /// What it is made with.
    pub settings: Settings,
    /// Whether somebody judges the first writes in groups that are live.
    pub dry_run: bool,
}

impl Asked {
    /// A plan to its end for resources in one world.
    pub fn of(group: Group, settings: Settings) -> Self {
        let (groups, checked) = (vec![group], Checked::default());
        Self { groups, checked, pace: Pace::ALL, settings, dry_run: false }
    }
}

/// The plan for what is asked. A judge is waited for; all else is computed in memory, without a
/// pause: what waits beneath, on a thread that it holds, are worlds that never wait. So it may be
/// called within a runtime, though not where a thread must not be held for the time that thousands
/// of resources take.
///
/// # Errors
///
/// Everything that keeps the plan from being whole: what is wrong with the resources, a state that
/// cannot be used, a change that the API server would refuse.
pub async fn plan(
    asked: Asked,
    judge: &impl Judge,
    progress: &mut impl Progress,
) -> Result<Output, Failure> {
    let Asked { mut groups, mut checked, pace, settings, dry_run } = asked;
    let kinds = kinds::all();
    let mut collected = Collected::default();
    for group in &mut groups {
        if group.there {
            let found = one_by_one(kinds, group, &mut collected);
            checked.add(found);
        } else {
            checked.add(validate::all(kinds, &group.entries));
        }
    }
    let notes = std::mem::take(&mut checked.notes);
    let bad = checked.errors.len();
    let errors = many(bad, "error");
    checked.or_fail(progress, &format!("Planning failed: {errors} in what was given."))?;
    if dry_run && !groups.iter().any(|group| group.live) {
        return Err(Failure(vec![
            "error: --server-dry-run asks the API server, and nothing is read from one".to_owned(),
            "  leave --state out, or give --state live".to_owned(),
        ]));
    }
    for group in groups {
        let ours = |entry: &&Entry| kinds::of(kinds, &entry.target).is_some();
        for entry in group.entries.iter().filter(|entry| !ours(entry)) {
            let (file, target) = (&entry.file, &entry.target);
            progress
                .notes(&format!("note: {file} {target} is not a kind of Sluicegate's: left out"));
        }
        let world = wanted(&group, ours)?;
        forbidden(kinds, &world, &group)?;
        let mut refusals = Refusals::default();
        if dry_run && group.live {
            let wanted = group.entries.iter().map(|entry| entry.target.clone()).collect();
            refusals = judge
                .refusals(&world, &wanted)
                .await
                .map_err(|failure| failure.so("Planning failed: there was no dry run."))?;
        }
        progress.begins();
        let records = rounds::run(&world, &group.entries, pace, &settings, progress);
        collected.add(&group, records, &world, (&notes, &refusals));
    }
    Ok(collected.output())
}

/// Checks resources that there are. One that is wrong keeps no other from being planned: it is
/// there whatever anybody does about the others.
fn one_by_one(kinds: &[KindInfo], group: &mut Group, collected: &mut Collected) -> Checked {
    let mut all = Checked::default();
    group.entries.retain(|entry| {
        let mut checked = validate::all(kinds, std::slice::from_ref(entry));
        let errors = std::mem::take(&mut checked.errors);
        if !errors.is_empty() {
            collected.unplanned(entry, &errors);
        }
        all.add(checked);
        errors.is_empty()
    });
    all
}

/// The world of a group, with what is asked for in it.
fn wanted(group: &Group, ours: impl Fn(&&Entry) -> bool) -> Result<World, Failure> {
    let mut world = World::new(&group.source, &group.start).map_err(|problems| {
        let mut lines: Vec<String> = problems.iter().map(|one| format!("error: {one}")).collect();
        lines.push("Planning failed: the observed state cannot be used.".to_owned());
        Failure(lines)
    })?;
    group.entries.iter().filter(ours).for_each(|entry| world.ask_for(entry));
    Ok(world)
}

/// What the API server would not let happen.
fn forbidden(kinds: &[KindInfo], world: &World, group: &Group) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for entry in &group.entries {
        let before = world.before(&entry.target);
        if let (Some(kind), Some(before)) = (kinds::of(kinds, &entry.target), before) {
            let errors = (kind.change)(before, entry.value()).err().unwrap_or_default();
            let told = |error: &Error| entry.problem(&error.path, &error.cause, &error.remedy);
            let problems: Vec<Problem> = errors.iter().map(told).collect();
            lines.extend(problems.iter().map(|problem| format!("error: {problem}")));
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    lines.push("Planning failed: the API server would refuse the change.".to_owned());
    Err(Failure(lines))
}

#[cfg(test)]
mod tests {
    use sluicegate_effects::file::{self, Source, Start};

    use super::*;
    use crate::{plan::Nobody, progress::Silent};

    #[tokio::test]
    async fn a_plan_is_made_within_a_runtime_and_on_any_thread() {
        let text = "apiVersion: rivven.hupe1980.github.io/v1alpha1\nkind: RivvenCluster\n\
                    metadata: { name: prod, namespace: default }\nspec: { replicas: 1 }\n";
        let source = Source { name: "a test".to_owned(), text: text.to_owned() };
        let file = file::parse(&source).expect("it is a file");
        let group = Group::of(file.desired, "a test".to_owned(), Start::Empty);
        let asked = Asked::of(group, Settings::default());
        let made = tokio::spawn(async move { plan(asked, &Nobody, &mut Silent).await });
        let output = made.await.expect("it ends").expect("it is planned");
        assert!(output.complete && output.summary.create > 0, "{:?}", output.summary);
    }
}
