//! Which program runs, and what its image says of that.

use super::release::{self, Release};
use crate::{field::Path, inert::Idle};

/// How much of a digest is shown: its algorithm, and what registries show as well.
const DIGEST_SHOWN: usize = "sha256:".len() + 12;

/// The program that runs, of an image and a version that may be asked for, and the image where it
/// is published: that is of a release that was measured; any other is taken to be able to do what
/// the oldest can.
pub(super) fn program(
    image: Option<&str>,
    version: Option<&str>,
    published: &str,
) -> (Release, bool, String) {
    match (image, release::find(version)) {
        (None, Some(found)) => (found, true, format!("{published}:{}", found.version)),
        (None, None) => {
            let tag = version.unwrap_or_default();
            (release::unmeasured(), false, format!("{published}:{tag}"))
        }
        (Some(image), _) => (release::unmeasured(), false, tagged(image, version)),
    }
}

/// An image of the user's own. One without tag or digest takes the version, or the newest release:
/// never `latest`, which would be another program at each start.
fn tagged(image: &str, version: Option<&str>) -> String {
    if says_which(image) {
        return image.to_owned();
    }
    let version = version.filter(|version| *version != "latest");
    format!("{image}:{}", version.unwrap_or(release::newest().version))
}

/// Whether an image says itself which one it is: by a tag or a digest. A port of its registry is
/// neither.
fn says_which(image: &str) -> bool {
    image.rsplit('/').next().unwrap_or(image).contains([':', '@'])
}

/// Why the version has no effect.
const SAYS_ITSELF: &str = "spec.image has a tag or a digest of its own, which says what runs. Take \
                           one of the two out.";

/// The fields without effect beside another, and why.
pub(super) const OVERRIDDEN: &[(&str, &str)] = &[("spec.version", SAYS_ITSELF)];

/// The version, where the image says itself which one it is.
pub(super) fn says_beside(image: Option<&str>, version: Option<&str>) -> Option<Idle> {
    version?;
    let path = Path::dotted("spec.version");
    image.is_some_and(says_which).then(|| Idle { path, why: SAYS_ITSELF.into() })
}

/// The tag of an image; of one that has a digest alone, as much of that as tells it from others.
pub(super) fn version(image: &str) -> Option<String> {
    let last = image.rsplit('/').next()?;
    let (name, digest) = match last.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (last, None),
    };
    let tag = name.split_once(':').map(|(_, tag)| tag.to_owned());
    tag.or_else(|| digest.map(|digest| digest.chars().take(DIGEST_SHOWN).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_tag_or_the_beginning_of_the_digest() {
        let hash = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789";
        let digest = |image: &str| version(&format!("{image}@sha256:{hash}"));
        assert_eq!(version("r.example:5000/rivvend:0.0.22").as_deref(), Some("0.0.22"));
        assert_eq!(version("r.example:5000/rivvend"), None);
        assert_eq!(digest("r.example:5000/rivvend:0.0.22").as_deref(), Some("0.0.22"));
        assert_eq!(digest("r.example:5000/rivvend").as_deref(), Some("sha256:abcdef012345"));
    }
}
