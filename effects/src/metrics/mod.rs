//! The operator's numbers. Every label is from a closed set: a name of a resource is one only in
//! what is [measured] of resources, and goes with it.

pub mod measured;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use self::measured::Measured;

/// What is counted, shared by all that runs.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Requests to the API server.
    pub api_calls: Family<ApiCall, Counter>,
    /// Requests to the API server on their way.
    pub in_flight: Gauge,
    /// How long one reconciliation takes, in seconds.
    pub reconcile: Family<OfKind, Histogram, fn() -> Histogram>,
    /// Actions done.
    pub actions: Family<OfVerb, Counter>,
    /// Reconciliations that failed, by what the error calls for.
    pub failures: Family<OfClass, Counter>,
    /// Resources that wait to be reconciled now.
    pub queue_depth: Family<OfKind, Gauge>,
    /// How long resources waited for their turn, in seconds.
    pub queue_wait: Family<OfKind, Histogram, fn() -> Histogram>,
    /// Resources that are there.
    pub resources: Family<OfKind, Gauge>,
    /// Resources that undergo what all do.
    pub fleet_changing: Family<OfKind, Gauge>,
    /// Resources that wait for their turn in that.
    pub fleet_waiting: Family<OfKind, Gauge>,
    /// When the last event or bookmark came on a stream, in seconds since 1970.
    pub last_event: Family<OfApi, Gauge>,
    /// Requests to products, questions and changes.
    pub product_calls: Family<ProductCall, Counter>,
    /// How long those took that were sent, in seconds.
    pub product_seconds: Family<OfRequest, Histogram, fn() -> Histogram>,
    /// What resources stand for, in numbers.
    pub measured: Measured,
}

/// A verb and an answer, as `patch` and `409`. `0` stands for no answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ApiCall {
    /// The verb, as Kubernetes' audit log calls it.
    pub verb: &'static str,
    /// The HTTP status; `0` where none came.
    pub code: u16,
}

/// A request to a product and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ProductCall {
    /// The system, such as `rivven`.
    pub product: &'static str,
    /// What was asked, such as `health` or `create`.
    pub verb: &'static str,
    /// `done`, `refused`, `lost` (it may have been done, or not), `slow`, `unsent`, or `spared`:
    /// not sent, since what does not answer is left alone for a while.
    pub outcome: &'static str,
}

/// A kind of request to a product.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfRequest {
    /// The system.
    pub product: &'static str,
    /// What was asked.
    pub verb: &'static str,
}

/// A kind, such as `RivvenCluster`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfKind {
    /// The kind.
    pub kind: String,
}

/// A kind and a verb of the plan, such as `apply`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfVerb {
    /// The kind of the resource that the action is for.
    pub kind: String,
    /// The verb.
    pub verb: &'static str,
}

/// A kind and the class of an error.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfClass {
    /// The kind of the resource.
    pub kind: String,
    /// `conflict`, `retry` or `final`.
    pub class: String,
}

/// An API that is watched, by its plural and group, such as `statefulsets.apps`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfApi {
    /// The plural and the group.
    pub api: String,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            api_calls: Family::default(),
            in_flight: Gauge::default(),
            reconcile: Family::new_with_constructor(seconds),
            actions: Family::default(),
            failures: Family::default(),
            queue_depth: Family::default(),
            queue_wait: Family::new_with_constructor(seconds),
            resources: Family::default(),
            fleet_changing: Family::default(),
            fleet_waiting: Family::default(),
            last_event: Family::default(),
            product_calls: Family::default(),
            product_seconds: Family::new_with_constructor(seconds),
            measured: Measured::default(),
        }
    }
}

impl Metrics {
    /// Registers everything, under the prefix `sluicegate_`.
    pub fn register(&self, registry: &mut Registry) {
        let own = registry.sub_registry_with_prefix("sluicegate");
        own.register("api_calls", "Requests to the API server", self.api_calls.clone());
        own.register("api_in_flight", "Requests on their way", self.in_flight.clone());
        own.register_with_unit(
            "reconcile",
            "How long one reconciliation takes",
            Unit::Seconds,
            self.reconcile.clone(),
        );
        own.register("actions", "Actions done", self.actions.clone());
        own.register("failures", "Reconciliations that failed", self.failures.clone());
        own.register("queue_depth", "Resources that wait for a turn", self.queue_depth.clone());
        own.register_with_unit(
            "queue_wait",
            "How long resources waited for a turn",
            Unit::Seconds,
            self.queue_wait.clone(),
        );
        own.register("resources", "Resources that are there", self.resources.clone());
        own.register(
            "fleet_changing",
            "Resources that undergo what all of their kind do",
            self.fleet_changing.clone(),
        );
        own.register(
            "fleet_waiting",
            "Resources that wait for their turn in what all of their kind undergo",
            self.fleet_waiting.clone(),
        );
        own.register_with_unit(
            "last_event_timestamp",
            "When the last event or bookmark came on a stream",
            Unit::Seconds,
            self.last_event.clone(),
        );
        own.register("product_calls", "Requests to products", self.product_calls.clone());
        own.register_with_unit(
            "product",
            "How long requests to products took",
            Unit::Seconds,
            self.product_seconds.clone(),
        );
        registry.register_collector(Box::new(self.measured.clone()));
    }
}

/// From a millisecond to half a minute.
fn seconds() -> Histogram {
    Histogram::new([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0])
}
