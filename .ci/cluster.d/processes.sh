# Programs that outlive the command: started, recognised again, stopped.
# Sourced by .ci/cluster; run/NAME holds the process id and the start time of each.

# Starts a program under a name, in a session of its own and with nothing of the caller's open, so
# that neither a Ctrl-C nor a pipe that somebody reads to its end has to do with it.
start() {
  local name=$1 fd
  shift
  (
    for fd in /proc/self/fd/*; do
      fd=${fd##*/}
      if [ "$fd" -gt 2 ]; then eval "exec $fd>&-"; fi
    done
    exec setsid "$@" </dev/null >>"logs/$name.log" 2>&1
  ) &
  echo "$! $(born "$!")" >"run/$name"
  disown
}

# When a process was started: with it, a number that went to another program is not taken for ours.
born() {
  local fields=
  read -r -d '' fields 2>/dev/null <"/proc/$1/stat" || true
  # What follows the name, which may hold blanks.
  fields=${fields##*) }
  # shellcheck disable=SC2086
  set -- $fields
  # A zombie has ended.
  if [ "${1:-Z}" != Z ]; then echo "${20}"; fi
}

alive() {
  local pid when
  read -r pid when 2>/dev/null <"$state/run/$1" || return 1
  [ -n "$when" ] && [ "$(born "$(here "$pid")")" = "$when" ]
}

pid() { here "$(cut -d ' ' -f 1 "$state/run/$1")"; }

# What a process is numbered here that was started in the box of a node: see_inside asks.
declare -A numbers=()
here() { echo "${numbers[$1]:-$1}"; }

# Asks programs to stop, together, and insists after three seconds.
stop() {
  local name tries
  for name; do
    if alive "$name"; then kill "$(pid "$name")" 2>/dev/null || true; fi
  done
  for name; do
    tries=0
    while alive "$name"; do
      tries=$((tries + 1))
      if [ "$tries" -eq 30 ]; then kill -KILL "$(pid "$name")" 2>/dev/null || true; fi
      sleep 0.1
    done
    rm -f "$state/run/$name"
  done
}
