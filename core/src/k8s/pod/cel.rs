//! Those rules about the parts of a pod that the API server can judge when it takes the resource:
//! what they say is [`super::Rule::asks`]. Every expression is for an optional value: it is only
//! asked when the value is there.
//!
//! The others are not here because the API server grants a rule no more than so much work, as it
//! reckons beforehand: it takes lists within lists, and the keys of maps, for as long as a request
//! can be.

/// For the list of tolerations.
pub const TOLERATIONS: &str = "self.all(t, (has(t.operator) && t.operator == 'Exists' \
    ? !has(t.value) || t.value == '' : has(t.key) && t.key != '') \
    && (!has(t.tolerationSeconds) || (has(t.effect) && t.effect == 'NoExecute')))";

/// For the list of constraints on the spread.
pub const SPREAD: &str = "self.all(c, self.exists_one(o, o.topologyKey == c.topologyKey \
    && o.whenUnsatisfiable == c.whenUnsatisfiable) \
    && (!has(c.minDomains) || c.whenUnsatisfiable == 'DoNotSchedule'))";

/// For the list of variables.
pub const VARIABLES: &str = "self.all(e, !has(e.valueFrom) \
    || ((!has(e.value) || e.value == '') && (has(e.valueFrom.fieldRef) ? 1 : 0) \
    + (has(e.valueFrom.resourceFieldRef) ? 1 : 0) + (has(e.valueFrom.configMapKeyRef) ? 1 : 0) \
    + (has(e.valueFrom.secretKeyRef) ? 1 : 0) == 1))";

/// For a list of names.
pub const ONCE: &str = "self.all(one, self.exists_one(other, other == one))";

/// For the list of access modes.
pub const ACCESS_MODES: &str =
    "!('ReadWriteOncePod' in self) || self.all(mode, mode == 'ReadWriteOncePod')";

/// For a spec with `service` and `metrics`, whose port is 9090 when left out.
pub const PORTS: &str = "!has(self.service) || !has(self.service.port) \
    || (has(self.metrics) && has(self.metrics.enabled) && !self.metrics.enabled) \
    || self.service.port != (has(self.metrics) && has(self.metrics.port) \
    ? self.metrics.port : 9090)";

/// For either security context.
pub const PROFILES: &str = "(!has(self.seccompProfile) || (self.seccompProfile.type == 'Localhost' \
    ? has(self.seccompProfile.localhostProfile) \
    && !self.seccompProfile.localhostProfile.startsWith('/') \
    && !self.seccompProfile.localhostProfile.matches('(^|/)[.][.](/|$)') \
    : !has(self.seccompProfile.localhostProfile))) \
    && (!has(self.appArmorProfile) || (self.appArmorProfile.type == 'Localhost' \
    ? has(self.appArmorProfile.localhostProfile) \
    && self.appArmorProfile.localhostProfile != '' \
    && !self.appArmorProfile.localhostProfile.matches(\
    '^[ \\\\t\\\\n\\\\r\\\\f]\
    |[ \\\\t\\\\n\\\\r\\\\f]$') \
    : !has(self.appArmorProfile.localhostProfile)))";

/// For the security context of a pod.
pub const SYSCTLS: &str =
    "!has(self.sysctls) || self.sysctls.all(s, self.sysctls.exists_one(o, o.name == s.name))";
