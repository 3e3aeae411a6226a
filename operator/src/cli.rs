//! The commands and their arguments.

use std::path::PathBuf;

use clap::{
    ArgAction, ArgGroup, Args, CommandFactory as _, Parser, Subcommand, ValueEnum,
    builder::PossibleValuesParser,
};

use crate::{
    explain::ExplainArgs, helm, install::ManifestsArgs, live::args::Which, plan, reach::Reach,
    run::args::RunArgs,
};

/// Runs streaming platforms on Kubernetes, and shows beforehand what it would do.
#[derive(Debug, Parser)]
#[command(name = "sluicegate", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Shows what the operator would do, in order, and why. Writes nothing.
    Plan(PlanArgs),
    /// Writes down what plans see of a cluster, as a file that `plan --state` reads. Writes nothing
    /// else.
    Snapshot(SnapshotArgs),
    /// Prints resources for what runs already, ready for kubectl apply. Writes nothing else.
    Import {
        /// Of what.
        #[command(subcommand)]
        what: Import,
    },
    /// Checks resources, and values of the Helm charts: every error with file, line and
    /// remedy.
    Validate(ValidateArgs),
    /// Runs the operator on an embedded Kubernetes until all is quiet.
    Simulate(SimulateArgs),
    /// Runs the operator: keeps every resource in a cluster as it asks to be.
    Run(Box<RunArgs>),
    /// Lets go of resources that hang on being deleted after the operator has gone. Shows first
    /// what is then left undone.
    Unstick(UnstickArgs),
    /// Explains a rule, a field, a condition or a gate.
    Explain(ExplainArgs),
    /// Prints the definitions of the custom resources.
    Crd(CrdArgs),
    /// Prints the operator's own manifests: its account, its roles, its Deployment.
    Manifests(ManifestsArgs),
    /// Prints the completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// At least one of these: a usage error then names them all, and not the first alone.
fn any_of<const N: usize>(ids: [&'static str; N]) -> ArgGroup {
    ArgGroup::new("chosen").args(ids).required(true).multiple(true)
}

/// How folders are read.
#[derive(Clone, Copy, Debug, Args)]
pub struct Folders {
    /// Takes what is in folders within folders, too
    #[arg(short = 'R', long)]
    pub recursive: bool,
}

/// Where resources are read from.
#[derive(Clone, Debug, Args)]
pub struct Files {
    /// A file, a folder (searched for *.yaml, *.yml and *.json), or - for standard input
    #[arg(short = 'f', long = "filename", value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// How folders are read.
    #[command(flatten)]
    pub folders: Folders,
}

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

/// Arguments of `snapshot`.
#[derive(Clone, Debug, Args)]
pub struct SnapshotArgs {
    /// A file, a folder (searched for *.yaml, *.yml and *.json), or - for standard input: what a
    /// plan for it would see
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    #[arg(conflicts_with_all = ["all", "selector", "names"])]
    pub paths: Vec<PathBuf>,
    /// How folders are read.
    #[command(flatten)]
    pub folders: Folders,
    /// What to write down, where no file says it. Default: all.
    #[command(flatten)]
    pub which: Which,
    /// How to reach the cluster.
    #[command(flatten)]
    pub reach: Reach,
}

/// What can be imported.
#[derive(Clone, Debug, Subcommand)]
pub enum Import {
    /// A RivvenTopic for each topic of a cluster that has none yet. Applying them changes nothing
    /// at the broker.
    Topics(ImportTopicsArgs),
}

/// Arguments of `import topics`.
#[derive(Clone, Debug, Args)]
pub struct ImportTopicsArgs {
    /// The RivvenCluster whose topics they are
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
    /// Its namespace, which the resources get, too. Default: that of the context
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// How to reach the cluster.
    #[command(flatten)]
    pub reach: Reach,
}

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
}

/// Arguments of `simulate`.
#[derive(Clone, Debug, Args)]
pub struct SimulateArgs {
    /// Where the resources are.
    #[command(flatten)]
    pub files: Files,
    /// The most rounds of reconciling everything
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub max_rounds: usize,
    /// The form of the result
    #[arg(short, long, value_enum, default_value_t = SimulateFormat::Text)]
    pub output: SimulateFormat,
    /// Whether to colour
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
}

/// Arguments of `unstick`.
#[derive(Clone, Debug, Args)]
#[command(mut_arg("namespace", |namespace| namespace.help("Those of a namespace")))]
pub struct UnstickArgs {
    /// What to let go of, if it hangs.
    #[command(flatten)]
    pub which: Which,
    /// How to reach the cluster.
    #[command(flatten)]
    pub reach: Reach,
    /// Does it. Without this it is only shown
    #[arg(long)]
    pub yes: bool,
    /// The namespace of the operator that has gone. Default: an operator in any counts
    #[arg(long, value_name = "NAMESPACE")]
    pub lease_namespace: Option<String>,
    /// Whether to colour
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
}

/// Arguments of `crd`.
#[derive(Clone, Debug, Args)]
pub struct CrdArgs {
    /// A kind, its plural or its short name; nothing for all
    pub kind: Option<String>,
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
    /// A warning.
    Warning,
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The form of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SimulateFormat {
    /// What happens, event by event.
    Text,
    /// The world at the end, as a file that `plan` reads.
    State,
}

impl Colour {
    /// Whether to colour, given what the terminal likes.
    pub fn choose(self, likes: bool) -> bool {
        match self {
            Self::Auto => likes,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The names of the charts.
fn charts() -> PossibleValuesParser {
    PossibleValuesParser::new(helm::CHARTS.iter().map(|chart| chart.name))
}

/// The completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "sluicegate", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
