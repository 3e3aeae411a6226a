# The box of a real node: namespaces of network, mounts and processes. Nothing reaches out of it or
# in, and all that is in it ends with its first process. Sourced by .ci/cluster.

# Set from the state folder: several boxes may stand side by side.
box_names() {
  box=sluicegate-$(printf %s "$state" | sha256sum | cut -c 1-12)
  # Where Linux tells which processes are in a box, whoever their parents are.
  roster=/sys/fs/cgroup/$box/box
  if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then roster=/sys/fs/cgroup/pids/$box/box; fi
  # Where a process is that has left it: in the root group, as far as that is the machine's.
  outside=${roster%"/$box/box"}
  if [ -e /sys/fs/cgroup/cgroup.type ]; then outside=/sys/fs/cgroup/init; fi
}

# Where cgroups are made: in one tree, or with version 1 in one for every controller.
cgroup_trees() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    echo /sys/fs/cgroup
  else
    find /sys/fs/cgroup -mindepth 1 -maxdepth 1 -type d -exec test -e {}/cgroup.procs \; -print
  fi
}

# With version 2 a group has the controllers that the one above hands down to it. Kubelet wants all
# of these, as far as the machine has them; systemd hands down only what its units ask for. What is
# handed down stays so: a unit or another box may count on it by then.
hand_down() {
  local group controller
  [ -e /sys/fs/cgroup/cgroup.controllers ] || return 0
  clear_root
  for group in /sys/fs/cgroup "/sys/fs/cgroup/$box"; do
    for controller in cpuset cpu memory hugetlb pids; do
      grep -qw "$controller" "$group/cgroup.controllers" || continue
      echo "+$controller" >"$group/cgroup.subtree_control" ||
        fail "a real node needs the cgroup controller $controller, which $group does not hand" \
          "down: run this on a machine, or in a container that has its host's cgroups"
    done
  done
}

# No group holds processes and hands down too, but for the root of the machine. The root that a
# container sees is none: who is in it moves into a group below, and stays there.
clear_root() {
  local tries process processes
  [ "$outside" != /sys/fs/cgroup ] || return 0
  mkdir -p "$outside"
  for ((tries = 0; tries < 100; tries++)); do
    processes=$(</sys/fs/cgroup/cgroup.procs)
    [ -n "$processes" ] || break
    for process in $processes; do
      echo "$process" >"$outside/cgroup.procs" || true
    done 2>/dev/null
  done
}

# The process that the box lives and ends with.
in_box() { alive box; }

open_box() {
  local tree opened
  mkdir -p run logs
  rm -f run/box
  while read -r tree; do mkdir -p "$tree/$box"; done < <(cgroup_trees)
  hand_down
  mkdir -p "$roster"
  (
    # First of all, so that whatever comes of it is found again.
    echo "$BASHPID" >"$roster/cgroup.procs"
    exec 9>&-
    exec setsid unshare --net --mount --pid --fork "$files/node/in-box" "$state" \
      </dev/null >>logs/box.log 2>&1
  ) &
  opened=$!
  disown
  until_true "the box of the node" in_box_or_ended "$opened"
  in_box || ended box
}

in_box_or_ended() { in_box || [ -z "$(born "$1")" ]; }

# Goes on with this command inside, as one that does not outlive this process.
go_in() {
  join_roster
  exec nsenter --target "$(pid box)" --net --mount --pid -- \
    env SLUICEGATE_IN_BOX=1 setpriv --pdeathsig KILL "$self" "$@"
}

# Ends every process, and with the last of them the network and the mounts. Only cgroups are left.
close_box() {
  local tree inside tries
  leave_roster
  for ((tries = 0; tries < 100; tries++)); do
    inside=$(on_roster)
    [ -n "$inside" ] || break
    # shellcheck disable=SC2086
    kill -KILL $inside 2>/dev/null || true
    sleep 0.1
  done
  [ -z "$inside" ] || fail "these processes do not end: ${inside//$'\n'/ }"
  while read -r tree; do
    for ((tries = 0; tries < 50; tries++)); do
      [ -e "$tree/$box" ] || break
      find "$tree/$box" -depth -type d -exec rmdir {} \; 2>/dev/null || sleep 0.1
    done
  done < <(cgroup_trees)
}

join_roster() { echo "$$" >"$roster/cgroup.procs"; }

on_roster() {
  [ -e "${roster%/box}" ] || return 0
  find "${roster%/box}" -name cgroup.procs -exec cat {} + 2>/dev/null || true
}

# Lets alive and pid speak of what runs in the box, by its numbers here.
see_inside() {
  local _ here inside
  while read -r _ here inside; do
    # Neither who was brought here by `exec`, nor a pod.
    if [[ $inside =~ ^[0-9]+$ ]]; then numbers[$inside]=$here; fi
  done < <(on_roster | sed 's|.*|/proc/&/status|' | xargs -r grep -hs '^NSpid:')
}

# When the box is closed by a command that was started with `exec`, the command stays.
leave_roster() {
  if [ -e "$roster" ] && grep -qx "$$" "$roster/cgroup.procs"; then
    echo "$$" >"$outside/cgroup.procs"
  fi
}

# Whether a box can be had here; else says what is missing and what to do.
need_box() {
  local missing=() packages program plugin
  [ "$(id -u)" = 0 ] || fail "a real node needs root: run this as root"
  unshare --net --mount --pid --fork true 2>/dev/null ||
    fail "a real node needs namespaces of its own, which this machine refuses even root" \
      "(CAP_SYS_ADMIN): run this on a machine or in a container that is privileged"
  grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null ||
    fail "a real node needs the file system overlay, which this kernel lacks"
  [ -e /sys/fs/cgroup/cgroup.controllers ] || [ -e /sys/fs/cgroup/pids/cgroup.procs ] ||
    fail "a real node needs cgroups: mount them at /sys/fs/cgroup"
  for program in runc iptables conntrack ip nsenter unshare setpriv openssl strip busybox; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  for plugin in ptp host-local loopback portmap; do
    [ -x "$plugins/$plugin" ] || missing+=("$plugins/$plugin")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  packages="runc containernetworking-plugins iptables conntrack iproute2 util-linux openssl \
binutils busybox-static"
  [ "${1:-}" = install ] && command -v apt-get >/dev/null ||
    fail "a real node needs ${missing[*]}; install the packages $packages"
  say "installing ${missing[*]}"
  # shellcheck disable=SC2086
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
    --no-install-recommends $packages; } >&2 ||
    fail "a real node needs ${missing[*]}; install the packages $packages"
}
