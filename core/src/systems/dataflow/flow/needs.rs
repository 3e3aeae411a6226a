//! What a store cannot do without, and what does not go together: what no single key says.

use serde_json::{Map, Value};

use crate::{
    connector::Role,
    field::{Cause, Error, Errors, Path, Segment},
};

/// What stores need at the top: what an API server sees of the rules of this file.
const NEEDED: [&str; 9] = [
    "brokers",
    "topic",
    "connectionString",
    "table",
    "serverURL",
    "catalog",
    "schema",
    "baseURL",
    "namespace",
];

/// Whether something stands below `config`, or its reference does. A word of the language itself is
/// written in another way there.
macro_rules! given {
    ($name:literal) => {
        given!($name, $name)
    };
    ($name:literal, $spelled:literal) => {
        concat!(
            "(has(self.config.",
            $spelled,
            ") && size(self.config.",
            $spelled,
            ") > 0 || has(self.config.",
            $name,
            "SecretRef))"
        )
    };
}

/// Whether a store has what its type needs, unless it is written below its own name.
macro_rules! has_what_it_needs {
    ($query:literal) => {
        concat!(
            "self.type == 'kafka' ? has(self.kafka) || has(self.config) && ",
            given!("brokers"),
            " && ",
            given!("topic"),
            " : self.type == 'trino' ? has(self.trino) || has(self.config) && ",
            given!("serverURL"),
            " && ",
            given!("catalog"),
            " && ",
            given!("schema"),
            " && (",
            given!("table"),
            $query,
            ") : self.type == 'nessie' ? has(self.nessie) || has(self.config) && ",
            given!("baseURL"),
            " && ",
            given!("namespace", "__namespace__"),
            " && ",
            given!("table"),
            " : (self.type == 'clickhouse' ? has(self.clickhouse) : has(self.postgresql)) || \
             has(self.config) && ",
            given!("connectionString"),
            " && (",
            given!("table"),
            $query,
            ")"
        )
    };
}

/// The same in the API server's language, of a source.
pub(super) const SOURCE: &str =
    has_what_it_needs!(" || has(self.config.query) && size(self.config.query) > 0");
/// Of a sink.
pub(super) const SINK: &str = has_what_it_needs!("");

/// The rule that an API server judges by of an error that was found here, if there is one.
pub(super) fn rule_of(error: &Error) -> Option<&'static str> {
    let [_, Segment::Key(store), Segment::Key(place), Segment::Key(name)] = error.path.segments()
    else {
        return None;
    };
    let seen = error.cause == Cause::Required && place == "config" && NEEDED.contains(&&**name);
    match &**store {
        "source" if seen => Some("FLW-06"),
        "sink" if seen => Some("FLW-07"),
        "errors" if seen => Some("FLW-08"),
        _ => None,
    }
}

/// The files that would have to be in the pod, and what is written instead.
const FILES: [(&str, &str); 4] = [
    ("certFile", "certSecretRef"),
    ("keyFile", "keySecretRef"),
    ("caFile", "caSecretRef"),
    ("avroSchemaFile", "avroSchemaSecretRef"),
];

/// What does without a client and its secret.
const TOKEN: &str = ", or a token in tokenSecretRef, which needs nothing else";

/// Something that is looked at as a whole.
struct Keys<'a> {
    at: Path,
    fields: &'a Map<String, Value>,
}

/// Adds what is missing of a store, or does not go together.
pub(super) fn check(
    role: Role,
    kind: &str,
    config: &Map<String, Value>,
    at: &Path,
    errors: &mut Errors,
) {
    let keys = Keys { at: at.clone(), fields: config };
    match kind {
        "kafka" => kafka(role, &keys, errors),
        "postgresql" | "clickhouse" => {
            keys.need("connectionString", errors);
            keys.need_rows(role, errors);
        }
        "trino" => trino(role, &keys, errors),
        _ => nessie(&keys, errors),
    }
    keys.files(errors);
    keys.pairs(errors);
    if role == Role::Sink && kind != "kafka" {
        keys.batches(errors);
    }
}

