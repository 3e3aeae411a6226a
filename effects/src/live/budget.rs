//! How many requests may go to the API server, over all: a bucket that fills steadily.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// A budget of requests. Watches and the lease do not draw on it.
#[derive(Debug)]
pub struct Budget {
    /// How long it takes to earn one request.
    each: Duration,
    /// How far ahead of the clock requests may be spent: what was saved up.
    burst: Duration,
    /// When the next request would be due if nothing had been saved up.
    due: Mutex<Instant>,
}

impl Budget {
    /// So many requests a second, and so many at once after a quiet time.
    pub fn new(per_second: u32, burst: u32) -> Self {
        let each = Duration::from_secs(1) / per_second.max(1);
        let burst = each * burst.max(1).saturating_sub(1);
        let now = Instant::now();
        let due = Mutex::new(now.checked_sub(burst).unwrap_or(now));
        Self { each, burst, due }
    }

    /// Waits for one request's turn. Turns are given in the order in which they were asked for.
    pub async fn take(&self) {
        let turn = {
            let now = Instant::now();
            let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = (*due).max(now.checked_sub(self.burst).unwrap_or(now));
            *due = turn + self.each;
            turn
        };
        sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn after_the_burst_requests_are_spread() {
        let budget = Budget::new(10, 3);
        let start = Instant::now();
        for _ in 0..3 {
            budget.take().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..5 {
            budget.take().await;
        }
        assert_eq!(start.elapsed(), Duration::from_millis(500));
    }
}
