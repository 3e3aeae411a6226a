//! What the operator is told when it starts and its plans depend on.

use std::collections::BTreeMap;

use k8s_openapi::jiff::SignedDuration;

/// The operator's own settings, as far as they reach a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The cluster's DNS suffix. Default: `cluster.local`.
    pub cluster_domain: String,
    /// What [settings](crate::system::System::SETTINGS) of systems are, by their flags; those that
    /// are not there have their defaults.
    pub of_systems: BTreeMap<&'static str, String>,
}

impl Settings {
    /// What a setting of a system is.
    pub fn get(&self, setting: &'static Setting) -> &str {
        self.of_systems.get(setting.flag).map_or(setting.default, String::as_str)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { cluster_domain: "cluster.local".to_owned(), of_systems: BTreeMap::new() }
    }
}

/// A setting of a system, the same for all of its resources.
#[derive(Debug)]
pub struct Setting {
    /// The argument, without its dashes, such as `processor-image`. No other has it.
    pub flag: &'static str,
    /// The variable of the environment that it is taken from otherwise, such as `PROCESSOR_IMAGE`.
    pub env: &'static str,
    /// What it is, for `--help`.
    pub help: &'static str,
    /// What it is when nobody says.
    pub default: &'static str,
    /// Whether it may be this; if not, what to write instead.
    pub fits: fn(&str) -> Result<(), &'static str>,
}

/// A length of time.
///
/// # Errors
///
/// What to write instead.
pub fn duration(text: &str) -> Result<SignedDuration, &'static str> {
    let parsed = text.parse().ok().filter(|time: &SignedDuration| !time.is_negative());
    parsed.ok_or("give a length of time, such as 30s, 10m or 1h30m")
}
