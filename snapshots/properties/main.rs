//! What holds for every spec, every fault and every order of events: the operator at work on the
//! embedded Kubernetes, with a watchman at every write.
//!
//! The cases are the same in every run, so that a green build stays green. `PROPTEST_RNG_SEED`
//! draws others, `PROPTEST_CASES` (256 unless told) scales how many. What was found once is in
//! `regressions/` and is run first.

mod acts;
mod bytes;
mod connect;
mod edits;
#[path = "../common/files.rs"]
mod files;
mod found;
mod json;
mod live;
mod names;
mod prefixes;
mod reachable;
mod safety;
mod steady;
mod toggles;
mod world;

use proptest::test_runner::{Config, FileFailurePersistence, RngSeed};

/// So many cases, scaled by the environment, with what was found before in a file of this name.
fn cases(count: u32, file: &'static str) -> Config {
    let variable = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let scale: u64 = variable("PROPTEST_CASES").unwrap_or(256);
    let scaled = (u64::from(count) * scale).div_ceil(256);
    Config {
        cases: u32::try_from(scaled).unwrap_or(u32::MAX),
        rng_seed: RngSeed::Fixed(variable("PROPTEST_RNG_SEED").unwrap_or(0x51_u64)),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        max_shrink_iters: 1024,
        ..Config::default()
    }
}

/// Where the cases of one property that once failed are kept.
#[macro_export]
macro_rules! regressions {
    ($name:literal) => {
        concat!(env!("CARGO_MANIFEST_DIR"), "/properties/regressions/", $name, ".txt")
    };
}
