//! Writes records, and says of each whether the broker has acknowledged it. What was not is written
//! again under numbers of its own: whether it is there as well is nobody's promise.

use std::{
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use rivven_protocol::{BatchRecord, Request, Response};

use super::{seconds, tell};
use crate::plain::Client;

/// How long it waits before it tries again.
const AGAIN: Duration = Duration::from_millis(200);

/// What is to be written.
pub(crate) struct Wish<'a> {
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
}

/// Until all are acknowledged.
pub(crate) fn run(wish: &Wish<'_>) -> ExitCode {
    let since = Instant::now();
    let (mut next, mut done, mut client) = (wish.first, 0, None);
    let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
    while done < wish.count {
        let (first, many) = (next, wish.batch.min(wish.count - done));
        next += many;
        match send(&mut client, wish, first..next) {
            Ok(()) => {
                done += many;
                tell(&format!("acknowledged {first}-{}", next - 1));
                longest = longest.max(last.elapsed());
                last = Instant::now();
                thread::sleep(Duration::from_millis(wish.pause_ms));
            }
            Err(why) => {
                client = None;
                tell(&format!("not acknowledged {first}-{}: {why}", next - 1));
                thread::sleep(AGAIN);
            }
        }
    }
    tell(&format!("wrote {done} in {:.3} s, at most {longest:?} apart", seconds(since)));
    ExitCode::SUCCESS
}

fn send(
    client: &mut Option<Client>,
    wish: &Wish<'_>,
    numbers: std::ops::Range<u64>,
) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let client = match client {
        Some(client) => client,
        None => client.insert(Client::connect(wish.address).map_err(text)?),
    };
    let many = numbers.end - numbers.start;
    let record =
        |number: u64| BatchRecord { key: None, value: number.to_string().into_bytes().into() };
    let answer = client.ask(&Request::PublishBatch {
        topic: wish.topic.to_owned(),
        partition: None,
        records: numbers.map(record).collect(),
        leader_epoch: None,
    });
    let answer = answer.map_err(text)?;
    let whole = |count: u32| u64::from(count) == many;
    match &answer {
        Response::PublishedBatch { record_count, .. } if whole(*record_count) => Ok(()),
        _ => Err(format!("{answer:?}")),
    }
}
