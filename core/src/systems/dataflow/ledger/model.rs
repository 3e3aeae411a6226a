//! The ledger in a small world, every order of what may happen: records of two lanes are read,
//! split, multiplied and written; ends are told twice and too late; lanes are taken away and given
//! again; the process dies at any moment and begins where it had said that it was.
//!
//! What is true is kept beside the ledger, by what was really written.

use stateright::{Checker as _, HasDiscoveries, Model, Property};

use super::{Epoch, Held, Lane, Ledger, Limits, Refused, Share, Slot, wide};

/// The lanes, and the records of each.
const LANES: usize = 2;
const RECORDS: u8 = 3;
/// What may be under way: two records of two bytes, or three of one.
const LIMITS: Limits = Limits { records: 3, bytes: 4 };

/// How often what goes wrong may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Left {
    crashes: u8,
    losses: u8,
    doubles: u8,
    growths: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    ledger: Ledger<u8>,
    lanes: [Source; LANES],
    /// What is under way in this process.
    pieces: Vec<Piece>,
    /// A share that was used up.
    used: Option<Share>,
    left: Left,
    wrong: Option<&'static str>,
}

/// A lane as its source has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Source {
    epoch: Option<Epoch>,
    /// The record that is read next, and that a new process would begin at.
    next: u8,
    said: u8,
    /// The records that were written.
    written: [bool; RECORDS as usize],
}

/// Something that is to be written: records of a lane, from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Piece {
    lane: usize,
    epoch: Epoch,
    from: u8,
    to: u8,
    share: Share,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Act {
    Give(usize),
    TakeAway(usize),
    Admit(usize, u8),
    Split(usize),
    Expand(usize, usize),
    Settle(usize),
    Again,
    Say,
    Crash,
}

/// The bytes of a record: the last of each lane is as large as two.
fn bytes(record: u8) -> usize {
    if record + 1 == RECORDS { 2 } else { 1 }
}

impl Piece {
    fn covers(&self, lane: usize, epoch: Epoch, record: u8) -> bool {
        (self.lane, self.epoch) == (lane, epoch) && (self.from..self.to).contains(&record)
    }
}

impl World {
    /// What is really under way: records and bytes of which somebody holds a piece.
    fn under_way(&self) -> (usize, usize) {
        let mut held: Vec<(usize, Epoch, u8)> = self
            .pieces
            .iter()
            .flat_map(|one| (one.from..one.to).map(|record| (one.lane, one.epoch, record)))
            .collect();
        held.sort_unstable();
        held.dedup();
        (held.len(), held.iter().map(|(.., record)| bytes(*record)).sum())
    }

    /// One for all worlds that differ in nothing but the names of shares and times: in which slot
    /// a share is, and how often that was used.
    fn renamed(&self) -> Self {
        let mut own = self.clone();
        own.pieces.sort_unstable_by_key(|one| (one.lane, one.epoch, one.from, one.to, one.share));
        let epochs: Vec<Epoch> = own.ledger.given.keys().copied().collect();
        let renamed = |epoch: Epoch| {
            let place = epochs.iter().position(|one| *one == epoch).unwrap_or(epochs.len());
            Epoch(wide(place))
        };
        let given = std::mem::take(&mut own.ledger.given).into_iter();
        own.ledger.given = given.map(|(epoch, given)| (renamed(epoch), given)).collect();
        own.ledger.epochs = 0;
        own.lanes.iter_mut().for_each(|one| one.epoch = one.epoch.map(renamed));
        let slots = std::mem::take(&mut own.ledger.slots);
        let place = |share: Share| own.pieces.iter().position(|one| one.share.slot == share.slot);
        own.used = own.used.map(|used| Share { slot: place(used).unwrap_or(slots.len()), turn: 1 });
        // What is neither free nor held is lost for good.
        let held = slots.iter().filter(|slot| slot.held.is_some()).count();
        own.ledger.free = vec![0; slots.len().saturating_sub(own.ledger.free.len() + held)];
        for (at, piece) in own.pieces.iter_mut().enumerate() {
            let held = slots.get(piece.share.slot).and_then(|slot| slot.held);
            let held = held.map(|held| Held { epoch: renamed(held.epoch), ..held });
            own.ledger.slots.push(Slot { turn: 0, held });
            (piece.epoch, piece.share) = (renamed(piece.epoch), Share { slot: at, turn: 0 });
        }
        own
    }

