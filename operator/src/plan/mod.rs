//! `plan`: what the operator would do, in order, and why. It is the operator: the same engine makes
//! the plan, and only the world is another.

use sluicegate_core::{field::Error, plan::Risk};
use sluicegate_effects::file::{self, Entry, File, Problem, Source, Start, World};

use crate::{
    DONE, FAILED, Failure,
    cli::{Detail, FailOn, Format, PlanArgs},
    input,
    kinds::{self, KindInfo},
    render::{self, View},
    terminal::Io,
    validate,
};

mod causes;
mod collect;
pub mod model;
mod rounds;
pub mod show;

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
    let sources = input::read(&args.paths, io)?;
    let state = state_source(args)?;
    let output = output(args, &sources, state.as_ref(), io)?;
    let view = View {
        width: io.terminal.width,
        colour: args.color.choose(io.terminal.colour),
        show_unchanged: args.show_unchanged,
        show_status: args.show_status,
        show_all: args.show_all,
        wide: args.output == Format::Wide,
        context: args.context,
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
        let machine = matches!(args.output, Format::Json | Format::Ndjson);
        if machine {
            io.out(&text);
        }
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
    let groups = groups(args, files, state, &mut checked.errors)?;
    for group in &groups {
        checked.add(validate::all(&kinds, &group.entries));
    }
    let notes = std::mem::take(&mut checked.notes);
    let bad = checked.errors.len();
    let errors = render::summary::many(bad, "error");
    checked.or_fail(io, &format!("Planning failed: {errors} in what was given."))?;
    let mut collected = collect::Collected::default();
    for group in groups {
        let mut world = World::new(&group.source, &group.start).map_err(|problems| {
            let mut lines: Vec<String> =
                problems.iter().map(|one| format!("error: {one}")).collect();
            lines.push("Planning failed: the observed state cannot be used.".to_owned());
            Failure(lines)
        })?;
        for entry in &group.entries {
            if kinds::of(&kinds, &entry.target).is_some() {
                world.ask_for(entry);
            } else {
                io.err(&format!(
                    "note: {} {} is not a kind of Sluicegate's: left out",
                    entry.file, entry.target
                ));
            }
        }
        forbidden(&kinds, &world, &group)?;
        let records = rounds::run(&world, &group, args);
        collected.add(&group, records, &world, &notes);
    }
    Ok(collected.output())
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

/// The custom resources among objects.
fn ours(objects: Vec<Entry>) -> Vec<Entry> {
    let kinds = kinds::all();
    objects.into_iter().filter(|one| kinds::of(&kinds, &one.target).is_some()).collect()
}

/// Which resources are planned for in which world.
fn groups(
    args: &PlanArgs,
    files: Vec<File>,
    state: Option<&Source>,
    errors: &mut Vec<Problem>,
) -> Result<Vec<Group>, Failure> {
    let explicit = match (args.state.as_deref(), state) {
        (Some("empty"), _) => Some(Start::Empty),
        (_, Some(source)) => match file::parse_state(source) {
            Ok(state) => Some(Start::State(state)),
            Err(problems) => {
                errors.extend(problems);
                return Ok(Vec::new());
            }
        },
        (_, None) => None,
    };
    let mut groups: Vec<Group> = Vec::new();
    let mut shared: Vec<Entry> = Vec::new();
    for File { name, desired, present, state, .. } in files {
        // Where nothing is asked for, what is there is looked at.
        let desired = if desired.is_empty() { ours(present) } else { desired };
        match (state, &explicit) {
            (Some(state), None) => {
                groups.push(Group { entries: desired, source: name, start: Start::State(state) });
            }
            (Some(_) | None, _) => shared.extend(desired),
        }
    }
    if !shared.is_empty() {
        let source = args.state.clone().unwrap_or_else(|| "live".to_owned());
        let start = explicit.ok_or_else(no_cluster)?;
        groups.push(Group { entries: shared, source, start });
    }
    Ok(groups)
}

fn state_source(args: &PlanArgs) -> Result<Option<Source>, Failure> {
    match args.state.as_deref() {
        None | Some("empty") => Ok(None),
        Some("live") => Err(no_cluster()),
        Some(name) => match std::fs::read_to_string(name) {
            Ok(text) => Ok(Some(Source { name: name.to_owned(), text })),
            Err(error) => Err(Failure::of(format!("error: {name}: cannot be read: {error}"))),
        },
    }
}

fn no_cluster() -> Failure {
    Failure(vec![
        "error: no cluster can be reached: this release plans offline only".to_owned(),
        "  say what exists: --state empty (a fresh cluster), --state FILE, or a document \
         `observed:` in the file itself"
            .to_owned(),
        "Planning failed: there is no state to plan from.".to_owned(),
    ])
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
    serde_json::to_string_pretty(value).expect("the model is JSON")
}
