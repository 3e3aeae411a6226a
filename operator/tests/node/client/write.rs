//! Writes records, and says of each whether the broker has acknowledged it. What was not is written
//! again under numbers of its own: whether it is there as well is nobody's promise.

use std::{
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use rivven_protocol::{BatchRecord, Request, Response};

use super::{seconds, tell};
use crate::plain::Client;

/// How long it waits before it tries again.
const AGAIN: Duration = Duration::from_millis(200);

/// What is to be written.
pub(crate) struct Scope<'a> {
    pub(crate) address: &'a str,
    pub(crate) topic: &'a str,
    /// The number of the first record.
    pub(crate) first: u64,
    /// How many acknowledged ones it wants.
    pub(crate) count: u64,
    /// How many it sends at once.
    pub(crate) batch: u64,
    /// How long it pauses after each time.
    pub(crate) pause_ms: u64,
    /// Over how many connections: the broker takes three milliseconds for each record of one.
    pub(crate) connections: u64,
}

/// Until all are acknowledged.
pub(crate) fn run(wish: &Scope<'_>) -> ExitCode {
    let since = Instant::now();
    let (next, left) = (AtomicU64::new(wish.first), AtomicU64::new(wish.count));
    thread::scope(|threads| {
        for _ in 0..wish.connections {
            threads.spawn(|| write(wish, &next, &left));
        }
    });
    let (count, connections, took) = (wish.count, wish.connections, seconds(since));
    tell(&format!("wrote {count} records over {connections} connections in {took:.3} s"));
    ExitCode::SUCCESS
}

fn write(wish: &Scope<'_>, next: &AtomicU64, left: &AtomicU64) {
    let mut client = None;
    let take = |left: u64| (left > 0).then(|| left - wish.batch.min(left));
    while let Ok(before) = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take) {
        let many = wish.batch.min(before);
        // Under numbers of its own each time, until it is acknowledged.
        loop {
            let first = next.fetch_add(many, Ordering::SeqCst);
            let last = first + many - 1;
            let Err(why) = send(&mut client, wish, first..=last) else {
                tell(&format!("acknowledged {first}-{last}"));
                break;
            };
            client = None;
            tell(&format!("not acknowledged {first}-{last}: {why}"));
            thread::sleep(AGAIN);
        }
        thread::sleep(Duration::from_millis(wish.pause_ms));
    }
}

fn send(
    client: &mut Option<Client>,
    wish: &Scope<'_>,
    numbers: std::ops::RangeInclusive<u64>,
) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let client = match client {
        Some(client) => client,
        None => client.insert(Client::connect(wish.address).map_err(text)?),
    };
    let record =
        |number: u64| BatchRecord { key: None, value: number.to_string().into_bytes().into() };
    let records: Vec<BatchRecord> = numbers.map(record).collect();
    let many = records.len();
    let topic = wish.topic.to_owned();
    let batch = Request::PublishBatch { topic, partition: None, records, leader_epoch: None };
    let answer = client.ask(&batch).map_err(text)?;
    if let Response::PublishedBatch { record_count, .. } = answer
        && record_count as usize == many
    {
        return Ok(());
    }
    Err(format!("{answer:?}"))
}
