//! The tasks that make up the process. None of them ends by itself: one that does ends the process,
//! so that a part that is gone is never mistaken for one that is quiet.

use std::{future::Future, panic::AssertUnwindSafe};

use futures_util::FutureExt as _;
use tokio::task::JoinSet;

/// Tasks that run side by side. They end when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Tasks(JoinSet<String>);

impl Tasks {
    /// Begins one. It returns why it ended, as a clause.
    pub(crate) fn begin(
        &mut self,
        name: impl Into<String>,
        task: impl Future<Output = String> + Send + 'static,
    ) {
        let name = name.into();
        self.0.spawn(async move {
            match AssertUnwindSafe(task).catch_unwind().await {
                Ok(why) => format!("{name} ended: {why}"),
                // The panic itself was told where it happened.
                Err(_) => format!("{name} panicked"),
            }
        });
    }

    /// Waits for one to end, and says which and why. Without any it waits for ever.
    pub(crate) async fn ended(&mut self) -> String {
        match self.0.join_next().await {
            Some(Ok(why)) => why,
            Some(Err(error)) => format!("a task was cut off: {error}"),
            None => std::future::pending().await,
        }
    }

    /// Waits for all to end.
    pub(crate) async fn all_ended(&mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_ends_or_panics_is_told_by_name() {
        let mut tasks = Tasks::default();
        tasks.begin("the lease", async { "it was taken".to_owned() });
        assert_eq!(tasks.ended().await, "the lease ended: it was taken");
        tasks.begin("the controller of RivvenTopic", async { panic!("on purpose") });
        assert_eq!(tasks.ended().await, "the controller of RivvenTopic panicked");
        tasks.all_ended().await;
    }
}
