# The keys of a cluster: an authority of its own, good for a month, and who signs in with it.
# Sourced by .ci/cluster; every file is in the state folder.

make_keys() {
  rm -rf pki
  mkdir -m 700 pki
  key ca /CN=sluicegate-cluster -addext "keyUsage=critical,keyCertSign,cRLSign"
  signed kube-apiserver /CN=kube-apiserver -addext "extendedKeyUsage=serverAuth" \
    -addext "subjectAltName=IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes.default.svc"
  local who
  # A user by this name is not written to the audit log: audit-policy.yaml.
  for who in O=system:masters/CN=admin O=system:masters/CN=system:stand-in \
    CN=system:kube-controller-manager CN=system:kube-scheduler; do
    signed "${who##*CN=}" "/$who" -addext "extendedKeyUsage=clientAuth"
  done
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out pki/tokens.key \
    2>>logs/keys.log
  openssl pkey -in pki/tokens.key -pubout -out pki/tokens.pub 2>>logs/keys.log
}

# Said to be no CA itself: Go does not mind, rustls refuses a server whose certificate may sign.
signed() {
  key "$@" -CA pki/ca.crt -CAkey pki/ca.key -addext "basicConstraints=critical,CA:FALSE"
}

key() {
  local name=$1 subject=$2
  shift 2
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "$subject" \
    -keyout "pki/$name.key" -out "pki/$name.crt" "$@" 2>>logs/keys.log
}

# The file with which somebody signs in.
kubeconfig() {
  local name=$1 file=$2
  (
    umask 077
    cat >"$file" <<YAML
apiVersion: v1
kind: Config
current-context: sluicegate
clusters:
  - name: sluicegate
    cluster:
      server: https://127.0.0.1:$port
      certificate-authority-data: $(base64 -w 0 pki/ca.crt)
users:
  - name: $name
    user:
      client-certificate-data: $(base64 -w 0 "pki/$name.crt")
      client-key-data: $(base64 -w 0 "pki/$name.key")
contexts:
  - name: sluicegate
    context: { cluster: sluicegate, user: $name }
YAML
  )
}
