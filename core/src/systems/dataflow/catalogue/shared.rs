//! What several stores have in common.

use super::{DAY, block, flag, reference, text, whole};
use crate::connector::Key;

/// Which certificates are shown and believed.
static TLS_KEYS: [Key; 7] = [
    flag("insecureSkipVerify", "Whether the certificate of the store is taken unverified."),
    text(
        "certFile",
        "File of a client certificate. No file of yours is in the pod: use certSecretRef.",
    ),
    text("keyFile", "File of its key. No file of yours is in the pod: use keySecretRef."),
    text("caFile", "File of an authority. No file of yours is in the pod: use caSecretRef."),
    reference("certSecretRef", "The client certificate, as PEM."),
    reference("keySecretRef", "Its private key, as PEM."),
    reference(
        "caSecretRef",
        "The certificates of authorities that the store is verified by, as PEM.",
    ),
];

/// Encryption.
pub(super) const TLS: Key = block("tls", &TLS_KEYS, "TLS. Left out: none.");

/// A user and a password.
pub(super) static BASIC_AUTH_KEYS: [Key; 4] = [
    text("username", "User."),
    text("password", "Password of the user.").secret(),
    reference("usernameSecretRef", "The user, from a Secret."),
    reference("passwordSecretRef", "The password, from a Secret."),
];

/// The table that is read or written.
pub(super) const TABLE: Key = text("table", "Table.");
/// The same from a Secret.
pub(super) const TABLE_REF: Key = reference("tableSecretRef", "The table, from a Secret.");

/// Where the store is and who asks. It may hold a password.
pub(super) const CONNECTION: Key = text(
    "connectionString",
    "Where the store is and who asks. One with a password belongs into a Secret.",
);
/// The same from a Secret.
pub(super) const CONNECTION_REF: Key =
    reference("connectionStringSecretRef", "The connection string, from a Secret.");

/// What is read instead of a table.
pub(super) const QUERY: Key = text("query", "Query whose rows are read, instead of a table.");

/// Makes the table where there is none.
pub(super) const AUTO_CREATE: Key =
    flag("autoCreateTable", "Whether the table is made where there is none.");

/// Leaves documents whole.
pub(super) const RAW: Key =
    flag("rawMode", "Whether a record is written whole into one column, as it came.");

/// Seconds between two looks.
pub(super) const fn poll(default: &'static str) -> Key {
    whole("pollInterval", 1, DAY, "Seconds between two looks for new rows.").or(default)
}

/// Records that are written together.
pub(super) const fn batch(default: &'static str) -> Key {
    let about = "Records that are written together. 0: as many as come until the time is up.";
    whole("batchSize", 0, 10_000, about).or(default)
}

/// Seconds after which fewer are written too.
pub(super) const FLUSH: Key = whole(
    "batchFlushIntervalSeconds",
    0,
    DAY,
    "Seconds after which a batch is written though it is not full. 0: never.",
)
.or("10");
