//! Candidates that compete for a record over a bad network, in every order that chance finds.
//!
//! Time here is real time in milliseconds. A candidate has a clock of its own that begins anywhere
//! and runs too fast or too slow; its requests and answers take any time or are lost; it is held
//! up, killed and started again, or leaves. What must hold at every moment: no two may act.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    time::Duration,
};

use k8s_openapi::api::coordination::v1::Lease;
use proptest::prelude::*;

use super::election::{DEADLINE, Do, Election, End, Heard, Moment, RETRY, holder};

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug)]
struct Way {
    there: u64,
    back: u64,
    lost: Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lost {
    Nothing,
    Request,
    Answer,
}

/// What happens to a candidate.
#[derive(Clone, Copy, Debug)]
enum Blow {
    Hold(u64),
    Kill,
    Leave,
}

/// What comes next in the world.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Start(usize),
    Wake(usize, u64),
    Arrive(usize, u64),
    Answer(usize, u64),
    TooLate(usize, u64),
    Blow(usize),
}

struct Candidate {
    election: Election,
    rate: f64,
    origin: f64,
    life: u64,
    held_until: u64,
    /// The request on its way, with when it was sent by its own clock.
    asked: Option<(u64, Moment, Do)>,
}

impl Candidate {
    fn clock(&self, now: u64) -> Moment {
        Duration::from_secs_f64((self.origin + now as f64 * self.rate) / 1000.0)
    }

    fn real(&self, local: Moment) -> u64 {
        (((local.as_secs_f64() * 1000.0) - self.origin) / self.rate).ceil().max(0.0) as u64
    }

    fn may_act(&self, now: u64) -> bool {
        self.election.until().is_some_and(|until| self.clock(now) < until)
    }
}

/// A world of candidates and one record.
struct World {
    now: u64,
    due: BinaryHeap<Reverse<(u64, u64, Due)>>,
    count: u64,
    rates: Vec<(f64, f64)>,
    candidates: BTreeMap<usize, Candidate>,
    record: Option<Lease>,
    requests: BTreeMap<u64, (Do, Heard, Way)>,
    ways: Vec<Way>,
    blows: Vec<(usize, Blow)>,
    /// When each began to lead.
    reigns: Vec<(u64, usize)>,
    ends: Vec<(u64, usize, End)>,
}

impl World {
    fn new(rates: Vec<(f64, f64)>, ways: Vec<Way>, blows: &[(u64, usize, Blow)]) -> Self {
        let mut world = Self {
            now: 0,
            due: BinaryHeap::new(),
            count: 0,
            rates,
            candidates: BTreeMap::new(),
            record: None,
            requests: BTreeMap::new(),
            ways,
            blows: blows.iter().map(|(_, who, blow)| (*who, *blow)).collect(),
            reigns: Vec::new(),
            ends: Vec::new(),
        };
        for who in 0..world.rates.len() {
            world.at(100 * who as u64, Due::Start(who));
        }
        for (nth, (when, ..)) in blows.iter().enumerate() {
            world.at(*when, Due::Blow(nth));
        }
        world
    }

    fn at(&mut self, when: u64, due: Due) {
        self.count += 1;
        self.due.push(Reverse((when.max(self.now), self.count, due)));
    }

    fn run(&mut self, until: u64) {
        while self.due.peek().is_some_and(|Reverse((when, ..))| *when <= until) {
            let Some(Reverse((when, _, due))) = self.due.pop() else { return };
            self.now = when;
            self.happen(due);
            let acting: Vec<_> =
                self.candidates.iter().filter(|(_, one)| one.may_act(self.now)).collect();
            assert!(acting.len() <= 1, "two may act at {}", self.now);
            if let Some((who, _)) = acting.first()
                && self.reigns.last().is_none_or(|(_, last)| last != *who)
            {
                self.reigns.push((self.now, **who));
            }
        }
    }

    fn happen(&mut self, due: Due) {
        let whose = match &due {
            Due::Wake(who, _) | Due::Answer(who, _) | Due::TooLate(who, _) => Some(*who),
            Due::Start(_) | Due::Arrive(..) | Due::Blow(_) => None,
        };
        let held = whose.and_then(|who| self.candidates.get(&who)).map_or(0, |one| one.held_until);
        if held > self.now {
            return self.at(held, due);
        }
        match due {
            Due::Start(who) => self.start(who),
            Due::Wake(who, life) => {
                if self.candidates.get(&who).is_some_and(|one| one.life == life) {
                    self.turn(who);
                }
            }
            Due::Arrive(who, id) => self.arrive(who, id),
            Due::Answer(who, id) => {
                let (_, heard, _) = self.requests.get(&id).expect("it was sent").clone();
                self.hear(who, id, heard);
            }
            Due::TooLate(who, id) => self.hear(who, id, Heard::Failed("no answer".to_owned())),
            Due::Blow(nth) => self.blow(nth),
        }
    }

