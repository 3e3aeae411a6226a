//! What all of a page judges alike: whether a resource is as it should be, how bad a risk looks,
//! how a line of a diff begins.

use similar::ChangeTag;
use sluicegate_core::{observed::text, plan::Risk};

use super::page::Style;
use crate::plan::model::Planned;

/// Whether a resource is as it should be, as far as its status says.
pub(super) fn is_ready(resource: &Planned) -> bool {
    let status = resource.status_after.as_ref();
    let conditions = status.and_then(|status| status["conditions"].as_array());
    let mut ready = conditions.into_iter().flatten().filter(|one| text(one, "/type") == "Ready");
    ready.all(|one| text(one, "/status") == "True")
}

/// How a line of a diff begins, and its colour.
pub(super) fn line_of(tag: ChangeTag) -> (&'static str, Style) {
    match tag {
        ChangeTag::Delete => ("-", Style::Remove),
        ChangeTag::Insert => ("+", Style::Add),
        ChangeTag::Equal => (" ", Style::Plain),
    }
}

/// The colour of a risk.
pub(super) fn risk_style(risk: Risk) -> Style {
    match risk {
        Risk::None => Style::Dim,
        Risk::Online => Style::Plain,
        Risk::Restart => Style::Restart,
        Risk::Unavailable | Risk::DataLoss => Style::Alarm,
    }
}
