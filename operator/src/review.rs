//! What an API server says about whoever asks: who that is, and what it may do.
//!
//! Such a question is asked by creating a review, which is answered and kept nowhere.

use serde_json::{Value, json};
use sluicegate_core::observed::text;
use sluicegate_effects::{
    Error,
    live::{ApiServer, DEADLINE, Request},
};

/// A question about oneself.
pub(crate) fn ask(path: &str, doing: &str, body: &Value) -> Request {
    let http = http::Request::post(path)
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(serde_json::to_vec(body).expect("it is JSON"))
        .expect("the path is fixed");
    Request { doing: doing.to_owned(), verb: "create", deadline: DEADLINE, http }
}

/// Whom the server takes whoever asks for.
///
/// # Errors
///
/// If the server does not answer, or does not know who asks.
pub(crate) async fn who(server: &ApiServer) -> Result<String, Error> {
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let body = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview" });
    match server.send(ask(path, "ask who this is", &body)).await {
        Ok(review) => Ok(text(&review, "/status/userInfo/username").to_owned()),
        // It answers, and keeps to itself who asks.
        Err(Error::Api { source, .. }) if source.code != 401 && source.code < 500 => {
            Ok("somebody whom it does not name".to_owned())
        }
        Err(error) => Err(error),
    }
}
