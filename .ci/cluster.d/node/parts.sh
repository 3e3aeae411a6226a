# The parts of a cluster with a real node, and how each is started. Sourced by .ci/cluster; runs in
# the state folder, within the box, where the ports and folders are nobody else's.

# Where Debian puts the programs that connect a pod.
plugins=/usr/lib/cni
address=172.30.0.1

# In the order in which they are stopped.
node_parts() {
  clients=(volumes coredns kube-proxy kubelet containerd kube-scheduler kube-controller-manager)
  parts=("${clients[@]}" kube-apiserver etcd)
  server_flags=(--bind-address 0.0.0.0 --advertise-address "$address"
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction
    # There is nobody who would know a node's name.
    --kubelet-preferred-address-types InternalIP
    --kubelet-certificate-authority pki/ca.crt
    --kubelet-client-certificate pki/system:stand-in.crt
    --kubelet-client-key pki/system:stand-in.key)
  objects=(-f "$files/classes.yaml")
}

make_node_keys() {
  signed kubelet /O=system:nodes/CN=system:node:node-0 \
    -addext "extendedKeyUsage=serverAuth,clientAuth" \
    -addext "subjectAltName=IP:$address,DNS:node-0"
  signed kube-proxy /CN=system:kube-proxy -addext "extendedKeyUsage=clientAuth"
}

write_node_files() {
  kubeconfig kubelet kubelet.kubeconfig
  kubeconfig kube-proxy kube-proxy.kubeconfig
  cat >resolv.conf <<CONF
nameserver $address
search default.svc.cluster.local svc.cluster.local cluster.local
options ndots:5
CONF
  cat >Corefile <<CORE
. {
  bind $address
  kubernetes cluster.local in-addr.arpa {
    kubeconfig stand-in.kubeconfig
  }
}
CORE
  # One overlay does not bear another, such as where this machine is a container itself.
  local name layers=overlayfs
  if [ "$(stat --file-system --format %T .)" = overlayfs ]; then layers=native; fi
  for name in containerd.toml kubelet.yaml kube-proxy.yaml; do
    sed "s|@STATE@|$state|g; s|@PLUGINS@|$plugins|g; s|@BOX@|$box|g; s|@LAYERS@|$layers|g" \
      "$files/node/$name" >"$name"
  done
  mkdir -p cni
  cp "$files/node/network.conflist" cni/
}

start_containerd() {
  PATH=$containerd_folder:$PATH start containerd \
    "$containerd_folder/containerd" --config containerd.toml
  until_true "containerd" ctr version
  load_own_images
}

start_kubelet() {
  start kubelet "$kubelet_folder/kubelet" --config kubelet.yaml \
    --kubeconfig kubelet.kubeconfig --hostname-override node-0 --node-ip "$address" \
    --node-labels topology.kubernetes.io/zone=a,topology.kubernetes.io/region=here
}

start_kube_proxy() {
  start kube-proxy "$kubelet_folder/kube-proxy" --config kube-proxy.yaml
}

start_coredns() {
  start coredns "$coredns_folder/coredns" -conf Corefile
}

# A stand-in for what gives out volumes.
start_volumes() {
  start volumes "$files/node/volumes" "$programs/kubectl" "$state"
}

ctr() {
  "$containerd_folder/ctr" --namespace k8s.io "$@" >>"$state/logs/up.log" 2>&1
}

load() {
  local archive
  for archive; do
    ctr images import "$archive" || fail "$archive was not taken; see $state/logs/up.log"
  done
}

# No image can be pulled here: what the cluster needs itself, and the broker under its published
# name. By the other names it is the same program, for those who want to see an image change.
load_own_images() {
  [ ! -e images ] || return 0
  local from=images.new/from published=ghcr.io/hupe1980/rivvend:$rivvend_version
  rm -rf images.new
  mkdir -p "$from/names"
  image --name sluicegate.test/pause:1 --user 65535 --entrypoint /pause \
    --file "$kubelet_folder/pause:/pause" -o images.new/pause.tar
  # A copy, since it links its names to itself, and no link leads to another disk.
  cp "$(command -v busybox)" "$from/busybox"
  "$from/busybox" --install "$from/names"
  image --name docker.io/library/busybox:latest --name docker.io/library/busybox:1 --cmd sh \
    --file "$from/names:/bin" -o images.new/busybox.tar
  strip -o "$from/rivvend" "$tools/bin/rivvend"
  image --name "$published" --name "$published-again" \
    --name "registry.example/rivvend:$rivvend_version" --user 65532 --entrypoint /app --libs \
    --file "$from/rivvend:/app" -o images.new/rivvend.tar
  if [ -x "$tools/bin/rivven-connect" ]; then
    strip -o "$from/connect" "$tools/bin/rivven-connect"
    image --name "ghcr.io/hupe1980/rivven-connect:$connect_version" --user 65532 \
      --entrypoint /app --libs --file "$from/connect:/app" -o images.new/connect.tar
  fi
  if [ -x "$tools/bin/rivven-schema" ]; then
    strip -o "$from/schema" "$tools/bin/rivven-schema"
    image --name "ghcr.io/hupe1980/rivven-schema:$schema_version" --user 65532 \
      --entrypoint /app --libs --file "$from/schema:/app" -o images.new/schema.tar
  fi
  rm -r "$from"
  load images.new/*.tar
  mv images.new images
}
