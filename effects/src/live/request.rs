//! What is asked of the API server, as plain data: one function from a verb to its request.
//!
//! A dry run is the same request with one word more, so that what was judged is what is sent.

use http::{Method, header::CONTENT_TYPE};
use k8s_openapi::api::events::v1::Event;
use serde_json::{Value, json};
use sluicegate_core::{
    label::{Labels, SLUICEGATE},
    observed::{Api, Ref, Selector},
    plan::{Manifest, Precondition, Propagation, Verb},
    system::System,
};

use super::{DEADLINE, DEADLINE_LIST, DEADLINE_STATUS, Request};

/// How many objects one page of a list may have: what client-go asks for.
const PAGE: u32 = 500;
/// How long a name may be (RFC 1123 subdomain), and so a segment of a path.
const NAME_MAX: usize = 253;
/// How long the value of a label may be.
const LABEL_MAX: usize = 63;

/// Whether a write is only judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It is done.
    Real,
    /// The API server says whether it would do it.
    Dry,
}

impl Mode {
    fn query(self) -> &'static str {
        match self {
            Self::Real => "",
            Self::Dry => "&dryRun=All",
        }
    }
}

/// One object, as it is now.
pub(super) fn get(target: &Ref) -> Request {
    let http = request(Method::GET, &path_of(target, ""), None);
    Request { doing: format!("get {target}"), verb: "get", deadline: DEADLINE, http }
}

/// A page of what a selector selects: the first, or the one after it that `from` tells.
pub(super) fn page(selector: &Selector, from: &str) -> Request {
    let mut path = path_of_all(&selector.api, &selector.namespace);
    path.push_str(&format!("?limit={PAGE}"));
    if !selector.labels.is_empty() {
        let pairs: Vec<String> =
            selector.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        path.push_str(&format!("&labelSelector={}", encoded(&pairs.join(","))));
    }
    if !from.is_empty() {
        path.push_str(&format!("&continue={}", encoded(from)));
    }
    let place = match selector.namespace.as_str() {
        "" => String::new(),
        namespace => format!(" in {namespace}"),
    };
    let doing = format!("list {}{place}", selector.api.plural);
    let http = request(Method::GET, &path, None);
    Request { doing, verb: "list", deadline: DEADLINE_LIST, http }
}

/// The first page of the warnings about an object.
pub(super) fn warnings(regarding: &Ref) -> Request {
    let mut path = path_of_all(&Api::of::<Event>(), &regarding.namespace);
    let Ref { api, name, .. } = regarding;
    let fields = format!("regarding.kind={},regarding.name={name},type=Warning", api.kind);
    path.push_str(&format!("?limit={PAGE}&fieldSelector={}", encoded(&fields)));
    let doing = format!("list warnings about {regarding}");
    let http = request(Method::GET, &path, None);
    Request { doing, verb: "list", deadline: DEADLINE_LIST, http }
}

/// Whether an object can carry these labels. The API server refuses to look for what cannot be.
pub(super) fn can_be(labels: &Labels) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let outer = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    labels.values().all(|value| {
        let mut chars = value.chars();
        value.len() <= LABEL_MAX
            && value.chars().all(inner)
            && outer(chars.next())
            && outer(chars.next_back())
    })
}

/// What a verb asks of the API server; nothing where it is not for it to judge.
pub(super) fn write<S: System>(verb: &Verb<S>, mode: Mode) -> Option<Request> {
    let doing = verb.to_string();
    let write = |verb, http| Some(Request { doing, verb, deadline: DEADLINE, http });
    match verb {
        // Version 1 is never an object's, so this creates or conflicts, and the object is applied
        // from birth: a field left out later goes.
        Verb::Create(manifest) => {
            write("patch", applied(manifest, &json!({ "resourceVersion": "1" }), mode))
        }
        Verb::Apply(manifest, seen) => write("patch", applied(manifest, &json!(seen), mode)),
        Verb::Delete(target, seen, propagation) => {
            write("delete", deleted(target, seen, *propagation, mode))
        }
        Verb::Restart(pod, seen) => write("create", evicted(pod, seen, mode)),
        Verb::SetStatus(target, seen, status) => {
            let http = reported(target, seen, status, mode);
            write("update", http).map(|one| Request { deadline: DEADLINE_STATUS, ..one })
        }
        Verb::SetFinalizers(target, seen, names) => {
            write("patch", finalized(target, seen, names, mode))
        }
        Verb::Call(_) | Verb::EmitEvent(_) => None,
    }
}

fn applied(manifest: &Manifest, meta: &Value, mode: Mode) -> http::Request<Vec<u8>> {
    let mut body = manifest.body.clone();
    for (name, value) in meta.as_object().into_iter().flatten() {
        body["metadata"][name] = value.clone();
    }
    let path = format!(
        "{}?fieldManager={SLUICEGATE}&force=true&fieldValidation=Strict{}",
        path_of(&manifest.target, ""),
        mode.query()
    );
    request(Method::PATCH, &path, Some(("application/apply-patch+yaml", &body)))
}

fn deleted(
    target: &Ref,
    seen: &Precondition,
    propagation: Propagation,
    mode: Mode,
) -> http::Request<Vec<u8>> {
    let mut body = json!({
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": seen,
        "propagationPolicy": match propagation {
            Propagation::Background => "Background",
            Propagation::Foreground => "Foreground",
            Propagation::Orphan => "Orphan",
        },
    });
    // Where a delete has a body, what its address says is not read.
    if mode == Mode::Dry {
        body["dryRun"] = json!(["All"]);
    }
    request(Method::DELETE, &path_of(target, ""), Some((JSON, &body)))
}

