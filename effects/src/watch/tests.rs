//! Streams against a server of their own, on a paused clock.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use k8s_openapi::api::{
    apps::v1::StatefulSet,
    core::v1::{ConfigMap, Pod},
    storage::v1::StorageClass,
};
use serde_json::{Value, json};
use sluicegate_core::{
    label,
    observed::{Api, List, Look, Ref, Selector, text},
    systems::rivven::cluster::RivvenCluster,
};
use tokio::time::{Instant, sleep};

use super::{Notice, Scope, State, Watches, fake::Fake};
use crate::metrics::{Metrics, OfApi};

/// Time for everything that is due to happen.
const SOON: Duration = Duration::from_millis(1);

struct Bench {
    fake: Fake,
    watches: Watches,
    metrics: Metrics,
    told: Arc<Mutex<Vec<String>>>,
}

impl Bench {
    fn new(scope: Scope) -> Self {
        let (fake, metrics) = (Fake::default(), Metrics::default());
        let own = BTreeSet::from([Api::of::<RivvenCluster>()]);
        let watches = Watches::new(fake.server(), scope, own, metrics.clone());
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let notes = told.clone();
        watches.subscribe(move |notice| {
            let note = match notice {
                Notice::Api(api) => format!("{} may be told", api.plural),
                Notice::Object(change) => match (&change.before, &change.after) {
                    (None, _) => format!("+{}", change.target.name),
                    (Some(_), Some(_)) => format!("~{}", change.target.name),
                    (Some(_), None) => format!("-{}", change.target.name),
                },
            };
            notes.lock().unwrap().push(note);
        });
        let running = watches.clone();
        drop(tokio::spawn(async move { panic!("{}", running.run().await) }));
        Self { fake, watches, metrics, told }
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    async fn names(&self, selector: &Selector) -> Vec<String> {
        match self.watches.list(selector).await {
            Ok(List::Items(items)) => {
                items.iter().map(|item| text(item, "/metadata/name").to_owned()).collect()
            }
            other => panic!("{other:?}"),
        }
    }
}

fn pod(name: &str) -> Ref {
    Ref::to::<Pod>("default", name)
}

fn all<K: kube_core::Resource<DynamicType = ()>>() -> Selector {
    Selector::all(Api::of::<K>(), "")
}

fn ours() -> Value {
    let labels = label::recommended(&label::selector("rivven", "a", "broker"));
    json!({ "metadata": { "labels": labels } })
}

#[tokio::test(start_paused = true)]
async fn a_store_is_filled_by_one_request_and_follows() {
    let bench = Bench::new(Scope::All);
    bench.fake.put(&pod("a"), ours());
    assert_eq!(bench.names(&all::<Pod>()).await, ["a"]);
    let requests = bench.fake.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].contains("sendInitialEvents=true"), "{requests:?}");
    assert!(!requests[0].contains("resourceVersion="), "it asks for the newest: {requests:?}");
    bench.fake.put(&pod("b"), ours());
    bench.fake.put(&pod("a"), ours());
    bench.fake.delete(&pod("b"));
    sleep(SOON).await;
    assert_eq!(bench.told(), ["+a", "+b", "~a", "-b"]);
    assert_eq!(bench.watches.get(&pod("b")).await.unwrap(), Look::Absent);
    assert!(matches!(bench.watches.get(&pod("a")).await.unwrap(), Look::Found(_)));
    assert_eq!(bench.fake.requests(), [""; 0]);
    let heard = bench.metrics.last_event.get_or_create(&OfApi { api: "pods".to_owned() }).get();
    assert!(heard > 0);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_says_nothing_for_70_s_is_opened_anew_from_where_it_was() {
    let bench = Bench::new(Scope::All);
    bench.fake.put(&pod("a"), ours());
    assert_eq!(bench.names(&all::<Pod>()).await, ["a"]);
    drop(bench.fake.requests());
    // Bookmarks keep it open, and move the version that it goes on from.
    bench.fake.put(&Ref::to::<StatefulSet>("default", "other"), json!({}));
    for _ in 0..2 {
        sleep(Duration::from_secs(60)).await;
        bench.fake.bookmark();
    }
    sleep(SOON).await;
    assert_eq!(bench.fake.requests(), [""; 0]);
    bench.fake.fall_silent(true);
    bench.fake.put(&pod("b"), ours());
    let start = Instant::now();
    sleep(Duration::from_secs(69)).await;
    assert_eq!(bench.fake.requests(), [""; 0]);
    bench.fake.fall_silent(false);
    while bench.names(&all::<Pod>()).await.len() < 2 {
        sleep(Duration::from_millis(10)).await;
    }
    assert!(start.elapsed() < Duration::from_secs(71), "{:?}", start.elapsed());
    let requests = bench.fake.requests();
    assert!(requests[0].contains("&resourceVersion=2"), "{requests:?}");
    assert_eq!(requests.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_while_nobody_listened_goes() {
    let bench = Bench::new(Scope::All);
    for name in ["a", "b", "c"] {
        bench.fake.put(&pod(name), ours());
    }
    assert_eq!(bench.names(&all::<Pod>()).await, ["a", "b", "c"]);
    drop(bench.told());
    bench.fake.fall_silent(true);
    bench.fake.delete(&pod("b"));
    bench.fake.put(&pod("c"), ours());
    bench.fake.fall_silent(false);
    bench.fake.forget();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.told(), ["-b", "~c"]);
    assert_eq!(bench.names(&all::<Pod>()).await, ["a", "c"]);
    let requests = bench.fake.requests();
    assert!(requests.last().unwrap().contains("sendInitialEvents=true"), "{requests:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_goes_on_from_where_it_was() {
    let bench = Bench::new(Scope::All);
    bench.fake.put(&pod("a"), ours());
    assert_eq!(bench.names(&all::<Pod>()).await, ["a"]);
    drop((bench.fake.requests(), bench.told()));
    sleep(Duration::from_secs(20)).await;
    bench.fake.hang_up();
    bench.fake.put(&pod("b"), ours());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.told(), ["+b"]);
    let requests = bench.fake.requests();
    assert!(requests.len() == 1 && requests[0].contains("&resourceVersion=1"), "{requests:?}");
}

#[tokio::test(start_paused = true)]
async fn an_api_that_appears_is_noticed_and_asked_for_by_watches_alone() {
    let bench = Bench::new(Scope::All);
    let api = Api::of::<RivvenCluster>();
    bench.fake.serve(&api, false);
    assert_eq!(bench.watches.list(&all::<RivvenCluster>()).await.unwrap(), List::NotServed);
    let target = Ref::to::<RivvenCluster>("default", "a");
    assert_eq!(bench.watches.get(&target).await.unwrap(), Look::Absent);
    assert_eq!(bench.watches.state(&api), State::NotServed);
    assert!(!bench.watches.all_synced(), "its own kind is not there");
    sleep(Duration::from_secs(95)).await;
    let requests = bench.fake.requests();
    assert_eq!(requests.len(), 10, "every 10 s: {requests:?}");
    assert!(requests.iter().all(|request| request.contains("watch=true")), "{requests:?}");
    bench.fake.serve(&api, true);
    bench.fake.put(&target, json!({}));
    sleep(Duration::from_secs(10)).await;
    assert_eq!(bench.told(), ["rivvenclusters may be told", "+a"]);
    assert!(bench.watches.all_synced());
    bench.fake.serve(&api, false);
    bench.fake.hang_up();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.told(), ["-a", "rivvenclusters may be told"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_streamed_lists_is_asked_page_by_page() {
    let bench = Bench::new(Scope::All);
    bench.fake.without_streamed_lists();
    for name in ["a", "b", "c", "d", "e"] {
        bench.fake.put(&pod(name), ours());
    }
    assert_eq!(bench.names(&all::<Pod>()).await, ["a", "b", "c", "d", "e"]);
    bench.fake.put(&pod("f"), ours());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.names(&all::<Pod>()).await.len(), 6);
    let requests = bench.fake.requests();
    assert_eq!(requests.len(), 5, "refused, three pages, a watch: {requests:?}");
    assert!(requests[4].contains("&resourceVersion=5"), "{requests:?}");
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_seen_is_denied_until_it_may() {
    let bench = Bench::new(Scope::All);
    bench.fake.put(&pod("a"), ours());
    bench.fake.refuse(403, "pods is forbidden: User \"a\" cannot watch pods");
    let look = bench.watches.get(&pod("a")).await.unwrap();
    assert!(matches!(&look, Look::Denied(why) if why.contains("cannot watch")), "{look:?}");
    assert!(bench.watches.list(&all::<Pod>()).await.is_err());
    sleep(Duration::from_secs(31)).await;
    assert!(matches!(bench.watches.get(&pod("a")).await.unwrap(), Look::Found(_)));
    assert_eq!(bench.told(), ["pods may be told", "+a"]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_fails_is_opened_anew_ever_more_slowly_and_its_store_still_answers() {
    let bench = Bench::new(Scope::All);
    bench.fake.put(&pod("a"), ours());
    assert_eq!(bench.names(&all::<Pod>()).await, ["a"]);
    sleep(Duration::from_secs(20)).await;
    drop(bench.fake.requests());
    (0..30).for_each(|_| bench.fake.refuse(503, "etcd is away"));
    bench.fake.hang_up();
    sleep(Duration::from_secs(10)).await;
    let tries = bench.fake.requests().len();
    assert!((6..=8).contains(&tries), "0.2 s doubling, up to half of it less: {tries}");
    let failing = bench.watches.state(&Api::of::<Pod>());
    assert!(matches!(&failing, State::Failing(why) if why.contains("etcd is away")), "{failing:?}");
    assert_eq!(bench.names(&all::<Pod>()).await, ["a"]);
    sleep(Duration::from_secs(120)).await;
    let tries = bench.fake.requests().len();
    assert!((4..=9).contains(&tries), "at most 30 s: {tries}");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_cut_off_counts_for_nothing() {
    let bench = Bench::new(Scope::All);
    bench.fake.fall_silent(true);
    bench.fake.put(&pod("a"), ours());
    let (watches, target) = (bench.watches.clone(), pod("a"));
    let read = tokio::spawn(async move { watches.get(&target).await });
    sleep(Duration::from_secs(5)).await;
    assert_eq!(bench.watches.state(&Api::of::<Pod>()), State::Starting);
    bench.fake.fall_silent(false);
    bench.fake.hang_up();
    assert!(matches!(read.await.unwrap().unwrap(), Look::Found(_)));
}

#[tokio::test(start_paused = true)]
async fn a_read_does_not_wait_for_ever() {
    let bench = Bench::new(Scope::All);
    bench.fake.fall_silent(true);
    let start = Instant::now();
    let error = bench.watches.get(&pod("a")).await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 30);
    assert!(error.in_full().contains("watch pods"), "{}", error.in_full());
}

#[tokio::test(start_paused = true)]
async fn a_stranger_is_kept_small_and_read_whole_once_when_somebody_looks() {
    let bench = Bench::new(Scope::All);
    let stranger = || json!({ "metadata": { "labels": { "app": "x" } }, "spec": { "big": "y" } });
    bench.fake.put(&pod("a"), stranger());
    bench.watches.synced(&Api::of::<Pod>()).await.unwrap();
    let small = bench.watches.peek(&pod("a")).unwrap();
    assert_eq!((small.get("spec"), text(&small, "/metadata/labels/app")), (None, "x"));
    drop(bench.fake.requests());
    for _ in 0..3 {
        let Look::Found(whole) = bench.watches.get(&pod("a")).await.unwrap() else { panic!() };
        assert_eq!(text(&whole, "/spec/big"), "y");
    }
    assert_eq!(bench.names(&all::<Pod>()).await, ["a"]);
    bench.fake.put(&pod("a"), stranger());
    sleep(SOON).await;
    assert!(bench.watches.peek(&pod("a")).unwrap().get("spec").is_some());
    assert_eq!(bench.fake.requests(), ["/api/v1/namespaces/default/pods/a"]);
}

#[tokio::test(start_paused = true)]
async fn of_a_config_map_that_no_list_selects_no_data_is_kept() {
    let bench = Bench::new(Scope::All);
    let map = |name: &str| Ref::to::<ConfigMap>("default", name);
    let labelled =
        |labels: Value| json!({ "metadata": { "labels": labels }, "data": { "a": "b" } });
    let managed = "app.kubernetes.io/managed-by";
    bench.fake.put(&map("bare"), labelled(json!({ managed: "sluicegate" })));
    let instance = json!({ managed: "sluicegate", "app.kubernetes.io/instance": "orders" });
    bench.fake.put(&map("listed"), labelled(instance));
    bench.watches.synced(&Api::of::<ConfigMap>()).await.unwrap();
    drop(bench.fake.requests());
    for (name, kept) in [("bare", false), ("listed", true)] {
        let Look::Found(seen) = bench.watches.get(&map(name)).await.unwrap() else { panic!() };
        assert_eq!(seen.get("data").is_some(), kept, "{name}");
        assert_eq!(seen["metadata"]["labels"][managed], "sluicegate");
    }
    assert_eq!(bench.fake.requests(), [""; 0], "the watch has told it");
}

#[tokio::test(start_paused = true)]
async fn only_the_namespaces_asked_for_are_watched() {
    let namespaces = ["default", "orders"].map(str::to_owned);
    let bench = Bench::new(Scope::Namespaces(BTreeSet::from(namespaces)));
    bench.fake.put(&pod("a"), ours());
    bench.fake.put(&Ref::to::<Pod>("orders", "b"), ours());
    bench.fake.put(&Ref::to::<Pod>("elsewhere", "c"), ours());
    assert_eq!(bench.names(&all::<Pod>()).await, ["a", "b"]);
    let look = bench.watches.get(&Ref::to::<Pod>("elsewhere", "c")).await.unwrap();
    assert_eq!(look, Look::Denied("namespace elsewhere is not watched".to_owned()));
    let elsewhere = Selector { namespace: "elsewhere".to_owned(), ..all::<Pod>() };
    assert_eq!(bench.names(&elsewhere).await, [""; 0]);
    let class = Ref::to::<StorageClass>("", "standard");
    bench.fake.put(&class, json!({ "provisioner": "x" }));
    assert!(matches!(bench.watches.get(&class).await.unwrap(), Look::Found(_)));
    let requests = bench.fake.requests();
    assert_eq!(requests.len(), 3, "{requests:?}");
    assert!(requests.iter().all(|request| !request.starts_with("/api/v1/pods")), "{requests:?}");
}
