//! Reads every record of a topic by the product's own client, and says which numbers it has found.

use std::{process::ExitCode, time::Instant};

use rivven_client::Client;
use tokio::runtime::Builder;

use super::{seconds, tell};
use crate::numbers::Numbers;

/// How many records are asked for at once.
const AT_ONCE: u32 = 10_000;

/// Reads to the end of every partition.
pub(crate) fn run(address: &str, topic: &str) -> ExitCode {
    let runtime = Builder::new_current_thread().enable_all().build().expect("it has one thread");
    let since = Instant::now();
    match runtime.block_on(read(address, topic)) {
        Ok((found, read)) => {
            let (count, took) = (found.count(), seconds(since));
            tell(&format!("found {found}"));
            tell(&format!("read {read} records, {count} different ones, in {took:.3} s"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            tell(&format!("failed: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn read(address: &str, topic: &str) -> rivven_client::Result<(Numbers, u64)> {
    let mut client = Client::connect(address).await?;
    let (_, partitions) = client.get_metadata(topic).await?;
    let (mut found, mut count) = (Numbers::default(), 0);
    for partition in 0..partitions {
        let (mut offset, end) = client.get_offset_bounds(topic, partition).await?;
        while offset < end {
            let messages = client.consume(topic, partition, offset, AT_ONCE).await?;
            let Some(last) = messages.last() else { break };
            offset = last.offset + 1;
            for message in &messages {
                let text = std::str::from_utf8(&message.value).unwrap_or_default();
                if let Ok(number) = text.parse() {
                    found.add(number, number);
                }
                count += 1;
            }
        }
    }
    Ok((found, count))
}
