//! Conditions: which there are, and the one rule about their times: they move with the status only.
//!
//! Every reason stands in a table, so that `explain condition`, docs and code cannot differ.

use k8s_openapi::{
    apimachinery::pkg::apis::meta::v1::{Condition, Time},
    jiff::Timestamp,
};
use serde::Serialize;

/// Why a condition is as it is: one line of the table of a kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Reason {
    /// The type of the condition, such as `Ready`.
    pub condition: &'static str,
    /// A `CamelCase` word for programs.
    pub name: &'static str,
    /// What it means and what to do about it.
    pub about: &'static str,
    /// When an event tells of it.
    pub told: Told,
}

/// When an event tells that a condition has come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Never.
    Never,
    /// Never: it names what is on its way.
    Underway,
    /// Each time it comes about.
    Always(EventKind),
    /// When the condition held before: not while something starts, but when it is lost.
    WhenLost,
}

/// Whether an event calls for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum EventKind {
    /// It is good to know.
    Normal,
    /// Somebody should look.
    Warning,
}

/// The state of a condition. Kubernetes knows these three and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It cannot be told.
    Unknown,
}

/// A condition before it meets its past. It has no time: that is [`merge`]'s to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Why.
    pub reason: &'static Reason,
    /// What.
    pub state: State,
    /// A sentence for people.
    pub message: String,
}

/// The longest message that is kept, in characters.
pub const MESSAGE_MAX: usize = 1024;

impl Reason {
    /// A reason that no event tells of.
    pub const fn quiet(condition: &'static str, name: &'static str, about: &'static str) -> Self {
        Self { condition, name, about, told: Told::Never }
    }

    /// A reason that no event tells of: it names what is on its way. Where all that is left is
    /// refused the engine says that instead.
    pub const fn underway(
        condition: &'static str,
        name: &'static str,
        about: &'static str,
    ) -> Self {
        Self { condition, name, about, told: Told::Underway }
    }

    /// A reason that a warning tells of when the condition held before.
    pub const fn lost(condition: &'static str, name: &'static str, about: &'static str) -> Self {
        Self { condition, name, about, told: Told::WhenLost }
    }

    /// What is said where there is nothing more to say than the reason itself: the first sentence
    /// about it. `kubectl describe` would show an empty line.
    fn gist(&self) -> String {
        let end = self.about.find(". ").map_or(self.about.len(), |at| at + 1);
        self.about[..end].to_owned()
    }

    /// The condition that this reason is one of, as it stands there.
    pub fn condition_in<'a>(&self, conditions: &'a [Condition]) -> Option<&'a Condition> {
        conditions.iter().find(|one| one.type_ == self.condition)
    }

    /// Whether a condition is there for this reason.
    pub fn stands_in(&self, conditions: &[Condition]) -> bool {
        let is = |one: &Condition| one.type_ == self.condition && one.reason == self.name;
        conditions.iter().any(is)
    }

    /// The kind of the event that tells of it.
    pub fn event(&self) -> Option<EventKind> {
        match self.told {
            Told::Never | Told::Underway => None,
            Told::Always(kind) => Some(kind),
            Told::WhenLost => Some(EventKind::Warning),
        }
    }

    /// A reason that an event tells of.
    pub const fn told(
        condition: &'static str,
        name: &'static str,
        event: EventKind,
        about: &'static str,
    ) -> Self {
        Self { condition, name, about, told: Told::Always(event) }
    }

    /// It holds.
    pub fn yes(&'static self, message: impl Into<String>) -> Draft {
        Draft { reason: self, state: State::True, message: message.into() }
    }

    /// It does not hold.
    pub fn no(&'static self, message: impl Into<String>) -> Draft {
        Draft { reason: self, state: State::False, message: message.into() }
    }

    /// It cannot be told.
    pub fn unknown(&'static self, message: impl Into<String>) -> Draft {
        Draft { reason: self, state: State::Unknown, message: message.into() }
    }
}

