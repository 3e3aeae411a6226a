//! What the objects of a flow are called, and where things are in its pod. They are upstream's, so
//! that what it has left is taken over.

use crate::label::{self, Labels};

/// The longest name of a flow, so that those made from it fit into a label.
pub(super) const NAME_MAX: usize = 63 - "dataflow-".len();
/// What upstream's operator holds a flow by, and this one never does.
pub(super) const FINALIZER: &str = "dataflow.dataflow.io/finalizer";
/// The container.
pub(super) const CONTAINER: &str = "processor";
/// The program in its image.
pub(super) const PROGRAM: &str = "/processor";
/// Where the processor tells how it is, and its figures.
pub(super) const METRICS_PORT: u16 = 9090;
/// Where its file is.
pub(super) const FOLDER: &str = "/etc/dataflow";
/// Its file.
pub(super) const FILE: &str = "spec.json";
/// Where the keys of Secrets are, each Secret in a folder of its own.
pub(super) const SECRETS: &str = "/etc/dataflow-secrets";

/// The Deployment.
pub(super) fn deployment(flow: &str) -> String {
    format!("dataflow-{flow}")
}

/// The ConfigMap with the file.
pub(super) fn spec(flow: &str) -> String {
    format!("dataflow-{flow}-spec")
}

/// The ConfigMap in which the processor notes how far it is.
pub(super) fn checkpoint(flow: &str) -> String {
    format!("dataflow-{flow}-checkpoint")
}

/// Who the processor is: its account, its role and the binding of both.
pub(super) fn account(flow: &str) -> String {
    format!("dataflow-{flow}-processor")
}

/// The labels that tell what belongs to a flow.
pub(super) fn selector_labels(flow: &str) -> Labels {
    label::selector("dataflow", flow, "processor")
}

/// The labels that its pods are selected by. They are those of upstream: a selector is immutable.
pub(super) fn pod_labels(flow: &str) -> Labels {
    Labels::from([
        ("app".to_owned(), "dataflow-processor".to_owned()),
        ("dataflow.dataflow.io/name".to_owned(), flow.to_owned()),
        ("dataflow.dataflow.io/owned".to_owned(), "true".to_owned()),
    ])
}