fn kafka(role: Role, keys: &Keys<'_>, errors: &mut Errors) {
    keys.need("brokers", errors);
    keys.need("topic", errors);
    keys.brokers(errors);
    keys.topic(errors);
    if let Some(sasl) = keys.block("sasl") {
        sasl.need("username", errors);
        sasl.need_secret("password", "", errors);
    }
    if role == Role::Sink {
        return;
    }
    let schema = ["avroSchema", "avroSchemaSecretRef", "schemaRegistry"];
    let avro = keys.text("format") == Some("avro");
    if avro && !schema.iter().any(|name| keys.has(name)) && !keys.has("avroSchemaFile") {
        let remedy = "write it, or name avroSchemaSecretRef, or a schemaRegistry";
        errors.push(keys.at.child("avroSchema"), Cause::Required, remedy);
    }
    if let Some(text) = keys.text("avroSchema").filter(|text| !is_avro(text)) {
        let must = "must be a schema of Avro, as JSON".to_owned();
        let remedy = "write {\"type\": \"record\", …}, or the name of a type in quotes";
        let cause = Cause::Invalid(shown(text), must);
        errors.push(keys.at.child("avroSchema"), cause, remedy);
    }
    if let Some(registry) = keys.block("schemaRegistry") {
        registry.need("url", errors);
        registry.url("url", errors);
        registry.files(errors);
        registry.pairs(errors);
    }
}

fn trino(role: Role, keys: &Keys<'_>, errors: &mut Errors) {
    for name in ["serverURL", "catalog", "schema"] {
        keys.need(name, errors);
    }
    keys.url("serverURL", errors);
    keys.need_rows(role, errors);
    let Some(keycloak) = keys.block("keycloak") else { return };
    // A token is shown as it is: nobody is asked for one.
    if keycloak.given("token") {
        return;
    }
    for name in ["serverURL", "realm", "clientID"] {
        keycloak.need(name, errors);
    }
    keycloak.url("serverURL", errors);
    match keycloak.given("username") {
        true => keycloak.need_secret("password", "", errors),
        false => keycloak.need_secret("clientSecret", TOKEN, errors),
    }
}

fn nessie(keys: &Keys<'_>, errors: &mut Errors) {
    for name in ["baseURL", "namespace", "table"] {
        keys.need(name, errors);
    }
    keys.url("baseURL", errors);
    let how = keys.text("authenticationType").unwrap_or("AUTO");
    if how == "BEARER" && !keys.has("bearerToken") && !keys.has("tokenSecretRef") {
        let remedy = "name the Secret that has the token";
        errors.push(keys.at.child("tokenSecretRef"), Cause::Required, remedy);
    }
    match keys.block("basicAuth") {
        Some(basic) => {
            basic.need("username", errors);
            basic.need_secret("password", "", errors);
        }
        None if how == "BASIC" => {
            let remedy = "write a user and the Secret that has the password";
            errors.push(keys.at.child("basicAuth"), Cause::Required, remedy);
        }
        None => {}
    }
}

