//! Why something failed, and what that calls for.
//!
//! The classes follow from what kube-apiserver was seen to answer, one request at a time; the test
//! at the bottom is that table. A refusal that time cannot cure must not be tried again and again,
//! and one that only says "look again" must not count as a failure.

use std::fmt;

use sluicegate_core::step::READ_ROUNDS_MAX;

/// Why reading or doing failed. The message never repeats its source.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A kind kept asking for more.
    #[error("reads did not settle after {READ_ROUNDS_MAX} rounds")]
    Unsettled,
    /// The API server refused.
    #[error("failed to {doing}")]
    Api {
        /// What was tried, such as `apply StatefulSet default/rivven-prod`.
        doing: String,
        /// What it answered.
        #[source]
        source: Box<ApiError>,
    },
    /// No answer came: it may have been done, or not.
    #[error("got no answer when trying to {doing}")]
    Unanswered {
        /// What was tried.
        doing: String,
        /// What happened instead.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another operator leads by now, or may: nothing was sent.
    #[error("did not {doing}: the lease has run out")]
    Fenced {
        /// What was not tried.
        doing: String,
    },
    /// The product refused.
    #[error("failed to {doing}")]
    Product {
        /// What was tried, as the call displays itself.
        doing: String,
        /// Whether trying again may help.
        class: Class,
        /// What a person can do about it, as a sentence, where that is known.
        remedy: Option<&'static str>,
        /// Why it refused.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something that runs for as long as the process has ended by itself.
    #[error("{what} has ended unasked")]
    Ended {
        /// What.
        what: String,
        /// How.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something given to us, such as a file, could not be read.
    #[error("failed to read {what}")]
    Input {
        /// What.
        what: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A refusal of the API server, as its `Status` puts it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The HTTP status.
    pub code: u16,
    /// A word for programs, such as `AlreadyExists`; empty where the server gives none.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// The first of the causes, where it names one.
    pub cause: Option<Cause>,
}

/// What a refusal rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// A word for programs, such as `FieldManagerConflict`.
    pub reason: String,
    /// The field it speaks of; empty where there is none.
    pub field: String,
}

/// What an error calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The world is not as it was seen: look again at once.
    Conflict,
    /// Try again later.
    Retry,
    /// Nothing helps but a change of what was asked for.
    Final,
}

impl Error {
    /// What it calls for.
    pub fn class(&self) -> Class {
        match self {
            Self::Unsettled | Self::Input { .. } | Self::Ended { .. } => Class::Final,
            Self::Unanswered { .. } | Self::Fenced { .. } => Class::Retry,
            Self::Product { class, .. } => *class,
            Self::Api { source, .. } => source.class(),
        }
    }
}

impl Error {
    /// Whether it is because the namespace is on its way out, with all that is in it.
    pub fn is_about_leaving(&self) -> bool {
        matches!(self, Self::Api { source, .. } if source.is_about_leaving())
    }

    /// The whole of it in one line: what failed, every cause, and the remedy where one is known.
    pub fn in_full(&self) -> String {
        let mut whole = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(one) = cause {
            // Some causes already say what theirs is.
            let text = one.to_string();
            if !whole.ends_with(&text) {
                whole.push_str(": ");
                whole.push_str(&text);
            }
            cause = one.source();
        }
        if let Some(remedy) = self.remedy() {
            whole.push_str(". ");
            whole.push_str(remedy);
        }
        whole
    }

    /// What a person can do about it, as a sentence, where that is known.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Api { source, .. } => source.remedy(),
            Self::Product { remedy, .. } => *remedy,
            Self::Unsettled
            | Self::Unanswered { .. }
            | Self::Fenced { .. }
            | Self::Ended { .. }
            | Self::Input { .. } => None,
        }
    }
}

impl ApiError {
    /// A refusal without a cause.
    pub fn new(code: u16, reason: &str, message: impl Into<String>) -> Self {
        Self { code, reason: reason.to_owned(), message: message.into(), cause: None }
    }

    /// The same refusal, with its cause.
    #[must_use]
    pub fn because(mut self, reason: &str, field: &str) -> Self {
        self.cause = Some(Cause { reason: reason.to_owned(), field: field.to_owned() });
        self
    }

    /// Whether it is because the namespace is on its way out: nothing new can be made in it.
    pub fn is_about_leaving(&self) -> bool {
        let cause = self.cause.as_ref().map(|cause| cause.reason.as_str());
        self.code == 403 && cause == Some(TERMINATING)
    }

    /// What it calls for.
    pub fn class(&self) -> Class {
        let cause = self.cause.as_ref().map(|cause| cause.reason.as_str());
        match self.code {
            // Somebody else was faster, or what was seen is gone.
            409 | 410 => Class::Conflict,
            404 if self.message == NOT_SERVED => Class::Retry,
            404 => Class::Conflict,
            // A JSON patch whose test failed says no more than this.
            422 if cause.is_none() && self.message == TEST_FAILED => Class::Conflict,
            // Another uid, where a patch names the one that was seen.
            422 if cause.is_some() && self.is_about("metadata.uid") => Class::Conflict,
            // The budget's controller may not have seen yet that a pod is back.
            429 if cause == Some("DisruptionBudget") => Class::Conflict,
            403 if self.is_about_leaving() => Class::Final,
            // A token is renewed and rights are given while everything runs. Whatever else is
            // forbidden stays so.
            401 => Class::Retry,
            403 if self.is_about_rights() => Class::Retry,
            400 | 402..=407 | 411..=415 | 422 => Class::Final,
            // A field that the schema does not know comes as a failure of the server.
            500 if self.message.ends_with(UNDECLARED) => Class::Final,
            _ => Class::Retry,
        }
    }

