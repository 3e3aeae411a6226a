//! The pure reconciler.
//!
//! One function matters here, [`step`](step::step). Given a custom resource and what has been seen
//! of the world so far, it either asks to see more or says what to do:
//!
//! ```text
//!            ┌───────────── Step::Read(reads) ◀─┐
//!   effects  │ look, extend `Observed`          │  core
//!            └──────────────────────────────▶ step(ctx, resource, observed)
//!                                               │
//!   effects    execute  ◀──── Step::Act(plan) ──┘
//! ```
//!
//! **Invariants.** This crate never waits, never reads a clock, a file or the environment, and
//! never fails: a bad resource is data ([`field::Errors`]), not an error. The same inputs give the
//! same plan, byte for byte. What was not looked at is never taken to be absent, and whatever
//! changes something carries the uid that it was decided on.
//!
//! Read the modules in this order:

pub mod kind;
pub mod step;
pub mod system;

pub mod observed;
pub mod plan;

pub mod annotations;
pub mod check;
pub mod condition;
pub mod connector;
pub mod field;
pub mod label;
pub mod rule;

pub mod altered;
pub mod compare;
pub mod crd;
pub mod digest;
pub mod doubt;
pub mod inert;
pub mod json;
pub mod many;
pub mod name;
pub mod owner;
pub mod printable;
pub mod quantity;
pub mod reasons;
pub mod schema;
pub mod settings;
mod trail;

pub mod k8s;

pub mod systems;

pub mod workload;
