# Writes an image of one layer from files, as an archive in the OCI layout. The same files make the
# same archive, byte for byte. Sourced by .ci/cluster.

image() {
  local names=() sources=() env=() entrypoint=() cmd=() user=0 out='' libs='' work
  while [ $# -gt 0 ]; do
    case $1 in
      --libs) libs=1 ;;
      --name | --file | --env | --user | --entrypoint | --cmd | -o)
        [ -n "${2:-}" ] || fail "image: $1 wants a value"
        case $1 in
          --name) names+=("$2") ;;
          --file) sources+=("$2") ;;
          --env) env+=("$2") ;;
          --user) user=$2 ;;
          --entrypoint) entrypoint+=("$2") ;;
          --cmd) cmd+=("$2") ;;
          -o) out=$2 ;;
        esac
        shift
        ;;
      *) fail "image does not know $1; see the head of .ci/cluster for what there is" ;;
    esac
    shift
  done
  if [ "${#names[@]}" = 0 ] || [ "${#sources[@]}" = 0 ] || [ -z "$out" ]; then
    fail "image wants --name NAME:TAG, --file SOURCE:PLACE and -o ARCHIVE"
  fi
  # In a process of its own, so that the folder goes whatever happens to it.
  (
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    write_image
  )
}

# With what image() has read.
write_image() {
  local file name layer config manifest entries=()
  for name in "${names[@]}"; do
    [[ ${name##*/} == *:* ]] || fail "image: $name has no tag; say NAME:TAG"
  done
  mkdir -p "$work/layer.d" "$work/oci/blobs/sha256"
  for file in "${sources[@]}"; do
    [ -e "${file%%:*}" ] && [[ $file == *:/* ]] ||
      fail "image: --file $file is not SOURCE:/PLACE with a source that is there"
    put "${file%%:*}" "${file#*:}"
    if [ -n "$libs" ]; then put_libs "${file%%:*}"; fi
  done
  tar_of "$work/layer.d" . >"$work/layer"
  layer=$(blob "$work/layer")
  printf '{"architecture":"%s","os":"linux","config":{"User":%s,"Env":[%s],' \
    "$(architecture)" "$(quoted "$user")" "$(quoted "${env[@]}")" >"$work/config"
  printf '"Entrypoint":[%s],"Cmd":[%s]},' "$(quoted "${entrypoint[@]}")" "$(quoted "${cmd[@]}")" \
    >>"$work/config"
  printf '"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$layer" >>"$work/config"
  config=$(described "$work/config" image.config.v1+json)
  printf '{"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}' \
    application/vnd.oci.image.manifest.v1+json "$config" \
    "$(described "$work/oci/blobs/sha256/$layer" image.layer.v1.tar)" >"$work/manifest"
  manifest=$(described "$work/manifest" image.manifest.v1+json)
  for name in "${names[@]}"; do
    entries+=("${manifest%\}},\"annotations\":{\"io.containerd.image.name\":$(quoted "$name"),\
\"org.opencontainers.image.ref.name\":$(quoted "${name##*:}")}}")
  done
  printf '{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}' \
    application/vnd.oci.image.index.v1+json "$(joined "${entries[@]}")" >"$work/oci/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$work/oci/oci-layout"
  tar_of "$work/oci" blobs index.json oci-layout >"$out"
}

# Puts a file, or what a folder holds, in its place in the image.
put() {
  mkdir -p "$work/layer.d/${2%/*}"
  cp -RLT --preserve=mode,links "$1" "$work/layer.d/$2"
}

# The libraries that a program is linked to, and what loads them, where it looks for them.
put_libs() {
  local lib
  while read -r lib; do
    [ -e "$work/layer.d$lib" ] || put "$lib" "$lib"
  done < <(ldd "$1" 2>/dev/null | grep -o '/[^ ]*')
}

tar_of() {
  local folder=$1
  shift
  tar -C "$folder" --sort=name --format=gnu --mtime=@0 --mode=u=rwX,go=rX \
    --owner=0 --group=0 --numeric-owner -c "$@"
}

# Moves a file to where the archive has its parts, and says its digest.
blob() {
  local digest
  digest=$(sha256sum <"$1")
  digest=${digest%% *}
  mv "$1" "$work/oci/blobs/sha256/$digest"
  echo "$digest"
}

# How one part of the archive refers to another.
described() {
  local file=$1 size digest
  size=$(stat -c %s "$file")
  case $file in
    */blobs/sha256/*) digest=${file##*/} ;;
    *) digest=$(blob "$file") ;;
  esac
  printf '{"mediaType":"application/vnd.oci.%s","digest":"sha256:%s","size":%s}' \
    "$2" "$digest" "$size"
}

# Strings as JSON has them, with commas between.
quoted() {
  local it all=()
  for it; do
    it=${it//\\/\\\\}
    all+=("\"${it//\"/\\\"}\"")
  done
  joined "${all[@]}"
}

joined() {
  local IFS=,
  printf %s "$*"
}

architecture() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) uname -m ;;
  esac
}
