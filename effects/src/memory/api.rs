//! The verbs of the API server, with the answers that kube-apiserver 1.36.3 was seen to give.
//!
//! Each verb changes the store or refuses with an [`ApiError`]. A dry run is the same verb on a
//! copy of the store, so the two cannot differ.

use serde_json::{Value, json};
use sluicegate_core::{
    observed::{List, Look, Ref, Selector, text},
    plan::Propagation,
};

use super::{
    admit, fields,
    key::Key,
    object::{has_finalizer, is_leaving, number},
    refusal::{absent, conflict, invalid, modified, quoted, too_late},
    store::Store,
};
use crate::error::{ApiError, NOT_SERVED, TEST_FAILED};

/// Who applies, and whether fields of others are taken from them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manager<'a> {
    pub(super) name: &'a str,
    pub(super) force: bool,
}

/// The object that a write is meant for, as far as the caller says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Meant<'a> {
    pub(super) uid: Option<&'a str>,
    pub(super) version: Option<&'a str>,
}

impl Store {
    pub(super) fn look(&self, target: &Ref) -> Look {
        let key = Key::of(target);
        if self.denied.contains(&key) {
            return Look::Denied(format!(
                "{} is forbidden: User \"sluicegate\" cannot get resource \"{}\"",
                quoted(target),
                target.api.plural
            ));
        }
        let served = self.served.contains(&target.api.api_version());
        let found = self.hold(&key).filter(|_| served);
        found.map_or(Look::Absent, Look::Found)
    }

    pub(super) fn select(&mut self, selector: &Selector) -> List {
        if !self.served.contains(&selector.api.api_version()) {
            return List::NotServed;
        }
        List::Items(self.listed(selector))
    }

    /// `PATCH` with `application/apply-patch+yaml` and `fieldValidation=Strict`. What the body says
    /// in `metadata.uid` and `metadata.resourceVersion` is a precondition.
    pub(super) fn server_side_apply(
        &mut self,
        target: &Ref,
        body: &Value,
        manager: Manager<'_>,
    ) -> Result<(), ApiError> {
        self.must_be_served(target)?;
        if let Some(path) = admit::undeclared(body) {
            let message = format!("{path}: {}", crate::error::UNDECLARED);
            return Err(ApiError::new(500, "", message));
        }
        let key = Key::of(target);
        let (uid, version) =
            (given(body, "/metadata/uid"), given(body, "/metadata/resourceVersion"));
        let Some(live) = self.hold(&key) else {
            if let Some(uid) = uid {
                return Err(conflict(
                    target,
                    &format!(
                        "uid mismatch: the provided object specified uid {uid}, and no existing \
                     object was found"
                    ),
                ));
            }
            return self.add(target, body, manager);
        };
        if version.is_some_and(|one| one != "0" && one != text(&live, "/metadata/resourceVersion"))
        {
            return Err(modified(target));
        }
        let applied = fields::apply(&live, &without_status(body), manager.name, &self.time());
        if let (Some((field, other)), false) = (applied.conflicts.first(), manager.force) {
            let message = format!("Apply failed with a conflict with \"{other}\": {field}");
            let refusal = ApiError::new(409, "Conflict", message);
            return Err(refusal.because("FieldManagerConflict", field));
        }
        // Who owns what is asked before what results is looked at.
        if is_leaving(&live) && adds_finalizer(&live, body) {
            return Err(too_late(target));
        }
        if uid.is_some_and(|uid| uid != text(&live, "/metadata/uid")) {
            return Err(invalid(target, "metadata.uid", "field is immutable"));
        }
        self.replace(target, &key, &live, applied.object)
    }

    /// `POST`: for everybody but the operator.
    pub(super) fn post(&mut self, target: &Ref, body: &Value, who: &str) -> Result<(), ApiError> {
        self.must_be_served(target)?;
        if let Some(path) = admit::undeclared(body) {
            let message = format!("strict decoding error: unknown field \"{}\"", &path[1..]);
            return Err(ApiError::new(400, "BadRequest", message));
        }
        if self.get(target).is_some() {
            // What cannot be stored is refused before anybody looks for its name.
            let mut object = body.clone();
            admit::complete(self, &mut object);
            admit::check_new(target, &object)?;
            let message = format!("{} already exists", quoted(target));
            return Err(ApiError::new(409, "AlreadyExists", message));
        }
        let nothing = json!({});
        let owned = fields::updated(&nothing, without_status(body), who, &self.time());
        self.admit_new(target, owned)
    }

