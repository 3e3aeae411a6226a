//! Which processor runs.

use crate::{kind::Ctx, settings::Setting};

/// Where the processor is published.
const PUBLISHED: &str = "ghcr.io/sluicegate/sluicegate-processor";

/// The image of processors where a flow names none.
pub static PROCESSOR_IMAGE: Setting = Setting {
    flag: "processor-image",
    env: "PROCESSOR_IMAGE",
    help: "The image of a DataFlow's processor, where the flow names none",
    default: concat!("ghcr.io/sluicegate/sluicegate-processor:", env!("CARGO_PKG_VERSION")),
    fits: |text| match text.is_empty() || text.contains(char::is_whitespace) {
        true => Err("give an image with its tag"),
        false if is_upstreams(text) => Err("give the processor's image: upstream's program would \
                                            find no passwords in its file"),
        false => Ok(()),
    },
};

/// How much processors write into their logs.
pub static PROCESSOR_LOG_LEVEL: Setting = Setting {
    flag: "processor-log-level",
    env: "PROCESSOR_LOG_LEVEL",
    help: "How much a DataFlow's processor writes into its log",
    default: "info",
    fits: |text| match ["trace", "debug", "info", "warn", "error"].contains(&text) {
        true => Ok(()),
        false => Err("give trace, debug, info, warn or error"),
    },
};

/// The image: that of the flow, or else the published one of its version, or else what the operator
/// was told.
pub(super) fn image(ctx: &Ctx<'_>, image: Option<&str>, version: Option<&str>) -> String {
    match (image, version) {
        (Some(image), _) => image.to_owned(),
        (None, Some(version)) => format!("{PUBLISHED}:{version}"),
        (None, None) => ctx.settings.get(&PROCESSOR_IMAGE).to_owned(),
    }
}

/// Whether an image is upstream's, whose program reads passwords from its file, in which ours puts
/// references.
pub(super) fn is_upstreams(image: &str) -> bool {
    let mut folders = image.split('@').next().unwrap_or(image).rsplit('/').skip(1);
    folders.any(|folder| folder == "dataflow-operator")
}
