//! Which resources are planned for, and in which world: a file's own, one that all share, or a
//! cluster.

use std::{collections::BTreeMap, path::Path};

use sluicegate_effects::file::{self, Entry, File, Problem, Source, Start};

use super::args::PlanArgs;
use crate::{
    commands::input,
    failure::Failure,
    kinds,
    live::{self, Capture, Choice, Cluster, Scope},
    plan::Group,
    terminal::Io,
};

/// What else there is to plan from, for those whose cluster cannot be reached.
const OFFLINE: &str = "  or say what exists: --state empty (a fresh cluster), --state FILE, or a \
                       document `observed:` in the file itself";

/// The namespace of what a file puts into none, where no cluster says otherwise.
const DEFAULT: &str = "default";

/// The groups, and the cluster if one was read.
///
/// # Errors
///
/// If there is no state to plan from.
pub(super) async fn of(
    args: &PlanArgs,
    files: Vec<File>,
    state: Option<&Source>,
    errors: &mut Vec<Problem>,
    io: &mut Io<'_>,
) -> Result<(Vec<Group>, Option<Cluster>), Failure> {
    let mut present = Vec::new();
    let explicit = match (args.state.as_deref(), state) {
        (Some("empty"), _) => Some(Start::Empty),
        (_, Some(source)) => match file::parse_observed(source) {
            Ok(file) => {
                present = ours(file.present);
                Some(Start::State(file.state.unwrap_or_default()))
            }
            Err(problems) => {
                errors.extend(problems);
                return Ok(Default::default());
            }
        },
        (_, None) => None,
    };
    let live = args.state.as_deref() == Some("live");
    let mut groups: Vec<Group> = Vec::new();
    let mut shared: Vec<Entry> = Vec::new();
    for File { name, desired, present, state, .. } in files {
        // Where nothing is asked for, what is there is looked at.
        let there = desired.is_empty();
        let desired = if there { ours(present) } else { desired };
        match (state, &explicit) {
            (Some(_), None) if !live && args.which.namespace.is_some() => {
                return Err(Failure(vec![
                    format!("error: -n: {name} says itself what exists, and where"),
                    "  leave -n out, or give --state as well".to_owned(),
                ]));
            }
            (Some(state), None) if !live => {
                let (source, start) = (name, Start::State(state));
                let (live, shared) = (false, false);
                groups.push(Group { entries: desired, source, start, live, shared, there });
            }
            (Some(_) | None, _) => shared.extend(desired),
        }
    }
    let chosen = args.paths.is_empty() && args.which.chooses();
    if !errors.is_empty() {
        // Nothing is planned any more, but everything is checked.
        let (source, start) = (String::new(), Start::Empty);
        let (live, there) = (false, false);
        groups.push(Group { entries: shared, source, start, live, shared: true, there });
        return Ok((groups, None));
    }
    if shared.is_empty() && !chosen {
        return Ok((groups, None));
    }
    let Some(start) = explicit else {
        let wish = if chosen { Scope::Chosen(args.which.choice()?) } else { Scope::Given(shared) };
        let (group, cluster) = of_cluster(args, wish, io).await?;
        groups.push(group);
        return Ok((groups, Some(cluster)));
    };
    if chosen {
        shared = chosen_of(&args.which.choice()?, present)?;
    }
    if !chosen {
        live::place(&mut shared, args.which.namespace.as_deref(), DEFAULT)?;
    }
    let source = args.state.clone().unwrap_or_default();
    let (live, there) = (false, chosen);
    groups.push(Group { entries: shared, source, start, live, shared: true, there });
    Ok((groups, None))
}

/// The resources of a state that are chosen.
fn chosen_of(choice: &Choice, mut present: Vec<Entry>) -> Result<Vec<Entry>, Failure> {
    present.retain(|one| choice.has(&one.target, one.value()));
    if choice.names_some() && choice.namespace.is_none() {
        one_of_each(&present)?;
    }
    let lost = choice.missing(&present.iter().map(|one| &one.target).collect::<Vec<_>>());
    if !lost.is_empty() {
        let tell = |name: &String| format!("error: {name} is not in the state");
        return Err(Failure(lost.iter().map(tell).collect()));
    }
    Ok(present)
}

/// Refuses names that stand for resources in several namespaces.
fn one_of_each(named: &[Entry]) -> Result<(), Failure> {
    let mut places: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for Entry { target, .. } in named {
        places.entry((&target.api.kind, &target.name)).or_default().push(&target.namespace);
    }
    let several = places.iter().filter(|(_, namespaces)| namespaces.len() > 1);
    let tell = |((kind, name), namespaces): (&(&str, &str), &Vec<&str>)| {
        format!("error: {kind} {name} is in several namespaces: {}", namespaces.join(", "))
    };
    let mut told: Vec<String> = several.map(tell).collect();
    if told.is_empty() {
        return Ok(());
    }
    told.push("  say which by -n".to_owned());
    Err(Failure(told))
}

/// What is read of a cluster, planned from as a file is.
async fn of_cluster(
    args: &PlanArgs,
    mut wish: Scope,
    io: &mut Io<'_>,
) -> Result<(Group, Cluster), Failure> {
    let cluster = Cluster::reach(args.reach.way()).await.map_err(|failure| {
        failure.so(OFFLINE).so("Planning failed: there is no state to plan from.")
    })?;
    if let Scope::Given(entries) = &mut wish {
        live::place(entries, args.which.namespace.as_deref(), cluster.namespace())
            .map_err(|failure| failure.so("Planning failed: nobody knows where to look."))?;
    }
    let there = matches!(wish, Scope::Chosen(_));
    let mut capture = Capture::at(live::now());
    let unread = |failure: Failure| failure.so("Planning failed: what there is was not read.");
    let found = live::find(&cluster, &mut wish, &mut capture, &mut io.progress()).await;
    found.map_err(unread)?;
    let read =
        live::read(&cluster, capture, &wish, (args.pace(), cluster.settings()), &mut io.progress())
            .await;
    let read = read.map_err(unread)?;
    let (source, start) = (cluster.source().to_owned(), Start::State(read.state));
    let (live, shared) = (true, true);
    Ok((Group { entries: read.entries, source, start, live, shared, there }, cluster))
}

/// The custom resources among objects.
fn ours(objects: Vec<Entry>) -> Vec<Entry> {
    let kinds = kinds::all();
    objects.into_iter().filter(|one| kinds::of(kinds, &one.target).is_some()).collect()
}

/// The file that says what exists, if one does.
///
/// # Errors
///
/// If it cannot be read.
pub(super) fn state_source(args: &PlanArgs, io: &mut Io<'_>) -> Result<Option<Source>, Failure> {
    match args.state.as_deref() {
        None | Some("empty" | "live") => Ok(None),
        Some("-") if args.paths.iter().any(|path| path.as_os_str() == "-") => Err(Failure::of(
            "error: -f - and --state -: standard input is either; put one of them into a file",
        )),
        Some("-") => input::stdin(io).map(Some),
        Some(name) => input::file(Path::new(name)).map(Some),
    }
}
