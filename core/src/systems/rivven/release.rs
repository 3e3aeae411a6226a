//! What each release of the broker can do: one table.
//!
//! The facts were measured by running the released program. A field that a release cannot serve is
//! told in a condition; it is never rendered in the hope that it might help.

/// A release of `rivvend` and its abilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its version, as its image is tagged.
    pub version: &'static str,
    /// Whether brokers can form a cluster.
    pub clusters: bool,
    /// Whether the client port can speak TLS.
    pub tls: bool,
    /// Whether users can be created, so that clients can be asked who they are.
    pub auth: bool,
}

/// The releases, oldest first.
///
/// 0.0.22: `RIVVEN_MODE=cluster` ends at start ("Failed to open redb: I/O error: Is a directory");
/// the image is built without TLS; no flag, variable, file or request creates a user.
pub const RELEASES: &[Release] =
    &[Release { version: "0.0.22", clusters: false, tls: false, auth: false }];

/// Where the images of brokers are published. The seeds' `ghcr.io/hupe1980/rivven` never was.
pub const IMAGE: &str = "ghcr.io/hupe1980/rivvend";
/// Where the images of workers that run connectors are published.
pub const CONNECT_IMAGE: &str = "ghcr.io/hupe1980/rivven-connect";
/// Where the images of schema registries are published.
pub const SCHEMA_IMAGE: &str = "ghcr.io/hupe1980/rivven-schema";

/// The newest release there is.
pub const fn newest() -> Release {
    RELEASES[RELEASES.len() - 1]
}

/// The release that a version names; none, and `latest`, name the newest one in the table.
pub fn find(version: Option<&str>) -> Option<Release> {
    match version {
        None | Some("latest") => Some(newest()),
        Some(version) => RELEASES.iter().find(|release| release.version == version).copied(),
    }
}

/// The abilities of a program that nobody here has measured: those of the oldest release.
pub const fn unmeasured() -> Release {
    RELEASES[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_version_and_latest_are_pinned_to_the_newest_release() {
        assert_eq!(find(None), Some(newest()));
        assert_eq!(find(Some("latest")), Some(newest()));
        assert_eq!(find(Some("9.9.9")), None);
    }
}
