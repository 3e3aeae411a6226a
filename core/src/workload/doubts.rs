//! What a spec says of its pods that is taken as it is written, though something else may be meant.

use super::checks::HasPods;
use crate::{connector::is_called_secret, doubt::Doubt, field::Path};

/// Variables that are called like secrets and have their values written down.
pub(crate) fn written_secrets(resource: &impl HasPods) -> Vec<Doubt> {
    let env = resource.pods().env.iter().enumerate();
    let written = env.filter(|(_, one)| {
        one.value.as_ref().is_some_and(|value| !value.is_empty()) && is_called_secret(&one.name)
    });
    let doubt = |(index, one): (usize, &k8s_openapi::api::core::v1::EnvVar)| Doubt {
        path: Path::dotted("spec.env").index(index).child("value"),
        what: format!("{} is called like a secret and is written down", one.name),
        remedy: Some("take it from a Secret, by valueFrom.secretKeyRef".to_owned()),
    };
    written.map(doubt).collect()
}