fn evicted(pod: &Ref, seen: &Precondition, mode: Mode) -> http::Request<Vec<u8>> {
    let body = json!({
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": { "name": pod.name, "namespace": pod.namespace },
        "deleteOptions": { "preconditions": seen },
    });
    let path = format!(
        "{}?fieldManager={SLUICEGATE}&fieldValidation=Strict{}",
        path_of(pod, "/eviction"),
        mode.query()
    );
    request(Method::POST, &path, Some((JSON, &body)))
}

/// Strict: a status field that the installed definition does not know would be left out without a
/// word, be missing at the next look, and be written again for ever.
fn reported(
    target: &Ref,
    seen: &Precondition,
    status: &Value,
    mode: Mode,
) -> http::Request<Vec<u8>> {
    let mut body = json!({
        "apiVersion": target.api.api_version(),
        "kind": target.api.kind,
        "metadata": { "name": target.name, "namespace": target.namespace },
        "status": status,
    });
    for (name, value) in json!(seen).as_object().into_iter().flatten() {
        body["metadata"][name] = value.clone();
    }
    let path = format!(
        "{}?fieldManager={SLUICEGATE}&fieldValidation=Strict{}",
        path_of(target, "/status"),
        mode.query()
    );
    request(Method::PUT, &path, Some((JSON, &body)))
}

fn finalized(
    target: &Ref,
    seen: &Precondition,
    names: &[String],
    mode: Mode,
) -> http::Request<Vec<u8>> {
    let mut patch = vec![json!({ "op": "test", "path": "/metadata/uid", "value": seen.uid() })];
    if let Some(version) = seen.resource_version() {
        let path = "/metadata/resourceVersion";
        patch.push(json!({ "op": "test", "path": path, "value": version }));
    }
    // `add` replaces what is there, and an empty list is stored as none.
    patch.push(json!({ "op": "add", "path": "/metadata/finalizers", "value": names }));
    let path = format!("{}?fieldManager={SLUICEGATE}{}", path_of(target, ""), mode.query());
    request(Method::PATCH, &path, Some(("application/json-patch+json", &Value::Array(patch))))
}

/// The media type of a whole object.
pub(super) const JSON: &str = "application/json";

/// A request with a body of a media type, or without one.
pub(super) fn request(
    method: Method,
    path: &str,
    body: Option<(&str, &Value)>,
) -> http::Request<Vec<u8>> {
    let request = http::Request::builder().method(method).uri(path);
    let request = match body {
        None => request.body(Vec::new()),
        Some((kind, body)) => {
            let body = serde_json::to_vec(body).expect("a JSON value is JSON");
            request.header(CONTENT_TYPE, kind).body(body)
        }
    };
    request.expect("every part of the path is encoded and of bounded length")
}

/// The path of an object, or of what is below it, such as `/status`.
pub(crate) fn path_of(target: &Ref, below: &str) -> String {
    format!("{}/{}{below}", path_of_all(&target.api, &target.namespace), segment(&target.name))
}

/// The path of all objects of an API in a namespace; in all of them where it is empty.
pub(crate) fn path_of_all(api: &Api, namespace: &str) -> String {
    let Api { group, version, plural, .. } = api;
    let root =
        if group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", segment(group)) };
    let (version, plural) = (segment(version), segment(plural));
    if namespace.is_empty() {
        format!("{root}/{version}/{plural}")
    } else {
        format!("{root}/{version}/namespaces/{}/{plural}", segment(namespace))
    }
}

/// A name as one segment of a path. Names come from what people write, before anybody has checked
/// it: what can be no name is sent as `%`, which none is, so that it leads nowhere else.
fn segment(name: &str) -> String {
    if is_name(name) { encoded(name) } else { "%25".to_owned() }
}

/// Whether this can be the name of anything.
pub(super) fn is_name(name: &str) -> bool {
    let elsewhere = matches!(name, "" | "." | "..") || name.contains(['/', '%']);
    !elsewhere && name.len() <= NAME_MAX
}

/// Text, as a part of an address.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(name: &str) -> Ref {
        let api = Api::new("", "v1", "Secret", "secrets");
        Ref { api, namespace: "default".to_owned(), name: name.to_owned() }
    }

    #[test]
    fn no_name_leads_to_another_object() {
        assert_eq!(path_of(&secret("a.b-c"), ""), "/api/v1/namespaces/default/secrets/a.b-c");
        let long = "a".repeat(NAME_MAX + 1);
        for name in ["", ".", "..", "a/../b", "a%2Fb", long.as_str()] {
            assert_eq!(path_of(&secret(name), ""), "/api/v1/namespaces/default/secrets/%25");
        }
        let question = path_of(&secret("a?watch=true#b\u{e9}"), "/status");
        assert_eq!(
            question,
            "/api/v1/namespaces/default/secrets/a%3Fwatch%3Dtrue%23b%C3%A9/status"
        );
    }

    #[test]
    fn labels_that_nothing_can_carry_are_told() {
        let labels = |value: &str| Labels::from([("a".to_owned(), value.to_owned())]);
        for value in ["", "a", "a-b_c.d", &"a".repeat(63)] {
            assert!(can_be(&labels(value)), "{value}");
        }
        for value in ["a b", "-a", "a.", "a,b=c", "\u{e9}", &"a".repeat(64)] {
            assert!(!can_be(&labels(value)), "{value}");
        }
    }
}
