//! `validate`: everything wrong with resources, and with values of the Helm charts, each with file,
//! line and remedy.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValuesParser};
use sluicegate_core::many::many;
use sluicegate_effects::file::{Entry, File};

use crate::{
    commands::{
        args::{Folders, any_of},
        input,
    },
    failure::{DONE, FAILED, Failure},
    helm,
    kinds::{self, KindInfo},
    terminal::Io,
    validate::{self, Checked},
};

/// Arguments of `validate`.
#[derive(Clone, Debug, Args)]
#[command(group = any_of(["paths", "values"]))]
pub struct ValidateArgs {
    /// A file, a folder (searched for *.yaml, *.yml and *.json), or - for standard input
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How folders are read.
    #[command(flatten)]
    pub folders: Folders,
    /// Values of a Helm chart: a file, or - for standard input. Repeatable
    #[arg(long, value_name = "FILE")]
    pub values: Vec<PathBuf>,
    /// The chart that the values are of. Default: the one that knows more of them
    #[arg(long, value_name = "CHART", requires = "values", value_parser = charts())]
    pub chart: Option<String>,
    /// Fails if this is found
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    pub fail_on: FailOn,
}

/// What is taken for a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// What is wrong with a resource as a whole, so that it would not be taken.
    Error,
    /// That, and parts that the operator would refuse, or that other programs may read otherwise.
    Warning,
}

/// The names of the charts.
fn charts() -> PossibleValuesParser {
    PossibleValuesParser::new(helm::CHARTS.iter().map(|chart| chart.name))
}

/// Runs the command.
///
/// # Errors
///
/// If a file cannot be read.
pub fn run(args: &ValidateArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let (mut checked, mut told) = (Checked::default(), String::new());
    if !args.paths.is_empty() {
        let (files, parsed) = validate::parse(&input::read(&args.paths, args.folders, io)?);
        checked.add(parsed);
        let kinds = kinds::all();
        let count = files.len();
        let resources = files.iter().map(|file| file.desired.len()).sum::<usize>();
        let states = files.iter().any(|file| file.state.is_some());
        if resources == 0 && !states && checked.errors.is_empty() {
            return Err(Failure::of("error: there is no resource in what was given"));
        }
        for world in worlds(files) {
            checked.add(validate::all(kinds, &world));
            world.iter().for_each(|entry| refused(kinds, entry, &mut checked));
        }
        let (resources, files) = (many(resources, "resource"), many(count, "file"));
        told = format!("{resources} in {files}: {}\n", verdict(&checked));
    }
    for source in input::read(&args.values, args.folders, io)? {
        let chart = args.chart.as_deref().and_then(helm::named);
        let (chart, found) = helm::check::file(chart, &source);
        told += &format!("{}, for the chart {}: {}\n", source.name, chart.name, verdict(&found));
        checked.add(found);
    }
    for (word, problems) in
        [("error", &checked.errors), ("warning", &checked.warnings), ("note", &checked.notes)]
    {
        problems.iter().for_each(|problem| io.err(&format!("{word}: {problem}")));
    }
    if !checked.errors.is_empty() {
        io.err(&format!("{} found", many(checked.errors.len(), "error")));
        return Ok(FAILED);
    }
    io.out(&told);
    let fails = args.fail_on == FailOn::Warning && !checked.warnings.is_empty();
    Ok(if fails { FAILED } else { DONE })
}

/// What is said of files without an error.
fn verdict(checked: &Checked) -> String {
    match checked.warnings.len() {
        0 => "nothing is wrong".to_owned(),
        warnings => format!("no errors, {}", many(warnings, "warning")),
    }
}

/// The resources that are asked for beside each other, as `plan` and `simulate` take them: those
/// of files that say what exists each for themselves, and all others together.
fn worlds(files: Vec<File>) -> Vec<Vec<Entry>> {
    let mut worlds = vec![Vec::new()];
    for file in files {
        match file.state {
            Some(_) => worlds.push(file.desired),
            None => worlds[0].extend(file.desired),
        }
    }
    worlds
}

/// Adds what is right and would be refused all the same, in a plan or by the operator.
fn refused(kinds: &[KindInfo], entry: &Entry, checked: &mut Checked) {
    let Some(kind) = kinds::of(kinds, &entry.target) else { return };
    let wrong = (kind.check)(entry.value()).err().unwrap_or_default();
    for blocked in (kind.refused)(entry.value(), &wrong) {
        let remedy = format!("{}: {}", blocked.rule.id, blocked.remedy);
        checked.warnings.push(entry.problem(&blocked.path, blocked.message, &remedy));
    }
}
