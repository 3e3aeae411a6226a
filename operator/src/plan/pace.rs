//! How far a plan goes.

/// How many reconciliations a plan is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// One.
    Next,
    /// All until nothing is left to do, on the embedded Kubernetes.
    All,
}

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// One reconciliation, or all.
    pub steps: Steps,
    /// The most of one resource; nothing for as many as there is something to do.
    pub max_steps: Option<usize>,
}

impl Pace {
    /// To the end.
    pub const ALL: Self = Self { steps: Steps::All, max_steps: None };
}