    /// A piece has come to its end: what nobody else has is written.
    fn wrote(&mut self, piece: Piece) {
        for record in piece.from..piece.to {
            let held = |one: &Piece| one.covers(piece.lane, piece.epoch, record);
            if !self.pieces.iter().any(held) {
                self.lanes[piece.lane].written[usize::from(record)] = true;
            }
        }
    }

    fn give(&mut self, lane: usize) {
        let name = Lane(u32::try_from(lane).unwrap_or_default());
        let source = &mut self.lanes[lane];
        self.left.losses -= u8::from(source.epoch.is_some());
        source.next = source.said;
        let epoch = self.ledger.give(name);
        source.epoch = Some(epoch);
        let refused = |records: &[(u8, usize)]| self.ledger.clone().admit(epoch, records);
        let large = [refused(&[(0, LIMITS.bytes + 1)]), refused(&[(0, 0); LIMITS.records + 1])];
        if large != [Err(Refused::TooLarge); 2] {
            self.wrong = Some("what never has room is not refused for that");
        }
    }

    fn take_away(&mut self, lane: usize) {
        let Some(epoch) = self.lanes[lane].epoch.take() else { return };
        self.left.losses -= 1;
        self.ledger.take_away(epoch);
        if self.ledger.clone().admit(epoch, &[(0, 1)]) != Err(Refused::TakenAway) {
            self.wrong = Some("a lane that was taken away takes records in");
        }
    }

    fn split(&mut self, at: usize) {
        let piece = self.pieces.remove(at);
        let whole = usize::from(piece.to - piece.from);
        let odd = [0, whole].into_iter().find_map(|at| self.ledger.split(piece.share, at));
        match self.ledger.split(piece.share, 1) {
            Some((here, there)) if odd.is_none() => {
                let middle = piece.from + 1;
                self.pieces.push(Piece { to: middle, share: here, ..piece });
                self.pieces.push(Piece { from: middle, share: there, ..piece });
            }
            _ => self.wrong = Some("a share was not split where it was to be"),
        }
        self.used = Some(piece.share);
    }

    fn admit(&mut self, lane: usize, count: u8) {
        let source = &mut self.lanes[lane];
        let (Some(epoch), from) = (source.epoch, source.next) else { return };
        let to = from + count;
        let records: Vec<(u8, usize)> = (from..to).map(|one| (one + 1, bytes(one))).collect();
        match self.ledger.admit(epoch, &records) {
            Ok(share) => {
                source.next = to;
                self.pieces.push(Piece { lane, epoch, from, to, share });
            }
            Err(Refused::Full) => {}
            Err(other) => self.wrong = Some(other.name()),
        }
    }

    fn expand(&mut self, at: usize, into: usize) {
        let piece = self.pieces.remove(at);
        let shares = self.ledger.expand(piece.share, into);
        if shares.len() != into {
            self.wrong = Some("a share did not become as many as were asked for");
        }
        self.pieces.extend(shares.into_iter().map(|share| Piece { share, ..piece }));
        self.used = Some(piece.share);
        if into == 0 {
            self.wrote(piece);
        }
    }

    fn say(&mut self) {
        for progress in self.ledger.progress() {
            let lane = usize::try_from(progress.lane.0).unwrap_or(LANES);
            let source = &mut self.lanes[lane];
            if source.epoch != Some(progress.epoch) {
                self.wrong = Some("a lane that was taken away tells how far it is");
            }
            if progress.position <= source.said {
                self.wrong = Some("a lane goes back");
            }
            source.said = progress.position;
        }
    }
}

impl Refused {
    fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::TooLarge => "too large",
            Self::TakenAway => "taken away",
        }
    }
}

struct Small(Left);

