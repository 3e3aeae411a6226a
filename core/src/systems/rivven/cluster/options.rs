//! The broker's options that `config.raw` may set: those that tune it and that nothing here relies
//! on. An option that decides where it listens, what it keeps or who may come in has a field of its
//! own or is not the user's to set.

use std::collections::BTreeMap;

use crate::field::{Cause, Errors, Path};

/// The options, by the name of their flag, with their variable and the least they may be (measured
/// on rivvend 0.0.22). With no connection, or no time to say anything over one, a broker starts,
/// finds itself healthy, and serves nobody. A rate limit of 0 is none.
const OPTIONS: &[(&str, &str, u32)] = &[
    ("idle-timeout-secs", "RIVVEN_IDLE_TIMEOUT_SECS", 1),
    ("max-connections-per-ip", "RIVVEN_MAX_CONNECTIONS_PER_IP", 1),
    ("max-total-connections", "RIVVEN_MAX_TOTAL_CONNECTIONS", 1),
    ("partitioner-batch-size", "RIVVEN_PARTITIONER_BATCH_SIZE", 0),
    ("partitioner-linger-ms", "RIVVEN_PARTITIONER_LINGER_MS", 0),
    ("rate-limit-per-ip", "RIVVEN_RATE_LIMIT_PER_IP", 0),
];

/// Whether the broker knows an option of this name that may be set here.
pub(super) fn is_known(key: &str) -> bool {
    OPTIONS.iter().any(|(flag, ..)| *flag == key)
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
        let Some((_, variable, least)) = OPTIONS.iter().find(|(flag, ..)| flag == key) else {
            continue;
        };
        let must = match value.parse::<u32>() {
            Err(_) => Some("must be a whole number".to_owned()),
            Ok(number) if number < *least => {
                Some(format!("must be at least {least}: with less it serves no client"))
            }
            Ok(_) => None,
        };
        if let Some(must) = must {
            let cause = Cause::Invalid(format!("{value:?}"), must);
            errors.push(path.child(key), cause, "write digits only, such as \"100\"");
        }
        variables.insert((*variable).to_owned(), value.clone());
    }
    variables
}
