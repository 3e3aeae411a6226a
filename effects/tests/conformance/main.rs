//! The embedded Kubernetes against the real one: the same operations on both, compared after each.
//!
//! What `simulate` shows and what the other tests rest on is only worth something if a cluster does
//! the same. So random sequences of everything that the operator, its users and the controllers
//! write go to both. The wording of refusals and what the server alone fills in are not compared,
//! nor is what controllers do in between.
//!
//! `SLUICEGATE_CONFORMANCE_OPERATIONS` asks for more than 2,000, `SLUICEGATE_CONFORMANCE_SEED` for
//! others.

mod bodies;
mod cluster;
mod compare;
mod operation;
mod plane;
mod sides;
mod undone;

use std::{collections::BTreeMap, env, fs, process::ExitCode};

use http::Method;
use libtest_mimic::Arguments;
use serde_json::{Value, json};
use sluicegate_core::observed::text;
use sluicegate_effects::{
    memory::{Brokers, Memory},
    yaml,
};

use self::{
    cluster::root,
    compare::{Difference, run},
    operation::{Jitter, NOT_IMITATED, Operation, sequence},
    plane::{Plane, say},
    sides::{Embedded, Real},
};

/// How many operations are compared, unless asked for more.
const OPERATIONS: usize = 2_000;
/// How many one sequence has.
const LENGTH: usize = 40;
/// How often one difference is tried with less.
const TRIES: usize = 30;
/// How many differences are tried with less.
const SHRUNK: usize = 3;
/// How many operations are shown of a sequence.
const SHOWN: usize = 8;

fn main() -> ExitCode {
    let name = "the_embedded_kubernetes_agrees_with_the_real_one";
    let trial = undone::trial(name, Plane::lacking().as_deref(), || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(the_embedded_kubernetes_agrees_with_the_real_one());
        Ok(())
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}

async fn the_embedded_kubernetes_agrees_with_the_real_one() {
    let plane = Plane::up("conformance");
    let real = Real::of(&plane.kubeconfig()).await;
    install(&real).await;
    let (operations, seed) = (number("OPERATIONS", OPERATIONS), number("SEED", 1));
    let mut jitter = Jitter(u64::try_from(seed).expect("it fits"));
    let mut found: BTreeMap<String, (Difference, Vec<Operation>)> = BTreeMap::new();
    let mut worlds = Worlds { real, made: 0 };
    let (mut compared, mut refused) = (0, 0);
    while compared < operations {
        let sequence = sequence(&mut jitter, LENGTH);
        let difference = worlds.compare(&sequence).await;
        compared += difference.as_ref().map_or(sequence.len(), |it| it.at + 1);
        if let Some(difference) = difference {
            refused += 1;
            let upto = sequence[..=difference.at].to_vec();
            found.entry(difference.what.clone()).or_insert((difference, upto));
        }
    }
    say(&format!("conformance: {compared} operations, seed {seed}; {refused} sequences differ"));
    for (what, why) in NOT_IMITATED {
        say(&format!("conformance: NOT IMITATED: {what}: {why}"));
    }
    let mut told = String::new();
    for (nth, (what, (mut difference, mut sequence))) in found.into_iter().enumerate() {
        if nth < SHRUNK {
            (difference, sequence) = worlds.shrunk(difference, sequence).await;
        }
        // What came before is the same for all: its last few show most.
        sequence.drain(..sequence.len().saturating_sub(SHOWN));
        told += &format!("\n== {what}\n");
        for operation in &sequence {
            told += &format!("  {operation}\n");
        }
        told += &format!("{}\n", difference.text);
    }
    assert!(told.is_empty(), "seed {seed}: the embedded Kubernetes differs:\n{told}");
}

/// Fresh worlds on both sides.
struct Worlds {
    real: Real,
    made: usize,
}

impl Worlds {
    async fn compare(&mut self, operations: &[Operation]) -> Option<Difference> {
        self.made += 1;
        let namespace = format!("conformance-{}", self.made);
        let home = json!({ "apiVersion": "v1", "kind": "Namespace",
            "metadata": { "name": namespace } });
        // A pod must have one, and its controller does not run.
        let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": { "name": "default", "namespace": namespace } });
        let embedded = Embedded(Memory::new(Brokers::default()));
        embedded.0.load(vec![home.clone(), fixed()]);
        embedded.0.serve("rivven.hupe1980.github.io/v1alpha1");
        self.post("/api/v1/namespaces", &home).await;
        self.post(&format!("/api/v1/namespaces/{namespace}/serviceaccounts"), &account).await;
        run(&self.real, &embedded, &namespace, operations).await
    }

    async fn post(&self, path: &str, body: &Value) {
        let sent = self.real.send(Method::POST, path, Some(("application/json", body))).await;
        sent.unwrap_or_else(|error| panic!("{path}: {}", error.in_full()));
    }

    /// Fewer operations that show the same difference.
    async fn shrunk(
        &mut self,
        mut difference: Difference,
        mut sequence: Vec<Operation>,
    ) -> (Difference, Vec<Operation>) {
        let (mut part, mut tries) = (sequence.len() / 2, TRIES);
        while part > 0 {
            let mut from = 0;
            while from < sequence.len() && tries > 0 {
                tries -= 1;
                let mut fewer = sequence.clone();
                fewer.drain(from..(from + part).min(sequence.len()));
                match self.compare(&fewer).await.filter(|it| it.what == difference.what) {
                    Some(same) => {
                        sequence = fewer[..=same.at].to_vec();
                        difference = same;
                    }
                    None => from += part,
                }
            }
            part /= 2;
        }
        (difference, sequence)
    }
}

/// Our definitions.
async fn install(real: &Real) {
    let send = async |path: &str, body: &Value| {
        let sent = real.send(Method::POST, path, Some(("application/json", body))).await;
        sent.unwrap_or_else(|error| panic!("{path}: {}", error.in_full()));
    };
    let all = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    for entry in fs::read_dir(root().join("deploy/crds")).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        // Beside them is what kustomize reads.
        if path.extension().is_none_or(|end| end != "yaml") {
            continue;
        }
        let file = fs::read_to_string(&path).expect("it can be read");
        let parsed = yaml::parse("a definition", &file).expect("it is YAML");
        for document in yaml::flatten(parsed) {
            send(all, &document.value).await;
            let name = text(&document.value, "/metadata/name").to_owned();
            established(real, &format!("{all}/{name}")).await;
        }
    }
}

async fn established(real: &Real, path: &str) {
    for _ in 0..300 {
        let seen = real.send(Method::GET, path, None).await.unwrap_or_default();
        let conditions = seen["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let is = |one: &Value| one["type"] == "Established" && one["status"] == "True";
        if conditions.iter().any(is) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{path} is not served");
}

/// A storage class whose claims cannot grow, as the real control plane has one.
fn fixed() -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": { "name": "fixed" },
        "provisioner": "sluicegate/none",
        "allowVolumeExpansion": false,
    })
}

fn number(name: &str, or: usize) -> usize {
    let given = env::var(format!("SLUICEGATE_CONFORMANCE_{name}")).ok();
    given.map_or(or, |it| it.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}
