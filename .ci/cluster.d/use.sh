# What is done with a cluster that is there. Sourced by .ci/cluster.

# Prints what a shell evaluates to use the cluster.
kubeconfig_line() { printf 'export KUBECONFIG=%q\n' "$state/kubeconfig"; }

env_lines() {
  if [ -n "$node" ]; then
    fail "a cluster with a node is not reached from outside its network; say" \
      ".ci/cluster exec --state $state -- COMMAND, or bash for COMMAND"
  fi
  running || fail "no cluster is up in $state: .ci/cluster up${node:+ --node} makes one"
  lines_of_use
}

lines_of_use() {
  local path=$programs
  if [ -d "$helm_folder" ]; then path+=:$helm_folder; fi
  kubeconfig_line
  printf 'export KUBEBUILDER_ASSETS=%q\n' "$programs"
  printf 'export SLUICEGATE_AUDIT_LOG=%q\n' "$state/audit.log"
  # Else kubectl takes what it knows of another cluster on the same port for what this one has.
  printf 'export KUBECACHEDIR=%q\n' "$state/cache"
  # shellcheck disable=SC2016
  printf 'export PATH=%q:"$PATH"\n' "$path"
}

how_to_use() {
  say "the node is Ready; use it so: .ci/cluster exec --state $state -- kubectl get nodes"
}

# Becomes the command: its exit code is this one's, and so are the signals it gets.
run_within() {
  [ $# -gt 0 ] || fail "say what to run: .ci/cluster exec -- COMMAND"
  if [ -n "$node" ]; then
    up_in_box || fail "no cluster is up in $state: .ci/cluster up${node:+ --node} makes one"
    # So that `down` ends it too, before its network goes.
    join_roster
  else
    running || fail "no cluster is up in $state: .ci/cluster up${node:+ --node} makes one"
  fi
  eval "$(lines_of_use)"
  [ -n "$node" ] || exec "$@"
  # shellcheck disable=SC2016
  exec nsenter --net="/proc/$(pid box)/ns/net" -- unshare --mount -- bash -c '
    mount --bind "$1" /etc/resolv.conf && shift && exec "$@"' "$0" "$state/resolv.conf" "$@"
}

load_from_outside() {
  if [ -n "$inside" ]; then
    load "$@"
    return
  fi
  [ $# -gt 0 ] || fail "say what to load: .ci/cluster load ARCHIVE…"
  [ -n "$node" ] && in_box || fail "no cluster with a node is up in $state: .ci/cluster up --node"
  local archive archives=()
  for archive; do
    [ -r "$archive" ] || fail "$archive cannot be read"
    archives+=("$(realpath "$archive")")
  done
  go_in load --state "$state" "${archives[@]}"
}

# Whether all is up, asked from outside: the box is there, and it was ready.
up_in_box() { in_box && [ -e "$state/ready" ]; }

status() {
  if [ -n "$node" ] && in_box; then see_inside; fi
  local part where
  for part in "${parts[@]}"; do
    where=
    if ! alive "$part"; then
      echo "$part: not running"
      continue
    fi
    if [ "$part" = kube-apiserver ] && [ -e "$state/port" ]; then
      where=", https://127.0.0.1:$(<"$state/port")${node:+ within its network}"
    fi
    echo "$part: process $(pid "$part"), $(memory "$part") MB$where"
  done
  running
}

down() {
  [ -e "$state/$mark" ] || {
    close_box
    say "no cluster in $state"
    return
  }
  # Before the lock: whoever is starting it in there ends with it.
  if [ -n "$node" ]; then close_box; fi
  lock
  if [ -n "$node" ]; then
    close_box
  else
    stop "${clients[@]}" kube-apiserver
    stop etcd
  fi
  # The mark goes last: a folder without it is not ours to remove.
  local spared=(! -name "$mark")
  if [ -n "$keep" ]; then spared+=(! -name logs ! -name audit.log); fi
  find "$state" -mindepth 1 -maxdepth 1 "${spared[@]}" -exec rm -rf {} +
  if [ -z "$keep" ]; then rm -rf "$state"; fi
}
