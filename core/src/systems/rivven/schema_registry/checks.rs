//! What one RivvenSchemaRegistry can be judged by, on its own.

use std::net::IpAddr;

use super::{api::RivvenSchemaRegistry, validation};
use crate::{
    check::Check,
    systems::rivven::{names, registry::MARK},
    workload::checks::{self as pods, has_pods, restricted},
};

/// The rules, in the order of their ids.
pub(super) const CHECKS: &[Check<RivvenSchemaRegistry>] = &[
    Check::new(
        "REG-01",
        "",
        "size(self.metadata.name) <= 40 && !self.metadata.name.contains('.')",
        "metadata.name must have at most 40 characters and no dots, so that the names of the \
         registry and its Services made from it are valid",
        |registry, judge| {
            let name = registry.metadata.name.as_deref().unwrap_or_default();
            let fits = name.len() <= names::REGISTRY_NAME_MAX && !name.contains('.');
            let (at, must) = (
                judge.child("metadata").child("name"),
                "must have at most 40 characters and no dots",
            );
            judge.ensure(fits, at, name, must, "choose a shorter name, without dots");
        },
    ),
    Check::new(
        "REG-02",
        "",
        "!self.metadata.name.endsWith('-headless')",
        "metadata.name must not end in -headless: a Service is called so",
        |registry, judge| {
            let name = registry.metadata.name.as_deref().unwrap_or_default();
            let fits = !name.ends_with(names::RESERVED_SUFFIX);
            let at = judge.child("metadata").child("name");
            judge.ensure(fits, at, name, "must not end in -headless", "choose another name");
        },
    ),
    Check::here("REG-03", "spec.server", "bindAddress is 0.0.0.0 or ::", |registry, judge| {
        let server = registry.spec.server.as_ref();
        let Some(address) = server.and_then(|it| it.bind_address.as_deref()) else { return };
        let ip: Option<IpAddr> = address.parse().ok();
        if !ip.is_some_and(|ip| ip.is_unspecified()) {
            let must = "must be 0.0.0.0 or ::, because nobody knows the address of a pod yet";
            let at = judge.child("bindAddress");
            judge.invalid(at, address, must, "write 0.0.0.0, or :: for IPv6");
        }
    }),
    Check::here(
        "REG-04",
        "spec.compatibility",
        "subjects have 1 to 255 characters, none of them a line's end or another sign for programs",
        |registry, judge| {
            let compatibility = registry.spec.compatibility.as_ref();
            let subjects = compatibility.and_then(|it| it.per_subject.as_ref());
            for subject in subjects.into_iter().flatten().map(|(subject, _)| subject) {
                let long = subject.chars().count() > 255;
                if subject.is_empty() || long || subject.contains(char::is_control) {
                    let must = "must be 1 to 255 characters, without line ends and the like";
                    let at = judge.child("perSubject").child(subject);
                    judge.invalid(at, subject, must, "write the subject as clients call it");
                }
            }
        },
    ),
    Check::here(
        "REG-05",
        "spec.contexts",
        "contexts have names of their own, none of them sluicegate",
        |registry, judge| {
            let contexts = registry.spec.contexts.as_ref();
            let all = contexts.and_then(|it| it.predefined.as_deref()).unwrap_or_default();
            for (index, context) in all.iter().enumerate() {
                let at = judge.child("predefined").index(index).child("name");
                if context.name == MARK {
                    judge.forbidden(at, "the operator makes it", "choose another name");
                } else if all[..index].iter().any(|other| other.name == context.name) {
                    judge.twice(at, &context.name);
                }
            }
        },
    ),
    Check::here(
        "REG-06",
        "spec.validation",
        "rules have names of their own and patterns that the program can read",
        |registry, judge| {
            let validation = registry.spec.validation.as_ref();
            let all = validation.and_then(|it| it.rules.as_deref()).unwrap_or_default();
            for (index, rule) in all.iter().enumerate() {
                let at = judge.child("rules").index(index);
                if rule.name == validation::SIZE {
                    let why = "the operator sets it";
                    judge.forbidden(at.child("name"), why, "use maxSchemaSize");
                } else if all[..index].iter().any(|other| other.name == rule.name) {
                    judge.twice(at.child("name"), &rule.name);
                }
                if let Some((must, remedy)) = validation::fault(rule) {
                    judge.invalid(at.child("pattern"), &rule.pattern, must, remedy);
                }
            }
        },
    ),
    Check::here(
        "REG-07",
        "spec.readinessProbe",
        "the registry is asked whether it may be used: by that clients wait for its levels",
        |registry, judge| {
            let probe = registry.spec.readiness_probe.as_ref();
            if probe.is_some_and(|it| it.enabled == Some(false)) {
                let why = "clients would come before what is asked for is in force";
                judge.forbidden(judge.child("enabled"), why, "leave it out");
            }
        },
    ),
    pods::liveness("REG-08"),
    pods::budget("REG-09"),
    pods::variables_once("REG-11"),
    pods::label_prefixes("REG-12"),
    pods::annotation_prefix("REG-13"),
    restricted::pod::identity("REG-14"),
    restricted::pod::profiles("REG-15"),
    restricted::pod::selinux("REG-16"),
    restricted::pod::sysctls("REG-17"),
    restricted::pod::windows("REG-18"),
    restricted::container::identity("REG-19"),
    restricted::container::profiles("REG-20"),
    restricted::container::selinux("REG-21"),
    restricted::container::privileges("REG-22"),
    restricted::container::capabilities("REG-23"),
    restricted::container::windows("REG-24"),
    pods::limits("REG-28"),
    pods::tolerations("REG-30"),
    pods::spread("REG-31"),
    pods::variable_sources("REG-32"),
    pods::pull_secrets("REG-33"),
    pods::pod_profiles("REG-36"),
    pods::container_profiles("REG-37"),
    pods::kernel_parameters("REG-38"),
    pods::node_affinity("REG-39"),
    pods::pod_affinity("REG-40"),
    pods::spread_selectors("REG-41"),
    pods::node_selector("REG-42"),
    pods::pod_labels("REG-43"),
    pods::pod_annotations("REG-44"),
    pods::resources("REG-47"),
    pods::variable_fields("REG-48"),
    pods::image("REG-49"),
];

has_pods!(RivvenSchemaRegistry, names::REGISTRY, liveness_probe, pod_disruption_budget);
