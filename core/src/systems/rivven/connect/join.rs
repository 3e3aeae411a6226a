//! When a worker is started anew for a topic that a sink's pattern has come to stand for: not each
//! time one comes, because each start does up to 100 records twice.

use k8s_openapi::jiff::Timestamp;

use crate::{
    kind::Ctx,
    settings::{Setting, duration},
};

/// How long a worker runs at least before it is started anew for a topic that has come.
pub static JOIN_AFTER: Setting = Setting {
    flag: "rivven-join-after",
    env: "RIVVEN_JOIN_AFTER",
    help: "How long a RivvenConnect's worker runs before it is started anew for a topic that has \
           come",
    default: "10m",
    fits: |text| duration(text).map(|_| ()),
};

/// Whether a worker has started too short a time ago.
pub(super) fn rests(ctx: &Ctx<'_>, since: Option<Timestamp>) -> bool {
    let said = duration(ctx.settings.get(&JOIN_AFTER)).or_else(|_| duration(JOIN_AFTER.default));
    let short = |since| said.is_ok_and(|after| ctx.now.duration_since(since) < after);
    since.is_some_and(short)
}
