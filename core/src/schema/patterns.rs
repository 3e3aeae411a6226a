//! What texts look like: the patterns of our schemas, and each of them in words.

use crate::quantity;

/// The name of a Secret, a ServiceAccount or a storage class: a DNS subdomain. At most 253 long.
pub const SUBDOMAIN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// The name of a namespace or of one of our resources: a DNS label. At most 63 long.
pub const LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

/// The key of a label or of an annotation, the latter in any case: a name, after a domain or alone.
/// At most 317 long, 253 of them the domain.
pub const KEY: &str = concat!(
    r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?",
    r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
);

/// The value of a label. At most 63 long; may be empty.
pub const LABEL_VALUE: &str = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$";

/// Where an image is: no blanks, no `..`, begins with a letter or a digit. At most 255 long.
pub const IMAGE: &str = "^[A-Za-z0-9]+(([.:/@]|_{1,2}|-+)[A-Za-z0-9]+)*$";

/// A name with dots between its words, none of them empty: what a broker takes as that of a topic.
pub const DOTTED: &str = r"^[A-Za-z0-9](\.?[A-Za-z0-9_-])*\.?$";

/// The name of a topic for a program that takes dots anywhere but first.
pub const TOPIC: &str = "^[a-zA-Z0-9][a-zA-Z0-9._-]*$";

/// The same, or one that stands for several: `*` and `?` as shells have them.
pub const TOPICS: &str = "^[a-zA-Z0-9*?][a-zA-Z0-9._*?-]*$";

/// What can be seen of ASCII, but for `$`, which programs take for a variable.
pub const VISIBLE: &str = "^[!-#%-~]+$";

/// A time with its zone, or one end of what there is.
pub const OFFSET: &str = "^(earliest|latest|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\
                          (\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2}))$";

/// An IP address, as far as letters tell.
pub const ADDRESS: &str = "^[0-9A-Fa-f:.]+$";

/// Where a folder is, from the root.
pub const FOLDER: &str = r"^/[^\x00]*$";

/// The path of a page on a server.
pub const PAGE: &str = "^/[a-zA-Z0-9._~/-]*$";

/// Somebody by name, or everybody.
pub const PRINCIPAL: &str = r"^(\*|([Uu]ser|[Gg]roup):.{1,128})$";

/// A [`LABEL`], or `*` for any.
pub const NAMESPACE_OR_ALL: &str = r"^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$";

/// The name of an environment variable, as shells have them.
pub const VARIABLE: &str = "^[A-Za-z_][A-Za-z0-9_]*$";

/// The tag of an image. At most 64 long.
pub const TAG: &str = "^[A-Za-z0-9_][A-Za-z0-9_.-]*$";

/// A length of time, such as `30s` or `1h30m`. At most 32 long.
pub const DURATION: &str = "^([0-9]+h)?([0-9]+m)?([0-9]+s)?$";

/// The key of a Secret or a ConfigMap: no `..`. At most 253 long.
pub(crate) const DATA_KEY: &str = r"^([-_a-zA-Z0-9]|\.[-_a-zA-Z0-9])[-._a-zA-Z0-9]*$";

/// What a variable may take of its pod.
pub(crate) const POD_FIELD: &str = concat!(
    r"^(metadata\.(name|namespace|uid)|spec\.(nodeName|serviceAccountName|host)",
    r"|status\.(hostIP|podIP)s?|metadata\.(labels\['[^/']+(/[^/']+)?|",
    r"annotations\['[^/']+(/[^/']+)?)'\])$"
);

/// What a variable may take of its container's resources.
pub(crate) const CONTAINER_RESOURCE: &str =
    r"^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.*)$";

/// A count, or a share of up to `100%`.
pub const COUNT_OR_PERCENT: &str = "^([0-9]{1,9}|(100|[1-9]?[0-9])%)$";

/// A count from 1 on, or a share from `1%` to `100%`.
pub const SOME_OR_PERCENT: &str = "^([1-9][0-9]{0,8}|(100|[1-9][0-9]?)%)$";

/// A share of up to `100%`.
const SHARE: &str = "^(100|[1-9]?[0-9])%$";

/// The digest of an image.
const IMAGE_DIGEST: &str = "^sha256:[0-9a-f]{64}$";

/// Where a program listens.
const LISTENS_AT: &str = "^.*:[0-9]{1,5}$";

/// An amount in the values of a chart, or nothing: as Kubernetes reads it, wider than we take it.
pub const CHART_QUANTITY: &str = r"^(\+?[0-9.]+([eE][+-]?[0-9]+|[numkKMGTPE]i?)?)?$";

/// What a pattern asks for, in words: few people read one as long as that of a quantity. The same
/// goes for `^(…)?$`, by which charts say that a text may be left empty.
pub fn in_words(pattern: &str) -> Option<&'static str> {
    let inner = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(")?$"));
    let is = |known: &str| known == pattern || Some(&known[1..known.len() - 1]) == inner;
    SPELLED.iter().find(|(known, _)| is(known)).map(|(_, words)| *words)
}

const SPELLED: &[(&str, &str)] = &[
    (quantity::PATTERN, "an amount, such as 10Gi, 500M, 250m or 2"),
    (CHART_QUANTITY, "an amount, such as 10Gi, 500M, 250m or 2"),
    (SUBDOMAIN, "lower-case letters, digits, - and ., with a letter or digit at the ends"),
    (LABEL, "lower-case letters, digits and -, with a letter or digit at the ends"),
    (LABEL_VALUE, "letters, digits, -, _ and ., with a letter or digit at the ends"),
    (IMAGE, "an image, such as registry.example/rivvend:0.0.22"),
    (DURATION, "a length of time, such as 30s, 5m or 1h30m, the longest unit first"),
    (KEY, "a key, such as team or example.com/team"),
    (DATA_KEY, "a key, such as password or tls.crt"),
    (
        POD_FIELD,
        "a field of the pod, such as metadata.name, metadata.labels['team'] or status.podIP",
    ),
    (CONTAINER_RESOURCE, "requests or limits of a resource, such as limits.memory"),
    (DOTTED, "letters, digits, -, _ and ., a letter or digit first and no two dots in a row"),
    (TOPIC, "letters, digits, ., _ and -, a letter or digit first"),
    (TOPICS, "the name of a topic, or one that stands for several with * and ?"),
    (VISIBLE, "letters, digits and signs without blanks, umlauts or $"),
    (OFFSET, "earliest, latest or a time such as 2026-01-31T12:00:00Z"),
    (ADDRESS, "an IP address, such as 0.0.0.0"),
    (FOLDER, "the path of a folder, from / on"),
    (PAGE, "the path of a page, such as /health"),
    (PRINCIPAL, "user:NAME, group:NAME or *"),
    (NAMESPACE_OR_ALL, "the name of a namespace, or * for all"),
    (VARIABLE, "letters, digits and _, and no digit first"),
    (TAG, "letters, digits, _, . and -, and neither . nor - first"),
    (COUNT_OR_PERCENT, "a count, or a share such as 25%"),
    (SOME_OR_PERCENT, "a count from 1 on, or a share such as 25%"),
    (SHARE, "a count, or a share such as 25%"),
    (IMAGE_DIGEST, "the digest of an image: sha256: and 64 hexadecimal digits"),
    (LISTENS_AT, "an address and a port, such as 0.0.0.0:8080"),
];