    /// `PUT` by somebody else, who changes what is there.
    pub(super) fn edit(
        &mut self,
        target: &Ref,
        who: &str,
        change: impl FnOnce(&mut Value),
    ) -> Result<(), ApiError> {
        let key = Key::of(target);
        let before = self.hold(&key).ok_or_else(|| absent(target))?;
        let mut after = Value::clone(&before);
        change(&mut after);
        restore_status(&mut after, &before);
        admit::complete(self, &mut after);
        if after["metadata"]["managedFields"] == before["metadata"]["managedFields"] {
            after = fields::updated(&before, after, who, &self.time());
        }
        self.replace(target, &key, &before, after)
    }

    /// `PUT` of `/status`: everything but the status is ignored.
    pub(super) fn put_status(
        &mut self,
        target: &Ref,
        meant: Meant<'_>,
        status: &Value,
    ) -> Result<(), ApiError> {
        let key = Key::of(target);
        self.must_be_meant(target, meant)?;
        // Of custom resources alone the server wants to know.
        let group = &target.api.group;
        let custom = group.contains('.') && !group.ends_with(".k8s.io");
        if custom && meant.version.is_none() {
            let why = "Invalid value: 0: must be specified for an update";
            return Err(invalid(target, "metadata.resourceVersion", why));
        }
        self.set_status(&key, status.clone());
        Ok(())
    }

    /// A JSON patch of the finalizers that tests the uid and the version first.
    pub(super) fn patch_finalizers(
        &mut self,
        target: &Ref,
        meant: Meant<'_>,
        names: &[String],
    ) -> Result<(), ApiError> {
        let key = Key::of(target);
        let before = self.hold(&key).ok_or_else(|| absent(target))?;
        if self.must_be_meant(target, meant).is_err() {
            return Err(ApiError::new(422, "Invalid", TEST_FAILED));
        }
        let mut after = Value::clone(&before);
        let meta = super::object::meta_mut(&mut after);
        if names.is_empty() {
            meta.remove("finalizers");
        } else {
            meta.insert("finalizers".to_owned(), json!(names));
        }
        let after = fields::updated(&before, after, "sluicegate", &self.time());
        self.replace(target, &key, &before, after)
    }

    /// `DELETE` with preconditions and a propagation policy.
    pub(super) fn delete(
        &mut self,
        target: &Ref,
        meant: Meant<'_>,
        propagation: Propagation,
    ) -> Result<(), ApiError> {
        self.must_be_meant(target, meant)?;
        let holder = match propagation {
            Propagation::Background => None,
            Propagation::Foreground => Some("foregroundDeletion"),
            Propagation::Orphan => Some("orphan"),
        };
        self.begin_delete(&Key::of(target), holder);
        Ok(())
    }

    /// `POST` of an eviction. The budget is asked, and spent, before the precondition is looked at.
    pub(super) fn evict(&mut self, pod: &Ref, meant: Meant<'_>) -> Result<(), ApiError> {
        let key = Key::of(pod);
        let found = self.find(&key).ok_or_else(|| absent(pod))?;
        let pending = matches!(text(found, "/status/phase"), "" | "Pending");
        let over = matches!(text(found, "/status/phase"), "Succeeded" | "Failed");
        if !(pending || over || is_leaving(found)) {
            self.spend_budget(&key)?;
        }
        self.must_be_meant(pod, meant)?;
        let time = self.time();
        self.update(&key, |pod| note_disruption(pod, &time));
        self.delete(pod, Meant { version: None, ..meant }, Propagation::Background)
    }

    fn spend_budget(&mut self, pod: &Key) -> Result<(), ApiError> {
        let found = self.find(pod).expect("the caller has found it");
        let ready = crate::execute::is_ready(found);
        let budgets = self.budgets_over(pod);
        let [budget] = budgets.as_slice() else {
            if budgets.is_empty() {
                return Ok(());
            }
            let message = "This pod has more than one PodDisruptionBudget, which the eviction \
                           subresource does not support.";
            return Err(ApiError::new(500, "", message));
        };
        let budget = &Key::in_group("policy", "PodDisruptionBudget", pod.namespace(), budget);
        let found = self.find(budget).expect("it was just listed");
        let [healthy, desired] = ["/status/currentHealthy", "/status/desiredHealthy"]
            .map(|place| number(found, place, 0));
        let always = text(found, "/spec/unhealthyPodEvictionPolicy") == "AlwaysAllow";
        if !ready && (always || (desired > 0 && healthy >= desired)) {
            return Ok(());
        }
        let seen = number(found, "/status/observedGeneration", 0);
        let allowed = number(found, "/status/disruptionsAllowed", 0);
        if allowed == 0 || seen < number(found, "/metadata/generation", 0) {
            let message = format!(
                "Cannot evict pod as it would violate the pod's disruption budget. The disruption \
                 budget {} needs {desired} healthy pods and has {healthy} currently",
                budget.name()
            );
            let refusal = ApiError::new(429, "TooManyRequests", message);
            return Err(refusal.because("DisruptionBudget", ""));
        }
        let time = self.time();
        self.update(budget, |budget| {
            budget["status"]["disruptionsAllowed"] = json!(allowed - 1);
            budget["status"]["disruptedPods"][pod.name()] = json!(time);
        });
        Ok(())
    }

