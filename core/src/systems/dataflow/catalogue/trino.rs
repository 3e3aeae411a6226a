//! Trino.

use super::{block, reference, shared, store, text};
use crate::connector::{Connector, Key, Role};

const SERVER: Key = text("serverURL", "Where the coordinator is, as a URL.");
const SERVER_REF: Key = reference("serverURLSecretRef", "Where it is, from a Secret.");
const CATALOG: Key = text("catalog", "Catalog.");
const CATALOG_REF: Key = reference("catalogSecretRef", "The catalog, from a Secret.");
const SCHEMA: Key = text("schema", "Schema.");
const SCHEMA_REF: Key = reference("schemaSecretRef", "The schema, from a Secret.");

static KEYCLOAK_KEYS: [Key; 14] = [
    text("serverURL", "Where Keycloak is, as a URL."),
    reference("serverURLSecretRef", "Where it is, from a Secret."),
    text("realm", "Realm."),
    reference("realmSecretRef", "The realm, from a Secret."),
    text("clientID", "Client."),
    reference("clientIDSecretRef", "The client, from a Secret."),
    text("clientSecret", "Secret of the client.").secret(),
    reference("clientSecretSecretRef", "The same, from a Secret."),
    text(
        "username",
        "User, who signs in by password. Left out: the client signs in by its secret.",
    ),
    reference("usernameSecretRef", "The user, from a Secret."),
    text("password", "Password of the user.").secret(),
    reference("passwordSecretRef", "The password, from a Secret."),
    text("token", "Token to sign in with: Keycloak is not asked for one.").secret(),
    reference("tokenSecretRef", "The token, from a Secret."),
];

const KEYCLOAK: Key = block(
    "keycloak",
    &KEYCLOAK_KEYS,
    "Keycloak, where to sign in. A token counts before a user, a user before the client.",
);

pub(super) static SOURCE: Connector = store(
    "trino",
    Role::Source,
    "Reads the rows of a table as they are written. Needs serverURL, catalog, schema, and table or \
     query, or their SecretRefs.",
    &[
        SERVER,
        SERVER_REF,
        CATALOG,
        CATALOG_REF,
        SCHEMA,
        SCHEMA_REF,
        shared::TABLE,
        shared::TABLE_REF,
        shared::QUERY,
        shared::poll("5"),
        KEYCLOAK,
    ],
);

pub(super) static SINK: Connector = store(
    "trino",
    Role::Sink,
    "Writes each record as a row. Needs serverURL, catalog, schema and table, or their SecretRefs.",
    &[
        SERVER,
        SERVER_REF,
        CATALOG,
        CATALOG_REF,
        SCHEMA,
        SCHEMA_REF,
        shared::TABLE,
        shared::TABLE_REF,
        KEYCLOAK,
        shared::batch("1"),
        shared::FLUSH,
        shared::AUTO_CREATE,
        shared::RAW,
    ],
);
