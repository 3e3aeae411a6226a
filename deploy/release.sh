#!/usr/bin/env bash
# Makes what a release hands out, of the commit that is checked out and of nothing else:
#
#   deploy/release.sh OUT
#
#   OUT/sluicegate            the program, static, for x86-64
#   OUT/sluicegate.cdx.json   what it is made of (CycloneDX)
#   OUT/sluicegate.oci.tar    the image, for `skopeo copy oci-archive:…` or `ctr images import`
#   OUT/SHA256SUMS            the same commit and toolchain give the same sums, wherever this runs
#
# It wants the target x86_64-unknown-linux-musl, musl-gcc, and cargo-cyclonedx of the version below.
set -euo pipefail
shopt -s inherit_errexit

target=x86_64-unknown-linux-musl
cyclonedx_version=0.5.9

fail() { printf '%s\n' "$*" >&2; exit 1; }

[ $# = 1 ] || fail "usage: deploy/release.sh OUT"
repository=$(realpath "$(dirname "$0")/..")
mkdir -p "$1"
out=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo cyclonedx --version 2>/dev/null | grep -qF "$cyclonedx_version" ||
  fail "cargo-cyclonedx $cyclonedx_version is not there:" \
    "cargo install cargo-cyclonedx --version $cyclonedx_version --locked"
command -v musl-gcc >/dev/null || fail "musl-gcc is not there: apt-get install musl-tools"

# What is not committed is not released.
git -C "$repository" archive HEAD | tar -x -C "$work"
cd "$work"
export SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(git -C "$repository" log -1 --format=%ct)
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)

# No path of this machine is left in the program, nor anything that depends on one.
crates=${CARGO_HOME:-$HOME/.cargo}
export CARGO_TARGET_DIR=$work/target CARGO_INCREMENTAL=0
export RUSTFLAGS="--remap-path-prefix=$work=/sluicegate --remap-path-prefix=$crates=/cargo"
export CFLAGS="-ffile-prefix-map=$work=/sluicegate -ffile-prefix-map=$crates=/cargo"
cargo build --locked --profile image --target "$target" -p sluicegate
install -m 0555 "target/$target/image/sluicegate" "$out/sluicegate"
if file -b "$out/sluicegate" | grep -q 'dynamically linked'; then
  fail "the program is not static"
fi

cargo cyclonedx --quiet --format json --spec-version 1.5 --target "$target" \
  --manifest-path operator/Cargo.toml --override-filename sluicegate.cdx
# It names our own crates by the folder that they lie in.
sed "s#$work#/sluicegate#g" operator/sluicegate.cdx.json >"$out/sluicegate.cdx.json"

.ci/cluster image --name "ghcr.io/sluicegate/sluicegate:$version" \
  --file "$out/sluicegate:/sluicegate" --user 65532:65532 \
  --entrypoint /sluicegate --cmd run -o "$out/sluicegate.oci.tar"

cd "$out"
sha256sum sluicegate sluicegate.cdx.json sluicegate.oci.tar | tee SHA256SUMS
