//! What the ledger says of single records.

use super::*;

fn ledger() -> (Ledger<u8>, Epoch) {
    let mut ledger = Ledger::new(Limits { records: 4, bytes: 100 });
    let epoch = ledger.give(Lane(0));
    (ledger, epoch)
}

fn said(ledger: &mut Ledger<u8>) -> Option<u8> {
    ledger.progress().pop().map(|progress| progress.position)
}

#[test]
fn a_lane_has_come_as_far_as_its_first_record_without_an_end() {
    let (mut ledger, epoch) = ledger();
    let all = ledger.admit(epoch, &[(1, 10), (2, 10), (3, 10)]).expect("there is room");
    let (first, others) = ledger.split(all, 1).expect("there are three");
    let (second, third) = ledger.split(others, 1).expect("there are two");
    assert!(ledger.settle(third));
    assert_eq!(said(&mut ledger), None);
    assert!(ledger.settle(first));
    assert_eq!(said(&mut ledger), Some(1));
    assert_eq!(said(&mut ledger), None, "it was told");
    assert_eq!(ledger.under_way(), Limits { records: 2, bytes: 10 });
    assert!(ledger.settle(second));
    assert_eq!(said(&mut ledger), Some(3));
    assert!(ledger.is_drained(epoch));
}

#[test]
fn a_record_has_come_to_its_end_when_all_that_it_became_has() {
    let (mut ledger, epoch) = ledger();
    let one = ledger.admit(epoch, &[(1, 10)]).expect("there is room");
    let children = ledger.expand(one, 3);
    assert!(!ledger.settle(one), "it is used up");
    for (nth, child) in children.iter().enumerate() {
        assert_eq!(said(&mut ledger), None, "{nth}");
        assert!(ledger.settle(*child));
        assert!(!ledger.settle(*child), "it has one end");
    }
    assert_eq!(said(&mut ledger), Some(1));
    let none = ledger.admit(epoch, &[(2, 10)]).expect("there is room");
    assert_eq!(ledger.expand(none, 0), []);
    assert_eq!(said(&mut ledger), Some(2));
}

#[test]
fn what_has_no_room_is_not_taken_in() {
    let (mut ledger, epoch) = ledger();
    let large = [(1, 101)];
    assert_eq!(ledger.admit(epoch, &large), Err(Refused::TooLarge));
    assert_eq!(ledger.admit(epoch, &[(1, 0); 5]), Err(Refused::TooLarge));
    let most = ledger.admit(epoch, &[(1, 60)]).expect("there is room");
    assert_eq!(ledger.admit(epoch, &[(2, 41)]), Err(Refused::Full));
    assert!(ledger.settle(most));
    assert!(ledger.admit(epoch, &[(2, 41)]).is_ok());
    // Who has come to an end behind one who has not needs no bytes any more, but a place.
    let places = ledger.admit(epoch, &[(3, 1), (4, 1), (5, 1)]).expect("there is room");
    assert!(ledger.settle(places));
    assert_eq!(ledger.under_way(), Limits { records: 4, bytes: 41 });
    assert_eq!(ledger.admit(epoch, &[(6, 1)]), Err(Refused::Full));
}

#[test]
fn a_lane_that_was_taken_away_tells_nothing_and_counts_until_it_has_come_back() {
    let (mut ledger, before) = ledger();
    let late = ledger.admit(before, &[(1, 100)]).expect("there is room");
    let now = ledger.give(Lane(0));
    assert_eq!(ledger.admit(before, &[(2, 1)]), Err(Refused::TakenAway));
    assert_eq!(ledger.admit(now, &[(1, 1)]), Err(Refused::Full));
    assert!(ledger.settle(late));
    assert_eq!(said(&mut ledger), None);
    let again = ledger.admit(now, &[(1, 1)]).expect("there is room");
    assert!(ledger.settle(again));
    let told = ledger.progress();
    assert_eq!(told, [Progress { lane: Lane(0), epoch: now, position: 1 }]);
}
