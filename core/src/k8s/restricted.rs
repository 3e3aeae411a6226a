//! The restricted Pod Security Standard as rules over a security context.
//!
//! Security contexts are open for hardening and for the ids that a storage system wants. What
//! would loosen them is refused where it is written, not when the namespace refuses the pods.
//! Every expression is for an optional object: it is only asked when the object is there.

/// A pod or a container must not run as root. For either context.
pub const IDENTITY: &str = "(!has(self.runAsNonRoot) || self.runAsNonRoot) \
    && (!has(self.runAsUser) || self.runAsUser != 0)";

/// What to say when [`IDENTITY`] does not hold.
pub const IDENTITY_MESSAGE: &str = "runAsNonRoot must not be false and runAsUser must not be 0";

/// System calls and files stay filtered. For either context.
pub const PROFILES: &str = "(!has(self.seccompProfile) \
    || self.seccompProfile.type in ['RuntimeDefault', 'Localhost']) \
    && (!has(self.appArmorProfile) \
    || self.appArmorProfile.type in ['RuntimeDefault', 'Localhost'])";

/// What to say when [`PROFILES`] does not hold.
pub const PROFILES_MESSAGE: &str =
    "seccompProfile.type and appArmorProfile.type must be RuntimeDefault or Localhost";

/// SELinux types for containers only, and no user or role. For either context.
pub const SELINUX: &str = "!has(self.seLinuxOptions) || (\
    (!has(self.seLinuxOptions.type) || self.seLinuxOptions.type in ['', 'container_t', \
    'container_init_t', 'container_kvm_t', 'container_engine_t']) \
    && (!has(self.seLinuxOptions.user) || self.seLinuxOptions.user == '') \
    && (!has(self.seLinuxOptions.role) || self.seLinuxOptions.role == ''))";

/// What to say when [`SELINUX`] does not hold.
pub const SELINUX_MESSAGE: &str = "seLinuxOptions may have the types container_t, \
    container_init_t, container_kvm_t and container_engine_t, and neither user nor role";

/// No Windows, and so no host processes. For either context.
pub const WINDOWS: &str = "!has(self.windowsOptions)";

/// What to say when [`WINDOWS`] does not hold.
pub const WINDOWS_MESSAGE: &str = "windowsOptions must be left out: the containers run on Linux";

/// Only kernel parameters that concern nobody else on the node. For a pod's context.
pub const SYSCTLS: &str = "!has(self.sysctls) || self.sysctls.all(s, s.name in [\
    'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', \
    'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.tcp_syncookies', \
    'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports', \
    'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', \
    'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'])";

/// What to say when [`SYSCTLS`] does not hold.
pub const SYSCTLS_MESSAGE: &str =
    "sysctls may only be those that the baseline Pod Security Standard calls safe";

/// Nothing that widens what the process may do. For a container's context.
pub const PRIVILEGES: &str = "(!has(self.privileged) || !self.privileged) \
    && (!has(self.allowPrivilegeEscalation) || !self.allowPrivilegeEscalation) \
    && (!has(self.readOnlyRootFilesystem) || self.readOnlyRootFilesystem) \
    && (!has(self.procMount) || self.procMount in ['', 'Default'])";

/// What to say when [`PRIVILEGES`] does not hold.
pub const PRIVILEGES_MESSAGE: &str = "privileged and allowPrivilegeEscalation must not be true, \
    readOnlyRootFilesystem must not be false, procMount must be Default";

/// All capabilities dropped, at most one given back. For a container's context.
pub const CAPABILITIES: &str = "!has(self.capabilities) || (\
    (!has(self.capabilities.add) || self.capabilities.add.all(c, c == 'NET_BIND_SERVICE')) \
    && (!has(self.capabilities.drop) || self.capabilities.drop.exists(c, c == 'ALL')))";

/// What to say when [`CAPABILITIES`] does not hold.
pub const CAPABILITIES_MESSAGE: &str =
    "capabilities.drop must contain ALL, and capabilities.add nothing but NET_BIND_SERVICE";