impl Draft {
    /// Whether the condition was there already, in this state and for this reason.
    pub fn stands_in(&self, before: &[Condition]) -> bool {
        before.iter().any(|past| {
            past.type_ == self.reason.condition
                && past.reason == self.reason.name
                && past.status == self.state.as_str()
        })
    }
}

impl State {
    /// As Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}

/// Lays drafts over the conditions that are there, sorted by type. A condition that no draft speaks
/// of is kept as it is.
pub fn merge(
    before: &[Condition],
    drafts: Vec<Draft>,
    generation: Option<i64>,
    now: Timestamp,
) -> Vec<Condition> {
    let mut after: Vec<Condition> = Vec::with_capacity(drafts.len());
    for Draft { reason, state, message } in drafts {
        let past = before.iter().find(|past| past.type_ == reason.condition);
        let same = past.filter(|past| past.status == state.as_str());
        after.push(Condition {
            last_transition_time: same.map_or(Time(now), |past| past.last_transition_time.clone()),
            message: shortened(if message.is_empty() { reason.gist() } else { message }),
            observed_generation: generation,
            reason: reason.name.to_owned(),
            status: state.as_str().to_owned(),
            type_: reason.condition.to_owned(),
        });
    }
    let spoken_of = |past: &&Condition| after.iter().any(|now| now.type_ == past.type_);
    let kept: Vec<Condition> = before.iter().filter(|past| !spoken_of(past)).cloned().collect();
    after.extend(kept);
    after.sort_by(|a, b| a.type_.cmp(&b.type_));
    after
}

fn shortened(message: String) -> String {
    if message.chars().count() <= MESSAGE_MAX {
        return message;
    }
    message.chars().take(MESSAGE_MAX - 1).chain(['…']).collect()
}

/// Declares reasons as statics, and lists them and those of elsewhere in a table. The table has
/// copies of its own, so that the compiler tells of a reason that nothing gives.
macro_rules! reasons {
    (
        $(#[$about:meta])* $vis:vis $all:ident $(, $other:path)*;
        $($(#[$meta:meta])* $name:ident = $how:ident($($arg:expr),+ $(,)?);)+
    ) => {
        $($(#[$meta])* $vis static $name: Reason = Reason::$how($($arg),+);)+

        $(#[$about])*
        $vis static $all: &[&Reason] = &[$(&Reason::$how($($arg),+),)+ $(&$other,)*];
    };
}
pub(crate) use reasons;

#[cfg(test)]
mod tests {
    use super::*;

    static UP: Reason = Reason::quiet("Ready", "Up", "");
    static SLOW: Reason = Reason::quiet("Ready", "Slow", "");

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_transition_time_moves_with_the_status_only() {
        let first = merge(&[], vec![UP.yes("")], Some(1), at("2026-01-01T00:00:00Z"));
        let later = merge(&first, vec![SLOW.yes("")], Some(2), at("2026-01-02T00:00:00Z"));
        assert_eq!(later[0].last_transition_time, first[0].last_transition_time);
        let down = merge(&later, vec![SLOW.no("")], Some(2), at("2026-01-03T00:00:00Z"));
        assert_eq!(down[0].last_transition_time.0, at("2026-01-03T00:00:00Z"));
    }

    #[test]
    fn a_condition_nobody_speaks_of_is_kept() {
        let first = merge(&[], vec![UP.yes("")], Some(1), at("2026-01-01T00:00:00Z"));
        assert_eq!(merge(&first, vec![], Some(2), at("2026-01-02T00:00:00Z")), first);
    }

    #[test]
    fn a_reason_speaks_for_itself_where_nothing_else_is_said() {
        static PLAIN: Reason = Reason::quiet("Plain", "Well", "spec.x is set. And more.");
        let told = merge(&[], vec![PLAIN.yes("")], None, at("2026-01-01T00:00:00Z"));
        assert_eq!(told[0].message, "spec.x is set.");
    }

    #[test]
    fn a_long_message_is_cut_where_a_character_ends() {
        let cut = merge(&[], vec![UP.yes("ä".repeat(3000))], None, at("2026-01-01T00:00:00Z"));
        assert_eq!(cut[0].message.chars().count(), MESSAGE_MAX);
    }
}
