//! The operator on a real node: kubelet and containerd run what it renders, unchanged, with the
//! real broker in it. Clients are pods, brokers are reached by their names in the cluster, and what
//! a kubelet does to a container is seen to be done.
//!
//! `.ci/cluster up --node` makes the node, in namespaces of its own; this program starts it, runs
//! itself once more within its network, and looks at what is left when it is gone. First the
//! operator is installed there, as a pod. Then each scenario has a namespace and an operator of its
//! own, and most of the time they wait. Every namespace lets in restricted pods only.
//!
//! Where the node is not built, or cannot be had (it wants root), the suite says so and is skipped.
//! With `CI=true` or `SLUICEGATE_REQUIRE_NODE=1` it is built, or the suite fails;
//! `SLUICEGATE_REQUIRE_NODE=0` skips it even there, and where the node is built.

// Some of what the two suites share only one of them uses.
#[path = "../e2e/audit.rs"]
#[allow(dead_code, reason = "shared")]
mod audit;
mod client;
#[path = "../../../effects/tests/conformance/cluster.rs"]
#[allow(dead_code, reason = "shared")]
mod cluster;
#[path = "../e2e/control_plane.rs"]
#[allow(dead_code, reason = "shared")]
mod control_plane;
#[path = "../e2e/granted.rs"]
#[allow(dead_code, reason = "shared")]
mod granted;
#[path = "../e2e/helm.rs"]
#[allow(dead_code, reason = "shared")]
mod helm;
#[path = "../../../snapshots/workers/hook.rs"]
mod hook;
#[path = "../e2e/kube.rs"]
#[allow(dead_code, reason = "shared")]
mod kube;
#[path = "../e2e/kubectl.rs"]
#[allow(dead_code, reason = "shared")]
mod kubectl;
mod numbers;
#[path = "../e2e/operator.rs"]
#[allow(dead_code, reason = "shared")]
mod operator;
#[path = "../client/mod.rs"]
#[allow(dead_code, reason = "shared")]
mod plain;
#[path = "../standin/ports.rs"]
#[allow(dead_code, reason = "shared")]
mod ports;
#[path = "../../../effects/tests/rivven/program.rs"]
mod program;
#[path = "../e2e/readme.rs"]
mod readme;
#[path = "../registry/mod.rs"]
mod registry;
mod scenarios;
mod scene;
mod tier;
#[path = "../e2e/timing.rs"]
mod timing;
#[path = "../../../effects/tests/conformance/undone.rs"]
mod undone;
#[path = "../e2e/wait.rs"]
#[allow(dead_code, reason = "shared")]
mod wait;
mod watch;

use std::{env, io::Write as _, process::ExitCode};

use libtest_mimic::Arguments;

/// A scenario, by its name.
pub(crate) type Scenario = (&'static str, fn());

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.first().is_some_and(|first| first == "client") {
        return client::run(&args[1..]);
    }
    numbers::counts();
    let mut args = Arguments::from_args();
    let (mut alone, mut others) = (scenarios::ALONE.to_vec(), scenarios::ALL.to_vec());
    let with_connect = program::connect().is_some();
    if with_connect {
        others.push(scenarios::WITH_CONNECT);
    }
    let with_schema = program::schema().is_some();
    if with_schema {
        others.push(scenarios::WITH_SCHEMA);
    }
    let with_helm = helm::program().is_some();
    if with_helm {
        alone.push(scenarios::WITH_HELM);
    }
    let first = timing::chosen(&args, &alone);
    if (first || timing::chosen(&args, &others)) && !tier::inside() {
        return tier::outside(&args, &[&*alone, &*others].concat());
    }
    if !with_helm {
        drop(timing::ignored(&args, &[scenarios::WITH_HELM], helm::MISSING));
    }
    if !with_connect {
        drop(timing::ignored(&args, &[scenarios::WITH_CONNECT], program::NO_CONNECT));
    }
    if !with_schema {
        drop(timing::ignored(&args, &[scenarios::WITH_SCHEMA], program::NO_SCHEMA));
    }
    let at_once = args.test_threads.replace(1);
    let failed = timing::run(&args, &alone).has_failed();
    if first {
        // Whatever became of it, the others begin as on a new node.
        control_plane::started().clear();
    }
    args.test_threads = at_once.or(Some(others.iter().map(|it| it.len()).sum()));
    let code = timing::run(&args, &others).exit_code();
    if failed { ExitCode::FAILURE } else { code }
}

/// Says something to whoever runs the suite.
pub(crate) fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}
