//! Lists that Kubernetes keeps by a key, and lists whose items exclude each other.

use crate::{check::Judge, field::Path};

/// Adds names that a list has twice.
pub fn once<'a>(names: impl Iterator<Item = &'a String>, path: &Path, judge: &mut Judge<'_>) {
    let mut seen: Vec<&String> = Vec::new();
    for (index, name) in names.enumerate() {
        if seen.contains(&name) {
            judge.twice(path.index(index), name);
        }
        seen.push(name);
    }
}

/// Adds that a volume for one pod is to be for others too.
pub fn access_modes(modes: &[&str], path: &Path, judge: &mut Judge<'_>) {
    let alone = "ReadWriteOncePod";
    if modes.contains(&alone) && modes.iter().any(|mode| *mode != alone) {
        let why = "ReadWriteOncePod goes with no other mode";
        judge.forbidden(path.clone(), why, "leave it, or all others, out");
    }
}

/// Adds that a Service would have a port twice: `port`, which the spec names, and that of its
/// metrics.
pub fn ports(port: Option<i32>, metrics: Option<i32>, path: &Path, judge: &mut Judge<'_>) {
    if let (Some(port), Some(metrics)) = (port, metrics)
        && port == metrics
    {
        let must = "must not be the port that the Service has for metrics";
        let remedy = "choose another port, or set metrics.port to another one";
        judge.invalid(path.clone(), &port.to_string(), must, remedy);
    }
}
