//! The command line: which commands there are. Each knows its arguments itself.

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::{
    commands::{
        crd::CrdArgs, explain::ExplainArgs, export::Export, flow::Flow, import::Import,
        manifests::ManifestsArgs, plan::PlanArgs, simulate::SimulateArgs, snapshot::SnapshotArgs,
        unstick::UnstickArgs, validate::ValidateArgs,
    },
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
    /// Writes down what plans see of a cluster, as a file that `plan --state` reads: no Secrets,
    /// but the values of `env`. Writes nothing else.
    Snapshot(SnapshotArgs),
    /// Takes in what was there before: prints resources for topics that exist, or brings exported
    /// schemas into a registry.
    Import {
        /// Of what.
        #[command(subcommand)]
        what: Import,
    },
    /// Prints what nothing but a process has, so that it can outlive it. Writes nothing else.
    Export {
        /// Of what.
        #[command(subcommand)]
        what: Export,
    },
    /// Shows what a DataFlow makes of records. Reads and writes nothing else.
    Flow {
        /// What of it.
        #[command(subcommand)]
        what: Flow,
    },
    /// Checks resources, and values of the Helm charts: every error with file, line and
    /// remedy.
    Validate(ValidateArgs),
    /// Runs the operator on an embedded Kubernetes until all is quiet.
    Simulate(SimulateArgs),
    /// Runs the operator: keeps every resource in a cluster as it asks to be.
    Run(Box<RunArgs>),
    /// Removes Sluicegate's finalizers from resources that are stuck in deletion after the operator
    /// was removed. Shows first what is then left undone.
    Unstick(UnstickArgs),
    /// Explains a rule, a field, a condition, a gate or a connector.
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
