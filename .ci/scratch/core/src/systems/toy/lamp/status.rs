//! What is told of a lamp: what it answered.

use super::{ToyLampStatus, Valid, conditions as c};
use crate::{
    kind::Report,
    observed::Observed,
    systems::toy::{Answer, Toy},
};

/// The status and its conditions.
pub(super) fn report(colour: &str, valid: &Valid, seen: &Observed<Toy>) -> Report<ToyLampStatus> {
    let condition = match seen.answer(&valid.probe) {
        Some(Answer::Lit(lit)) if *lit == valid.lit => {
            c::READY_SWITCHED.yes(format!("as asked for, in {colour}"))
        }
        Some(Answer::Lit(_)) => c::READY_SWITCHING.no(""),
        Some(Answer::Unreachable(why)) => c::READY_UNREACHABLE.unknown(why.clone()),
        None => c::READY_UNREACHABLE.unknown("nobody asked it"),
    };
    Report { status: ToyLampStatus::default(), conditions: vec![condition], synced: None }
}