    /// Creates by apply: owned by Apply from birth.
    fn add(&mut self, target: &Ref, body: &Value, by: Manager<'_>) -> Result<(), ApiError> {
        let mut fresh = without_status(body);
        super::object::meta_mut(&mut fresh).remove("resourceVersion");
        let nothing = json!({ "apiVersion": fresh["apiVersion"], "metadata": {} });
        let applied = fields::apply(&nothing, &fresh, by.name, &self.time());
        self.admit_new(target, applied.object)
    }

    fn admit_new(&mut self, target: &Ref, mut object: Value) -> Result<(), ApiError> {
        if !target.namespace.is_empty() {
            let Some(home) = self.find(&Key::core("Namespace", "", &target.namespace)) else {
                let message = format!("namespaces \"{}\" not found", target.namespace);
                return Err(ApiError::new(404, "NotFound", message));
            };
            if is_leaving(home) {
                let message = format!(
                    "{} is forbidden: unable to create new content in namespace {} because it is \
                     being terminated",
                    quoted(target),
                    target.namespace
                );
                let refusal = ApiError::new(403, "Forbidden", message);
                return Err(refusal.because("NamespaceTerminating", ""));
            }
        }
        let meta = super::object::meta_mut(&mut object);
        for name in ["uid", "resourceVersion", "generation", "creationTimestamp"] {
            meta.remove(name);
        }
        admit::complete(self, &mut object);
        admit::check_new(target, &object)?;
        self.insert(object);
        Ok(())
    }

    fn replace(
        &mut self,
        target: &Ref,
        key: &Key,
        before: &Value,
        mut after: Value,
    ) -> Result<(), ApiError> {
        for name in ["uid", "resourceVersion", "generation", "creationTimestamp"] {
            match before["metadata"].get(name) {
                Some(value) => after["metadata"][name] = value.clone(),
                None => drop(super::object::meta_mut(&mut after).remove(name)),
            }
        }
        restore_status(&mut after, before);
        // Addresses that nobody speaks of stay.
        for name in ["clusterIP", "clusterIPs"] {
            if target.api.kind == "Service" && after["spec"][name].is_null() {
                after["spec"][name] = before["spec"][name].clone();
            }
        }
        admit::complete(self, &mut after);
        if is_leaving(before) && adds_finalizer(before, &after) {
            return Err(too_late(target));
        }
        admit::check_change(self, target, before, &after)?;
        self.update(key, |object| *object = after);
        Ok(())
    }

    fn must_be_served(&self, target: &Ref) -> Result<(), ApiError> {
        if self.served.contains(&target.api.api_version()) {
            return Ok(());
        }
        Err(ApiError::new(404, "NotFound", NOT_SERVED))
    }

    fn must_be_meant(&self, target: &Ref, meant: Meant<'_>) -> Result<(), ApiError> {
        let object = self.get(target).ok_or_else(|| absent(target))?;
        let uid = text(object, "/metadata/uid");
        if let Some(other) = meant.uid.filter(|other| *other != uid) {
            return Err(conflict(
                target,
                &format!(
                    "Precondition failed: UID in precondition: {other}, UID in object meta: {uid}"
                ),
            ));
        }
        if meant.version.is_some_and(|other| other != text(object, "/metadata/resourceVersion")) {
            return Err(modified(target));
        }
        Ok(())
    }
}

/// Says in a pod's conditions why it goes, once.
fn note_disruption(pod: &mut Value, time: &str) {
    let status = &mut pod["status"];
    if !status["conditions"].is_array() {
        status["conditions"] = json!([]);
    }
    let conditions = status["conditions"].as_array_mut().expect("it was just made one");
    if conditions.iter().all(|one| one["type"] != "DisruptionTarget") {
        conditions.push(json!({
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "EvictionByEvictionAPI",
            "message": "Eviction API: evicting",
            "lastTransitionTime": time,
        }));
    }
}

fn given<'a>(body: &'a Value, place: &str) -> Option<&'a str> {
    body.pointer(place).and_then(Value::as_str)
}

fn without_status(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("status");
    }
    body
}

fn restore_status(after: &mut Value, before: &Value) {
    let Some(fields) = after.as_object_mut() else { return };
    match before.get("status") {
        Some(status) => drop(fields.insert("status".to_owned(), status.clone())),
        None => drop(fields.remove("status")),
    }
}

fn adds_finalizer(before: &Value, after: &Value) -> bool {
    let names = after.pointer("/metadata/finalizers").and_then(Value::as_array);
    let mut names = names.into_iter().flatten().filter_map(Value::as_str);
    names.any(|name| !has_finalizer(before, name))
}
