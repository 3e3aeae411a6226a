//! Rounds against a cluster of their own, on a paused clock.
