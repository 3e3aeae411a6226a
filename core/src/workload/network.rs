//! The NetworkPolicy: which connections to pods are let through.

use k8s_openapi::{
    api::networking::v1::{
        NetworkPolicy, NetworkPolicyIngressRule, NetworkPolicyPort, NetworkPolicySpec,
    },
    apimachinery::pkg::{apis::meta::v1::ObjectMeta, util::intstr::IntOrString},
};

use crate::{k8s::selected, label::Labels};

/// Lets through what comes to these TCP ports of the pods that carry these labels, from wherever,
/// and nothing else that comes. What the pods themselves reach is not bounded.
pub fn to_ports(metadata: ObjectMeta, selector: &Labels, ports: &[u16]) -> NetworkPolicy {
    let port = |port: &u16| NetworkPolicyPort {
        port: Some(IntOrString::Int(i32::from(*port))),
        protocol: Some("TCP".to_owned()),
        ..NetworkPolicyPort::default()
    };
    NetworkPolicy {
        metadata,
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(selected(selector)),
            policy_types: Some(vec!["Ingress".to_owned()]),
            ingress: Some(vec![NetworkPolicyIngressRule {
                ports: Some(ports.iter().map(port).collect()),
                from: None,
            }]),
            egress: None,
        }),
    }
}
