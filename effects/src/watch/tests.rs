//! Streams against a server of their own, on a paused clock.
