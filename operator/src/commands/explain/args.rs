//! The arguments of `explain`.

use std::ffi::OsStr;

use clap::{
    Args, ValueEnum,
    builder::{PossibleValue, TypedValueParser},
};

/// Arguments of `explain`.
#[derive(Clone, Debug, Args)]
pub struct ExplainArgs {
    /// What to explain, which may be left out before a name; without a name what there is of it
    #[arg(value_parser = AskedParser)]
    pub topic: Option<Asked>,
    /// A rule (TOP-31), a field (RivvenTopic.spec.partitions), a condition (Ready) or a reason for
    /// one (NotAll), a gate or a connector (rivven/source/datagen)
    pub id: Option<String>,
    /// Prints everything but connectors as Markdown
    #[arg(long, conflicts_with_all = ["topic", "id"])]
    pub markdown: bool,
}

/// What can be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Topic {
    /// What decides.
    Rule,
    /// A field of a custom resource.
    Field,
    /// A condition in a status, with its reasons.
    Condition,
    /// What a change waits for.
    Gate,
    /// What moves records between topics and elsewhere.
    Connector,
}

/// The first word after `explain`: messages name a rule without saying that it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// What is explained.
    Topic(Topic),
    /// The name of something.
    Name(String),
}

/// Takes any word, and completes topics.
#[derive(Clone, Copy, Debug)]
struct AskedParser;

impl TypedValueParser for AskedParser {
    type Value = Asked;

    fn parse_ref(
        &self,
        _: &clap::Command,
        _: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Asked, clap::Error> {
        let word = value.to_string_lossy();
        let topic = Topic::from_str(&word, true).map(Asked::Topic);
        Ok(topic.unwrap_or_else(|_| Asked::Name(word.into_owned())))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Topic::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}
