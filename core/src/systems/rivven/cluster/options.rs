//! The broker's options that `config.raw` may set: those that tune it and that nothing here relies
//! on. An option that decides where it listens, what it keeps or who may come in has a field of its
//! own or is not the user's to set.

use std::collections::BTreeMap;

use crate::field::{Cause, Errors, Path};

/// The options, by the name of their flag, with their variable (measured on rivvend 0.0.22).
const OPTIONS: &[(&str, &str)] = &[
    ("idle-timeout-secs", "RIVVEN_IDLE_TIMEOUT_SECS"),
    ("max-connections-per-ip", "RIVVEN_MAX_CONNECTIONS_PER_IP"),
    ("max-total-connections", "RIVVEN_MAX_TOTAL_CONNECTIONS"),
    ("partitioner-batch-size", "RIVVEN_PARTITIONER_BATCH_SIZE"),
    ("partitioner-linger-ms", "RIVVEN_PARTITIONER_LINGER_MS"),
    ("rate-limit-per-ip", "RIVVEN_RATE_LIMIT_PER_IP"),
];

/// Whether the broker knows an option of this name that may be set here.
pub(super) fn is_known(key: &str) -> bool {
    OPTIONS.iter().any(|(flag, _)| *flag == key)
}

/// The variables of the options that are known. One takes a whole number: the program ends at start
/// on anything else.
pub(super) fn tunables<'a>(
    raw: impl Iterator<Item = (&'a String, &'a String)>,
    path: &Path,
    errors: &mut Errors,
) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for (key, value) in raw {
        let Some((_, variable)) = OPTIONS.iter().find(|(flag, _)| flag == key) else {
            continue;
        };
        if value.parse::<u32>().is_err() {
            let cause = Cause::Invalid(format!("{value:?}"), "must be a whole number".to_owned());
            errors.push(path.child(key), cause, "write digits only, such as \"100\"");
        }
        variables.insert((*variable).to_owned(), value.clone());
    }
    variables
}
