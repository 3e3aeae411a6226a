//! What is made of answers, and of none.

use std::time::Duration;

use http::Method;
use serde_json::Value;
use sluicegate_core::{
    observed::{List, Look, Selector, text},
    plan::Propagation,
};
use tokio::time::Instant;

use super::{stub::status, *};
use crate::{
    Class,
    live::{DEADLINE, DEADLINE_LIST, DEADLINE_STATUS, Request, request::request},
    metrics::ApiCall,
};

fn brokers() -> Selector {
    let labels = [("app".to_owned(), "db".to_owned()), ("tier".to_owned(), "a".to_owned())];
    Selector { labels: labels.into(), ..Selector::all(pod().api, "default") }
}

async fn list(live: &Live<Counting>) -> Result<List, Error> {
    Reader::list(live, &brokers()).await
}

async fn get(live: &Live<Counting>) -> Result<Look, Error> {
    Reader::get(live, &config_map()).await
}

fn page(names: &[&str], next: &str) -> Reply {
    let item = |name: &&str| json!({ "metadata": { "name": name, "namespace": "default" } });
    let items: Vec<Value> = names.iter().map(item).collect();
    Reply::Json(200, json!({ "kind": "PodList", "metadata": { "continue": next }, "items": items }))
}

#[tokio::test]
async fn a_list_is_read_page_by_page_and_its_items_say_what_they_are() {
    let stub = Stub::new([page(&["b", "c"], "to+ken="), page(&["a"], "")]).await;
    let List::Items(items) = list(&live(&stub)).await.unwrap() else { panic!("it is served") };
    let names: Vec<&str> = items.iter().map(|item| text(item, "/metadata/name")).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert!(items.iter().all(|item| item["kind"] == "Pod" && item["apiVersion"] == "v1"));
    let line = "GET /api/v1/namespaces/default/pods?limit=500&labelSelector=app%3Ddb%2Ctier%3Da";
    assert_eq!(stub.lines(), [line.to_owned(), format!("{line}&continue=to%2Bken%3D")]);
}

#[tokio::test]
async fn a_list_whose_rest_is_gone_is_looked_at_anew() {
    let expired = Reply::refusal(410, "Expired", "The provided continue parameter is too old");
    let stub = Stub::new([page(&["a"], "more"), expired]).await;
    assert_eq!(list(&live(&stub)).await.unwrap_err().class(), Class::Conflict);
}

#[tokio::test]
async fn what_is_not_served_is_neither_there_nor_an_error() {
    let missing = || Reply::Text(404, "404 page not found\n");
    let stub = Stub::new([missing(), missing(), missing()]).await;
    let live = live(&stub);
    assert_eq!(list(&live).await.unwrap(), List::NotServed);
    assert_eq!(get(&live).await.unwrap(), Look::Absent);
    let error = live.perform(&Verb::Create(manifest())).await.unwrap_err();
    assert_eq!(
        error.in_full(),
        "failed to create ConfigMap default/a: the server could not find the requested resource. \
         Install its CustomResourceDefinition"
    );
}

#[tokio::test]
async fn absent_and_denied_are_two_things() {
    let why = "configmaps \"a\" is forbidden: User \"b\" cannot get resource \"configmaps\"";
    let stub = Stub::new([
        Reply::refusal(404, "NotFound", "configmaps \"a\" not found"),
        Reply::refusal(403, "Forbidden", why),
        Reply::refusal(403, "Forbidden", why),
        Reply::refusal(500, "InternalError", "etcdserver: no leader"),
    ])
    .await;
    let live = live(&stub);
    assert_eq!(get(&live).await.unwrap(), Look::Absent);
    assert_eq!(get(&live).await.unwrap(), Look::Denied(why.to_owned()));
    assert_eq!(list(&live).await.unwrap_err().class(), Class::Retry);
    assert_eq!(get(&live).await.unwrap_err().class(), Class::Retry);
}

#[tokio::test]
async fn what_nothing_can_be_called_is_not_asked_for() {
    let stub = Stub::new([]).await;
    let live = live(&stub);
    for name in ["", "..", "a/b", "a%2Fb"] {
        let target = Ref { name: name.to_owned(), ..config_map() };
        assert_eq!(Reader::get(&live, &target).await.unwrap(), Look::Absent);
    }
    let labels = [("app".to_owned(), "a,b!=c".to_owned())].into();
    let selector = Selector { labels, ..brokers() };
    let nothing = Reader::list(&live, &selector).await.unwrap();
    assert_eq!(nothing, List::Items(Vec::new()));
    assert_eq!(stub.lines(), [] as [String; 0]);
}

#[tokio::test]
async fn a_server_that_wants_to_be_asked_later_is_not_asked_again_here() {
    let cause = json!({
        "reason": "DisruptionBudget",
        "message": "The disruption budget a needs 2 healthy pods and has 2 currently",
    });
    let mut refusal = status(429, "TooManyRequests", "Cannot evict pod.");
    refusal["details"] = json!({ "causes": [cause] });
    let stub = Stub::new([Reply::Later(429, refusal, 3_600)]).await;
    let begun = Instant::now();
    let error = live(&stub).perform(&Verb::Restart(pod(), seen("u", None))).await.unwrap_err();
    assert!(begun.elapsed() < DEADLINE);
    assert_eq!(stub.lines().len(), 1);
    assert_eq!(error.class(), Class::Conflict);
    assert!(error.in_full().ends_with("needs 2 healthy pods and has 2 currently"));
}

