//! Work that is shared among the processors.

use std::{num::NonZero, thread};

/// Does something with a share of the items on each processor. Returns what came of the shares, in
/// their order.
pub(crate) fn in_shares<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let many = thread::available_parallelism().map_or(1, NonZero::get);
    let share = items.len().div_ceil(many).max(1);
    thread::scope(|scope| {
        let work = &work;
        let all: Vec<_> = items.chunks(share).map(|one| scope.spawn(move || work(one))).collect();
        all.into_iter().map(|one| one.join().expect("no share panics")).collect()
    })
}
