//! Nessie: tables of Iceberg, by branches.

use super::{block, reference, shared, store, text, words};
use crate::connector::{Connector, Key, Program, Role, Takes, Word};

const BASE: Key = text("baseURL", "Where Nessie is, as a URL.");
const BASE_REF: Key = reference("baseURLSecretRef", "Where it is, from a Secret.");
const BRANCH: Key = text("branch", "Branch.").or("main");
const WAREHOUSE: Key = text("warehouse", "Warehouse. Left out: that of the server.");
const NAMESPACE: Key = text("namespace", "Namespace of the table.");
const NAMESPACE_REF: Key = reference("namespaceSecretRef", "The namespace, from a Secret.");

static HOW: [Word; 4] =
    [Word::same("AUTO"), Word::same("BEARER"), Word::same("BASIC"), Word::same("NONE")];
const AUTHENTICATION: Key =
    words("authenticationType", &HOW, "How to sign in. AUTO: by what is given.").or("AUTO");
const BASIC: Key = block("basicAuth", &shared::BASIC_AUTH_KEYS, "User and password.");
const TOKEN: Key = text("bearerToken", "Token to sign in with.").secret();
const TOKEN_REF: Key = reference("tokenSecretRef", "The token, from a Secret.");

pub(super) static SOURCE: Connector = store(
    "nessie",
    Role::Source,
    "Reads what is added to a table. Needs baseURL, namespace and table, or their SecretRefs.",
    &[
        BASE,
        BASE_REF,
        BRANCH,
        WAREHOUSE,
        NAMESPACE,
        NAMESPACE_REF,
        shared::TABLE,
        shared::TABLE_REF,
        Key::new(
            "query",
            Program::Ignores("the files of the table are read, which know no queries"),
            Takes::Text(super::LONG),
            "Query whose rows are read, instead of a table.",
        ),
        shared::poll("10"),
        AUTHENTICATION,
        BASIC,
        TOKEN,
        TOKEN_REF,
    ],
);

pub(super) static SINK: Connector = store(
    "nessie",
    Role::Sink,
    "Adds records to a table. Needs baseURL, namespace and table, or their SecretRefs.",
    &[
        BASE,
        BASE_REF,
        BRANCH,
        WAREHOUSE,
        NAMESPACE,
        NAMESPACE_REF,
        shared::TABLE,
        shared::TABLE_REF,
        AUTHENTICATION,
        BASIC,
        TOKEN,
        TOKEN_REF,
        shared::batch("100"),
        shared::FLUSH,
        shared::AUTO_CREATE,
    ],
);
