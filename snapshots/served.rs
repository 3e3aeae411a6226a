//! What our judges say of a resource, a real API server says too.
//!
//! `agree` rests on a JSON Schema validator and on kube-cel, neither of which is what a cluster
//! runs. So the same resources are created on a real API server, as a dry run, and whether it takes
//! them and which rules it names are compared with what those two said. What a change may not do is
//! not asked here: a dry run of a creation has nothing before it.
//!
//! Of the boundaries a part is sent, evenly spread; with `SLUICEGATE_CORPUS=all` every one.

use std::{
    collections::BTreeSet,
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use http::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use sluicegate_core::{
    kind::{Kind, System},
    observed::Api,
    systems::{self, Visitor},
};
use sluicegate_effects::{
    ApiError, Error,
    live::{Access, ApiServer, Budget, DEADLINE, Request, connect},
    metrics::Metrics,
};
use tokio::task::JoinSet;

#[path = "common/cases.rs"]
mod cases;
#[path = "common/examples.rs"]
mod examples;
#[path = "common/files.rs"]
mod files;
#[path = "common/judges.rs"]
mod judges;
#[path = "../effects/tests/conformance/plane.rs"]
mod plane;
#[path = "common/resources.rs"]
mod resources;
#[path = "common/schema.rs"]
mod schema;
#[path = "common/tricky.rs"]
mod tricky;

use cases::Case;
use plane::{Plane, say};

/// How many boundaries of a kind are sent, unless all are asked for.
const BOUNDARIES: usize = 6_000;
/// How many requests are under way at once.
const AT_ONCE: usize = 8;
/// Where everything is created, as far as a dry run creates.
const HOME: &str = "served";
/// The API server's own, which it fills in at a creation or refuses there.
const FILLED_IN: &[&str] = &["uid", "generation", "resourceVersion", "creationTimestamp"];

/// Something to create, and what our judges say of it.
struct Sent {
    name: String,
    path: String,
    body: Value,
    /// Whether it fits the schema.
    fits: bool,
    /// The rules that it breaks, if it fits.
    broken: BTreeSet<String>,
    ids: Arc<BTreeSet<String>>,
}

impl Sent {
    fn taken(&self) -> bool {
        self.fits && self.broken.is_empty()
    }
}

/// What is sent, of every kind.
#[derive(Default)]
struct Corpus {
    definitions: Vec<Value>,
    lists: Vec<String>,
    files: usize,
    sent: Vec<Sent>,
}

impl<S: System> Visitor<S> for Corpus {
    fn kind<K: Kind<System = S>>(&mut self) {
        let judges = judges::Judges::of::<K>();
        let ids = Arc::new(judges.ids.clone());
        let api = Api::of::<K::Resource>();
        let list = format!("/apis/{}/namespaces/{HOME}/{}", api.api_version(), api.plural);
        let files = distinct(cases::files::<K>());
        self.files += files.len();
        let all = env::var("SLUICEGATE_CORPUS").is_ok_and(|it| it == "all");
        let most = if all { usize::MAX } else { BOUNDARIES };
        let boundaries = spread(distinct(cases::boundaries::<K>(&judges)), most);
        for (name, new) in files.into_iter().chain(boundaries) {
            let body = as_sent(new);
            let fits = judges.schema(&body).is_empty();
            let cel = if fits { judges.cel(&body, None) } else { Vec::new() };
            self.sent.push(Sent {
                name,
                path: format!("{list}?dryRun=All&fieldValidation=Ignore"),
                body,
                fits,
                broken: cel
                    .iter()
                    .map(|text| judges::rule_id(text).unwrap_or(text.clone()))
                    .collect(),
                ids: Arc::clone(&ids),
            });
        }
        self.lists.push(list);
        self.definitions.push(serde_json::to_value(K::crd()).expect("a definition is JSON"));
    }
}

/// As somebody would create it.
fn as_sent(mut object: Value) -> Value {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|name, _| !FILLED_IN.contains(&name.as_str()));
        metadata.insert("namespace".to_owned(), json!(HOME));
    }
    // A creation does not write it.
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    object
}

/// Each resource once, what was before another too.
fn distinct(cases: Vec<Case>) -> Vec<(String, Value)> {
    let mut known = BTreeSet::new();
    let both = |Case { name, new, old }| {
        [Some(new), old].into_iter().flatten().map(move |one| (name.clone(), one))
    };
    let all = cases.into_iter().flat_map(both);
    all.filter(|(_, object)| known.insert(object.to_string())).collect()
}

