//! What our judges say of a resource, a real API server says too.
//!
//! `agree` rests on a JSON Schema validator and on kube-cel, neither of which is what a cluster
//! runs. So the same resources are created on a real API server, as a dry run, and whether it takes
//! them and which rules it names are compared with what those two said. What there is a change from
//! is created for real, each in a namespace of its own, and changed as a dry run.
//!
//! Of the boundaries a part is sent, evenly spread; with `SLUICEGATE_CORPUS=all` every one.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use http::{Method, header::CONTENT_TYPE};
use libtest_mimic::Arguments;
use serde_json::{Value, json};
use sluicegate_core::{
    kind::Kind,
    observed::{Api, text},
    system::System,
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
#[path = "../effects/tests/conformance/cluster.rs"]
mod cluster;
#[path = "common/examples.rs"]
mod examples;
#[path = "common/files.rs"]
mod files;
#[path = "common/judges.rs"]
mod judges;
#[path = "../effects/tests/conformance/plane.rs"]
mod plane;
#[path = "common/pods.rs"]
mod pods;
#[path = "common/resources.rs"]
mod resources;
#[path = "common/schema.rs"]
mod schema;
#[path = "common/shares.rs"]
mod shares;
#[path = "common/tricky.rs"]
mod tricky;
#[path = "../effects/tests/conformance/undone.rs"]
mod undone;

use cases::Case;
use plane::{Plane, say};
use shares::in_shares;

/// How many boundaries of a kind are sent, unless all are asked for.
const BOUNDARIES: usize = 6_000;
/// How many resources of a kind are changed, unless all are asked for.
const CHANGED: usize = 120;
/// How many changes of each are sent, unless all are asked for.
const CHANGES: usize = 600;
/// How many requests are under way at once.
const AT_ONCE: usize = 8;
/// Where everything is created, as far as a dry run creates.
const HOME: &str = "served";
/// The API server's own, which it fills in at a creation or refuses there.
const FILLED_IN: &[&str] = &["uid", "generation", "resourceVersion", "creationTimestamp"];

/// Something to create or to change, and what our judges say of it.
struct Sent {
    name: String,
    method: Method,
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

/// A resource that is there, and what it is changed to.
struct Stored {
    namespace: String,
    list: String,
    body: Value,
    changes: Vec<Sent>,
}

/// What is sent, of every kind.
#[derive(Default)]
struct Corpus {
    definitions: Vec<Value>,
    lists: Vec<String>,
    files: usize,
    sent: Vec<Sent>,
    stored: Vec<Stored>,
}

impl<S: System> Visitor<S> for Corpus {
    fn kind<K: Kind<System = S>>(&mut self) {
        let judges = judges::Judges::of::<K>();
        let ids = Arc::new(judges.ids.clone());
        let api = Api::of::<K::Resource>();
        let list =
            |place: &str| format!("/apis/{}/namespaces/{place}/{}", api.api_version(), api.plural);
        let whole = env::var("SLUICEGATE_CORPUS").is_ok_and(|it| it == "all");
        let most = |most| if whole { usize::MAX } else { most };
        let judged = |name: &str, method, path, body: Value, old: Option<&Value>| {
            let fits = judges.schema(&body).is_empty();
            let cel = if fits { judges.cel(&body, old) } else { Vec::new() };
            let id = |text: &String| judges::rule_id(text).unwrap_or_else(|| text.clone());
            let (name, broken) = (name.to_owned(), cel.iter().map(id).collect());
            Sent { name, method, path, body, fits, broken, ids: Arc::clone(&ids) }
        };
        let create = |(name, new): &(String, Value)| {
            let path = format!("{}?dryRun=All&fieldValidation=Ignore", list(HOME));
            judged(name, Method::POST, path, as_sent(new.clone(), HOME), None)
        };
        let files = distinct(cases::files::<K>());
        self.files += files.len();
        let all = cases::boundaries::<K>(&judges);
        let boundaries = spread(distinct(all.clone()), most(BOUNDARIES));
        let created: Vec<(String, Value)> = files.into_iter().chain(boundaries).collect();
        let shares = in_shares(&created, |share| share.iter().map(create).collect::<Vec<_>>());
        self.sent.extend(shares.into_iter().flatten());
        let boundaries = spread(changed(all), most(CHANGED));
        let changed = changed(cases::files::<K>()).into_iter().chain(boundaries);
        for (old, cases) in changed {
            let namespace = format!("{HOME}-{}", self.stored.len());
            let body = as_sent(old, &namespace);
            // What was never taken cannot be changed.
            if !judged("", Method::POST, String::new(), body.clone(), None).taken() {
                continue;
            }
            let change = |(name, new): &(String, Value)| {
                let at = text(&body, "/metadata/name");
                let path = format!("{}/{at}?dryRun=All&fieldValidation=Ignore", list(&namespace));
                judged(name, Method::PUT, path, as_sent(new.clone(), &namespace), Some(&body))
            };
            let cases = spread(cases, most(CHANGES));
            let shares = in_shares(&cases, |share| share.iter().map(change).collect::<Vec<_>>());
            let changes = shares.into_iter().flatten().collect();
            self.stored.push(Stored { list: list(&namespace), namespace, body, changes });
        }
        self.lists.push(list(HOME));
        self.definitions.push(serde_json::to_value(K::crd()).expect("a definition is JSON"));
    }
}

/// As somebody would create it.
fn as_sent(mut object: Value, namespace: &str) -> Value {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|name, _| !FILLED_IN.contains(&name.as_str()));
        metadata.insert("namespace".to_owned(), json!(namespace));
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

/// What was there before, each once, and what it is changed to under the same name.
fn changed(cases: Vec<Case>) -> Vec<(Value, Vec<(String, Value)>)> {
    let mut all: BTreeMap<String, (Value, Vec<(String, Value)>)> = BTreeMap::new();
    for Case { name, new, old } in cases {
        let called = |object: &Value| object.pointer("/metadata/name").cloned();
        if let Some(old) = old.filter(|old| called(old) == called(&new)) {
            let known = all.entry(old.to_string()).or_insert_with(|| (old, Vec::new()));
            known.1.push((name, new));
        }
    }
    all.into_values().collect()
}

/// No more than so many, evenly spread.
fn spread<T>(cases: Vec<T>, most: usize) -> Vec<T> {
    let (all, most) = (cases.len(), most.min(cases.len()));
    // One is kept where the share that is due becomes a whole one.
    let due = |at: usize| at * most / all.max(1);
    let kept = cases.into_iter().enumerate().filter(|(at, _)| due(at + 1) > due(*at));
    kept.map(|(_, case)| case).collect()
}

fn main() -> ExitCode {
    let name = "what_the_judges_say_of_a_resource_a_real_api_server_says_too";
    let trial = undone::trial(name, Plane::lacking().as_deref(), || {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build()?;
        runtime.block_on(what_the_judges_say_of_a_resource_a_real_api_server_says_too());
        Ok(())
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}

async fn what_the_judges_say_of_a_resource_a_real_api_server_says_too() {
    let plane = Plane::up("served");
    let access = Access { kubeconfig: Some(plane.kubeconfig()), ..Access::default() };
    let connection = connect(&access, "served").await.expect("the kubeconfig is of use");
    let server = ApiServer::new(connection.client, Budget::new(1, 1), Metrics::default());
    let mut corpus = Corpus::default();
    systems::visit(&mut corpus);
    install(&server, &corpus).await;
    let begun = Instant::now();
    let Corpus { files, sent: created, stored, .. } = corpus;
    let olds = stored.len();
    let changes = store(&server, stored).await;
    let refused = |all: &[Sent]| all.iter().filter(|one| !one.taken()).count();
    let [(made, unmade), (changed, unchanged)] =
        [&created, &changes].map(|all| (all.len(), refused(all)));
    let mut differences = compared(&server, created).await;
    differences.extend(compared(&server, changes).await);
    let took = begun.elapsed().as_secs_f32();
    say(&format!(
        "served: {made} resources, {files} of them from files, {unmade} refused; {changed} changes \
         of {olds}, {unchanged} refused; in {took:.0} s; {} differences",
        differences.len()
    ));
    assert!(files > 90 && unmade > 500 && made - unmade > 500, "some of both");
    assert!(unchanged > 100 && changed - unchanged > 100, "some of both");
    let shown: Vec<_> = differences.iter().take(30).collect();
    assert!(differences.is_empty(), "{} differences: {shown:#?}", differences.len());
    pods_too(&server).await;
}

/// What the spec of a pod comes to is asked about on the same API server.
async fn pods_too(server: &ApiServer) {
    let begun = Instant::now();
    let pods::Outcome { judged, refused, later, stricter, differences } =
        pods::compared(server, HOME).await;
    say(&format!(
        "pods: {judged} specs, {refused} refused by both, {later} by us before a kubelet or the \
         pod is, {stricter} by rules of our own; in {:.0} s; {} differences",
        begun.elapsed().as_secs_f32(),
        differences.len()
    ));
    let shown: Vec<_> = differences.iter().take(30).collect();
    assert!(differences.is_empty(), "{} differences: {shown:#?}", differences.len());
    let wrong = refused + later + stricter;
    assert!(judged >= 3_000 && wrong * 3 > judged && wrong * 3 < judged * 2, "some of both");
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

/// Creates what is to be changed. Returns the changes, each of the version that there is.
async fn store(server: &ApiServer, stored: Vec<Stored>) -> Vec<Sent> {
    let mut all = Vec::new();
    for Stored { namespace, list, body, changes } in stored {
        let home = json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace },
        });
        let made = server.send(request(Method::POST, "/api/v1/namespaces", Some(&home))).await;
        made.unwrap_or_else(|error| panic!("{namespace}: {}", error.in_full()));
        let made = server.send(request(Method::POST, &list, Some(&body))).await;
        let made = made.unwrap_or_else(|error| panic!("{body}: {}", error.in_full()));
        let version = made["metadata"]["resourceVersion"].clone();
        all.extend(changes.into_iter().map(|mut sent| {
            sent.body["metadata"]["resourceVersion"] = version.clone();
            sent
        }));
    }
    all
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
                let answer =
                    server.send(request(sent.method.clone(), &sent.path, Some(&sent.body))).await;
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
