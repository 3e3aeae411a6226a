//! The systems this operator knows.

pub mod rivven;
