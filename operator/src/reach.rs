//! The arguments by which a cluster is reached: the same words, with the same meaning, for every
//! command that speaks to one.

use std::{collections::BTreeMap, path::PathBuf, str::FromStr as _};

use clap::{
    Arg, ArgMatches, Args, Command, FromArgMatches,
    builder::{NonEmptyStringValueParser, TypedValueParser as _},
};
use sluicegate_core::{
    kind::Kind,
    settings::{AtOnce, Setting, Settings},
    system::System,
    systems::{self, Visitor},
};
use sluicegate_effects::{
    backend::{self, Products},
    live::Access,
};

use crate::{dns::name, live::Way};

/// How to reach a cluster, and as whom.
#[derive(Clone, Debug, Args)]
pub struct Reach {
    /// A kubeconfig. Default: KUBECONFIG, ~/.kube/config, then the pod's own account
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// A context of the kubeconfig. Default: its current one
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// A user to act as
    #[arg(long = "as", value_name = "USER")]
    pub act_as: Option<String>,
    /// A group to act as a member of. Repeatable
    #[arg(long = "as-group", value_name = "GROUP", requires = "act_as")]
    pub act_as_groups: Vec<String>,
    /// Reaches a broker elsewhere, as curl's option of this name does. Repeatable
    #[arg(long, value_name = "HOST:PORT=ADDRESS")]
    pub resolve: Vec<backend::Entry>,
    /// The cluster's DNS domain
    #[arg(long, env = "CLUSTER_DOMAIN", value_name = "DOMAIN", hide_env_values = true)]
    #[arg(default_value = "cluster.local", value_parser = domain)]
    pub cluster_domain: String,
    /// How many resources of a kind undergo at once what changes all of them, such as another
    /// default image: a number, or a share
    #[arg(long, env = "FLEET_AT_ONCE", value_name = "N|N%", hide_env_values = true)]
    #[arg(default_value = "10%", value_parser = AtOnce::from_str)]
    pub fleet_at_once: AtOnce,
    /// What systems want to be told.
    #[command(flatten)]
    pub of_systems: OfSystems,
}

/// The settings that systems declare, each as an argument.
#[derive(Clone, Debug, Default)]
pub struct OfSystems(BTreeMap<&'static str, String>);

impl Args for OfSystems {
    fn augment_args(command: Command) -> Command {
        declared().into_iter().fold(command, |command, one| {
            let arg = Arg::new(one.flag).long(one.flag).help(one.help).value_name("TEXT");
            let arg = arg.env(one.env).hide_env_values(true).default_value(one.default);
            let fits = |text: String| (one.fits)(&text).map(|()| text);
            command.arg(arg.value_parser(NonEmptyStringValueParser::new().try_map(fits)))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for OfSystems {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given =
            |one: &'static Setting| Some((one.flag, matches.get_one::<String>(one.flag)?.clone()));
        Ok(Self(declared().into_iter().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The settings of all systems.
fn declared() -> Vec<&'static Setting> {
    struct Gather(Vec<&'static Setting>);
    impl<S: System> Visitor<S> for Gather {
        fn system(&mut self) {
            self.0.extend(S::SETTINGS);
        }

        fn kind<K: Kind<System = S>>(&mut self) {}
    }
    let mut gather = Gather(Vec::new());
    systems::visit(&mut gather);
    gather.0
}

impl Reach {
    /// The same, as the effects take it.
    pub fn access(&self) -> Access {
        Access {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            act_as: self.act_as.clone(),
            act_as_groups: self.act_as_groups.clone(),
        }
    }

    /// What plans are made with.
    pub fn settings(&self) -> Settings {
        let Self { cluster_domain, fleet_at_once, of_systems, .. } = self.clone();
        Settings { cluster_domain, fleet_at_once, of_systems: of_systems.0 }
    }

    /// The way to what runs in the cluster.
    pub fn products(&self) -> Products {
        Products::new(&self.cluster_domain, self.resolve.iter().cloned().collect())
    }

    /// All of it, as what looks at a cluster takes it.
    pub fn way(&self) -> Way {
        Way { access: self.access(), products: self.products(), settings: self.settings() }
    }
}

fn domain(text: &str) -> Result<String, String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if !text.is_empty() && text.len() <= 253 && text.split('.').all(|label| name(label).is_ok()) {
        return Ok(text.to_owned());
    }
    Err("give a DNS domain, such as cluster.local".to_owned())
}
