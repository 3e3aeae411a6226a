//! What tools that wait for resources have to be told of each kind.

use std::fmt::Write as _;

use crate::kinds;

/// A `ConfigMap` patch: what Argo CD has to be told.
pub(super) fn argo_cd() -> String {
    let mut text = ARGO_CD.to_owned();
    for kind in kinds::all() {
        let (group, name) = (&kind.api.group, &kind.api.kind);
        text += &format!("  resource.customizations.health.{group}_{name}: |\n{HEALTH}");
    }
    text
}

/// A Kustomization of Flux that waits.
pub(super) fn flux() -> String {
    let mut text = FLUX.to_owned();
    for kind in kinds::all() {
        let (api_version, name) = (kind.api.api_version(), &kind.api.kind);
        let written =
            write!(text, "    - apiVersion: {api_version}\n      kind: {name}\n{EXPRESSIONS}");
        written.expect("a text can be written to");
    }
    text
}

const ARGO_CD: &str = "\
# What Argo CD has to be told: without it every custom resource counts as healthy at once. Apply it
# over its own settings, which it adds to:
#
#   kubectl -n argocd patch configmap argocd-cm --patch-file deploy/gitops/argo-cd.yaml
#
# Nothing has to be ignored in comparisons: neither the definitions nor the operator fill anything
# in that a file does not say.
# Written by UPDATE=1 cargo test -p snapshots --test deploy
data:
";

/// One script for all: every kind has the same conditions.
const HEALTH: &str = r#"    -- The health of a resource of Sluicegate's, as Argo CD asks for it.
    local health = { status = "Progressing", message = "the operator has not looked at it yet" }
    local status = obj.status or {}
    if status.conditions == nil or status.observedGeneration ~= obj.metadata.generation then
      return health
    end
    local named = {}
    for _, condition in ipairs(status.conditions) do
      named[condition.type] = condition
    end
    local ready, stalled, paused = named.Ready, named.Stalled, named.Paused
    if stalled ~= nil and stalled.status == "True" then
      return { status = "Degraded", message = stalled.message }
    end
    if paused ~= nil and paused.status == "True" then
      return { status = "Suspended", message = paused.message }
    end
    if ready ~= nil then
      health.message = ready.message
      if ready.status == "True" then
        health.status = "Healthy"
      end
    end
    return health
"#;

const FLUX: &str = "\
# A Flux Kustomization that waits for resources. Our conditions keep to what Flux knows of its own
# accord, so `wait: true` is enough, but for one thing: what no operator has looked at yet has no
# status, and Flux takes that for done. The expressions close this gap (Flux 2.5 or later).
# Written by UPDATE=1 cargo test -p snapshots --test deploy
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: streaming
  namespace: flux-system
spec:
  interval: 10m
  # A roll waits for every broker in turn.
  timeout: 15m
  path: ./streaming
  prune: true
  sourceRef:
    kind: GitRepository
    name: platform
  wait: true
  healthCheckExprs:
";

const EXPRESSIONS: &str = "      \
      inProgress: status.observedGeneration != metadata.generation
      failed: status.conditions.exists(it, it.type == 'Stalled' && it.status == 'True')
      current: status.conditions.exists(it, it.type == 'Ready' && it.status == 'True')
";
