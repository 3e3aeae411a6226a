# Where tools are kept: built once per machine, outside the checkout; and those from the crate
# registry. Sourced by the scripts that use any.
tools=${SLUICEGATE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/sluicegate/tools}

# The broker to test against, the schema registry, and the program that runs connectors, with those
# that are tried.
rivvend_version=0.0.22
connect_version=0.0.22
schema_version=0.0.22
connect_features=(--no-default-features --features postgres,mysql,tls,http)

# Hardly optimised: it is built once and runs for seconds. What stands behind the version goes to
# cargo.
install() {
  local name=$1 version=$2
  shift 2
  if "$tools/bin/$name" --version 2>/dev/null | grep -qF "$version"; then return; fi
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install "$name" --version "$version" --locked --root "$tools" "$@"
}
