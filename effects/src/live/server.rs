//! The one door to the API server: every request has a deadline, draws on the budget and counts.
//!
//! No request is repeated here. What failed is looked at anew by whoever asked: a second try of
//! what may have been done would be made from what is no longer so.

use std::{fmt, sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt};
use http_body_util::BodyExt as _;
use kube_client::{Client, client::Body};
use kube_core::{Status, WatchEvent};
use prometheus_client::metrics::gauge::Gauge;
use serde_json::Value;
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
    address: Arc<str>,
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
        Self { client, budget: Arc::new(budget), metrics, address: "the API server".into() }
    }

    /// The same, at this address, which is named where no answer comes.
    #[must_use]
    pub fn at(mut self, address: &str) -> Self {
        self.address = address.into();
        self
    }

    /// Where what is done is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
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
        let under_way = UnderWay::new(&self.metrics.in_flight);
        let outcome = timeout(deadline, self.exchange(http)).await;
        drop(under_way);
        let (code, outcome) = match outcome {
            Ok(Ok((code, Ok(body)))) => (code, Ok(body)),
            Ok(Ok((code, Err(refusal)))) => {
                (code, Err(Error::Api { doing, source: Box::new(refusal) }))
            }
            Ok(Err(source)) => {
                let source = NoAnswer { address: self.address.clone(), source };
                (0, Err(Error::Unanswered { doing, source: source.into() }))
            }
            Err(_) => (0, Err(Error::Unanswered { doing, source: self.silent(deadline) })),
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
                let error = self.of_client(doing.clone(), error);
                let code = if let Error::Api { source, .. } = &error { source.code } else { 0 };
                (code, Err(error))
            }
            Err(_) => {
                let source = self.silent(deadline);
                (0, Err(Error::Unanswered { doing: doing.clone(), source }))
            }
        };
        self.metrics.api_calls.get_or_create(&ApiCall { verb, code }).inc();
        let server = self.clone();
        let of = move |error| server.of_client(doing.clone(), error);
        Ok(StreamExt::map(opened?, move |event| event.map_err(&of)))
    }

    async fn exchange(&self, http: http::Request<Vec<u8>>) -> Exchanged {
        let answer = self.client.send(http.map(Body::from)).await.map_err(bare)?;
        let code = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if code.is_success() {
            let body = serde_json::from_slice(&body);
            let body = body.map_err(|error| format!("what came is not JSON: {error}"))?;
            return Ok((code.as_u16(), Ok(body)));
        }
        Ok((code.as_u16(), Err(refusal(code.as_u16(), &body))))
    }

    fn silent(&self, deadline: Duration) -> Box<dyn std::error::Error + Send + Sync> {
        format!("{} was silent for {} s", self.address, deadline.as_secs_f32()).into()
    }

    fn of_client(&self, doing: String, error: kube_client::Error) -> Error {
        let kube_client::Error::Api(status) = error else {
            let source = NoAnswer { address: self.address.clone(), source: bare(error) };
            return Error::Unanswered { doing, source: source.into() };
        };
        let mut refusal = of_status(status.code, &status);
        // kube's own words for an answer that is no `Status`: the path is not served.
        if status.code == 404 && status.reason == "Failed to parse error data" {
            refusal = ApiError::new(404, "NotFound", NOT_SERVED);
        }
        Error::Api { doing, source: Box::new(refusal) }
    }
}

/// An error without the name of its type, which kube puts before some.
fn bare(error: kube_client::Error) -> Box<dyn std::error::Error + Send + Sync> {
    if let kube_client::Error::Service(source) = error { source } else { error.into() }
}

/// Where no answer came from, and why.
#[derive(Debug, thiserror::Error)]
#[error("{address} did not answer")]
struct NoAnswer {
    address: Arc<str>,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// A request on its way. One that is given up is on its way no more.
struct UnderWay<'a>(&'a Gauge);

impl<'a> UnderWay<'a> {
    fn new(gauge: &'a Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

type Exchanged = Result<(u16, Result<Value, ApiError>), Box<dyn std::error::Error + Send + Sync>>;

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
    let mut refusal = ApiError::new(code, &status.reason, status.message.as_str());
    let causes = status.details.as_ref().map(|details| details.causes.as_slice());
    let Some(cause) = causes.unwrap_or_default().first() else { return refusal };
    // A refused eviction says how many pods there are in its cause only.
    if !refusal.message.contains(&cause.message) {
        refusal.message = format!("{} {}", refusal.message, cause.message);
    }
    refusal.because(&cause.reason, &cause.field)
}

impl fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiServer").finish_non_exhaustive()
    }
}
