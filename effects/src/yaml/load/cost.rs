//! What is counted while a text is read, so that none grows beyond what was bounded.

/// What a node takes: what each of its aliases takes again.
#[derive(Clone, Copy, Default)]
pub(super) struct Cost {
    pub(super) nodes: usize,
    pub(super) bytes: usize,
    pub(super) depth: usize,
}
