//! The resource that a command is about, and the way to what runs for it.

use sluicegate_core::{
    kind::Kind,
    observed::{Api, Observed, Reads, Ref, Seen, Selector, at, text},
    schema::nearest,
    systems::rivven::Rivven,
};
use sluicegate_effects::file::Looked;

use crate::{failure::Failure, live::ClusterReader};

/// Looks at this.
///
/// # Errors
///
/// If it cannot be looked at.
pub(super) async fn read(
    sight: &impl ClusterReader,
    reads: Reads<Rivven>,
) -> Result<Observed<Rivven>, Failure> {
    let found = sight.look(Looked::of(reads)).await.map_err(|error| crate::live::unread(&error))?;
    Ok(found.typed())
}

/// A resource. Where it is not there, those that are tell a slip from a wrong place.
///
/// # Errors
///
/// If it cannot be looked at, is not there, or is on its way out, which is why nothing can be had.
pub(super) async fn one<K: Kind>(
    sight: &impl ClusterReader,
    (namespace, name): (&str, &str),
    nothing: &str,
) -> Result<K::Resource, Failure> {
    let list = Selector::all(Api::of::<K::Resource>(), namespace);
    let seen = read(sight, Reads::none().list(list.clone())).await?;
    if seen.served(&list) == Some(false) {
        let Api { plural, group, .. } = &list.api;
        return Err(Failure(vec![
            format!("error: the API server does not serve {plural}.{group}: not defined"),
            "  install the definitions: sluicegate crd | kubectl apply -f -".to_owned(),
        ]));
    }
    let wanted = Ref::to::<K::Resource>(namespace, name);
    let leaves = match seen.raw(&wanted) {
        Seen::Present(found) => at(found, "/metadata/deletionTimestamp").is_some(),
        Seen::Absent | Seen::Unread | Seen::Unknown(_) => false,
    };
    match seen.get::<K::Resource>(namespace, name) {
        Seen::Present(found) if !leaves => Ok(found),
        Seen::Present(_) => {
            Err(Failure::of(format!("error: {wanted} is being deleted, and {nothing}")))
        }
        Seen::Unknown(why) => Err(Failure::of(format!("error: {wanted}: {why}"))),
        Seen::Absent | Seen::Unread => {
            let there: Vec<&str> =
                seen.items(&list).iter().map(|item| text(item, "/metadata/name")).collect();
            let remedy = match nearest(name, there.iter().copied()) {
                Some(near) => format!("  did you mean {near}?"),
                None if there.is_empty() => {
                    "  the namespace has none; name another one with -n".to_owned()
                }
                None => format!("  there are: {}", there.join(", ")),
            };
            Err(Failure(vec![format!("error: there is no {wanted}"), remedy]))
        }
    }
}

/// That what runs in a pod could not be asked, and the way to it from outside of the cluster.
pub(super) fn unanswered(
    who: &str,
    why: &str,
    (namespace, pod): (&str, &str),
    (host, port): (&str, u16),
) -> Failure {
    Failure(vec![
        format!("error: {who} could not be asked: {why}"),
        "  see that its pod is ready; from outside of the cluster, open a way to it and name that:"
            .to_owned(),
        format!("    kubectl -n {namespace} port-forward {pod} {port}"),
        format!("    … --resolve {host}:{port}=127.0.0.1:{port}"),
    ])
}
