//! A change that many resources undergo at once, though nobody has changed their specs: the
//! operator's own default of an image, or what it makes of a spec in another release. It goes
//! through them a part at a time, so that what is wrong with it stops where it is seen.

/// The id of [`FLEET_GATE`].
pub const FLEET_PACED: &str = "fleet-paced";

/// The gate: a kind that has it among its [`GATES`](crate::kind::Kind::GATES) is paced.
pub const FLEET_GATE: (&str, &str) =
    (FLEET_PACED, "few enough others undergo what nobody's spec asks for (OBJ-12)");

/// Whether one more resource may undergo a change that all do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace<'a> {
    /// Whether it may; nothing where that is not known yet.
    pub open: Option<bool>,
    /// What was seen, such as `3 of 30 changing, at most 3 at once`.
    pub observed: &'a str,
}

impl Pace<'_> {
    /// Where there is no other.
    pub const ALONE: Self = Self { open: Some(true), observed: "no other is looked at" };
}
