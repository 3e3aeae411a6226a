//! The restricted Pod Security Standard as rules over security contexts.
//!
//! Security contexts are open for hardening and for the ids that a storage system wants. What
//! would loosen them is refused where it is written, not when the namespace refuses the pods.

use k8s_openapi::api::core::v1::{
    AppArmorProfile, PodSecurityContext, SELinuxOptions, SeccompProfile, SecurityContext,
};

use super::HasPods;
use crate::check::Check;

/// A pod or a container must not run as root.
const IDENTITY: (&str, &str) = (
    "(!has(self.runAsNonRoot) || self.runAsNonRoot) \
     && (!has(self.runAsUser) || self.runAsUser != 0)",
    "runAsNonRoot must not be false and runAsUser must not be 0",
);

/// System calls and files stay filtered.
const PROFILES: (&str, &str) = (
    "(!has(self.seccompProfile) \
     || self.seccompProfile.type in ['RuntimeDefault', 'Localhost']) \
     && (!has(self.appArmorProfile) \
     || self.appArmorProfile.type in ['RuntimeDefault', 'Localhost'])",
    "seccompProfile.type and appArmorProfile.type must be RuntimeDefault or Localhost",
);

/// SELinux types for containers only, and no user or role.
const SELINUX: (&str, &str) = (
    "!has(self.seLinuxOptions) || (\
     (!has(self.seLinuxOptions.type) || self.seLinuxOptions.type in ['', 'container_t', \
     'container_init_t', 'container_kvm_t', 'container_engine_t']) \
     && (!has(self.seLinuxOptions.user) || self.seLinuxOptions.user == '') \
     && (!has(self.seLinuxOptions.role) || self.seLinuxOptions.role == ''))",
    "seLinuxOptions may have the types container_t, container_init_t, container_kvm_t and \
     container_engine_t, and neither user nor role",
);

/// Only kernel parameters that concern nobody else on the node.
const SYSCTLS: (&str, &str) = (
    "!has(self.sysctls) || self.sysctls.all(s, s.name in [\
     'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', \
     'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.tcp_syncookies', \
     'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports', \
     'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', \
     'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'])",
    "sysctls may only be those that the baseline Pod Security Standard calls safe",
);

/// No Windows, and so no host processes.
const WINDOWS: (&str, &str) =
    ("!has(self.windowsOptions)", "windowsOptions must be left out: the containers run on Linux");

/// Nothing that widens what the process may do.
const PRIVILEGES: (&str, &str) = (
    "(!has(self.privileged) || !self.privileged) \
     && (!has(self.allowPrivilegeEscalation) || !self.allowPrivilegeEscalation) \
     && (!has(self.readOnlyRootFilesystem) || self.readOnlyRootFilesystem) \
     && (!has(self.procMount) || self.procMount in ['', 'Default'])",
    "privileged and allowPrivilegeEscalation must not be true, readOnlyRootFilesystem must not be \
     false, procMount must be Default",
);

/// All capabilities dropped, at most one given back.
const CAPABILITIES: (&str, &str) = (
    "!has(self.capabilities) || (\
     (!has(self.capabilities.add) || self.capabilities.add.all(c, c == 'NET_BIND_SERVICE')) \
     && (!has(self.capabilities.drop) || self.capabilities.drop.exists(c, c == 'ALL')))",
    "capabilities.drop must contain ALL, and capabilities.add nothing but NET_BIND_SERVICE",
);

/// Declares rules of one security context: the name, the rule, and whether it holds.
macro_rules! rules {
    (
        $(#[$about:meta])* $module:ident, $path:literal, $field:ident: $context:ident;
        $($name:ident = $rule:ident, $holds:expr;)+
    ) => {
        $(#[$about])*
        pub mod $module {
            use super::*;

            $(
                #[doc = concat!("What `", stringify!($name), "` of the context may be.")]
                pub const fn $name<R: HasPods>(id: &'static str) -> Check<R> {
                    Check::new(id, $path, $rule.0, $rule.1, |resource: &R, judge| {
                        let holds: fn(&$context) -> bool = $holds;
                        if resource.pods().$field.is_some_and(|context| !holds(context)) {
                            let why = "it loosens the restricted pod security";
                            judge.forbidden(judge.at(), why, $rule.1);
                        }
                    })
                }
            )+
        }
    };
}

rules! {
    /// Of the pod.
    pod, "spec.securityContext", security_context: PodSecurityContext;
    identity = IDENTITY, |it| is_nobody(it.run_as_non_root, it.run_as_user);
    profiles = PROFILES, |it| confines(it.seccomp_profile.as_ref(), it.app_armor_profile.as_ref());
    selinux = SELINUX, |it| is_for_containers(it.se_linux_options.as_ref());
    sysctls = SYSCTLS, |it| {
        it.sysctls.iter().flatten().all(|one| SAFE_SYSCTLS.contains(&one.name.as_str()))
    };
    windows = WINDOWS, |it| it.windows_options.is_none();
}

rules! {
    /// Of the container.
    container, "spec.containerSecurityContext", container_security_context: SecurityContext;
    identity = IDENTITY, |it| is_nobody(it.run_as_non_root, it.run_as_user);
    profiles = PROFILES, |it| confines(it.seccomp_profile.as_ref(), it.app_armor_profile.as_ref());
    selinux = SELINUX, |it| is_for_containers(it.se_linux_options.as_ref());
    privileges = PRIVILEGES, |it| {
        it.privileged != Some(true)
            && it.allow_privilege_escalation != Some(true)
            && it.read_only_root_filesystem != Some(false)
            && ["", "Default"].contains(&it.proc_mount.as_deref().unwrap_or_default())
    };
    capabilities = CAPABILITIES, |it| {
        it.capabilities.as_ref().is_none_or(|given| {
            given.add.iter().flatten().all(|one| one == "NET_BIND_SERVICE")
                && given.drop.as_ref().is_none_or(|drop| drop.iter().any(|one| one == "ALL"))
        })
    };
    windows = WINDOWS, |it| it.windows_options.is_none();
}

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

const SELINUX_TYPES: &[&str] =
    &["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

fn is_nobody(non_root: Option<bool>, user: Option<i64>) -> bool {
    non_root != Some(false) && user != Some(0)
}

fn confines(seccomp: Option<&SeccompProfile>, app_armor: Option<&AppArmorProfile>) -> bool {
    let confines = |name: &str| ["RuntimeDefault", "Localhost"].contains(&name);
    seccomp.is_none_or(|profile| confines(&profile.type_))
        && app_armor.is_none_or(|profile| confines(&profile.type_))
}

fn is_for_containers(options: Option<&SELinuxOptions>) -> bool {
    options.is_none_or(|options| {
        let empty = |text: &Option<String>| text.as_ref().is_none_or(String::is_empty);
        let kind = options.type_.as_deref().unwrap_or_default();
        SELINUX_TYPES.contains(&kind) && empty(&options.user) && empty(&options.role)
    })
}
