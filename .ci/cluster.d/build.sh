# Builds the programs of a cluster, once per machine and version, outside the checkout.
# Sourced by .ci/cluster.

# Sets kubernetes, etcd, kwok: the versions; programs, stand_in: the folders of what was built.
versions() {
  kubernetes=$(sed -n 's/^require k8s.io\/kubernetes v//p' "$files/go.mod")
  etcd=$(sed -n 's/^require go.etcd.io\/etcd\/server\/v3 v//p' "$files/go.mod")
  kwok=0.8.0
  programs=$tools/kubernetes-$kubernetes-etcd-$etcd
  stand_in=$tools/kwok-$kwok
}

built() {
  if [ -n "$node" ]; then
    [ -d "$programs" ] && node_built
  else
    [ -d "$programs" ] && [ -d "$stand_in" ]
  fi
}

build_missing() {
  if [ ! -d "$programs" ]; then once "$programs" build_kubernetes; fi
  if [ -n "$node" ]; then
    build_node
  elif [ ! -d "$stand_in" ]; then
    once "$stand_in" build_kwok
  fi
}

# Fills a folder by a function, so that the folder is there whole or not at all, and two who want it
# at the same time build it once.
once() {
  local folder=$1 fill=$2 building=$1.building
  mkdir -p "$tools"
  need_go
  (
    flock -n 8 || { say "waiting for another build of ${folder##*/}"; flock 8; }
    [ ! -d "$folder" ] || exit 0
    # What a build that was killed left.
    rm -rf "$building"
    mkdir "$building"
    "$fill" "$building" 8>&-
    mv "$building" "$folder"
  ) 8>"$folder.lock"
}

build_kubernetes() {
  say "building Kubernetes $kubernetes and etcd $etcd: about 6 minutes on 2 cores, once per machine"
  kubernetes_programs "$1" <<PACKAGES
etcd go.etcd.io/etcd/server/v3
kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver
kube-controller-manager k8s.io/kubernetes/cmd/kube-controller-manager
kube-scheduler k8s.io/kubernetes/cmd/kube-scheduler
kubectl k8s.io/kubernetes/cmd/kubectl
PACKAGES
}

# Builds the programs that are named on stdin, with their packages, into a folder.
kubernetes_programs() {
  local to=$1 module=$1/module minor=${kubernetes#*.} flags="-s -w" stamp program package
  minor=${minor%.*}
  # Of what they say of themselves, and of what they name as their user agent.
  for stamp in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $stamp.gitVersion=v$kubernetes"
    flags+=" -X $stamp.gitMajor=${kubernetes%%.*} -X $stamp.gitMinor=$minor"
  done
  mkdir "$module"
  cp "$files/go.mod" "$module/"
  while read -r program package; do
    say "  building $program"
    (
      cd "$module"
      # Beside a developer's other work, not before it.
      GOWORK=off nice -n 10 "$go" build -p 2 -mod=mod -buildvcs=false -ldflags "$flags" \
        -o "$to/$program" "$package" >&2 </dev/null
    )
  done
  rm -r "$module"
}

build_kwok() {
  say "building kwok $kwok: about 2 minutes on 2 cores, once per machine"
  GOWORK=off GOBIN=$1 nice -n 10 "$go" install -p 2 -buildvcs=false -ldflags "-s -w" \
    "sigs.k8s.io/kwok/cmd/kwok@v$kwok" >&2
}

# Sets go: a Go that can build them, or one that fetches one that can.
need_go() {
  local wanted place
  wanted=$(sed -n 's/^go //p' "$files/go.mod")
  for place in "$(command -v go || true)" /usr/local/go/bin/go; do
    if [ -x "$place" ] && (cd "$files" && GOWORK=off "$place" env GOVERSION >/dev/null 2>&1); then
      go=$place
      return
    fi
  done
  fail "Kubernetes is built from source here, and that needs Go $wanted or newer, which is not" \
    "found: put its go on PATH (https://go.dev/dl), and run this again."
}
