//! How far a flow is: which records of its source have come to their end, and up to which it may
//! say so.
//!
//! A source has lanes, such as the partitions of a topic; the records of one are in order. What is
//! admitted is a [`Share`] that somebody owes an end. It can be split, where its records part ways,
//! and expanded, where each becomes several. A record has come to its end when all shares of it
//! have: written, taken by the store of errors, or left out as the spec asks. A lane has come as
//! far as its first record that has not.
//!
//! Nothing here waits, writes or looks at a clock. What is told twice or too late changes nothing:
//! a share has one end, and a lane that was taken away tells nothing any more, though what is under
//! way of it counts until it has come back.

use std::collections::{BTreeMap, VecDeque};

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

/// Records that are in order among themselves, such as those of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub u32);

/// One time that a lane was given: when it is taken away and given once more it has another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(u64);

/// Records that somebody owes an end. It is used up by whatever is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share {
    slot: usize,
    turn: u64,
}

/// How much may be under way at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Records that no lane has come past, whether they have come to their end or not.
    pub records: usize,
    /// Bytes of records that have not come to their end.
    pub bytes: usize,
}

/// Why records are not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// There is no room just now.
    Full,
    /// There never is: they are more than the limits together.
    TooLarge,
    /// The lane was taken away.
    TakenAway,
}

/// How far a lane has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Progress<P> {
    /// The lane.
    pub lane: Lane,
    /// The time that it was given.
    pub epoch: Epoch,
    /// The position of the last record up to which all have come to their end.
    pub position: P,
}

