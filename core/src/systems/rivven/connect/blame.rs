//! Which of its connectors keeps a worker from starting, as far as its pod shows it.
//!
//! A worker is one program with one file: what is missing for one connector stops all of them. The
//! one that is to blame gets a worker of its own, where it is tried again and again, and stays
//! there until its keys change; the others run on.

use serde_json::Value;

use super::{connectors::Wired, secrets::Variable};
use crate::{
    observed::{at, text},
    systems::rivven::names,
    workload::seen::last_end,
};

/// What a pod shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Blame {
    /// Why the kubelet cannot make a container, in its words.
    lacks: Vec<String>,
    /// Whether the program does not take its file.
    file: bool,
}

impl Blame {
    /// Adds what a pod shows.
    pub(super) fn add(&mut self, pod: &Value) {
        for list in ["/status/initContainerStatuses", "/status/containerStatuses"] {
            for status in at(pod, list).and_then(Value::as_array).into_iter().flatten() {
                if text(status, "/state/waiting/reason") == "CreateContainerConfigError" {
                    self.lacks.push(text(status, "/state/waiting/message").to_owned());
                }
                let failed = last_end(status).is_some_and(|(_, code)| code != 0);
                self.file |= failed && text(status, "/name") == names::VALIDATE;
            }
        }
    }

    /// Whether nobody is to blame.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it may be this one. A file is broken by values from Secrets, which nobody here
    /// knows: so each that has any is a suspect.
    pub(super) fn falls_on(&self, wired: &Wired) -> bool {
        let lacks = |one: &Variable| self.lacks.iter().any(|why| names_it(why, one));
        wired.variables.iter().any(|one| self.file || lacks(one))
    }
}

/// Whether the kubelet speaks of this key of a Secret, or of its Secret as a whole.
fn names_it(why: &str, variable: &Variable) -> bool {
    let Variable { secret, key, .. } = variable;
    why.contains(&format!("secret \"{secret}\" not found"))
        || (why.contains(&format!("find key {key} in Secret"))
            && why.ends_with(&format!("/{secret}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kubelet_names_a_secret_or_one_of_its_keys() {
        let of = |secret: &str, key: &str| Variable {
            name: "A".to_owned(),
            secret: secret.to_owned(),
            key: key.to_owned(),
        };
        let (whole, key) =
            ("secret \"db\" not found", "couldn't find key password in Secret team/db");
        assert!(names_it(whole, &of("db", "user")));
        assert!(!names_it(whole, &of("db-2", "user")));
        assert!(names_it(key, &of("db", "password")));
        assert!(!names_it(key, &of("db", "user")));
        assert!(!names_it(key, &of("my-db", "password")));
    }
}
