//! What the statuses of all kinds have in common, for the engine to write.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube_core::{Resource, object::HasStatus};
use serde::{Serialize, de::DeserializeOwned};

/// What every status has.
pub trait Status: Default + Clone + PartialEq + Serialize + DeserializeOwned {
    /// The conditions, sorted by type.
    fn conditions(&self) -> &[Condition];
    /// The conditions, for the engine to write.
    fn conditions_mut(&mut self) -> &mut Vec<Condition>;
    /// The generation this status speaks of.
    fn observed_generation(&self) -> Option<i64>;
    /// The same, for the engine to write.
    fn observed_generation_mut(&mut self) -> &mut Option<i64>;
    /// The time of the last change of any other field, for the engine to write.
    fn changed_at_mut(&mut self) -> &mut Option<Time>;
    /// What *Ready* says, for the engine to write.
    fn message_mut(&mut self) -> &mut Option<String>;
    /// The same with what moves by itself as it was told before: if that is all that has changed,
    /// nothing is written. What is not known now stays as it was. Default: nothing in it moves by
    /// itself.
    fn but_for_counts(&mut self, _before: &Self) -> Option<Self> {
        None
    }
}

/// Whether the last look at a resource found this very generation of it in place: what differs now
/// has been changed by somebody else.
pub fn was_in_sync<R>(resource: &R) -> bool
where
    R: Resource<DynamicType = ()> + HasStatus<Status: Status>,
{
    let Some(status) = resource.status() else { return false };
    status.observed_generation() == resource.meta().generation
        && status.conditions().iter().any(|one| one.type_ == "Ready" && one.status == "True")
}

/// Implements [`Status`] for a struct with `conditions`, `observed_generation`, `message` and a
/// time.
#[macro_export]
macro_rules! status {
    ($status:ty, $changed_at:ident $(, { $more:item })?) => {
        impl $crate::kind::Status for $status {
            fn conditions(&self) -> &[k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition] {
                &self.conditions
            }
            fn conditions_mut(
                &mut self,
            ) -> &mut Vec<k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition> {
                &mut self.conditions
            }
            fn observed_generation(&self) -> Option<i64> {
                self.observed_generation
            }
            fn observed_generation_mut(&mut self) -> &mut Option<i64> {
                &mut self.observed_generation
            }
            fn changed_at_mut(
                &mut self,
            ) -> &mut Option<k8s_openapi::apimachinery::pkg::apis::meta::v1::Time> {
                &mut self.$changed_at
            }
            fn message_mut(&mut self) -> &mut Option<String> {
                &mut self.message
            }
            $($more)?
        }
    };
}
