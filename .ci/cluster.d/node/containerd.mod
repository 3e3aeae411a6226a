// The programs of containerd as tools of a module that exists only to build them. Its version is
// said here and nowhere else; see ../go.mod for the rest.
module example.invalid/containerd

go 1.26.0

tool (
	github.com/containerd/containerd/v2/cmd/containerd
	github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2
	github.com/containerd/containerd/v2/cmd/ctr
)

require github.com/containerd/containerd/v2 v2.4.2
