//! `plan`: what the operator would do, in order, and why. It is the operator: the same engine makes
//! the plan, and only the world is another.

use sluicegate_core::{field::Error, plan::Risk, printable};
use sluicegate_effects::file::{Entry, Problem, Source, Start, World};

use crate::{
    cli::{Detail, FailOn, Format, PlanArgs},
    failure::{DONE, FAILED, Failure},
    input,
    kinds::{self, KindInfo},
    live,
    render::{self, View},
    terminal::Io,
    validate,
};

mod causes;
mod collect;
mod groups;
mod hidden;
pub mod model;
mod order;
mod pace;
pub mod retries;
pub mod rounds;
pub mod show;

pub use self::pace::{Pace, Steps};

use model::{Outcome, Output, Summary};

/// There are changes, none worse than online.
const CHANGES: u8 = 2;
/// There are changes that restart something, or worse.
const RISKY: u8 = 3;
/// Something is refused.
const BLOCKED: u8 = 4;

/// A world and the resources to plan for in it.
#[derive(Debug)]
pub struct Group {
    /// What is asked for.
    pub entries: Vec<Entry>,
    /// Where the state comes from, as the header says.
    pub source: String,
    /// What exists.
    pub start: Start,
    /// Whether it is a cluster that can be asked more.
    pub live: bool,
    /// Whether it was named apart from what is asked for.
    pub shared: bool,
    /// Whether the resources are those that there are: nobody asks for them here.
    pub there: bool,
}

/// Runs the command.
///
/// # Errors
///
/// Whatever keeps the plan from being whole.
pub fn run(args: &PlanArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    if args.schema {
        let schema = schemars::schema_for!(Output);
        io.out(&format!("{}\n", pretty(&schema)));
        return Ok(DONE);
    }
    // First, since it may be that both are standard input.
    let state = groups::state_source(args, io)?;
    let sources = input::read(&args.paths, args.folders, io)?;
    let output = output(args, &sources, state.as_ref(), io)?;
    let view = View {
        width: io.terminal.width,
        colour: args.color.choose(io.terminal.colour),
        show_unchanged: args.show_unchanged,
        show_status: args.show_status,
        show_all: args.show_all,
        wide: args.output == Format::Wide,
        context: args.unified,
    };
    let text = match args.output {
        Format::Text | Format::Wide => render::text::render(&output, &view),
        Format::Diff => render::diff::render(&output, &view),
        Format::Json => format!("{}\n", pretty(&output)),
        Format::Ndjson => render::ndjson::render(&output),
        Format::Markdown => render::markdown::render(&output, &view),
        Format::Manifests => render::manifests::render(&output, &view),
    };
    if !output.complete {
        // What cannot be planned hides nothing of what can, nor what was planned of it so far.
        io.out(&text);
        output.errors.iter().for_each(|error| io.err(&format!("error: {error}")));
        let bad = output.resources.iter().filter(|one| one.result == Outcome::Error).count();
        let all = output.resources.len();
        io.err(&format!(
            "Planning failed: {bad} of {} could not be planned.",
            render::summary::many(all, "custom resource")
        ));
        return Ok(FAILED);
    }
    io.out(&text);
    Ok(exit_code(args, &output))
}

/// The plan for what these texts ask for.
///
/// # Errors
///
/// Everything wrong with the texts.
pub fn output(
    args: &PlanArgs,
    sources: &[Source],
    state: Option<&Source>,
    io: &mut Io<'_>,
) -> Result<Output, Failure> {
    let (files, mut checked) = validate::parse(sources);
    let kinds = kinds::all();
    let (mut groups, cluster) = groups::of(args, files, state, &mut checked.errors, io)?;
    let mut collected = collect::Collected::default();
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
    let errors = render::summary::many(bad, "error");
    checked
        .or_fail(&mut io.progress(), &format!("Planning failed: {errors} in what was given."))?;
    if args.server_dry_run && !groups.iter().any(|group| group.live) {
        return Err(Failure(vec![
            "error: --server-dry-run asks the API server, and nothing is read from one".to_owned(),
            "  leave --state out, or give --state live".to_owned(),
        ]));
    }
    let settings = args.reach.settings();
    let pace = Pace { steps: args.steps.into(), max_steps: args.max_steps };
    for group in groups {
        let ours = |entry: &&Entry| kinds::of(kinds, &entry.target).is_some();
        for entry in group.entries.iter().filter(|entry| !ours(entry)) {
            let (file, target) = (&entry.file, &entry.target);
            io.err(&format!("note: {file} {target} is not a kind of Sluicegate's: left out"));
        }
        let world = asked(&group, ours)?;
        forbidden(kinds, &world, &group)?;
        let mut refusals = live::Refusals::default();
        if let Some(cluster) = cluster.as_ref().filter(|_| args.server_dry_run && group.live) {
            let wanted = group.entries.iter().map(|entry| entry.target.clone()).collect();
            refusals = live::refusals(cluster, &world, &wanted)
                .map_err(|failure| failure.so("Planning failed: there was no dry run."))?;
        }
        let records = rounds::run(&world, &group.entries, pace, &settings, &mut io.progress());
        collected.add(&group, records, &world, (&notes, &refusals));
    }
    Ok(collected.output())
}

/// Checks resources that there are. One that is wrong keeps no other from being planned: it is
/// there whatever anybody does about the others.
fn one_by_one(
    kinds: &[KindInfo],
    group: &mut Group,
    collected: &mut collect::Collected,
) -> validate::Checked {
    let mut all = validate::Checked::default();
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
fn asked(group: &Group, ours: impl Fn(&&Entry) -> bool) -> Result<World, Failure> {
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

/// What the exit code tells, if it was asked to tell anything.
fn exit_code(args: &PlanArgs, output: &Output) -> u8 {
    let Summary { worst_risk, .. } = output.summary;
    let worst = worst_risk.unwrap_or(Risk::None);
    let blocked = output.resources.iter().any(|one| one.result == Outcome::Blocked);
    let changes = output.resources.iter().any(|one| one.result != Outcome::Unchanged);
    let warned = output.resources.iter().any(|one| !one.warnings.is_empty());
    let detailed = match (blocked, worst >= Risk::Restart, changes) {
        (true, ..) => BLOCKED,
        (_, true, _) => RISKY,
        (.., true) => CHANGES,
        (false, false, false) => DONE,
    };
    let policy = args.fail_on.iter().map(|what| match what {
        FailOn::Blocked if blocked => BLOCKED,
        FailOn::Changes if changes => RISKY,
        FailOn::Restart if worst >= Risk::Restart => RISKY,
        FailOn::Unavailable if worst >= Risk::Unavailable => RISKY,
        FailOn::DataLoss if worst >= Risk::DataLoss => RISKY,
        FailOn::Warning if warned => RISKY,
        FailOn::Blocked
        | FailOn::Changes
        | FailOn::Restart
        | FailOn::Unavailable
        | FailOn::DataLoss
        | FailOn::Warning => DONE,
    });
    let asked = match args.detailed_exitcode {
        None => DONE,
        Some(Detail::Full) => detailed,
        Some(Detail::Simple) => detailed.min(CHANGES),
    };
    policy.max().unwrap_or(DONE).max(asked)
}

/// JSON that people can read too, ending where its text ends.
fn pretty(value: &impl serde::Serialize) -> String {
    shown(&serde_json::to_string_pretty(value).expect("the model is JSON"))
}

/// JSON without a character that does something but be seen: within its texts, where alone they can
/// be, it means the same escaped.
fn shown(json: &str) -> String {
    json.split('\n').map(printable::printable).collect::<Vec<_>>().join("\n")
}
