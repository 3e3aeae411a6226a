//! What Kubernetes asks of the parts of a pod that a spec passes on as they are written, and of the
//! lists and volumes around them.
//!
//! The API server takes our resource and refuses the StatefulSet that is made of it, so what is
//! wrong is told here, before. One idea a file; what a single field must be stands in the schemas
//! ([`super::schema`]) and is not repeated. A kind says by [`Ids`] what its rules are called. Of
//! the rules, [`cel`] has those that the API server can judge too; the others are a table of the
//! kind ([`crate::crd::Here`]).
//!
//! A suite sends thousands of specs, right and wrong, through our builders to a real API server and
//! compares its verdict with this one.

use crate::{
    field::{Cause, Errors, Path},
    k8s::metadata,
};

pub mod affinity;
pub mod annotations;
pub mod cel;
pub mod image;
pub mod lists;
pub mod profiles;
pub mod resources;
pub mod scheduling;
pub mod spread;
pub mod variables;

/// What the rules of a kind are called.
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    /// The letters, such as `CLU`.
    pub prefix: &'static str,
    /// The number of the first of them. The others follow in the order of [`Rule`].
    pub first: u8,
}

/// The rules. Their order gives their numbers: a new one goes to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Operator, key and value of a toleration fit together.
    Tolerations,
    /// A constraint on the spread is given once, and minDomains only where it counts.
    Spread,
    /// A variable has one source.
    Variables,
    /// A list that Kubernetes keeps by name takes no name twice.
    PullSecrets,
    /// ReadWriteOncePod stands alone.
    AccessModes,
    /// A Service takes no port twice.
    Ports,
    /// The profiles of a pod are complete.
    PodProfiles,
    /// The profiles of a container are complete.
    ContainerProfiles,
    /// A kernel parameter is set once.
    Sysctls,
    /// Terms that choose nodes.
    NodeAffinity,
    /// Terms that choose pods.
    PodAffinity,
    /// The pods that a constraint on the spread counts.
    SpreadSelector,
    /// The keys of a node selector.
    NodeSelector,
    /// The keys of a pod's labels.
    PodLabels,
    /// The annotations of a pod.
    PodAnnotations,
    /// The annotations of a Service.
    ServiceAnnotations,
    /// The keys of a monitor's labels.
    MonitorLabels,
    /// Resources that there are, in amounts that they come in.
    Resources,
    /// What a variable takes of its own pod.
    VariableFields,
    /// A name that a container runtime understands.
    Image,
    /// Enough to start with.
    Amounts,
}

impl Rule {
    /// What it asks for, as a sentence without an end: the message of its CEL rule too.
    pub const fn asks(self) -> &'static str {
        match self {
            Self::Tolerations => {
                "a toleration has a key and perhaps a value, or operator Exists and no value; \
                 tolerationSeconds goes with effect NoExecute only"
            }
            Self::Spread => {
                "topologyKey and whenUnsatisfiable together may be given once, and minDomains only \
                 with whenUnsatisfiable DoNotSchedule"
            }
            Self::Variables => {
                "valueFrom has one of fieldRef, resourceFieldRef, configMapKeyRef and \
                 secretKeyRef, and no value beside it"
            }
            Self::PullSecrets => "every Secret may be named once",
            Self::AccessModes => "ReadWriteOncePod must be the only access mode",
            Self::Ports => "service.port must not be metrics.port (9090 when left out)",
            Self::PodProfiles | Self::ContainerProfiles => {
                "the type Localhost, and no other, has a localhostProfile: for seccomp a path \
                 below the kubelet's folder without .., for AppArmor a name"
            }
            Self::Sysctls => "every kernel parameter may be set once",
            Self::NodeAffinity => {
                "In and NotIn have values, Exists and DoesNotExist none, Gt and Lt one; a term of \
                 matchFields has one value"
            }
            Self::PodAffinity | Self::SpreadSelector => {
                "In and NotIn have values, Exists and DoesNotExist none; keys are those of labels; \
                 matchLabelKeys need a labelSelector that does not have them"
            }
            Self::NodeSelector => "the keys of nodeSelector are those of labels",
            Self::PodLabels => "the keys of podLabels are those of labels",
            Self::PodAnnotations => {
                "the keys of podAnnotations are those of annotations, all of them have at most \
                 256 KiB, and those that Kubernetes reads have values that it understands"
            }
            Self::ServiceAnnotations => {
                "the keys of service.annotations are those of annotations, and all of them have at \
                 most 256 KiB"
            }
            Self::MonitorLabels => "the keys of serviceMonitor.labels are those of labels",
            Self::Resources => {
                "a resource is cpu, memory, ephemeral-storage, hugepages-<size> or has a domain; \
                 what cannot be shared comes in whole numbers, with a limit that its request equals"
            }
            Self::VariableFields => {
                "fieldPath has keys of labels in its brackets; a divisor is 1 or 1m for cpu, and \
                 1, 1k, 1Ki and so on to 1E and 1Ei for bytes"
            }
            Self::Image => {
                "a container runtime reads the image: a path in lower case, a tag of at most 128 \
                 characters, a whole digest"
            }
            Self::Amounts => "memory and volumes come in whole bytes, and in no fewer than 1Mi",
        }
    }
}

/// Where what is wrong is told, under one rule of a kind.
pub struct Judge<'a> {
    id: String,
    errors: &'a mut Errors,
}

impl Ids {
    /// What a rule is called.
    pub fn id(self, rule: Rule) -> String {
        format!("{}-{:02}", self.prefix, self.first + rule as u8)
    }

    /// Tells under this rule.
    pub fn judge(self, rule: Rule, errors: &mut Errors) -> Judge<'_> {
        Judge { id: self.id(rule), errors }
    }
}

impl Judge<'_> {
    /// Adds that a value is not acceptable.
    fn invalid(&mut self, path: Path, value: &str, must: &str, remedy: &str) {
        let shown = match value.char_indices().nth(60) {
            Some((at, _)) => format!("{:?}...", &value[..at]),
            None => format!("{value:?}"),
        };
        self.push(path, Cause::Invalid(shown, must.to_owned()), remedy);
    }

    /// Adds that something may not stand there.
    fn forbidden(&mut self, path: Path, why: &str, remedy: &str) {
        self.push(path, Cause::Forbidden(why.to_owned()), remedy);
    }

    /// Adds that something is missing.
    fn required(&mut self, path: Path, remedy: &str) {
        self.push(path, Cause::Required, remedy);
    }

    /// Adds that something is there twice.
    fn twice(&mut self, path: Path, value: &str) {
        self.push(path, Cause::Duplicate(value.to_owned()), "leave one of the two out");
    }

    /// Adds that something is no key of a label, unless it is one.
    fn key(&mut self, path: Path, key: &str) {
        if !metadata::is_key(key) {
            let must = "must be a key: a name of at most 63 characters, or a domain, / and a name";
            let remedy = "write letters, digits, -, _ and ., such as team or example.com/team";
            self.invalid(path, key, must, remedy);
        }
    }

    fn push(&mut self, path: Path, cause: Cause, remedy: &str) {
        self.errors.push(path, cause, format!("{}: {remedy}", self.id));
    }
}

/// Adds every key of a map that is none of a label.
pub fn keys<'a>(keys: impl Iterator<Item = &'a String>, path: &Path, judge: &mut Judge<'_>) {
    keys.for_each(|key| judge.key(path.child(key), key));
}
