//! What is seen of the kinds that are looked after, and what a person can do where nothing is.

use std::{collections::BTreeMap, time::Duration};

use sluicegate_core::{
    kind::Kind,
    observed::Api,
    system::System,
    systems::{self, Visitor},
};
use sluicegate_effects::watch::{State, Watches};

use super::health::Faults;

/// How often it is looked whether something is to be told.
const GLANCE: Duration = Duration::from_secs(1);
/// How to install what is not there.
const INSTALL: &str = "kubectl apply -f deploy/crds/, or: \
                       sluicegate crd | kubectl apply --server-side -f -";

/// The kinds that are looked after.
pub(crate) fn own() -> Vec<Api> {
    struct Gather(Vec<Api>);
    impl<S: System> Visitor<S> for Gather {
        fn kind<K: Kind<System = S>>(&mut self) {
            self.0.push(Api::of::<K::Resource>());
        }
    }
    let mut gather = Gather(Vec::new());
    systems::visit(&mut gather);
    gather.0
}

/// What is not seen of them, a sentence each.
pub(crate) fn unseen(watches: &Watches, own: &[Api]) -> Faults {
    own.iter().filter_map(|api| fault(api, &watches.state(api))).collect()
}

fn fault(api: &Api, state: &State) -> Option<String> {
    let name = format!("{}.{}", api.plural, api.group);
    match state {
        State::Synced => None,
        State::Starting => Some(format!("{name}: not read yet")),
        State::NotServed => Some(format!("{name}: not installed; install with {INSTALL}")),
        State::Denied(why) => Some(format!("{name}: not allowed: {why}")),
        State::Failing(why) => Some(format!("{name}: not reached: {why}")),
    }
}

/// Tells when a kind is not installed, and when one is seen again, for ever. What else keeps one
/// from being seen is told by its stream.
pub(crate) async fn tell(watches: Watches, own: Vec<Api>) -> String {
    let mut told: BTreeMap<Api, Option<String>> = BTreeMap::new();
    loop {
        for api in &own {
            let state = watches.state(api);
            // A stream that begins anew has nothing to tell.
            if state == State::Starting {
                continue;
            }
            let now = fault(api, &state);
            match (&now, told.insert(api.clone(), now.clone())) {
                (Some(fault), before)
                    if state == State::NotServed && before.as_ref() != Some(&now) =>
                {
                    tracing::warn!("cannot see {fault}");
                }
                (None, Some(Some(_))) => tracing::info!("sees {}.{} now", api.plural, api.group),
                (Some(_) | None, _) => {}
            }
        }
        tokio::time::sleep(GLANCE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_is_not_installed_is_told_with_the_command_that_installs_it() {
        let own = own();
        let said = fault(&own[0], &State::NotServed).expect("it is a fault");
        assert!(said.starts_with("rivvenclusters.rivven.hupe1980.github.io: not installed"));
        assert!(said.contains("kubectl apply -f deploy/crds/"));
        assert_eq!(fault(&own[0], &State::Synced), None);
    }
}
