//! What is planned for at once: resources, and the world that they are in.

use sluicegate_effects::file::{Entry, Start};

/// A world and the resources to plan for in it.
#[derive(Debug)]
pub struct Group {
    /// What is asked for.
    pub entries: Vec<Entry>,
    /// Where the state comes from, as the header says.
    pub source: String,
    /// What exists.
    pub start: Start,
    /// Whether it is a cluster that can be asked more.
    pub live: bool,
    /// Whether it was named apart from what is asked for.
    pub shared: bool,
    /// Whether the resources are those that there are: nobody asks for them here.
    pub there: bool,
}

impl Group {
    /// Resources that are asked for in a world which its caller knows by this name.
    pub fn of(entries: Vec<Entry>, source: String, start: Start) -> Self {
        Self { entries, source, start, live: false, shared: true, there: false }
    }
}
