# The parts of a cluster and how each is started. Sourced by .ci/cluster; runs in the state folder.

# In the order in which they are stopped: without etcd, kube-apiserver would take minutes to stop.
control_plane_parts() {
  clients=(kwok kube-scheduler kube-controller-manager)
  parts=("${clients[@]}" kube-apiserver etcd)
  server_flags=(--bind-address 127.0.0.1 --advertise-address 127.0.0.1
    --endpoint-reconciler-type none --authorization-mode RBAC)
  objects=(-f "$files/objects.yaml" -f "$files/classes.yaml")
}

# On sockets, which nobody else can open and for which no port has to be free. Short names, for the
# length of a socket's path is limited. It insists on advertising a port: nobody asks for it. What a
# test keeps need not survive a power cut.
start_etcd() {
  rm -f etcd.sock peers.sock
  start etcd "$programs/etcd" --data-dir etcd --unsafe-no-fsync --log-level warn \
    --listen-client-urls unix://etcd.sock --listen-peer-urls unix://peers.sock \
    --advertise-client-urls http://nobody:1
}

# The audit log is written before a request is answered, so that it is whole when a test reads it.
# As some distributions have it, only those name an owner that holds up its end who may do so.
start_kube_apiserver() {
  local gates=()
  if [ -n "${SLUICEGATE_FEATURE_GATES:-}" ]; then
    gates=(--feature-gates "$SLUICEGATE_FEATURE_GATES")
  fi
  start kube-apiserver "$programs/kube-apiserver" \
    "${server_flags[@]}" --secure-port "$port" \
    --etcd-servers unix://etcd.sock \
    --tls-cert-file pki/kube-apiserver.crt --tls-private-key-file pki/kube-apiserver.key \
    --client-ca-file pki/ca.crt \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file pki/tokens.pub \
    --service-account-signing-key-file pki/tokens.key \
    --service-cluster-ip-range 10.96.0.0/16 --allow-privileged --profiling=false \
    --enable-admission-plugins OwnerReferencesPermissionEnforcement "${gates[@]}" \
    --audit-policy-file "$files/audit-policy.yaml" --audit-log-path audit.log \
    --audit-log-mode blocking --audit-log-maxsize 1000000
}

start_kube_controller_manager() {
  start kube-controller-manager "$programs/kube-controller-manager" \
    --kubeconfig kube-controller-manager.kubeconfig --leader-elect=false --secure-port 0 \
    --use-service-account-credentials --service-account-private-key-file pki/tokens.key \
    --root-ca-file pki/ca.crt \
    --cluster-signing-cert-file pki/ca.crt --cluster-signing-key-file pki/ca.key \
    --kube-api-qps 500 --kube-api-burst 1000 --profiling=false
}

start_kube_scheduler() {
  start kube-scheduler "$programs/kube-scheduler" \
    --kubeconfig kube-scheduler.kubeconfig --leader-elect=false --secure-port 0 \
    --kube-api-qps 500 --kube-api-burst 1000 --profiling=false
}

# Nothing listens where its nodes are said to be: what asks a kubelet is told so at once.
start_kwok() {
  start kwok "$stand_in/kwok" --kubeconfig stand-in.kubeconfig \
    --node-ip 127.0.0.1 --cidr 10.244.0.0/16 \
    --manage-all-nodes=false \
    --manage-nodes-with-annotation-selector kwok.x-k8s.io/node=fake \
    --node-lease-duration-seconds 40 \
    --config "$files/nodes.yaml" --config "$files/pods.yaml" --config "$files/volumes.yaml"
}
