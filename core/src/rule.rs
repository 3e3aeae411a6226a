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

/// Declares rules as statics and lists them in a table. The table has copies of its own, so that
/// the compiler tells of a rule that decides nothing.
macro_rules! rules {
    (
        $(#[$about:meta])* $vis:vis $all:ident;
        $($name:ident = $id:literal: $title:literal, $why:literal, $remedy:literal;)+
    ) => {
        $(
            #[doc = $title]
            $vis static $name: Rule =
                Rule { id: $id, title: $title, about: $why, remedy: $remedy };
        )+

        $(#[$about])*
        pub static $all: &[&Rule] =
            &[$(&Rule { id: $id, title: $title, about: $why, remedy: $remedy }),+];
    };
}
pub(crate) use rules;

rules! {
    /// The engine's own rules, which hold for every kind.
    pub RULES;

    OBJ_01 = "OBJ-01":
        "What is missing is created, and only if it is still missing",
        "Creating is exclusive: where another made an object of that name in the meantime, nothing \
         is overwritten and the resource is looked at again.",
        "";
    OBJ_02 = "OBJ-02":
        "An object that somebody else made is never touched",
        "An object is ours when its controller owner reference carries the uid of our resource. A \
         name or a label is no proof. What an earlier resource of the same name made is not ours \
         either; Kubernetes removes it after its owner, which is waited for.",
        "Give the resource another name, or delete the other object if nothing needs it.";
    OBJ_03 = "OBJ-03":
        "A change that reaches no running program carries no risk",
        "Labels, annotations and fields that are read only when something starts.",
        "";
    OBJ_04 = "OBJ-04":
        "A change that Kubernetes acts on without stopping a pod is online",
        "Services, budgets and replica counts take effect while everything runs.",
        "";
    OBJ_05 = "OBJ-05":
        "An object of ours that the spec no longer asks for is deleted",
        "Only as it was seen: uid and resourceVersion are conditions of the delete.",
        "";
    OBJ_06 = "OBJ-06":
        "A finalizer is set only where the spec asks for deletion, and removed last",
        "It is set before the first effect that it protects and removed when everything is gone. A \
         resource whose policy keeps its data has none and never blocks a namespace.",
        "Where the operator has gone first and resources hang: sluicegate unstick.";
    OBJ_07 = "OBJ-07":
        "Status says what was seen, and is written only when that has changed",
        "Times in it move only together with another field.",
        "";
    OBJ_08 = "OBJ-08":
        "What another has changed in an object of ours is put back, and an event says so",
        "The wish has not changed since it was last applied (its digest is the same), so the \
         difference is somebody else's.",
        "Make the change in the spec, or set sluicegate/paused: \"true\" while you work.";
    OBJ_09 = "OBJ-09":
        "An object of ours with a field that cannot be changed is named, and left as it is",
        "Kubernetes refuses every change of some fields, such as podManagementPolicy of a \
         StatefulSet, clusterIP of a Service, and the data of a ConfigMap that is immutable. The \
         object has to be made anew, which only a person can choose the time for. What else the \
         resource asks for is done.",
        "Delete the object as the message says; it is made anew.";
    OBJ_10 = "OBJ-10":
        "What the API server itself makes of what is applied is not fought",
        "An admission policy or a webhook may change what is applied, such as the registry of an \
         image. The answer to the apply shows it; it is noted in the annotation \
         sluicegate/admitted and told in the condition Synced. What pods run with is taken as it \
         is; anything else keeps the resource from being Ready. It is applied anew when the \
         resource changes, and every ten minutes or so.",
        "Change the policy or the webhook, or ask for what they make of it.";
    OBJ_11 = "OBJ-11":
        "What was made for an earlier resource of this name is taken over when asked to",
        "After a deletion with --cascade=orphan, or where the resource alone came back from a \
         backup, its objects belong to nobody. With the annotation sluicegate/adopt: \"true\" \
         those that carry our labels and our digest, and have no controller, get the resource as \
         their owner. Pods keep running. Volume claims stay as they are: they were made for the \
         earlier resource, so they are kept when this one is deleted.",
        "Set the annotation sluicegate/adopt: \"true\" on the resource, and look at the plan.";
    OBJ_12 = "OBJ-12":
        "What changes many resources at once goes through them a part at a time",
        "Another default image, or another release of the operator, may change what runs for every \
         resource of a kind though nobody has changed a spec. Where that restarts something, and \
         the kind has the gate fleet-paced, it is done for a tenth of them at once \
         (--fleet-at-once): the next has its turn when one is Ready again, so that what does not \
         start stops at the first. Until its turn a resource stays Ready as it is. One that is not \
         Ready does not wait. The leader counts: one that has just started looks at all of them \
         first, and for ten minutes counts those that had ceased to be Ready just before.",
        "See who waits with plan --all; sluicegate/skip-gate: \"fleet-paced\" lets one pass.";
}
