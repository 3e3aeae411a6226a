//! What stands under `deploy/`, but for the examples and the charts. The test
//! `snapshots/deploy.rs` writes it and compares it.

use std::collections::BTreeMap;

use serde_json::Value;
use sluicegate_effects::yaml;

use super::{
    base::{Install, stream},
    deployment, gitops, kustomize, network, objects, planner, roles, users,
};
use crate::{crd, kinds};

/// How the files are written anew.
const WRITTEN: &str = "UPDATE=1 cargo test -p snapshots --test deploy";

/// Every file, by its path below `deploy/`.
pub fn all() -> BTreeMap<String, String> {
    let mut files = Files::default();
    files.definitions();
    files.base();
    files.overlays();
    files.0.insert("gitops/argo-cd.yaml".to_owned(), gitops::argo_cd());
    files.0.insert("gitops/flux.yaml".to_owned(), gitops::flux());
    files.0
}

#[derive(Default)]
struct Files(BTreeMap<String, String>);

impl Files {
    fn definitions(&mut self) {
        let mut names = Vec::new();
        for kind in kinds::all() {
            let name = format!("{}.{}.yaml", kind.crd.spec.names.plural, kind.api.group);
            self.0.insert(format!("crds/{name}"), crd::text(kind));
            names.push(name);
        }
        names.sort();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let about = "The definitions of the custom resources: they come before everything else.";
        self.kustomize("crds", about, &kustomize::of(&names, &[]));
    }

    fn base(&mut self) {
        let install = Install::default();
        let parts: [(&str, &str, Vec<Value>); 7] = [
            // kubectl applies a folder in the order of its names.
            ("0-namespace.yaml", "Where the operator runs.", vec![objects::home(&install)]),
            (
                "1-roles.yaml",
                "Who the operator is and what it may do, derived from what its plans read and do: \
                 `sluicegate\nexplain rule` tells of each. No Secret is ever read.",
                roles::all(&install),
            ),
            (
                "deployment.yaml",
                "The operator. Of several replicas one works and the others stand by. A thousand \
                 clusters take 68 MiB\nof memory: raise the limit for many thousands.",
                vec![deployment::deployment(&install)],
            ),
            (
                "network-policy.yaml",
                "Who speaks to the operator and to whom it speaks: DNS, the API server by its \
                 usual ports, and\nbrokers at any port. An API server at another port has to be \
                 added.",
                vec![network::policy(&install)],
            ),
            (
                "pod-disruption-budget.yaml",
                "Drains of nodes take one operator at a time, and are never held up for good.",
                vec![deployment::budget(&install)],
            ),
            ("service.yaml", "Where the operator's numbers are.", vec![network::service(&install)]),
            (
                "user-roles.yaml",
                "What the cluster's roles view, edit and admin say of our resources.",
                users::all().to_vec(),
            ),
        ];
        for (name, about, objects) in &parts {
            self.objects(&format!("operator/{name}"), about, objects);
        }
        let names: Vec<&str> = parts.iter().map(|(name, ..)| *name).collect();
        let about = "The operator, for all namespaces. Definitions are in ../crds.";
        self.kustomize("operator", about, &kustomize::of(&names, &[]));
        let folder = "components/service-monitor";
        let about = "Has a Prometheus of the Prometheus operator scrape the operator's numbers.";
        self.objects(
            &format!("{folder}/service-monitor.yaml"),
            about,
            &[network::monitor(&install)],
        );
        self.kustomize(folder, about, &kustomize::component(&["service-monitor.yaml"]));
    }

    fn overlays(&mut self) {
        let install = Install::default();
        let folder = "overlays/namespaced";
        let about = "An operator for the namespace that it runs in, with no right outside of it.\n\
                     The namespace has to be there; an overlay that sets `namespace:` moves it.\n\
                     For several namespaces: sluicegate manifests --watch-namespace a,b";
        self.kustomize(
            folder,
            about,
            &kustomize::of(
                &["../../operator", "role.yaml"],
                &["no-cluster-scope.yaml", "own-namespace.yaml"],
            ),
        );
        let about = "What the operator may do where it is: all but to read storage classes.";
        self.objects(&format!("{folder}/role.yaml"), about, &kustomize::own_role(&install));
        let about = "Nothing is allowed in the whole cluster, and the namespace is its owner's.";
        let away = kustomize::no_cluster_scope(&objects::all(&install));
        self.objects(&format!("{folder}/no-cluster-scope.yaml"), about, &away);
        let about = "It looks after the namespace that it runs in.";
        let own = [kustomize::own_namespace(&install)];
        self.objects(&format!("{folder}/own-namespace.yaml"), about, &own);

        let folder = "overlays/planner";
        let about = "The operator, and beside it an account for those who plan and change nothing.";
        let all = kustomize::of(&["../../operator", "planner.yaml"], &[]);
        self.kustomize(folder, about, &all);
        let about = "May run `sluicegate plan` and `sluicegate snapshot`, and nothing else.";
        self.objects(&format!("{folder}/planner.yaml"), about, &planner::all(&install));
    }

    fn kustomize(&mut self, folder: &str, about: &str, value: &Value) {
        let path = format!("{folder}/{}", kustomize::FILE);
        self.0.insert(path, head(about) + &yaml::to_string(value));
    }

    fn objects(&mut self, path: &str, about: &str, objects: &[Value]) {
        self.0.insert(path.to_owned(), head(about) + &stream(objects));
    }
}

/// What a file is, and where it comes from, as comments.
fn head(about: &str) -> String {
    let lines = about.lines().map(|line| format!("# {line}\n"));
    lines.chain([format!("# Written by {WRITTEN}\n")]).collect()
}
