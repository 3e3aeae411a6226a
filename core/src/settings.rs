//! What the operator is told when it starts and its plans depend on.

use std::{collections::BTreeMap, fmt, str::FromStr};

use k8s_openapi::jiff::SignedDuration;

/// The operator's own settings, as far as they reach a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The cluster's DNS suffix. Default: `cluster.local`.
    pub cluster_domain: String,
    /// How many resources of a kind undergo at once what changes all of them. Default: a tenth.
    pub fleet_at_once: AtOnce,
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
        Self {
            cluster_domain: "cluster.local".to_owned(),
            fleet_at_once: AtOnce::default(),
            of_systems: BTreeMap::new(),
        }
    }
}

/// How many of all: a number, or a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtOnce {
    /// So many, at least 1.
    Number(usize),
    /// So many of a hundred, 1 to 100, rounded up: at least one of any number.
    Percent(usize),
}

impl AtOnce {
    /// How many that are of so many.
    pub fn of(self, all: usize) -> usize {
        match self {
            Self::Number(number) => number,
            Self::Percent(percent) => all.saturating_mul(percent).div_ceil(100).max(1),
        }
    }
}

impl Default for AtOnce {
    fn default() -> Self {
        Self::Percent(10)
    }
}

impl fmt::Display for AtOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl FromStr for AtOnce {
    type Err = &'static str;

    /// Reads `5` or `10%`. What is wrong says what to write instead.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let remedy = "give a number from 1 on, such as 5, or a share from 1% to 100%";
        let (digits, share) = text.strip_suffix('%').map_or((text, false), |share| (share, true));
        let written = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse().ok().filter(|number| written && *number > 0).ok_or(remedy)?;
        match share {
            true if number > 100 => Err(remedy),
            true => Ok(Self::Percent(number)),
            false => Ok(Self::Number(number)),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_all_is_a_number_or_a_share_and_never_nothing() {
        let parse = |text: &str| text.parse::<AtOnce>();
        for text in ["1", "25", "1%", "10%", "100%"] {
            assert_eq!(parse(text).expect("it is one").to_string(), text);
        }
        for text in ["", "0", "0%", "101%", "-1", "+1", "1.5", "%", "10 %", "a"] {
            assert!(parse(text).is_err(), "{text}");
        }
        let of = |text: &str, all| parse(text).expect("it is one").of(all);
        assert_eq!((of("10%", 0), of("10%", 1), of("10%", 10), of("10%", 11)), (1, 1, 1, 2));
        assert_eq!((of("3", 1), of("100%", 7)), (3, 7));
    }
}
