//! What becomes of what could not be done: which is tried again, which record goes to the store of
//! errors or is left out, and when the flow stops.
//!
//! A bad record is one; that many are bad is not: then the spec is wrong, or the store, and nobody
//! wants a store of errors that has everything.

use std::{collections::VecDeque, time::Duration};

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The record: no store would take it as it is.
    Record,
    /// The store just now: it cannot be reached, is too slow, full, or refuses who asks.
    Store,
    /// What the spec asks for, such as a table that is not there: trying again changes nothing.
    Spec,
}

/// What becomes of a bad record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// The store of errors takes it.
    Errors,
    /// The flow goes on without it.
    Skip,
    /// The flow stops at it.
    Stop,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is tried again after this time. Until then nothing is read that would have to wait.
    Retry(Duration),
    /// The record goes to the store of errors. When that has it, the record has come to its end.
    DeadLetter,
    /// The record has come to its end.
    Skip,
    /// The flow stops, and begins at this record when it is started again.
    Stop(Reason),
}

/// Why a flow stops by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A record is bad, and the spec says to stop there.
    BadRecord,
    /// The store of errors does not take a record either.
    BadLetter,
    /// Too many records are bad, one after another or among the last ones.
    TooMany,
    /// Only another spec heals it.
    Spec,
}

/// So many bad records one after another are not the records' fault.
const IN_A_ROW: u32 = 100;
/// Of so many records more than half are not either.
const LAST: usize = 1_000;

/// The first pause before something is tried again, and the longest.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

impl Policy {
    /// What a spec asks for: a store of errors counts before the word.
    pub fn of(has_errors: bool, skips: bool) -> Self {
        match (has_errors, skips) {
            (true, _) => Self::Errors,
            (false, true) => Self::Skip,
            (false, false) => Self::Stop,
        }
    }
}

/// How records have fared of late.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    in_a_row: u32,
    /// Whether each of the last was bad, and how many were.
    last: VecDeque<bool>,
    bad: usize,
}

impl Faults {
    /// A record was written.
    pub fn well(&mut self) {
        self.in_a_row = 0;
        self.note(false);
    }

    /// A record could not be written, at this try of it, counted from 0. The share is what chance
    /// says, from 0 to 1: not all who wait for one store are to come back at once.
    pub fn judge(&mut self, fault: Fault, policy: Policy, tries: u32, share: f64) -> Verdict {
        match fault {
            Fault::Store => Verdict::Retry(pause(tries, share)),
            Fault::Spec => Verdict::Stop(Reason::Spec),
            Fault::Record => {
                self.in_a_row += 1;
                self.note(true);
                match policy {
                    Policy::Stop => Verdict::Stop(Reason::BadRecord),
                    Policy::Errors | Policy::Skip if self.are_too_many() => {
                        Verdict::Stop(Reason::TooMany)
                    }
                    Policy::Errors => Verdict::DeadLetter,
                    Policy::Skip => Verdict::Skip,
                }
            }
        }
    }

    fn note(&mut self, bad: bool) {
        self.last.push_back(bad);
        self.bad += usize::from(bad);
        if self.last.len() > LAST {
            self.bad -= usize::from(self.last.pop_front() == Some(true));
        }
    }

    fn are_too_many(&self) -> bool {
        let half = self.last.len() == LAST && self.bad * 2 > LAST;
        self.in_a_row >= IN_A_ROW || half
    }
}

/// What becomes of a record that the store of errors has not taken.
pub fn of_a_letter(fault: Fault, tries: u32, share: f64) -> Verdict {
    match fault {
        Fault::Store => Verdict::Retry(pause(tries, share)),
        Fault::Record => Verdict::Stop(Reason::BadLetter),
        Fault::Spec => Verdict::Stop(Reason::Spec),
    }
}

/// Twice as long each time, of which half is left to chance.
fn pause(tries: u32, share: f64) -> Duration {
    let longest = FIRST.saturating_mul(2_u32.saturating_pow(tries)).min(LONGEST);
    longest / 2 + (longest / 2).mul_f64(share.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_is_down_takes_no_record_with_it() {
        let mut faults = Faults::default();
        for policy in [Policy::Errors, Policy::Skip, Policy::Stop] {
            for tries in 0..5_000 {
                let verdict = faults.judge(Fault::Store, policy, tries, 0.5);
                assert!(matches!(verdict, Verdict::Retry(_)), "{policy:?} {tries}: {verdict:?}");
            }
        }
        assert_eq!(faults.judge(Fault::Record, Policy::Skip, 0, 0.5), Verdict::Skip);
        assert!(matches!(of_a_letter(Fault::Store, 9, 0.5), Verdict::Retry(_)));
    }

    #[test]
    fn the_pauses_grow_to_a_minute() {
        let seconds = |tries, share| pause(tries, share).as_secs_f64();
        assert_eq!((seconds(0, 0.0), seconds(0, 1.0)), (0.5, 1.0));
        assert_eq!((seconds(3, 0.0), seconds(3, 1.0)), (4.0, 8.0));
        assert_eq!((seconds(40, 1.0), seconds(u32::MAX, 2.0)), (60.0, 60.0));
    }

    #[test]
    fn a_bad_record_fares_as_the_spec_says() {
        let judge = |policy| Faults::default().judge(Fault::Record, policy, 0, 0.5);
        assert_eq!(judge(Policy::of(true, false)), Verdict::DeadLetter);
        assert_eq!(judge(Policy::of(false, true)), Verdict::Skip);
        assert_eq!(judge(Policy::of(false, false)), Verdict::Stop(Reason::BadRecord));
        assert_eq!(of_a_letter(Fault::Record, 0, 0.5), Verdict::Stop(Reason::BadLetter));
        let spec = Faults::default().judge(Fault::Spec, Policy::Skip, 0, 0.5);
        assert_eq!(spec, Verdict::Stop(Reason::Spec));
    }

    #[test]
    fn that_many_are_bad_is_no_records_fault() {
        let mut faults = Faults::default();
        let mut bad = || faults.judge(Fault::Record, Policy::Errors, 0, 0.5);
        assert!((1..IN_A_ROW).all(|_| bad() == Verdict::DeadLetter));
        assert_eq!(bad(), Verdict::Stop(Reason::TooMany));
        // Two of three, never many in a row: it takes as many records as are looked back at.
        let mut faults = Faults::default();
        let mut judged = 0;
        let verdict = loop {
            judged += 1;
            if judged % 3 == 0 {
                faults.well();
                continue;
            }
            let verdict = faults.judge(Fault::Record, Policy::Skip, 0, 0.5);
            if verdict != Verdict::Skip {
                break verdict;
            }
        };
        assert_eq!((judged, verdict), (LAST, Verdict::Stop(Reason::TooMany)));
        // Every third is borne for as long as it takes.
        let mut faults = Faults::default();
        for nth in 0..10_000 {
            if nth % 3 == 0 {
                assert_eq!(faults.judge(Fault::Record, Policy::Skip, 0, 0.5), Verdict::Skip);
            } else {
                faults.well();
            }
        }
    }
}
