//! When what was collected for a sink is written to it. Time is what the caller says it is.

use std::time::Duration;

/// A time, counted from any moment that is the same for all of them.
pub type Moment = Duration;

/// What a sink writes together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Together {
    /// So many records; 0 is as many as come until the time is up.
    pub records: usize,
    /// So many bytes, whatever the number: what is collected must not grow without bound.
    pub bytes: usize,
    /// What is fewer is written too when the first of it has waited so long. Nothing waits for
    /// ever: one of records and this has to be said.
    pub after: Option<Duration>,
}

/// What was collected.
#[derive(Clone, Debug)]
pub struct Batch<T> {
    together: Together,
    items: Vec<T>,
    bytes: usize,
    /// When the first of it came.
    since: Option<Moment>,
}

impl<T> Batch<T> {
    /// One with nothing in it.
    pub fn new(together: Together) -> Self {
        Self { together, items: Vec::new(), bytes: 0, since: None }
    }

    /// Adds a record of so many bytes, and tells whether what is there is to be written now.
    pub fn add(&mut self, item: T, bytes: usize, now: Moment) -> bool {
        self.since.get_or_insert(now);
        self.items.push(item);
        self.bytes = self.bytes.saturating_add(bytes);
        let Together { records, bytes, .. } = self.together;
        (records > 0 && self.items.len() >= records) || self.bytes >= bytes
    }

    /// When it is to be written although it is not full; nothing while there is nothing in it.
    pub fn due(&self) -> Option<Moment> {
        Some(self.since? + self.together.after?)
    }

    /// What is there, in its order.
    pub fn take(&mut self) -> Vec<T> {
        (self.bytes, self.since) = (0, None);
        std::mem::take(&mut self.items)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn batch(records: usize, bytes: usize, after: u32) -> Batch<u8> {
        let after = (after > 0).then(|| SECOND * after);
        Batch::new(Together { records, bytes, after })
    }

    #[test]
    fn it_is_written_when_it_is_full() {
        let mut by_count = batch(3, 100, 0);
        let full: Vec<bool> = (0..3).map(|nth| by_count.add(nth, 1, SECOND)).collect();
        assert_eq!(full, [false, false, true]);
        assert_eq!(by_count.take(), [0, 1, 2]);
        assert!(by_count.is_empty() && !by_count.add(3, 1, SECOND), "it begins anew");
        let mut by_bytes = batch(0, 100, 5);
        assert!(!by_bytes.add(0, 99, SECOND));
        assert!(by_bytes.add(1, 1, SECOND));
        assert!(batch(0, 100, 5).add(0, usize::MAX, SECOND), "one may be larger than all");
    }

    #[test]
    fn the_first_of_it_does_not_wait_for_ever() {
        let mut batch = batch(0, 100, 5);
        assert_eq!(batch.due(), None);
        batch.add(0, 1, SECOND * 10);
        batch.add(1, 1, SECOND * 12);
        assert_eq!(batch.due(), Some(SECOND * 15));
        batch.take();
        assert_eq!(batch.due(), None);
        batch.add(2, 1, SECOND * 20);
        assert_eq!(batch.due(), Some(SECOND * 25));
    }
}
