//! Rules: what decides, with a stable id, in one table that `explain rule` prints.
//!
//! Whatever is refused, held back or called risky names the rule that says so. An id is never used
//! again for something else.

/// A rule. Its id is stable: people quote it, search for it and write it into annotations.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Such as `CLU-21`: what it speaks of, and a number.
    pub id: &'static str,
    /// The rule, as a sentence.
    pub title: &'static str,
    /// Why it is so.
    pub about: &'static str,
    /// What to do when it stands in the way; empty where nothing has to be done.
    pub remedy: &'static str,
}

/// Objects that nobody else holds may be created.
pub static OBJ_01: Rule = Rule {
    id: "OBJ-01",
    title: "What is missing is created, and only if it is still missing",
    about: "Creating is exclusive: where another made an object of that name in the meantime, \
            nothing is overwritten and the resource is looked at again.",
    remedy: "",
};

/// Objects of others are left alone.
pub static OBJ_02: Rule = Rule {
    id: "OBJ-02",
    title: "An object that somebody else made is never touched",
    about: "An object is ours when its controller owner reference carries the uid of our \
            resource. A name or a label is no proof. What an earlier resource of the same name \
            made is not ours either; Kubernetes removes it after its owner, which is waited for.",
    remedy: "Give the resource another name, or delete the other object if nothing needs it.",
};

/// Changes without an effect on what runs.
pub static OBJ_03: Rule = Rule {
    id: "OBJ-03",
    title: "A change that reaches no running program carries no risk",
    about: "Labels, annotations and fields that are read only when something starts.",
    remedy: "",
};

/// Changes that take effect at once.
pub static OBJ_04: Rule = Rule {
    id: "OBJ-04",
    title: "A change that Kubernetes acts on without stopping a pod is online",
    about: "Services, budgets and replica counts take effect while everything runs.",
    remedy: "",
};

/// Objects no longer wanted.
pub static OBJ_05: Rule = Rule {
    id: "OBJ-05",
    title: "An object of ours that the spec no longer asks for is deleted",
    about: "Only as it was seen: uid and resourceVersion are conditions of the delete.",
    remedy: "",
};

/// Deletion waits for its finalizer.
pub static OBJ_06: Rule = Rule {
    id: "OBJ-06",
    title: "A finalizer is set only where the spec asks for deletion, and removed last",
    about: "It is set before the first effect that it protects and removed when everything is \
            gone. A resource whose policy keeps its data has none and never blocks a namespace.",
    remedy: "Where the operator has gone first and resources hang: sluicegate unstick.",
};

/// Status.
pub static OBJ_07: Rule = Rule {
    id: "OBJ-07",
    title: "Status says what was seen, and is written only when that has changed",
    about: "Times in it move only together with another field.",
    remedy: "",
};

/// Fields that another manager has changed.
pub static OBJ_08: Rule = Rule {
    id: "OBJ-08",
    title: "What another has changed in an object of ours is put back, and an event says so",
    about: "The wish has not changed since it was last applied (its digest is the same), so the \
            difference is somebody else's.",
    remedy: "Make the change in the spec, or set sluicegate/paused: \"true\" while you work.",
};

/// Fields that nobody can change.
pub static OBJ_09: Rule = Rule {
    id: "OBJ-09",
    title: "An object of ours with a field that cannot be changed is named, and left as it is",
    about: "Kubernetes refuses every change of some fields, such as podManagementPolicy of a \
            StatefulSet, clusterIP of a Service, and the data of a ConfigMap that is immutable. \
            The object has to be made anew, which only a person can choose the time for. What else \
            the resource asks for is done.",
    remedy: "Delete the object as the message says; it is made anew.",
};

/// Fields that the API server itself changes.
pub static OBJ_10: Rule = Rule {
    id: "OBJ-10",
    title: "What the API server itself makes of what is applied is not fought",
    about: "An admission policy or a webhook may change what is applied, such as the registry of \
            an image. The answer to the apply shows it; it is noted in the annotation \
            sluicegate/admitted and told in the condition Synced. What pods run with is taken as \
            it is; anything else keeps the resource from being Ready. It is applied anew when the \
            resource changes, and every ten minutes or so.",
    remedy: "Change the policy or the webhook, or ask for what they make of it.",
};

/// Objects that have lost their owner.
pub static OBJ_11: Rule = Rule {
    id: "OBJ-11",
    title: "What was made for an earlier resource of this name is taken over when asked to",
    about: "After a deletion with --cascade=orphan, or where the resource alone came back from a \
            backup, its objects belong to nobody. With the annotation sluicegate/adopt: \"true\" \
            those that carry our labels and our digest, and have no controller, get the resource \
            as their owner. Pods keep running. Volume claims stay as they are: they were made for \
            the earlier resource, so they are kept when this one is deleted.",
    remedy: "Set the annotation sluicegate/adopt: \"true\" on the resource, and look at the plan.",
};

/// The engine's own rules, which hold for every kind.
pub static RULES: &[&Rule] = &[
    &OBJ_01, &OBJ_02, &OBJ_03, &OBJ_04, &OBJ_05, &OBJ_06, &OBJ_07, &OBJ_08, &OBJ_09, &OBJ_10,
    &OBJ_11,
];
