//! The arguments of `plan`.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use crate::{
    commands::{
        args::{Colour, Folders, any_of},
        which::Which,
    },
    plan::{self, Pace},
    reach::Reach,
};

/// Arguments of `plan`.
#[derive(Clone, Debug, Args)]
#[command(group = any_of(["paths", "all", "namespace", "selector", "names", "schema"]))]
pub struct PlanArgs {
    /// A file, a folder (searched for *.yaml, *.yml and *.json), or - for standard input
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    #[arg(conflicts_with_all = ["all", "selector", "names"])]
    pub paths: Vec<PathBuf>,
    /// How folders are read.
    #[command(flatten)]
    pub folders: Folders,
    /// What to plan for, where no file says it.
    #[command(flatten)]
    pub which: Which,
    /// What exists: live, empty, or a file as snapshot writes it, - for standard input. A file
    /// under -f with a document `observed:` says so itself; otherwise live
    #[arg(long, value_name = "live|empty|FILE")]
    pub state: Option<String>,
    /// How to reach the cluster.
    #[command(flatten)]
    pub reach: Reach,
    /// Also asks the API server whether it would accept the first writes, and warns of each that it
    /// would refuse. Needs the rights to write
    #[arg(long)]
    pub server_dry_run: bool,
    /// One reconciliation, or all until nothing is left to do
    #[arg(long, value_enum, default_value_t = Steps::All)]
    pub steps: Steps,
    /// The most steps of one resource under --steps all; left out, as many as there are
    #[arg(long, value_name = "N")]
    pub max_steps: Option<usize>,
    /// The form of the result
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub output: Format,
    /// Tells by the exit code: 0 nothing, 2 changes, 3 changes with a risk, 4 blocked. =simple:
    /// 0 or 2
    #[arg(
        long,
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "full",
        value_name = "simple"
    )]
    pub detailed_exitcode: Option<Detail>,
    /// Fails if this is found: with 4 if something is blocked, else with 3. Repeatable
    #[arg(long, value_enum, value_name = "WHAT")]
    pub fail_on: Vec<FailOn>,
    /// Shows resources and objects that do not change
    #[arg(long)]
    pub show_unchanged: bool,
    /// Shows writes of the status, events, and every condition
    #[arg(long)]
    pub show_status: bool,
    /// Shows created objects whole
    #[arg(long)]
    pub show_all: bool,
    /// How many unchanged lines surround a change of -o diff
    #[arg(short = 'U', long, value_name = "N", default_value_t = 3)]
    pub unified: usize,
    /// Whether to colour
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
    /// Prints the JSON Schema of -o json instead of a plan
    #[arg(long, action = ArgAction::SetTrue)]
    pub schema: bool,
}

impl PlanArgs {
    /// How far the plan goes.
    pub(super) fn pace(&self) -> Pace {
        Pace { steps: self.steps.into(), max_steps: self.max_steps }
    }
}

/// How far a plan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Steps {
    /// One reconciliation.
    Next,
    /// All, on the embedded Kubernetes.
    All,
}

impl From<Steps> for plan::Steps {
    fn from(steps: Steps) -> Self {
        match steps {
            Steps::Next => Self::Next,
            Steps::All => Self::All,
        }
    }
}

/// The form of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For people with a wide terminal: nothing is cut short.
    Wide,
    /// A unified diff of every object.
    Diff,
    /// For programs.
    Json,
    /// For programs that read line by line.
    Ndjson,
    /// For a comment on a pull request.
    Markdown,
    /// The objects, for kubectl apply: with the values of `env`, which no other format shows.
    Manifests,
}

/// How much an exit code tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Detail {
    /// 0, 2, 3 or 4.
    Full,
    /// 0 or 2.
    Simple,
}

/// What is taken for a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Anything to do.
    Changes,
    /// A restart or worse.
    Restart,
    /// An outage or worse.
    Unavailable,
    /// A loss of data.
    DataLoss,
    /// A refused change.
    Blocked,
    /// A warning, or a condition that the operator warns of.
    Warning,
}
