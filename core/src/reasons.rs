//! What the engine itself tells, the same for every kind.

use crate::{
    condition::{EventKind, Reason, reasons},
    inert,
};

reasons! {
    /// The engine's own reasons, which every kind has.
    pub REASONS, inert::EFFECTIVE_ALL, inert::EFFECTIVE_NOT;

    /// The resource was checked and nothing is wrong with it.
    ACCEPTED_VALID =
        quiet("Accepted", "Valid", "The spec was checked and nothing is wrong with it.");
    /// The spec breaks a rule.
    ACCEPTED_INVALID = told(
        "Accepted",
        "Invalid",
        EventKind::Warning,
        "The spec breaks a rule. The message names every field with its remedy; nothing is changed \
         until it is mended.",
    );
    /// An object of that name belongs to somebody else.
    ACCEPTED_NAME_TAKEN = told(
        "Accepted",
        "NameTaken",
        EventKind::Warning,
        "An object under a name that this resource needs belongs to somebody else. It is not \
         touched; see rule OBJ-02.",
    );
    /// Objects of an earlier resource of this name are there.
    ACCEPTED_NOT_ADOPTED = told(
        "Accepted",
        "NotAdopted",
        EventKind::Warning,
        "The objects that this resource needs are there: they were made for an earlier resource of \
         its name and belong to nobody now. They are left as they are until they are taken over; \
         see rule OBJ-11.",
    );
    /// The stored resource does not decode.
    ACCEPTED_UNREADABLE = told(
        "Accepted",
        "Unreadable",
        EventKind::Warning,
        "What is stored does not decode as this release of the operator knows the kind. The \
         message names the field; nothing is changed until it is mended.",
    );
    /// Nothing is refused.
    BLOCKED_NOTHING =
        quiet("Blocked", "NothingBlocked", "No change that the spec asks for is refused.");
    /// Something is refused.
    BLOCKED_REFUSED = told(
        "Blocked",
        "Refused",
        EventKind::Warning,
        "A change that the spec asks for is refused. The message names rule and remedy; everything \
         else goes on.",
    );
    /// The resource is paused.
    PAUSED_BY_ANNOTATION = told(
        "Paused",
        "Annotation",
        EventKind::Normal,
        "sluicegate/paused is \"true\": nothing is changed until the annotation is removed.",
    );
    /// It is no longer paused.
    PAUSED_NOT = quiet("Paused", "NotPaused", "The resource is not, or no longer, paused.");
    /// The resource is not served.
    READY_NOT_ACCEPTED = quiet(
        "Ready",
        "NotAccepted",
        "The resource is not served as it is, so nobody knows whether what runs is what it asks \
         for; see the condition Accepted.",
    );
    /// Changes are under way.
    READY_RECONCILING = quiet("Ready", "Reconciling", "Changes are still being made.");
    /// Changes are refused.
    READY_BLOCKED = quiet(
        "Ready",
        "Blocked",
        "What runs is not what the spec asks for, and a rule forbids the change; see the condition \
         Blocked.",
    );
    /// The last plan could not be carried out.
    READY_NOT_SYNCED = quiet(
        "Ready",
        "NotSynced",
        "What the spec asks for could not be carried out; see the condition Synced.",
    );
    /// Nothing goes on: the resource is refused.
    STALLED_NOT_ACCEPTED = quiet(
        "Stalled",
        "NotAccepted",
        "Nothing is done until the resource is mended; see the condition Accepted. Tools that know \
         this condition, such as Argo CD and Flux, stop waiting.",
    );
    /// Nothing goes on: what is left is refused.
    STALLED_BLOCKED = quiet(
        "Stalled",
        "Blocked",
        "Everything else is done, and what is left is refused; see the condition Blocked.",
    );
    /// Nothing goes on: the API server refuses.
    STALLED_NOT_SYNCED = quiet(
        "Stalled",
        "NotSynced",
        "The API server refused a change, or makes something else of it, and will as long as \
         nobody acts; see the condition Synced.",
    );
    /// It goes on.
    STALLED_NOT =
        quiet("Stalled", "NotStalled", "What had kept the resource from going on is gone.");
    /// The last plan was carried out.
    SYNCED_DONE = quiet("Synced", "Done", "What had failed before has been carried out.");
    /// The API server refused something.
    SYNCED_REFUSED = told(
        "Synced",
        "Refused",
        EventKind::Warning,
        "A change was refused; the message says which and why. What the API server refuses, such \
         as a quota, a policy or a port that is taken, is tried again after half a minute, then \
         after twice as long each time up to ten minutes, and at once when the resource changes. \
         What the product refuses is asked for again when the resource changes.",
    );
    /// The API server makes something else of what is applied, and pods run with that.
    SYNCED_ADMITTED = told(
        "Synced",
        "Admitted",
        EventKind::Normal,
        "The API server itself changes what is applied, by an admission policy or a webhook. The \
         message says which fields, and to what. Pods run with it, so it is taken as it is; see \
         rule OBJ-10.",
    );
    /// The API server makes something else of what is applied.
    SYNCED_ALTERED = told(
        "Synced",
        "Altered",
        EventKind::Warning,
        "The API server itself changes what is applied, by an admission policy or a webhook, so \
         that what is there is not what the spec asks for. The message says which fields, and to \
         what; see rule OBJ-10.",
    );
    /// Something keeps failing.
    SYNCED_FAILING = told(
        "Synced",
        "Failing",
        EventKind::Warning,
        "A change failed more than once. The message says which and why; it is tried again by \
         itself.",
    );
}
