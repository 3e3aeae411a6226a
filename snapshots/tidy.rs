//! House rules that lints cannot say.

#[test]
fn placeholder() {}
