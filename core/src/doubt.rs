//! What is accepted as it is written although something else may well be meant.

use crate::field::Path;

/// Something that is taken as it is written, because somebody may mean it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Where.
    pub path: Path,
    /// What becomes of it, as a clause.
    pub what: String,
    /// What is likely to be meant instead, if anything is.
    pub remedy: Option<String>,
}
