//! How a container is asked whether it is well.

use k8s_openapi::{
    api::core::v1::{HTTPGetAction, Probe, TCPSocketAction},
    apimachinery::pkg::util::intstr::IntOrString,
};

use crate::k8s::api;

/// How often and how patiently it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Probing {
    initial_delay_seconds: i32,
    period_seconds: i32,
    timeout_seconds: i32,
    success_threshold: i32,
    failure_threshold: i32,
}

impl Probing {
    /// What a spec asks for; nothing where it asks for no probe.
    pub(crate) fn of(probe: Option<&api::Probe>) -> Option<Self> {
        let probe = probe.cloned().unwrap_or_default();
        (probe.enabled != Some(false)).then(|| Self {
            initial_delay_seconds: probe.initial_delay_seconds.unwrap_or(30),
            period_seconds: probe.period_seconds.unwrap_or(10),
            timeout_seconds: probe.timeout_seconds.unwrap_or(5),
            success_threshold: probe.success_threshold.unwrap_or(1),
            failure_threshold: probe.failure_threshold.unwrap_or(3),
        })
    }

    /// A question, asked so often and so patiently.
    pub(crate) fn asks(&self, question: Probe) -> Probe {
        Probe {
            failure_threshold: Some(self.failure_threshold),
            initial_delay_seconds: Some(self.initial_delay_seconds),
            period_seconds: Some(self.period_seconds),
            success_threshold: Some(self.success_threshold),
            timeout_seconds: Some(self.timeout_seconds),
            ..question
        }
    }
}

/// Asks for a page at the port of this name.
pub(crate) fn http(path: &str, port: &str) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String(port.to_owned()),
            scheme: Some("HTTP".to_owned()),
            ..HTTPGetAction::default()
        }),
        ..Probe::default()
    }
}

/// Opens the port of this name.
pub(crate) fn tcp(port: &str) -> Probe {
    Probe {
        tcp_socket: Some(TCPSocketAction {
            port: IntOrString::String(port.to_owned()),
            ..TCPSocketAction::default()
        }),
        ..Probe::default()
    }
}
