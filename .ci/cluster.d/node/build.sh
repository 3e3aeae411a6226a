# Builds what a real node needs beside a control plane, each once per machine and version.
# Sourced by .ci/cluster; ../build.sh says how.

# Sets the versions, and the folders of what was built.
node_versions() {
  containerd=$(sed -n 's/^require github.com\/containerd\/containerd\/v2 v//p' \
    "$files/node/containerd.mod")
  coredns=1.15.0
  helm=4.3.1
  kubelet_folder=$tools/kubelet-$kubernetes
  containerd_folder=$tools/containerd-$containerd
  coredns_folder=$tools/coredns-$coredns
  helm_folder=$tools/helm-$helm
}

node_built() {
  [ -d "$kubelet_folder" ] && [ -d "$containerd_folder" ] && [ -d "$coredns_folder" ] &&
    [ -x "$tools/bin/rivvend" ]
}

build_node() {
  if [ ! -d "$kubelet_folder" ]; then once "$kubelet_folder" build_kubelet; fi
  if [ ! -d "$containerd_folder" ]; then once "$containerd_folder" build_containerd; fi
  if [ ! -d "$coredns_folder" ]; then once "$coredns_folder" build_coredns; fi
  need_cargo
  install rivvend "$rivvend_version" >&2
}

need_cargo() {
  command -v cargo >/dev/null ||
    fail "the broker is built from source here, and that needs Rust (https://rustup.rs)"
}

build_helm() {
  if [ ! -d "$helm_folder" ]; then once "$helm_folder" fill_helm; fi
}

build_connect() {
  need_cargo
  say "building rivven-connect $connect_version: about 10 minutes on 2 cores, once per machine"
  install rivven-connect "$connect_version" "${connect_features[@]}" >&2
}

build_schema() {
  need_cargo
  say "building rivven-schema $schema_version: about 4 minutes on 2 cores, once per machine"
  install rivven-schema "$schema_version" >&2
}

build_kubelet() {
  say "building kubelet and kube-proxy $kubernetes: about a minute on 2 cores, once per machine"
  kubernetes_programs "$1" <<PACKAGES
kubelet k8s.io/kubernetes/cmd/kubelet
kube-proxy k8s.io/kubernetes/cmd/kube-proxy
PACKAGES
  GOWORK=off CGO_ENABLED=0 "$go" build -buildvcs=false -ldflags "-s -w" -o "$1/pause" \
    "$files/node/pause.go" >&2
}

build_containerd() {
  local to=$1 program package=github.com/containerd/containerd/v2
  say "building containerd $containerd: about 3 minutes on 2 cores, once per machine"
  mkdir "$to/module"
  cp "$files/node/containerd.mod" "$to/module/go.mod"
  for program in containerd containerd-shim-runc-v2 ctr; do
    say "  building $program"
    (
      cd "$to/module"
      GOWORK=off nice -n 10 "$go" build -p 2 -mod=mod -buildvcs=false \
        -ldflags "-s -w -X $package/version.Version=v$containerd" \
        -o "$to/$program" "$package/cmd/$program" >&2
    )
  done
  rm -r "$to/module"
}

build_coredns() {
  say "building CoreDNS $coredns: about 4 minutes on 2 cores, once per machine"
  GOWORK=off GOBIN=$1 nice -n 10 "$go" install -p 2 -buildvcs=false -ldflags "-s -w" \
    "github.com/coredns/coredns@v$coredns" >&2
}

fill_helm() {
  say "building Helm $helm: about 4 minutes on 2 cores, once per machine"
  GOWORK=off GOBIN=$1 nice -n 10 "$go" install -p 2 -buildvcs=false -ldflags "-s -w" \
    "helm.sh/helm/v4/cmd/helm@v$helm" >&2
}
