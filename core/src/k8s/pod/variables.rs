//! Where the variables of a container take their values from.

use k8s_openapi::api::core::v1::EnvVar;

use crate::{check::Judge, field::Path, k8s::quantity::Quantity};

/// Adds variables that have no source or several.
pub fn sources(variables: &[EnvVar], path: &Path, judge: &mut Judge<'_>) {
    for (index, variable) in variables.iter().enumerate() {
        let Some(from) = &variable.value_from else { continue };
        let path = path.index(index);
        let sources = [
            from.field_ref.is_some(),
            from.resource_field_ref.is_some(),
            from.config_map_key_ref.is_some(),
            from.secret_key_ref.is_some(),
        ];
        let known = "fieldRef, resourceFieldRef, configMapKeyRef or secretKeyRef";
        match sources.iter().filter(|has| **has).count() {
            0 => judge.required(path.child("valueFrom"), &format!("write one of {known}")),
            1 => {}
            _ => {
                let why = "it has more than one source";
                judge.forbidden(path.child("valueFrom"), why, "leave all but one out");
            }
        }
        if variable.value.as_ref().is_some_and(|value| !value.is_empty()) {
            let why = "valueFrom is given too";
            judge.forbidden(path.child("value"), why, "leave one of the two out");
        }
    }
}

/// Adds fields of the pod that there cannot be, and divisors that the resource is not divided by.
pub fn fields(variables: &[EnvVar], path: &Path, judge: &mut Judge<'_>) {
    for (index, variable) in variables.iter().enumerate() {
        let field = variable.value_from.as_ref().and_then(|from| from.field_ref.as_ref());
        let field = field.map(|field| field.field_path.as_str()).unwrap_or_default();
        if let Some((of, key)) = field.strip_suffix("']").and_then(|it| it.split_once("['")) {
            let key = match of {
                "metadata.annotations" => key.to_lowercase(),
                _ => key.to_owned(),
            };
            let at = path.index(index).child("valueFrom").child("fieldRef").child("fieldPath");
            super::key(at, &key, judge);
        }
        let from = variable.value_from.as_ref().and_then(|from| from.resource_field_ref.as_ref());
        let Some((from, divisor)) = from.and_then(|from| Some((from, from.divisor.as_ref()?)))
        else {
            continue;
        };
        let at = path.index(index).child("valueFrom").child("resourceFieldRef").child("divisor");
        let known: &[&str] = match from.resource.ends_with(".cpu") {
            true => &["1", "1m"],
            false => {
                &["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]
            }
        };
        let written = divisor.0.parse::<Quantity>().ok();
        // The API server compares what is written, and leaves a zero in front of it.
        let padded = divisor.0.starts_with(['0', '+']);
        let fits = |amount: &Quantity| {
            amount.is_zero() || !padded && known.contains(&amount.canonical().as_str())
        };
        if !written.as_ref().is_some_and(fits) {
            let must = format!("must be one of {}", known.join(", "));
            judge.invalid(at, &divisor.0, &must, "write one of them, or leave it out for 1");
        }
    }
}
