//! Arguments that several commands have: the same words, with the same meaning.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

/// At least one of these: a usage error then names them all, and not the first alone.
pub(super) fn any_of<const N: usize>(ids: [&'static str; N]) -> ArgGroup {
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
