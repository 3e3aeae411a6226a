//! The requests of a stream.

use http::Request as Http;

use sluicegate_core::observed::Api;

use crate::live::{DEADLINE_LIST, Request, path_of_all};

/// What is watched: an API, in a namespace or in the whole cluster.
pub(super) type Place<'a> = (&'a Api, Option<&'a str>);

/// How many objects a page of a list has.
const PAGE: u32 = 500;

/// A watch, from a version or from a streamed list of what is there now.
///
/// Without a version the server answers from the newest state it has. `resourceVersion=0` would be
/// answered from whatever a cache holds, which after a restart may lie in the past.
pub(super) fn watch(of: Place<'_>, from: Option<&str>, seconds: u64) -> Request {
    let begin = match from {
        Some(version) => format!("resourceVersion={version}"),
        None => "sendInitialEvents=true&resourceVersionMatch=NotOlderThan".to_owned(),
    };
    let query = format!("watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}&{begin}");
    request(of, "watch", &query)
}

/// A page of a list: the first, or the one that the last page pointed to.
pub(super) fn list(of: Place<'_>, from: Option<&str>) -> Request {
    let from = from.map(|token| format!("&continue={}", escaped(token))).unwrap_or_default();
    request(of, "list", &format!("limit={PAGE}{from}"))
}

fn request((api, namespace): Place<'_>, verb: &'static str, query: &str) -> Request {
    let namespace = namespace.unwrap_or_default();
    let http = Http::get(format!("{}?{query}", path_of_all(api, namespace))).body(Vec::new());
    let place = if namespace.is_empty() { String::new() } else { format!(" in {namespace}") };
    Request {
        doing: format!("{verb} {}{place}", api.plural),
        verb,
        deadline: DEADLINE_LIST,
        http: http.expect("the names of APIs are fit for a path"),
    }
}

/// A token of the server's, fit for a query.
fn escaped(token: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    token.bytes().map(escape).collect()
}