impl Model for Small {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        let (ledger, lanes) = (Ledger::new(LIMITS), Default::default());
        let (pieces, used, wrong) = (Vec::new(), None, None);
        vec![World { ledger, lanes, pieces, used, left: self.0, wrong }]
    }

    fn actions(&self, world: &World, acts: &mut Vec<Act>) {
        if world.wrong.is_some() {
            return;
        }
        for (lane, source) in world.lanes.iter().enumerate() {
            match source.epoch {
                None => acts.push(Act::Give(lane)),
                // A lane may be given again without having been taken away.
                Some(_) if world.left.losses > 0 => {
                    acts.extend([Act::TakeAway(lane), Act::Give(lane)]);
                }
                Some(_) => {}
            }
            let room = RECORDS - source.next;
            let counts = (1..=room.min(2)).filter(|_| source.epoch.is_some());
            acts.extend(counts.map(|count| Act::Admit(lane, count)));
        }
        for (at, piece) in world.pieces.iter().enumerate() {
            acts.push(Act::Settle(at));
            if piece.to - piece.from > 1 {
                acts.push(Act::Split(at));
            }
            if world.left.growths > 0 {
                acts.extend([Act::Expand(at, 0), Act::Expand(at, 2)]);
            }
        }
        if world.used.is_some() && world.left.doubles > 0 {
            acts.push(Act::Again);
        }
        if world.left.crashes > 0 {
            acts.push(Act::Crash);
        }
        acts.push(Act::Say);
    }

    fn next_state(&self, world: &World, act: Act) -> Option<World> {
        let mut next = world.clone();
        match act {
            Act::Give(lane) => next.give(lane),
            Act::TakeAway(lane) => next.take_away(lane),
            Act::Admit(lane, count) => next.admit(lane, count),
            Act::Split(at) => next.split(at),
            Act::Expand(at, into) => {
                next.left.growths -= 1;
                next.expand(at, into);
            }
            Act::Settle(at) => {
                let piece = next.pieces.remove(at);
                next.wrote(piece);
                if !next.ledger.settle(piece.share) {
                    next.wrong = Some("a share has no end");
                }
                next.used = Some(piece.share);
            }
            Act::Again => {
                next.left.doubles -= 1;
                let used = next.used.take()?;
                if next.ledger.settle(used) || !next.ledger.expand(used, 2).is_empty() {
                    next.wrong = Some("a share has two ends");
                }
            }
            Act::Say => next.say(),
            Act::Crash => {
                next.left.crashes -= 1;
                next.ledger = Ledger::new(LIMITS);
                (next.pieces, next.used) = (Vec::new(), None);
                next.lanes.iter_mut().for_each(|source| source.epoch = None);
            }
        }
        if next.left.doubles == 0 {
            next.used = None;
        }
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nobody is told what is not so", |_, world: &World| {
                world.wrong.is_none()
            }),
            Property::always("nothing that is passed was not written", |_, world: &World| {
                let all = |one: &Source| one.written.iter().take(one.said.into()).all(|it| *it);
                world.lanes.iter().all(all)
            }),
            Property::always("what is under way is bounded, and counted", |_, world: &World| {
                let (records, bytes) = world.under_way();
                let counted = world.ledger.under_way();
                records <= counted.records
                    && counted.records <= LIMITS.records
                    && bytes == counted.bytes
                    && bytes <= LIMITS.bytes
            }),
            Property::always("what has come back is forgotten", |_, world: &World| {
                let own = world.lanes.iter().filter(|one| one.epoch.is_some()).count();
                !world.pieces.is_empty()
                    || (world.ledger.under_way() == Limits { records: 0, bytes: 0 }
                        && world.ledger.given.len() == own
                        && world.ledger.free.len() == world.ledger.slots.len())
            }),
            Property::always(
                "a lane is drained when all of it has come back",
                |_, world: &World| {
                    world.lanes.iter().filter_map(|one| one.epoch).all(|epoch| {
                        let none = !world.pieces.iter().any(|piece| piece.epoch == epoch);
                        world.ledger.is_drained(epoch) == none
                    })
                },
            ),
            Property::sometimes("all of it is passed", |_, world: &World| {
                world.lanes.iter().all(|one| one.said == RECORDS)
            }),
            Property::sometimes("the limit is met", |_, world: &World| {
                world.ledger.under_way().bytes == LIMITS.bytes
            }),
        ]
    }
}

/// Looks at every state, and tells how many there are.
fn explored(left: Left) -> usize {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let failed = HasDiscoveries::AnyFailures;
    let checker = Small(left).checker().threads(threads).finish_when(failed);
    let checker = checker.symmetry_fn(World::renamed).spawn_dfs().join();
    checker.assert_properties();
    checker.unique_state_count()
}

#[test]
#[allow(clippy::print_stdout, reason = "how much was looked at is part of what is said")]
fn whatever_happens_nothing_is_passed_that_was_not_written() {
    let each = |left: [u8; 4]| {
        let [crashes, losses, doubles, growths] = left;
        let states = explored(Left { crashes, losses, doubles, growths });
        println!("{left:?}: {states} states");
        states
    };
    let pairs =
        [[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1], [0, 0, 1, 1]];
    let states: usize = pairs.map(each).into_iter().sum();
    assert!(states > 900_000, "{states}");
}
