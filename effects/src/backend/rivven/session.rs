//! What is said over one connection of the client protocol.

use std::{collections::BTreeMap, net::SocketAddr};

use rivven_client::Client;
use sluicegate_core::systems::rivven::{Call, SeenTopic, topic::config::SETTINGS};
use tokio::time::{Duration, Instant};

use super::fault::Fault;

/// Connects to the first address that accepts, and greets the broker.
pub(super) async fn connect(addresses: &[SocketAddr], limit: Duration) -> Result<Client, Fault> {
    let mut failed = Fault::Unsent("the name leads nowhere".to_owned());
    for address in addresses {
        match Client::connect_with_timeout(&address.to_string(), limit).await {
            // Its own limit of 30 s for a request is never reached: whoever asks waits less long.
            Ok(client) => return Ok(client),
            Err(error) => failed = Fault::of_connect(error),
        }
    }
    Err(failed)
}

/// A topic as the broker describes it; nothing if it has none of that name.
pub(super) async fn topic(
    client: &mut Client,
    name: &str,
    until: Instant,
) -> Result<Option<SeenTopic>, Fault> {
    let partitions = match client.get_metadata(name).await.map_err(Fault::of_client) {
        Ok((_, partitions)) => partitions,
        Err(fault) if fault.no_topic() => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let mut described = client.describe_topic_configs(&[name]).await.map_err(Fault::of_client)?;
    let configs = changed(described.remove(name).unwrap_or_default());
    let records = records(client, name, partitions, until).await?;
    Ok(Some(SeenTopic { partitions, configs, records, replication_factor: None }))
}

/// The records of every topic that the broker has.
pub(super) async fn holdings(
    client: &mut Client,
    until: Instant,
) -> Result<BTreeMap<String, u64>, Fault> {
    let mut held = BTreeMap::new();
    for name in client.list_topics().await.map_err(Fault::of_client)? {
        let counted = match client.get_metadata(&*name).await.map_err(Fault::of_client) {
            Ok((_, partitions)) => records(client, &name, partitions, until).await,
            Err(fault) => Err(fault),
        };
        match counted {
            Ok(records) => drop(held.insert(name, records)),
            // Deleted since the list was made.
            Err(fault) if fault.no_topic() => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(held)
}

/// Makes a change.
pub(super) async fn call(client: &mut Client, call: &Call) -> Result<(), Fault> {
    let done = match call {
        Call::CreateTopic { name, partitions, .. } => {
            client.create_topic(name, Some(*partitions)).await.map(drop)
        }
        Call::GrowTopic { name, partitions, .. } => {
            client.create_partitions(name, *partitions).await.map(drop)
        }
        Call::SetConfig { name, key, value, .. } => {
            client.alter_topic_config(name, &[(key, value.as_deref())]).await.map(drop)
        }
        Call::DeleteTopic { name, .. } => client.delete_topic(name).await,
    };
    done.map_err(Fault::of_client)
}

/// One request for each partition: the protocol has none for all. So a broker that answers each
/// may still take longer than there is time.
async fn records(
    client: &mut Client,
    name: &str,
    partitions: u32,
    until: Instant,
) -> Result<u64, Fault> {
    let mut records = 0_u64;
    for partition in 0..partitions {
        if Instant::now() > until {
            let why = "it answers, but has more partitions than can be asked for in time";
            return Err(Fault::Slow(why.to_owned()));
        }
        let bounds = client.get_offset_bounds(name, partition).await;
        let (earliest, latest) = bounds.map_err(Fault::of_client)?;
        records = records.saturating_add(latest.saturating_sub(earliest));
    }
    Ok(records)
}

/// The broker describes every config of any topic, even of one that it does not have, and does not
/// tell a default from a value that was set to the same. What is at its default is left out.
fn changed(described: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let differs = |key: &str, value: &str| {
        SETTINGS.iter().any(|setting| setting.key == key && setting.default != value)
    };
    described.into_iter().filter(|(key, value)| differs(key, value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_configs_that_are_not_at_their_default_are_seen() {
        let described = [
            ("retention.ms", "5"),
            ("retention.bytes", "-1"),
            ("compression.type", "producer"),
            ("cleanup.policy", "compact,delete"),
            ("of.another.release", "1"),
        ];
        let described = described.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let seen = changed(described);
        let seen: Vec<_> = seen.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(seen, [("cleanup.policy", "compact,delete"), ("retention.ms", "5")]);
    }
}
