# From whatever is there to a cluster that can be used. Sourced by .ci/cluster.

# By this file a folder is known to be ours: what `down` may remove.
mark=sluicegate-cluster
# How long one thing is waited for, on a machine that builds something else meanwhile.
patience=120

up() {
  if [ -n "$node" ]; then need_box install; else need_programs; fi
  build_missing
  lock
  cd "$state"
  if [ -n "$node" ]; then
    none_but_node
    touch node
    in_box || open_box
    go_in up --state "$state"
  fi
  start_missing
}

# Starts what is not running, on the ground that `up` has laid.
start_missing() {
  if running; then return; fi
  cd "$state"
  # What a cluster that is gone left of its log would be taken for this one's.
  if [ ! -d etcd ]; then find logs audit.log -type f ! -name box.log -delete 2>/dev/null || true; fi
  mkdir -p logs run
  say "starting Kubernetes $kubernetes in $state"
  if none_alive; then
    make_keys
    if [ -n "$node" ]; then make_node_keys; fi
  fi
  alive etcd || start_etcd
  alive kube-apiserver || serve
  # Each of them ends when it does not find the server, and starts with what it has.
  local last
  for ((last = ${#clients[@]} - 1; last >= 0; last--)); do
    alive "${clients[last]}" || "start_${clients[last]//-/_}"
  done
  until_true "the default objects" apply_objects
  until_true "the nodes and the default service account" usable
  touch ready
}

# A folder holds a cluster of the one sort or of the other.
none_but_node() {
  if [ -e etcd ] && [ ! -e node ]; then
    fail "$state holds a cluster without a node; .ci/cluster down, or name another with --state"
  fi
}

# Starts kube-apiserver where it was before, or else on a port that is free: which one is, is found
# by trying. They are taken from below those that the system gives to connections.
serve() {
  local tries who before=
  if [ -e port ]; then before=$(<port); fi
  # In the box every port is free.
  if [ -n "$node" ]; then before=6443; fi
  port=$before
  for ((tries = 0; tries < 20; tries++)); do
    if [ -z "$port" ]; then port=$((20000 + RANDOM % 10000)); fi
    rm -f logs/kube-apiserver.log
    start_kube_apiserver
    kubeconfig admin kubeconfig
    for who in stand-in kube-controller-manager kube-scheduler; do
      kubeconfig "system:$who" "$who.kubeconfig"
    done
    if [ -n "$node" ]; then write_node_files; fi
    until_true "kube-apiserver" answers_or_ended
    if alive kube-apiserver; then
      echo "$port" >port
      # They know it by its port.
      if [ "$port" != "$before" ]; then stop "${clients[@]}"; fi
      return
    fi
    grep -q "address already in use" logs/kube-apiserver.log || ended kube-apiserver
    port=
  done
  fail "no free port was found between 20000 and 30000"
}

answers_or_ended() {
  alive etcd || ended etcd
  ! alive kube-apiserver || kube get --raw /readyz
}

apply_objects() {
  [ ! -e ready ] || return 0
  kube apply --server-side --force-conflicts "${objects[@]}"
}

usable() {
  none_ended
  kube get serviceaccount default && kube wait --for condition=Ready node --all --timeout 0 &&
    { [ -z "$node" ] || kube get --raw /api/v1/nodes/node-0/proxy/healthz; } &&
    # Again, for those that the node can be Ready without.
    none_ended
}

none_ended() {
  local part
  for part in "${parts[@]}"; do alive "$part" || ended "$part"; done
}

running() {
  local part
  for part in "${parts[@]}"; do alive "$part" || return 1; done
  [ -e "$state/ready" ]
}

none_alive() {
  local part
  for part in "${parts[@]}"; do ! alive "$part" || return 1; done
}

# As one whose requests are not in the audit log.
kube() {
  KUBECACHEDIR=$state/cache "$programs/kubectl" --kubeconfig "$state/stand-in.kubeconfig" \
    --request-timeout 10s "$@" >>"$state/logs/up.log" 2>&1
}

until_true() {
  local what=$1 since=$SECONDS
  shift
  until "$@"; do
    if [ $((SECONDS - since)) -gt "$patience" ]; then
      fail "waited $patience seconds for $what in vain; see $state/logs, then .ci/cluster down"
    fi
    sleep 0.1
  done
}

ended() {
  tail -n 5 "$state/logs/$1.log" >&2
  fail "$1 has ended; see $state/logs/$1.log, then .ci/cluster down"
}

# One `up` or `down` at a time: the folder itself is locked, so that no lock file stays behind.
lock() {
  while true; do
    make_state
    exec 9<"$state"
    flock 9
    # Another may have removed it meanwhile, and a third made it anew.
    if [ "$state" -ef /proc/self/fd/9 ]; then break; fi
  done
}

make_state() {
  if [ ! -e "$state/$mark" ]; then
    if [ -n "$(ls -A "$state" 2>/dev/null)" ]; then
      fail "$state holds something else than a cluster; name another folder with --state"
    fi
    mkdir -p "$state"
    chmod 700 "$state"
    touch "$state/$mark"
  fi
}

memory() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$(pid "$1")/status"; }

need_programs() {
  local program missing=()
  for program in openssl flock setsid; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing ${missing[*]}"
    if { apt-get update -q && apt-get install -y -q openssl util-linux; } >&2; then return; fi
  fi
  fail "missing: ${missing[*]}; install the packages openssl and util-linux"
}
