//! The one door to the API server: every request has a deadline, draws on the budget and is counted.
//!
//! No request is repeated here. What failed is looked at anew by whoever asked: a second try of what
//! may have been done would be made from what is no longer so.

use std::{fmt, sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt};
use http_body_util::BodyExt as _;
use kube_client::{Client, client::Body};
use kube_core::{Status, WatchEvent};
use serde_json::Value;
use sluicegate_core::observed::{Api, Ref};
use tokio::time::timeout;

use super::{Budget, Fence};
use crate::{
    ApiError, Error,
    error::NOT_SERVED,
    metrics::{ApiCall, Metrics},
};

/// How long a request may take (reliability rule 37: kube's own clients wait for ever).
pub const DEADLINE: Duration = Duration::from_secs(15);
/// How long the write of a status may take: it only tells.
pub const DEADLINE_STATUS: Duration = Duration::from_secs(10);
/// How long a list may take, and a watch until it begins.
pub const DEADLINE_LIST: Duration = Duration::from_secs(30);

/// A way to the API server. Clones share the connection, the budget and the numbers.
#[derive(Clone)]
pub struct ApiServer {
    client: Client,
    budget: Arc<Budget>,
    metrics: Metrics,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it is for, such as `apply StatefulSet default/rivven-prod`.
    pub doing: String,
    /// Its verb, as the audit log calls it.
    pub verb: &'static str,
    /// How long it may take.
    pub deadline: Duration,
    /// What is sent. The address is a path, the host is the client's.
    pub http: http::Request<Vec<u8>>,
}

impl ApiServer {
    /// A way to the API server that this client speaks to.
    pub fn new(client: Client, budget: Budget, metrics: Metrics) -> Self {
        Self { client, budget: Arc::new(budget), metrics }
    }

    /// Reads something.
    ///
    /// # Errors
    ///
    /// If it is refused, or no answer comes in time.
    pub async fn read(&self, request: Request) -> Result<Value, Error> {
        self.budget.take().await;
        self.send(request).await
    }

    /// Writes something, if the fence lets it pass.
    ///
    /// # Errors
    ///
    /// If it may not be written any more, is refused, or no answer comes in time.
    pub async fn write(&self, fence: &Fence, mut request: Request) -> Result<Value, Error> {
        self.budget.take().await;
        let Some(left) = fence.left() else { return Err(Error::Fenced { doing: request.doing }) };
        request.deadline = request.deadline.min(left);
        self.send(request).await
    }

    /// Sends a request at once, whatever else is under way. For the lease.
    ///
    /// # Errors
    ///
    /// If it is refused, or no answer comes in time.
    pub async fn send(&self, request: Request) -> Result<Value, Error> {
        let Request { doing, verb, deadline, http } = request;
        self.metrics.in_flight.inc();
        let outcome = timeout(deadline, self.exchange(http)).await;
        self.metrics.in_flight.dec();
        let (code, outcome) = match outcome {
            Ok(Ok((code, Ok(body)))) => (code, Ok(body)),
            Ok(Ok((code, Err(refusal)))) => {
                (code, Err(Error::Api { doing, source: Box::new(refusal) }))
            }
            Ok(Err(source)) => (0, Err(Error::Unanswered { doing, source })),
            Err(_) => {
                let source = format!("no answer within {} s", deadline.as_secs_f32()).into();
                (0, Err(Error::Unanswered { doing, source }))
            }
        };
        self.metrics.api_calls.get_or_create(&ApiCall { verb, code }).inc();
        outcome
    }

    /// Opens a watch. The stream ends when the server ends it; what is in it is the server's own.
    ///
    /// # Errors
    ///
    /// If it is refused, or does not begin in time.
    pub async fn watch(
        &self,
        request: Request,
    ) -> Result<impl Stream<Item = Result<WatchEvent<Value>, Error>> + use<>, Error> {
        let Request { doing, verb, deadline, http } = request;
        let opened = timeout(deadline, self.client.request_events::<Value>(http)).await;
        let (code, opened) = match opened {
            Ok(Ok(stream)) => (200, Ok(stream)),
            Ok(Err(error)) => {
                let error = of_client(doing.clone(), error);
                let code = if let Error::Api { source, .. } = &error { source.code } else { 0 };
                (code, Err(error))
            }
            Err(_) => {
                let source = "the watch did not begin in time".into();
                (0, Err(Error::Unanswered { doing: doing.clone(), source }))
            }
        };
        self.metrics.api_calls.get_or_create(&ApiCall { verb, code }).inc();
        let of = move |error| of_client(doing.clone(), error);
        Ok(StreamExt::map(opened?, move |event| event.map_err(&of)))
    }

    async fn exchange(&self, http: http::Request<Vec<u8>>) -> Exchanged {
        let answer = self.client.send(http.map(Body::from)).await?;
        let code = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if code.is_success() {
            return Ok((code.as_u16(), Ok(serde_json::from_slice(&body)?)));
        }
        Ok((code.as_u16(), Err(refusal(code.as_u16(), &body))))
    }
}

type Exchanged = Result<(u16, Result<Value, ApiError>), Box<dyn std::error::Error + Send + Sync>>;

/// The path of an object, or of what is below it, such as `/status`.
pub(crate) fn path_of(target: &Ref, below: &str) -> String {
    format!("{}/{}{below}", path_of_all(&target.api, &target.namespace), target.name)
}

/// The path of all objects of an API in a namespace; in all of them where it is empty.
pub(crate) fn path_of_all(api: &Api, namespace: &str) -> String {
    let root =
        if api.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", api.group) };
    let Api { version, plural, .. } = api;
    if namespace.is_empty() {
        format!("{root}/{version}/{plural}")
    } else {
        format!("{root}/{version}/namespaces/{namespace}/{plural}")
    }
}

/// A refusal, from what the server wrote. A path that is not served is refused in plain text.
fn refusal(code: u16, body: &[u8]) -> ApiError {
    let Ok(status) = serde_json::from_slice::<Status>(body) else {
        if code == 404 {
            return ApiError::new(code, "NotFound", NOT_SERVED);
        }
        let text = String::from_utf8_lossy(body);
        return ApiError::new(code, "", text.trim().chars().take(300).collect::<String>());
    };
    of_status(code, &status)
}

fn of_status(code: u16, status: &Status) -> ApiError {
    let refusal = ApiError::new(code, &status.reason, status.message.as_str());
    let causes = status.details.as_ref().map(|details| details.causes.as_slice());
    match causes.unwrap_or_default().first() {
        Some(cause) => refusal.because(&cause.reason, &cause.field),
        None => refusal,
    }
}

fn of_client(doing: String, error: kube_client::Error) -> Error {
    let kube_client::Error::Api(status) = error else {
        return Error::Unanswered { doing, source: Box::new(error) };
    };
    let mut refusal = of_status(status.code, &status);
    // kube's own words for an answer that is no `Status`: the path is not served.
    if status.code == 404 && status.reason == "Failed to parse error data" {
        refusal = ApiError::new(404, "NotFound", NOT_SERVED);
    }
    Error::Api { doing, source: Box::new(refusal) }
}

impl fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiServer").finish_non_exhaustive()
    }
}
