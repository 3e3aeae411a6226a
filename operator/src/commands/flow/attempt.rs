//! `flow try`: records through the transformations of a flow, one by one, by the code that its
//! processor runs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use k8s_openapi::jiff::Timestamp;
use serde_json::Map;
use sluicegate_core::{
    observed::Api,
    systems::dataflow::flow::{DataFlow, Meaning},
};
use sluicegate_effects::file::Entry;

use super::{shown, tried::Tried};
use crate::{
    commands::{
        args::{Colour, Files},
        input,
    },
    failure::{DONE, Failure},
    kinds,
    render::page::Page,
    terminal::Io,
    validate,
};

/// Arguments of `flow try`.
#[derive(Clone, Debug, Args)]
pub struct TryArgs {
    /// Where the flow is.
    #[command(flatten)]
    pub files: Files,
    /// The records, one in each line: a file, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub records: PathBuf,
    /// The flow, as NAME or NAMESPACE/NAME, where there are several
    #[arg(value_name = "FLOW")]
    pub name: Option<String>,
    /// The time that records are stamped with, such as 2026-01-01T00:00:00Z. Default: now
    #[arg(long, value_name = "TIME")]
    pub now: Option<Timestamp>,
    /// The form of the result
    #[arg(short, long, value_enum, default_value_t = TryFormat::Text)]
    pub output: TryFormat,
    /// Whether to colour
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
}

/// The form of what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TryFormat {
    /// Record by record, step by step.
    Text,
    /// The same for programs, one JSON object in each line.
    Json,
}

/// What is said where the flow is not right.
const NOTHING: &str = "Nothing was tried.";

/// Runs the command.
///
/// # Errors
///
/// Everything wrong with what was given.
pub(super) fn run(args: &TryArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    if args.records.as_os_str() == "-" && args.files.paths.iter().any(|it| it.as_os_str() == "-") {
        let why = "error: the flow and the records cannot both come from standard input";
        return Err(Failure::of(why));
    }
    let (files, parsed) = validate::parse(&input::read(&args.files.paths, args.files.folders, io)?);
    parsed.or_fail(&mut io.progress(), NOTHING)?;
    let flows = files.into_iter().flat_map(|file| file.desired).filter(is_flow).collect();
    let flow = one(flows, args.name.as_deref())?;
    let checked = validate::all(kinds::all(), std::slice::from_ref(&flow));
    checked.or_fail(&mut io.progress(), NOTHING)?;
    let none = Map::new();
    let spec = flow.value()["spec"].as_object().unwrap_or(&none);
    let meaning = Meaning::compile(spec, &flow.target.namespace).map_err(|errors| {
        let told = errors.iter().map(|error| format!("error: {}: {error}", flow.target));
        Failure(told.collect())
    })?;
    for path in meaning.literal() {
        let target = &flow.target;
        io.err(&format!(
            "note: {target} does not start: a secret is written down: {path} (FLW-50)"
        ));
    }
    let bytes = input::bytes(&args.records, io)?;
    // Some editors begin a file with its byte order.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let now = args.now.unwrap_or_else(Timestamp::now);
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let records = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let tried: Vec<Tried> =
        records.map(|(nth, line)| Tried::of(&meaning, now, nth + 1, line)).collect();
    if tried.is_empty() {
        let records = args.records.display();
        return Err(Failure::of(format!("error: {records}: there is no record in it")));
    }
    match args.output {
        TryFormat::Text => {
            let page = Page::new(io.terminal.width, args.color.choose(io.terminal.colour));
            io.out(&shown::page(&flow.target, &meaning, &tried, page));
        }
        TryFormat::Json => io.out(&shown::json(&meaning, &tried)),
    }
    Ok(DONE)
}

fn is_flow(entry: &Entry) -> bool {
    let api = Api::of::<DataFlow>();
    (&entry.target.api.group, &entry.target.api.kind) == (&api.group, &api.kind)
}

/// The flow that is meant.
fn one(mut flows: Vec<Entry>, name: Option<&str>) -> Result<Entry, Failure> {
    let names = |flows: &[Entry]| {
        let names = flows.iter().map(|one| format!("{}/{}", one.target.namespace, one.target.name));
        names.collect::<Vec<_>>().join(", ")
    };
    let all = names(&flows);
    if let Some(name) = name {
        flows.retain(|one| {
            let target = &one.target;
            name == target.name || name == format!("{}/{}", target.namespace, target.name)
        });
    }
    match (flows.len(), name) {
        (1, _) => Ok(flows.remove(0)),
        (0, None) => Err(Failure::of("error: there is no DataFlow in what was given")),
        (0, Some(name)) => {
            Err(Failure::of(format!("error: there is no DataFlow {name} (there are: {all})")))
        }
        _ => {
            let found = names(&flows);
            Err(Failure::of(format!("error: there are several flows; name one of: {found}")))
        }
    }
}