/// No more than so many, evenly spread.
fn spread<T>(cases: Vec<T>, most: usize) -> Vec<T> {
    let (all, most) = (cases.len(), most.min(cases.len()));
    // One is kept where the share that is due becomes a whole one.
    let due = |at: usize| at * most / all.max(1);
    let kept = cases.into_iter().enumerate().filter(|(at, _)| due(at + 1) > due(*at));
    kept.map(|(_, case)| case).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_judges_say_of_a_resource_a_real_api_server_says_too() {
    let Some(plane) = Plane::up("served") else { return };
    let access = Access { kubeconfig: Some(plane.kubeconfig()), ..Access::default() };
    let connection = connect(&access, "served").await.expect("the kubeconfig is of use");
    let server = ApiServer::new(connection.client, Budget::new(1, 1), Metrics::default());
    let mut corpus = Corpus::default();
    systems::visit(&mut corpus);
    install(&server, &corpus).await;
    let (files, sent) = (corpus.files, corpus.sent.len());
    let refused = corpus.sent.iter().filter(|one| !one.taken()).count();
    let begun = Instant::now();
    let differences = compared(&server, corpus.sent).await;
    let took = begun.elapsed().as_secs_f32();
    say(&format!(
        "served: {sent} resources, {files} of them from files, {refused} refused, in {took:.0} s; \
         {} differences",
        differences.len()
    ));
    assert!(files > 90 && refused > 500 && sent - refused > 500, "some of both");
    let shown: Vec<_> = differences.iter().take(30).collect();
    assert!(differences.is_empty(), "{} differences: {shown:#?}", differences.len());
}

/// Our definitions, served, and a namespace.
async fn install(server: &ApiServer, corpus: &Corpus) {
    let home = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": HOME } });
    let namespaces = ("/api/v1/namespaces", &home);
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let all = corpus.definitions.iter().map(|definition| (definitions, definition));
    for (path, body) in all.chain([namespaces]) {
        let made = server.send(request(Method::POST, path, Some(body))).await;
        made.unwrap_or_else(|error| panic!("{path}: {}", error.in_full()));
    }
    for list in &corpus.lists {
        let mut tries = 0;
        while let Err(error) = server.send(request(Method::GET, list, None)).await {
            tries += 1;
            assert!(tries < 300, "{list} is not served: {}", error.in_full());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Where the API server says something else, several asked about at once.
async fn compared(server: &ApiServer, corpus: Vec<Sent>) -> Vec<String> {
    let mut shares: Vec<Vec<Sent>> = (0..AT_ONCE).map(|_| Vec::new()).collect();
    for (at, sent) in corpus.into_iter().enumerate() {
        shares[at % AT_ONCE].push(sent);
    }
    let mut under_way = JoinSet::new();
    for share in shares {
        let server = server.clone();
        under_way.spawn(async move {
            let mut differences = Vec::new();
            for sent in share {
                let answer = server.send(request(Method::POST, &sent.path, Some(&sent.body))).await;
                differences.extend(difference(&sent, answer));
            }
            differences
        });
    }
    under_way.join_all().await.concat()
}

fn difference(sent: &Sent, answer: Result<Value, Error>) -> Option<String> {
    let refusal: Option<ApiError> = match answer {
        Ok(_) => None,
        Err(Error::Api { source, .. }) => Some(*source),
        Err(other) => return Some(format!("{}: {}", sent.name, other.in_full())),
    };
    let Sent { name, body, fits, broken, ids, .. } = sent;
    let message = refusal.as_ref().map_or("taken", |refusal| refusal.message.as_str());
    let words = message.split_whitespace().filter_map(judges::rule_id);
    let named: BTreeSet<String> = words.filter(|id| ids.contains(id)).collect();
    // What is malformed is a 400, what is invalid a 422: both judge what was sent.
    let judged = refusal.as_ref().is_none_or(|it| matches!(it.code, 400 | 422));
    // Of what breaks a bound or a pattern it asks the rules too, of what has another type it does
    // not: which of them it names then is no promise of ours.
    let same_rules = !fits || *broken == named;
    let same = sent.taken() == refusal.is_none() && same_rules && judged;
    let kind = &body["kind"];
    let ours = if sent.taken() {
        "taken".to_owned()
    } else {
        format!("refused, {broken:?}, fits: {fits}")
    };
    (!same).then(|| format!("{kind}: {name}\nours: {ours}\nthe API server: {message}"))
}

fn request(method: Method, path: &str, body: Option<&Value>) -> Request {
    let sent = body.map(|body| serde_json::to_vec(body).expect("a JSON value is JSON"));
    let http = http::Request::builder().method(method).uri(path);
    let http = http.header(CONTENT_TYPE, "application/json").body(sent.unwrap_or_default());
    let http = http.expect("the path is one");
    Request { doing: format!("ask {path}"), verb: "create", deadline: DEADLINE, http }
}
