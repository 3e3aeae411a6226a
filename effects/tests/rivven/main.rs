//! The way to Rivven's brokers, against brokers: the stand-in, and a real rivvend where one is
//! found. What both are asked is asked in the same words and expects the same answers, so what a
//! test shows with the stand-in holds for the broker.
//!
//! The real one is the program that `RIVVEND` names, or a `rivvend` in `PATH`. Without it its half
//! is skipped, aloud; with `SLUICEGATE_REQUIRE_RIVVEND=1` that is a failure.

#[path = "../../../operator/tests/standin/mod.rs"]
mod standin;

mod agree;
mod faults;
mod rivvend;
mod subject;
