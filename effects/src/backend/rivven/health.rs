//! `GET /health` of a broker's API: one request on a connection of its own, no redirect followed.
//!
//! The broker answers 200 with a page to many a path that it does not have. So an answer counts
//! only when it says how the broker is, and one that says nothing is no answer.

use http::{Request, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;
use serde::Deserialize;
use sluicegate_core::systems::rivven::Health;
use tokio::net::TcpStream;

use crate::backend::{
    fault::Fault,
    http1::{self, Wire},
};

/// The longest report that is read, in bytes. The broker's has some 150.
const REPORT_MAX: usize = 64 * 1024;

/// What the broker says of itself, as far as it is used.
#[derive(Deserialize)]
struct Report {
    status: String,
}

/// Asks over a connection. `address` is the host and port that the broker was looked for at.
pub(super) async fn ask(stream: TcpStream, address: &str) -> Result<Health, Fault> {
    let request = Request::get("/health")
        .header(header::HOST, address)
        .header(header::ACCEPT, "application/json")
        .header(header::CONNECTION, "close")
        .body(Full::<Bytes>::default())
        .map_err(|error| Fault::Unsent(error.to_string()))?;
    let talk = async |wire: &mut Wire| wire.send(request).await;
    let (status, body) = http1::talk(stream, REPORT_MAX, talk).await?;
    judged(status, &body)
}

fn judged(status: StatusCode, body: &[u8]) -> Result<Health, Fault> {
    let report = serde_json::from_slice::<Report>(body);
    let healthy = match (status, report) {
        (StatusCode::OK, Ok(report)) => report.status == "healthy",
        (StatusCode::SERVICE_UNAVAILABLE, _) => false,
        (StatusCode::OK, Err(_)) => {
            return Err(Fault::Refused("/health is answered by no report of health".to_owned()));
        }
        (other, _) => return Err(Fault::Refused(format!("/health is answered with {other}"))),
    };
    // No release up to 0.0.22 forms a cluster: what `is_leader` and `cluster_mode` say of a broker
    // that runs alone is nothing to decide by.
    Ok(Health { healthy, membership: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_report_of_health_says_how_a_broker_is() {
        let judged = |status: u16, body: &str| {
            let status = StatusCode::from_u16(status).expect("a status");
            judged(status, body.as_bytes()).map(|health| health.healthy)
        };
        let report = r#"{"status":"healthy","node_id":1,"is_leader":true,"leader_id":null}"#;
        assert_eq!(judged(200, report), Ok(true));
        assert_eq!(judged(200, r#"{"status":"degraded"}"#), Ok(false));
        assert_eq!(judged(503, r#"{"status":"unhealthy"}"#), Ok(false));
        assert_eq!(judged(503, "no JSON"), Ok(false));
        assert!(judged(200, "<!doctype html>").is_err(), "the dashboard's page is no report");
        assert!(judged(200, "{}").is_err());
        assert!(judged(404, report).is_err());
        assert!(judged(302, report).is_err());
    }
}