    fn start(&mut self, who: usize) {
        let (rate, origin) = self.rates[who];
        self.count += 1;
        let election = Election::new(&format!("{who}_{}", self.count), self.count, Moment::ZERO);
        let life = self.count;
        let mut one = Candidate { election, rate, origin, life, held_until: 0, asked: None };
        let now = one.clock(self.now);
        one.election = Election::new(&format!("{who}_{life}"), life * 7919, now);
        self.candidates.insert(who, one);
        self.turn(who);
    }

    fn turn(&mut self, who: usize) {
        let now = self.now;
        let Some(one) = self.candidates.get_mut(&who).filter(|one| one.asked.is_none()) else {
            return;
        };
        let local = one.clock(now);
        let what = one.election.next(local);
        match &what {
            Do::Wait(until) => {
                let (when, life) = (one.real(*until), one.life);
                self.at(when.max(now + 1), Due::Wake(who, life));
            }
            Do::End(end) => {
                self.ends.push((now, who, end.clone()));
                self.candidates.remove(&who);
                self.at(now + 5_000, Due::Start(who));
            }
            Do::Look | Do::Write(_) => {
                self.count += 1;
                let id = self.count;
                let give_up = one.real(local + one.election.patience(local));
                one.asked = Some((id, local, what.clone()));
                let way = self.ways[id as usize % self.ways.len()];
                self.requests.insert(id, (what, Heard::Absent, way));
                if way.lost != Lost::Request {
                    self.at(now + way.there, Due::Arrive(who, id));
                }
                self.at(give_up, Due::TooLate(who, id));
            }
        }
    }

    fn arrive(&mut self, who: usize, id: u64) {
        let (what, _, way) = self.requests.get(&id).expect("it was sent").clone();
        let stored = self.record.as_ref().and_then(|one| one.metadata.resource_version.clone());
        let heard = match what {
            Do::Look => self.record.clone().map_or(Heard::Absent, Heard::Record),
            Do::Write(lease) if lease.metadata.resource_version != stored => Heard::Conflict,
            Do::Write(mut lease) => {
                self.count += 1;
                lease.metadata.resource_version = Some(self.count.to_string());
                self.record = Some(lease.clone());
                Heard::Record(lease)
            }
            Do::Wait(_) | Do::End(_) => panic!("nothing was sent"),
        };
        self.requests.get_mut(&id).expect("it was sent").1 = heard;
        if way.lost != Lost::Answer {
            self.at(self.now + way.back, Due::Answer(who, id));
        }
    }

    fn hear(&mut self, who: usize, id: u64, heard: Heard) {
        let now = self.now;
        let Some(one) = self.candidates.get_mut(&who) else { return };
        if one.asked.as_ref().is_none_or(|(asked, ..)| *asked != id) {
            return;
        }
        let (_, sent, what) = one.asked.take().expect("it was just looked at");
        let local = one.clock(now);
        one.election.heard(sent, local, &what, heard);
        self.turn(who);
    }

    fn blow(&mut self, nth: usize) {
        let (who, blow) = self.blows[nth];
        let now = self.now;
        let Some(one) = self.candidates.get_mut(&who) else { return };
        match blow {
            Blow::Hold(long) => one.held_until = now + long,
            Blow::Kill => {
                self.candidates.remove(&who);
                self.at(now + 30_000, Due::Start(who));
            }
            Blow::Leave => {
                one.election.leave();
                self.turn(who);
            }
        }
    }
}

const GOOD: Way = Way { there: 2, back: 2, lost: Lost::Nothing };

fn way() -> impl Strategy<Value = Way> {
    let delay = || prop_oneof![5 => 1..50_u64, 2 => 50..4_000_u64, 1 => 4_000..30_000_u64];
    let lost =
        prop_oneof![6 => Just(Lost::Nothing), 1 => Just(Lost::Request), 1 => Just(Lost::Answer)];
    (delay(), delay(), lost).prop_map(|(there, back, lost)| Way { there, back, lost })
}

fn blow() -> impl Strategy<Value = (u64, usize, Blow)> {
    let what =
        prop_oneof![(100..40_000_u64).prop_map(Blow::Hold), Just(Blow::Kill), Just(Blow::Leave)];
    (0..300_000_u64, 0..3_usize, what)
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() }
}

