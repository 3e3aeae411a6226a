//! The restricted Pod Security Standard as rules over a security context.
//!
//! Security contexts are open for hardening and for the ids that a storage system wants. What
//! would loosen them is refused where it is written, not when the namespace refuses the pods.
//! Every expression is for an optional object: it is only asked when the object is there.

use k8s_openapi::api::core::v1::{
    AppArmorProfile, PodSecurityContext, SELinuxOptions, SeccompProfile, SecurityContext,
};

use super::pod::Ids;
use crate::field::{Cause, Errors, Path};

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

const SECCOMP: &[&str] = &["RuntimeDefault", "Localhost"];
const SELINUX_TYPES: &[&str] =
    &["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
const SAFE_SYSCTLS: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
];

/// Adds what loosens the restrictions of a pod. The rules have these ids, in this order: identity,
/// profiles, SELinux, sysctls, Windows.
pub fn pod(context: &PodSecurityContext, path: &Path, ids: Ids, errors: &mut Errors) {
    let (mut broken, first) = (Broken { path, prefix: ids.prefix, errors }, ids.first);
    broken.in_either(
        first,
        (context.run_as_non_root, context.run_as_user),
        (context.seccomp_profile.as_ref(), context.app_armor_profile.as_ref()),
        context.se_linux_options.as_ref(),
    );
    let mut sysctls = context.sysctls.iter().flatten();
    let safe = sysctls.all(|sysctl| SAFE_SYSCTLS.contains(&sysctl.name.as_str()));
    broken.unless(safe, first + 3, SYSCTLS_MESSAGE);
    broken.unless(context.windows_options.is_none(), first + 4, WINDOWS_MESSAGE);
}

/// Adds what loosens the restrictions of a container. The rules have these ids, in this order:
/// identity, profiles, SELinux, privileges, capabilities, Windows.
pub fn container(context: &SecurityContext, path: &Path, ids: Ids, errors: &mut Errors) {
    let (mut broken, first) = (Broken { path, prefix: ids.prefix, errors }, ids.first);
    broken.in_either(
        first,
        (context.run_as_non_root, context.run_as_user),
        (context.seccomp_profile.as_ref(), context.app_armor_profile.as_ref()),
        context.se_linux_options.as_ref(),
    );
    let mounts = context.proc_mount.as_deref().unwrap_or_default();
    let unprivileged = context.privileged != Some(true)
        && context.allow_privilege_escalation != Some(true)
        && context.read_only_root_filesystem != Some(false)
        && ["", "Default"].contains(&mounts);
    broken.unless(unprivileged, first + 3, PRIVILEGES_MESSAGE);
    let capabilities = context.capabilities.as_ref().is_none_or(|capabilities| {
        let mut added = capabilities.add.iter().flatten();
        added.all(|one| one == "NET_BIND_SERVICE")
            && capabilities.drop.as_ref().is_none_or(|drop| drop.iter().any(|one| one == "ALL"))
    });
    broken.unless(capabilities, first + 4, CAPABILITIES_MESSAGE);
    broken.unless(context.windows_options.is_none(), first + 5, WINDOWS_MESSAGE);
}

struct Broken<'a> {
    path: &'a Path,
    prefix: &'static str,
    errors: &'a mut Errors,
}

impl Broken<'_> {
    /// What pods and containers have in common: who they run as, which profiles confine them.
    fn in_either(
        &mut self,
        first: u8,
        user: (Option<bool>, Option<i64>),
        confined: (Option<&SeccompProfile>, Option<&AppArmorProfile>),
        labels: Option<&SELinuxOptions>,
    ) {
        self.unless(identity(user), first, IDENTITY_MESSAGE);
        let seccomp = confined.0.map(|profile| profile.type_.as_str());
        let app_armor = confined.1.map(|profile| profile.type_.as_str());
        self.unless(profiles(seccomp, app_armor), first + 1, PROFILES_MESSAGE);
        self.unless(selinux(labels), first + 2, SELINUX_MESSAGE);
    }

    fn unless(&mut self, holds: bool, rule: u8, message: &str) {
        if !holds {
            let cause = Cause::Forbidden("it loosens the restricted pod security".to_owned());
            let remedy = format!("{}-{rule:02}: {message}", self.prefix);
            self.errors.push(self.path.clone(), cause, remedy);
        }
    }
}

fn identity((non_root, user): (Option<bool>, Option<i64>)) -> bool {
    non_root != Some(false) && user != Some(0)
}

fn profiles(seccomp: Option<&str>, app_armor: Option<&str>) -> bool {
    let allowed = |profile: Option<&str>| profile.is_none_or(|name| SECCOMP.contains(&name));
    allowed(seccomp) && allowed(app_armor)
}

fn selinux(options: Option<&SELinuxOptions>) -> bool {
    options.is_none_or(|options| {
        let empty = |text: &Option<String>| text.as_ref().is_none_or(String::is_empty);
        let kind = options.type_.as_deref().unwrap_or_default();
        SELINUX_TYPES.contains(&kind) && empty(&options.user) && empty(&options.role)
    })
}