#[tokio::test]
async fn an_answer_that_is_no_json_says_nothing_about_what_was_done() {
    let stub = Stub::new([
        Reply::Text(200, "<html>welcome</html>"),
        Reply::Text(502, "  bad gateway\n"),
        Reply::Json(200, json!({ "kind": "Pod" })),
    ])
    .await;
    let live = live(&stub);
    let error = live.perform(&Verb::Create(manifest())).await.unwrap_err();
    assert!(matches!(error, Error::Unanswered { .. }), "{error:?}");
    assert!(error.in_full().contains("http://stub did not answer: what came is not JSON"));
    let error = live.perform(&Verb::Create(manifest())).await.unwrap_err();
    assert_eq!(error.in_full(), "failed to create ConfigMap default/a: bad gateway");
    assert_eq!(error.class(), Class::Retry);
    assert!(list(&live).await.unwrap_err().in_full().ends_with("the answer is not a list"));
}

#[tokio::test(start_paused = true)]
async fn every_request_has_its_deadline() {
    let stub = Stub::new(vec![Reply::Never; 5]).await;
    let live = live(&stub);
    let took = async |deadline: Duration, outcome: Result<(), Error>, begun: Instant| {
        let error = outcome.unwrap_err();
        assert_eq!(begun.elapsed().as_secs(), deadline.as_secs(), "{error:?}");
        let said = format!("http://stub was silent for {} s", deadline.as_secs());
        assert!(error.in_full().ends_with(&said), "{}", error.in_full());
        assert_eq!(error.class(), Class::Retry);
    };
    let begun = Instant::now();
    took(DEADLINE, get(&live).await.map(drop), begun).await;
    let begun = Instant::now();
    took(DEADLINE_LIST, list(&live).await.map(drop), begun).await;
    let begun = Instant::now();
    let outcome = live.perform(&Verb::Create(manifest())).await;
    took(DEADLINE, outcome, begun).await;
    let begun = Instant::now();
    let outcome = live.perform(&Verb::SetStatus(prod(), seen("u", None), json!({}))).await;
    took(DEADLINE_STATUS, outcome, begun).await;
    let silent = ApiCall { verb: "get", code: 0 };
    assert_eq!(live.server.metrics().api_calls.get_or_create(&silent).get(), 1);
    assert_eq!(live.server.metrics().in_flight.get(), 0);
    assert_eq!(live.written(), []);
}

#[tokio::test]
async fn behind_a_closed_fence_nothing_is_sent_nor_called() {
    let stub = Stub::new([]).await;
    let live = to(&stub, &Fence::closed());
    let seen = seen("u", Some("5"));
    let outcomes = [
        live.perform(&Verb::Create(manifest())).await,
        live.perform(&Verb::Apply(manifest(), seen.clone())).await,
        live.perform(&Verb::Delete(config_map(), seen.clone(), Propagation::Background)).await,
        live.perform(&Verb::Restart(pod(), seen.clone())).await,
        live.perform(&Verb::SetStatus(prod(), seen.clone(), json!({}))).await,
        live.perform(&Verb::SetFinalizers(prod(), seen.clone(), Vec::new())).await,
        live.perform(&Verb::Call(call())).await,
        live.perform(&Verb::EmitEvent(event("x"))).await,
        live.dry_run(&Verb::<Rivven>::Create(manifest())).await,
    ];
    for outcome in outcomes {
        assert!(matches!(outcome, Err(Error::Fenced { .. })), "{outcome:?}");
    }
    assert_eq!(stub.lines(), [] as [String; 0]);
    assert_eq!(live.backend.0.load(Ordering::Relaxed), 0);
    // Looking changes nothing.
    get(&live).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_write_outlasts_the_lease() {
    let stub = Stub::new([Reply::Never]).await;
    let fence = Fence::closed();
    fence.extend(Instant::now() + Duration::from_secs(2));
    let begun = Instant::now();
    let error = to(&stub, &fence).perform(&Verb::Create(manifest())).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 2);
    assert!(matches!(error, Error::Unanswered { .. }), "{error:?}");
}

#[tokio::test]
async fn where_nobody_listens_the_address_is_named() {
    let mut config = kube_client::Config::new("http://127.0.0.1:1".parse().expect("an address"));
    config.default_retry = false;
    let client = kube_client::Client::try_from(config).expect("a client");
    let server = ApiServer::new(client, Budget::new(10, 10), Metrics::default());
    let server = server.at("http://127.0.0.1:1");
    let ask = Request {
        doing: "get something".to_owned(),
        verb: "get",
        deadline: DEADLINE,
        http: request(Method::GET, "/api", None),
    };
    let said = server.read(ask).await.unwrap_err().in_full();
    let begin = "got no answer when trying to get something: http://127.0.0.1:1 did not answer: ";
    assert!(said.starts_with(&format!("{begin}client error (Connect)")), "{said}");
    assert_eq!(said.matches("client error (Connect)").count(), 1, "{said}");
}