/// A clock that is up to a fifth too fast or too slow, and an hour off.
fn clock() -> impl Strategy<Value = (f64, f64)> {
    (1.0 / 1.2..1.2_f64, 0.0..3_600_000.0_f64)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn two_never_act_at_the_same_time(
        clocks in prop::collection::vec(clock(), 2..=3),
        ways in prop::collection::vec(way(), 1..60),
        blows in prop::collection::vec(blow(), 0..12),
    ) {
        let blows = blows.into_iter().map(|(at, who, blow)| (at, who % clocks.len(), blow));
        let blows: Vec<_> = blows.collect();
        World::new(clocks.clone(), ways, &blows).run(400_000);
    }

    #[test]
    fn one_that_is_killed_is_followed_before_its_lease_and_two_retries_are_over(
        clocks in prop::collection::vec(clock(), 2),
        at in 20_000..60_000_u64,
    ) {
        let mut world = World::new(clocks.clone(), vec![GOOD], &[]);
        world.run(at);
        let (_, first) = *world.reigns.last().expect("somebody leads");
        world.blows.push((first, Blow::Kill));
        world.at(at, Due::Blow(0));
        world.run(at + 29_000);
        let (when, second) = *world.reigns.last().expect("somebody leads");
        prop_assert_ne!(first, second);
        // The clock of the one who waits may be slow.
        let most = (15_000.0 + 2.0 * RETRY.as_millis() as f64) * 1.2;
        prop_assert!(((when - at) as f64) < most, "after {} ms", when - at);
    }

    #[test]
    fn one_that_leaves_is_followed_within_a_retry(
        clocks in prop::collection::vec(clock(), 2),
        at in 20_000..60_000_u64,
    ) {
        let mut world = World::new(clocks.clone(), vec![GOOD], &[]);
        world.run(at);
        let (_, first) = *world.reigns.last().expect("somebody leads");
        world.blows.push((first, Blow::Leave));
        world.at(at, Due::Blow(0));
        world.run(at + 4_000);
        let (when, second) = *world.reigns.last().expect("somebody leads");
        prop_assert_ne!(first, second);
        prop_assert!(((when - at) as f64) < 2_100.0 * 1.2, "after {} ms", when - at);
        prop_assert_eq!(&world.ends.first().expect("it left").2, &End::Left);
    }

    #[test]
    fn a_network_that_loses_one_in_three_does_not_depose(seed in 0..3_usize) {
        let mut ways = vec![GOOD; 3];
        ways[seed].lost = Lost::Answer;
        let mut world = World::new(vec![(1.0, 0.0)], ways, &[]);
        world.run(600_000);
        prop_assert_eq!(world.ends.len(), 0);
    }
}

#[test]
fn a_leader_alone_writes_once_in_two_seconds_and_reads_nothing() {
    let mut world = World::new(vec![(1.0, 0.0)], vec![GOOD], &[]);
    world.run(10_000);
    world.requests.clear();
    world.run(110_000);
    let sent: Vec<_> = world.requests.values().map(|(what, ..)| what).collect();
    assert!((50..=63).contains(&sent.len()), "{}", sent.len());
    assert!(sent.iter().all(|what| matches!(what, Do::Write(_))));
}

#[test]
fn a_leader_that_nobody_answers_ends_at_its_deadline() {
    let lost = Way { lost: Lost::Request, ..GOOD };
    let mut world = World::new(vec![(1.0, 0.0)], vec![GOOD], &[]);
    world.run(20_000);
    world.ways = vec![lost];
    world.run(33_000);
    let (when, _, end) = world.ends.first().expect("it ends");
    assert!(*when <= 20_000 + DEADLINE.as_millis() as u64, "{when}");
    assert_eq!(*end, End::Late("no answer".to_owned()));
}

#[test]
fn a_record_that_somebody_removed_is_nobodys_before_its_time_is_over() {
    let mut world = World::new(vec![(1.0, 0.0), (1.0, 0.0)], vec![GOOD], &[]);
    world.run(20_000);
    // The leader cannot be heard, and its record goes.
    world.blows.push((0, Blow::Hold(40_000)));
    world.at(20_000, Due::Blow(0));
    world.run(20_500);
    world.record = None;
    world.run(59_000);
    let leaders: BTreeSet<usize> = world.reigns.iter().map(|(_, who)| *who).collect();
    assert_eq!(leaders, BTreeSet::from([0, 1]));
    let (when, _) = world.reigns.last().expect("somebody leads");
    assert!(*when >= 33_000, "{when}");
    assert!(world.record.as_ref().is_some_and(|lease| holder(lease).starts_with("1_")));
}

#[test]
fn a_record_taken_by_another_is_told_by_name() {
    let mut world = World::new(vec![(1.0, 0.0)], vec![GOOD], &[]);
    world.run(20_000);
    let mut other = world.record.clone().expect("it is held");
    other.metadata.resource_version = Some("other".to_owned());
    other.spec.as_mut().expect("it has one").holder_identity = Some("stranger".to_owned());
    world.record = Some(other);
    world.run(23_000);
    assert_eq!(world.ends.first().expect("it ends").2, End::Taken("stranger".to_owned()));
}