/// What is under way, and how far each lane has come. Positions are the source's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ledger<P> {
    limits: Limits,
    /// What is under way now.
    records: usize,
    bytes: usize,
    /// Every time that a lane was given, for as long as it is its own or something of it is under
    /// way.
    given: BTreeMap<Epoch, Given<P>>,
    epochs: u64,
    /// Shares by their slots; one that is free is used again, with its next turn.
    slots: Vec<Slot>,
    free: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Given<P> {
    lane: Lane,
    /// Whether it was taken away since.
    gone: bool,
    /// The records that it has not come past, in their order, and how many it has.
    entries: VecDeque<Entry<P>>,
    before: u64,
    /// How far it has come, and whether that was told.
    position: Option<P>,
    told: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Entry<P> {
    position: P,
    bytes: usize,
    /// The shares of it that have not come to their end.
    shares: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Slot {
    turn: u64,
    held: Option<Held>,
}

/// What a share is of: so many records of a lane, from this one on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Held {
    epoch: Epoch,
    first: u64,
    count: u64,
}

impl<P: Clone> Ledger<P> {
    /// One in which nothing is under way.
    pub fn new(limits: Limits) -> Self {
        let (given, slots, free) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { limits, records: 0, bytes: 0, given, epochs: 0, slots, free }
    }

    /// A lane is given. One that was given before is taken away first.
    pub fn give(&mut self, lane: Lane) -> Epoch {
        if let Some(before) = self.epoch(lane) {
            self.take_away(before);
        }
        let epoch = Epoch(self.epochs);
        self.epochs += 1;
        let (entries, position) = (VecDeque::new(), None);
        let given = Given { lane, gone: false, entries, before: 0, position, told: true };
        self.given.insert(epoch, given);
        epoch
    }

    /// A lane is taken away: it tells nothing any more.
    pub fn take_away(&mut self, epoch: Epoch) {
        if let Some(given) = self.given.get_mut(&epoch) {
            given.gone = true;
        }
        self.forget(epoch);
    }

    /// The time that a lane was given, if it is its own.
    pub fn epoch(&self, lane: Lane) -> Option<Epoch> {
        let own = |given: &Given<P>| given.lane == lane && !given.gone;
        self.given.iter().find(|(_, given)| own(given)).map(|(epoch, _)| *epoch)
    }

    /// Takes the next records of a lane in, each with its position and its size in bytes, as one
    /// share.
    ///
    /// # Errors
    ///
    /// Why not. Nothing was taken in then.
    pub fn admit(&mut self, epoch: Epoch, records: &[(P, usize)]) -> Result<Share, Refused> {
        let given = self.given.get_mut(&epoch).filter(|given| !given.gone);
        let Some(given) = given else { return Err(Refused::TakenAway) };
        let bytes = records.iter().fold(0_usize, |sum, (_, bytes)| sum.saturating_add(*bytes));
        if records.len() > self.limits.records || bytes > self.limits.bytes {
            return Err(Refused::TooLarge);
        }
        let Limits { records: most, bytes: heaviest } = self.limits;
        if records.len() > most - self.records || bytes > heaviest - self.bytes {
            return Err(Refused::Full);
        }
        let first = given.before + wide(given.entries.len());
        let entry = |(position, bytes): &(P, usize)| Entry {
            position: position.clone(),
            bytes: *bytes,
            shares: 1,
        };
        given.entries.extend(records.iter().map(entry));
        self.records += records.len();
        self.bytes += bytes;
        Ok(self.share(Held { epoch, first, count: wide(records.len()) }))
    }

    /// Two shares of one: the first so many of its records, and the others. Nothing if it has come
    /// to its end, or would not be parted.
    pub fn split(&mut self, share: Share, at: usize) -> Option<(Share, Share)> {
        let held = self.held(share).filter(|held| at > 0 && wide(at) < held.count)?;
        self.release(share);
        let (first, count) = (held.first + wide(at), held.count - wide(at));
        let here = self.share(Held { count: wide(at), ..held });
        Some((here, self.share(Held { first, count, ..held })))
    }

    /// As many shares of the same records as each of them becomes. Of none they have come to their
    /// end, as they have where the share has already.
    pub fn expand(&mut self, share: Share, into: usize) -> Vec<Share> {
        let Some(held) = self.held(share) else { return Vec::new() };
        if into == 0 {
            self.settle(share);
            return Vec::new();
        }
        if let Some(given) = self.given.get_mut(&held.epoch) {
            given.each(held, |entry| entry.shares += into - 1);
        }
        self.release(share);
        (0..into).map(|_| self.share(held)).collect()
    }

    /// A share has come to its end. Whether it had not before.
    pub fn settle(&mut self, share: Share) -> bool {
        let Some(held) = self.held(share) else { return false };
        self.release(share);
        let Some(given) = self.given.get_mut(&held.epoch) else { return false };
        let mut bytes = 0;
        given.each(held, |entry| {
            entry.shares -= 1;
            if entry.shares == 0 {
                bytes += entry.bytes;
            }
        });
        self.bytes -= bytes;
        self.records -= given.come_on();
        self.forget(held.epoch);
        true
    }

    /// The lanes that have come further since this was last asked.
    pub fn progress(&mut self) -> Vec<Progress<P>> {
        let own = self.given.iter_mut().filter(|(_, given)| !given.gone && !given.told);
        let told = own.filter_map(|(epoch, given)| {
            given.told = true;
            let position = given.position.clone()?;
            Some(Progress { lane: given.lane, epoch: *epoch, position })
        });
        told.collect()
    }

    /// Whether nothing of a lane is under way.
    pub fn is_drained(&self, epoch: Epoch) -> bool {
        self.given.get(&epoch).is_none_or(|given| given.entries.is_empty())
    }

    /// What is under way now.
    pub fn under_way(&self) -> Limits {
        Limits { records: self.records, bytes: self.bytes }
    }

    /// Forgets a lane that was taken away, once nothing of it is under way.
    fn forget(&mut self, epoch: Epoch) {
        if self.given.get(&epoch).is_some_and(|given| given.gone && given.entries.is_empty()) {
            self.given.remove(&epoch);
        }
    }

    fn held(&self, share: Share) -> Option<Held> {
        let slot = self.slots.get(share.slot)?;
        slot.held.filter(|_| slot.turn == share.turn)
    }

    fn share(&mut self, held: Held) -> Share {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot { turn: 0, held: None });
            self.slots.len() - 1
        });
        let free = &mut self.slots[slot];
        free.held = Some(held);
        Share { slot, turn: free.turn }
    }

    fn release(&mut self, share: Share) {
        let slot = &mut self.slots[share.slot];
        slot.held = None;
        slot.turn += 1;
        self.free.push(share.slot);
    }
}

impl<P: Clone> Given<P> {
    /// Does something to each record of a share.
    fn each(&mut self, held: Held, does: impl FnMut(&mut Entry<P>)) {
        let first = usize::try_from(held.first - self.before).unwrap_or(usize::MAX);
        let count = usize::try_from(held.count).unwrap_or(usize::MAX);
        self.entries.range_mut(first..first + count).for_each(does);
    }

    /// Comes past the records at its front that have come to their end, and tells how many.
    fn come_on(&mut self) -> usize {
        let mut past = 0;
        while self.entries.front().is_some_and(|entry| entry.shares == 0) {
            self.position = self.entries.pop_front().map(|entry| entry.position);
            self.told = false;
            past += 1;
        }
        self.before += wide(past);
        past
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
