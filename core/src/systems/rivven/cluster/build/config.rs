//! The ConfigMap: exactly the variables that the broker reads, and no others.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;

use crate::systems::rivven::{cluster::Valid, names};

/// Where the volume is mounted.
pub(super) const DATA_DIR: &str = "/data";
/// What a request may be larger than its largest message, in bytes: its frame, key and headers.
const REQUEST_OVERHEAD: i64 = 64 * 1024;

/// Holds the broker's environment, which its container takes whole.
pub(in super::super) fn config_map(cluster: &Valid) -> ConfigMap {
    ConfigMap {
        metadata: cluster.meta(names::config(&cluster.name)),
        data: Some(environment(cluster)),
        ..ConfigMap::default()
    }
}

/// The variables that `rivvend` reads, measured on the released program. A flag is the word `true`
/// or `false`, an address `IP:port`; anything else ends the program at start.
pub(in super::super) fn environment(cluster: &Valid) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = cluster.tunables.clone();
    let mode = if cluster.release.clusters { "cluster" } else { "standalone" };
    let ours = [
        ("RIVVEN_MODE", mode.to_owned()),
        ("RIVVEN_CLUSTER_NAME", cluster.name.clone()),
        ("RIVVEN_BIND", format!("0.0.0.0:{}", names::CLIENT_PORT)),
        // Also with metrics off: the probes ask it.
        ("RIVVEN_API_BIND", format!("0.0.0.0:{}", cluster.api_port)),
        ("RIVVEN_DATA_DIR", DATA_DIR.to_owned()),
        ("RIVVEN_DEFAULT_PARTITIONS", cluster.default_partitions.to_string()),
        ("RIVVEN_MAX_SEGMENT_SIZE", cluster.segment_bytes.to_string()),
        (
            "RIVVEN_MAX_REQUEST_SIZE",
            cluster.message_bytes.saturating_add(REQUEST_OVERHEAD).to_string(),
        ),
        // No release can create a user, so asking who a client is would let nobody in.
        ("RIVVEN_NO_REQUIRE_AUTH", (!cluster.release.auth).to_string()),
    ];
    all.extend(ours.map(|(name, value)| (name.to_owned(), value)));
    // It answers 200 to every path, which makes any wrong probe look right.
    all.entry("RIVVEN_NO_DASHBOARD".to_owned()).or_insert_with(|| "true".to_owned());
    if cluster.release.clusters {
        let copies = cluster.replication_factor;
        all.insert("RIVVEN_REPLICATION_FACTOR".to_owned(), copies.to_string());
        all.insert("RIVVEN_MIN_ISR".to_owned(), (copies / 2 + 1).min(copies).to_string());
    }
    all
}