    /// What a person can do about it, as a sentence, where that is known.
    pub fn remedy(&self) -> Option<&'static str> {
        match self.code {
            401 => Some("Sign in anew: the credentials are wrong, or have run out"),
            403 if self.is_about_rights() => {
                Some("Give the account this right, by a Role or a ClusterRole")
            }
            404 if self.message == NOT_SERVED => Some("Install its CustomResourceDefinition"),
            400 if self.message.contains(UNKNOWN) => Some(ONE_RELEASE),
            500 if self.message.ends_with(UNDECLARED) => Some(ONE_RELEASE),
            _ => None,
        }
    }

    /// Whether it is because the right to do it is missing.
    pub fn is_about_rights(&self) -> bool {
        self.code == 403 && self.message.contains(" is forbidden: User ")
    }

    fn is_about(&self, field: &str) -> bool {
        self.cause.as_ref().is_some_and(|cause| cause.field == field)
    }
}

/// The cause of a refusal where the namespace is being deleted.
const TERMINATING: &str = "NamespaceTerminating";
/// What the server says of an API that it does not serve.
pub(crate) const NOT_SERVED: &str = "the server could not find the requested resource";
/// What the server says when a `test` of a JSON patch fails.
pub(crate) const TEST_FAILED: &str =
    "the server rejected our request due to an error in our request";
/// How the server's sentence about an unknown field ends.
pub(crate) const UNDECLARED: &str = "field not declared in schema";

/// How the server speaks of an unknown field where a whole object is written.
const UNKNOWN: &str = "strict decoding error: unknown field";
const ONE_RELEASE: &str = "Install the definitions and the operator of one release";

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Conflict => "conflict",
            Self::Retry => "retry",
            Self::Final => "final",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What kube-apiserver 1.36.3 was seen to answer.
    #[test]
    fn every_refusal_that_was_seen_has_its_class() {
        let invalid = |message: &str| ApiError::new(422, "Invalid", message);
        let conflict = |message: &str| ApiError::new(409, "Conflict", message);
        let forbidden = |message: &str| ApiError::new(403, "Forbidden", message);
        let table = [
            (conflict("the object has been modified; please apply your changes"), Class::Conflict),
            (conflict("uid mismatch: the provided object specified uid 7"), Class::Conflict),
            (conflict("the UID in the precondition (7) does not match"), Class::Conflict),
            (conflict("Precondition failed: UID in precondition: 7"), Class::Conflict),
            (conflict("").because("FieldManagerConflict", ".spec.replicas"), Class::Conflict),
            (ApiError::new(409, "AlreadyExists", ""), Class::Conflict),
            (ApiError::new(410, "Expired", "The provided continue is too old"), Class::Conflict),
            (invalid("immutable").because("FieldValueInvalid", "metadata.uid"), Class::Conflict),
            (invalid(TEST_FAILED), Class::Conflict),
            (invalid("x").because("FieldValueInvalid", "spec.replicas"), Class::Final),
            (invalid("x").because("FieldValueTypeInvalid", "status.message"), Class::Final),
            (ApiError::new(500, "", ".spec.zz: field not declared in schema"), Class::Final),
            (ApiError::new(500, "InternalError", "etcdserver: no leader"), Class::Retry),
            (
                ApiError::new(400, "BadRequest", "strict decoding error: unknown field \"a\""),
                Class::Final,
            ),
            (
                ApiError::new(429, "TooManyRequests", "").because("DisruptionBudget", ""),
                Class::Conflict,
            ),
            (forbidden("").because("NamespaceTerminating", "metadata.namespace"), Class::Final),
            (forbidden("persistentvolumeclaims \"a\" is forbidden: only dyn"), Class::Final),
            (forbidden("pods is forbidden: User \"a\" cannot list pods"), Class::Retry),
            (ApiError::new(404, "NotFound", "pods \"a\" not found"), Class::Conflict),
            (ApiError::new(404, "NotFound", "namespaces \"a\" not found"), Class::Conflict),
            (ApiError::new(404, "NotFound", NOT_SERVED), Class::Retry),
            (ApiError::new(401, "Unauthorized", "Unauthorized"), Class::Retry),
            (ApiError::new(503, "ServiceUnavailable", ""), Class::Retry),
            (ApiError::new(504, "Timeout", ""), Class::Retry),
        ];
        for (refusal, class) in table {
            assert_eq!(refusal.class(), class, "{refusal:?}");
        }
    }

    #[test]
    fn an_error_in_full_says_each_cause_once_and_the_remedy() {
        let doing = "list pods in default".to_owned();
        let refusal = ApiError::new(403, "Forbidden", "pods is forbidden: User \"a\" cannot list");
        let error = Error::Api { doing: doing.clone(), source: Box::new(refusal) };
        assert_eq!(
            error.in_full(),
            "failed to list pods in default: pods is forbidden: User \"a\" cannot list. Give the \
             account this right, by a Role or a ClusterRole"
        );
        let source = Box::new(Repeats(std::io::Error::other("reset")));
        assert_eq!(
            Error::Unanswered { doing, source }.in_full(),
            "got no answer when trying to list pods in default: it said: reset"
        );
    }

    /// Says what its cause says, as errors of HTTP clients do.
    #[derive(Debug, thiserror::Error)]
    #[error("it said: {0}")]
    struct Repeats(#[source] std::io::Error);
}
