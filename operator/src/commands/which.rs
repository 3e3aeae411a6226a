//! The arguments by which resources of a cluster are chosen: the same words, with the same meaning,
//! for every command that reads one.

use clap::Args;

use crate::{failure::Failure, live::Choice};

/// Which resources.
#[derive(Clone, Debug, Default, Args)]
pub struct Which {
    /// Every resource of every kind
    #[arg(short = 'A', long, conflicts_with = "namespace")]
    pub all: bool,
    /// Those of a namespace; with -f, the namespace of what a file puts into none
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Those with these labels: key=value, key!=value, key in (a,b), key notin (a,b), key or !key,
    /// separated by commas
    #[arg(short = 'l', long, value_name = "LABELS")]
    pub selector: Option<String>,
    /// These, in the namespace of -n or of the context; in a file, wherever there is one of each
    #[arg(value_name = "KIND/NAME")]
    pub names: Vec<String>,
}

impl Which {
    /// Whether anything is chosen.
    pub fn chooses(&self) -> bool {
        self.all || self.namespace.is_some() || self.selector.is_some() || !self.names.is_empty()
    }

    /// The choice.
    ///
    /// # Errors
    ///
    /// Labels that cannot be read, kinds that there are not.
    pub fn choice(&self) -> Result<Choice, Failure> {
        let selector = self.selector.as_deref().unwrap_or_default();
        Choice::of(self.namespace.as_deref(), selector, &self.names)
    }
}
