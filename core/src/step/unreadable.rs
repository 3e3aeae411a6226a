//! A stored resource that does not decode: an older operator under newer definitions, or one that
//! was stored under laxer ones. It is told so, and nothing else of it is touched.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde_json::{Value, json};

use super::{empty, status::told};
use crate::{
    condition,
    kind::{Ctx, Kind},
    observed::{Ref, at, text},
    plan::{Action, Plan, Precondition, Requeue, Risk, Verb, Why},
    reasons, rule,
};

/// The plan for a resource that does not decode, from the object as stored: a condition and an
/// event that name the field and the remedy.
pub fn unreadable<K: Kind>(ctx: &Ctx<'_>, object: &Value, why: &str) -> Plan<K::System> {
    let name = |pointer| text(object, pointer);
    let own = Ref::to::<K::Resource>(name("/metadata/namespace"), name("/metadata/name"));
    let mut plan = empty::<K>(own.clone(), Requeue::OnChange);
    let message = format!(
        "{why}. Mend the field, or install the definitions and the operator of one release"
    );
    let before: Vec<Condition> = at(object, "/status/conditions")
        .and_then(|conditions| serde::Deserialize::deserialize(conditions).ok())
        .unwrap_or_default();
    let accepted = reasons::ACCEPTED_UNREADABLE.no(message.as_str());
    let ready = reasons::READY_NOT_ACCEPTED.no(message.as_str());
    let stalled = reasons::STALLED_NOT_ACCEPTED.yes(message.as_str());
    let drafts = vec![accepted, ready, stalled];
    plan.actions.extend(told(&drafts, &before, &own));
    let generation = at(object, "/metadata/generation").and_then(Value::as_i64);
    let conditions = condition::merge(&before, drafts, generation, ctx.now);
    let past = object.get("status").filter(|status| status.is_object());
    let mut status = past.cloned().unwrap_or_else(|| json!({}));
    status["conditions"] = json!(conditions);
    status["message"] = json!(message);
    if let Some(generation) = generation {
        status["observedGeneration"] = json!(generation);
    }
    if past != Some(&status) {
        let verb = Verb::SetStatus(own.clone(), Precondition::as_seen(&own, object), status);
        let why = Why::Requested("the stored resource does not decode".to_owned());
        plan.actions.push(Action::new(verb, why, Risk::None, &rule::OBJ_07));
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{settings::Settings, systems::rivven::topic::Topic};

    #[test]
    fn it_is_told_once_and_keeps_what_its_status_said() {
        let settings = Settings::default();
        let now = "2026-01-01T00:00:00Z".parse().expect("a time");
        let ctx = Ctx::new(now, &settings);
        let mut object = json!({
            "metadata": {
                "name": "orders", "namespace": "default", "uid": "u", "resourceVersion": "7",
                "generation": 2,
            },
            "spec": { "partitions": "many" },
            "status": { "phase": "Ready" },
        });
        let plan = unreadable::<Topic>(&ctx, &object, "spec.partitions: not a number");
        let verbs: Vec<String> =
            plan.actions.iter().map(|action| action.verb.to_string()).collect();
        assert_eq!(verbs.len(), 2, "{verbs:?}");
        let Verb::SetStatus(_, _, status) = &plan.actions[1].verb else { panic!("{verbs:?}") };
        assert_eq!(status["phase"], "Ready");
        object["status"] = status.clone();
        let again = unreadable::<Topic>(&ctx, &object, "spec.partitions: not a number");
        assert_eq!(again.actions, []);
    }
}
