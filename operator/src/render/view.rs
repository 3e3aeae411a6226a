//! How much of a plan is shown, and on what.

/// How a plan is shown.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// How many columns there are.
    pub width: usize,
    /// Whether to colour.
    pub colour: bool,
    /// Shows resources and objects that do not change.
    pub show_unchanged: bool,
    /// Shows writes of the status, events and all conditions.
    pub show_status: bool,
    /// Shows created objects whole.
    pub show_all: bool,
    /// Cuts no value short.
    pub wide: bool,
    /// How many unchanged lines a diff shows around a change.
    pub context: usize,
}