impl<'a> Keys<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(Value::as_str)
    }

    /// The keys below it.
    fn block(&self, name: &str) -> Option<Self> {
        let fields = self.get(name)?.as_object()?;
        Some(Self { at: self.at.child(name), fields })
    }

    /// Whether it is there and says something.
    fn has(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Array(items)) => !items.is_empty(),
            Some(_) => true,
            None => false,
        }
    }

    /// The same of it or of its reference.
    fn given(&self, name: &str) -> bool {
        self.has(name) || self.has(&format!("{name}SecretRef"))
    }

    fn need(&self, name: &str, errors: &mut Errors) {
        if !self.given(name) {
            let remedy = format!("write it, or name the Secret that has it in {name}SecretRef");
            self.miss(name, &remedy, errors);
        }
    }

    /// The same of what may only be referred to.
    fn need_secret(&self, name: &str, instead: &str, errors: &mut Errors) {
        if !self.given(name) {
            let remedy = format!("name the Secret that has it in {name}SecretRef{instead}");
            self.miss(name, &remedy, errors);
        }
    }

    /// What is read or written: a table, or the rows of a query.
    fn need_rows(&self, role: Role, errors: &mut Errors) {
        if role == Role::Source && self.has("query") {
            return;
        }
        if !self.given("table") {
            let instead = if role == Role::Source { ", or write a query" } else { "" };
            let remedy =
                format!("write it, or name the Secret that has it in tableSecretRef{instead}");
            errors.push(self.at.child("table"), Cause::Required, remedy);
        }
    }

    fn url(&self, name: &str, errors: &mut Errors) {
        let Some(text) = self.text(name).filter(|text| !text.is_empty()) else { return };
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = |rest: &str| !rest.split(['/', '?', '#']).next().unwrap_or_default().is_empty();
        if rest.is_none_or(|rest| !host(rest) || rest.contains(char::is_whitespace)) {
            // It may hold a password.
            let must = "must be a URL that begins with http:// or https://".to_owned();
            let cause = Cause::Invalid("a text".to_owned(), must);
            errors.push(self.at.child(name), cause, "write https://HOST:PORT");
        }
    }

    fn brokers(&self, errors: &mut Errors) {
        let all = self.get("brokers").and_then(Value::as_array).into_iter().flatten();
        for (index, broker) in all.enumerate() {
            let Some(text) = broker.as_str() else { continue };
            let parts = text.rsplit_once(':');
            let fits = parts.is_some_and(|(host, port)| {
                !host.is_empty()
                    && !host.contains(|c: char| c.is_whitespace() || matches!(c, '/' | ',' | '@'))
                    && port.parse::<u16>().is_ok_and(|port| port > 0)
            });
            if !fits {
                let cause = Cause::Invalid(shown(text), "must be HOST:PORT".to_owned());
                let path = self.at.child("brokers").index(index);
                errors.push(path, cause, "write HOST:PORT, such as kafka-0.kafka:9092");
            }
        }
    }

    fn topic(&self, errors: &mut Errors) {
        let Some(text) = self.text("topic").filter(|text| !text.is_empty()) else { return };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !text.chars().all(plain) || matches!(text, "." | "..") {
            let must = "must be letters, digits, dashes, dots and underscores".to_owned();
            let cause = Cause::Invalid(shown(text), must);
            errors.push(self.at.child("topic"), cause, "write the name of one topic");
        }
    }

    /// Files that would have to be in the pod.
    fn files(&self, errors: &mut Errors) {
        for keys in [Some(self), self.block("tls").as_ref()].into_iter().flatten() {
            for (name, instead) in FILES.iter().filter(|(name, _)| keys.has(name)) {
                let why = "no file of yours is in the pod".to_owned();
                let remedy = format!("put it into a Secret and name that in {instead}");
                errors.push(keys.at.child(name), Cause::Forbidden(why), remedy);
            }
        }
    }

    /// A certificate and its key belong together.
    fn pairs(&self, errors: &mut Errors) {
        let Some(tls) = self.block("tls") else { return };
        match (tls.has("certSecretRef"), tls.has("keySecretRef")) {
            (true, false) => tls.miss("keySecretRef", "name the Secret that has its key", errors),
            (false, true) => {
                tls.miss("certSecretRef", "name the Secret that has its certificate", errors);
            }
            _ => {}
        }
    }

    /// A batch is written when it is full or when its time is up: one of both has to come.
    fn batches(&self, errors: &mut Errors) {
        let zero = |name: &str| self.get(name).and_then(Value::as_i64) == Some(0);
        if zero("batchSize") && zero("batchFlushIntervalSeconds") {
            let why = "with batchSize 0 too nothing is ever written".to_owned();
            let at = self.at.child("batchFlushIntervalSeconds");
            errors.push(at, Cause::Forbidden(why), "write how many seconds, or a batchSize");
        }
    }

    fn miss(&self, name: &str, remedy: &str, errors: &mut Errors) {
        errors.push(self.at.child(name), Cause::Required, remedy);
    }
}

/// A text in quotes, as far as it is short; not one with a scheme or a user, which may hold a
/// password.
pub(super) fn shown(text: &str) -> String {
    if text.contains('@') || text.contains("://") {
        return "a text".to_owned();
    }
    format!("{:?}", text.chars().take(60).collect::<String>())
}

/// Whether a text may be a schema of Avro. Whether it is one the processor finds out.
fn is_avro(text: &str) -> bool {
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => fields.contains_key("type"),
        Ok(Value::Array(items)) => !items.is_empty(),
        Ok(Value::String(name)) => !name.is_empty(),
        Ok(Value::Null | Value::Bool(_) | Value::Number(_)) | Err(_) => false,
    }
}
