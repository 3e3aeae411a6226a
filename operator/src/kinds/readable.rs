//! A resource with fields that do not decode, made one that does: so that its other fields are
//! judged in the same round, and people mend a file once.

use serde_json::{Value, json};
use sluicegate_core::field::{Cause, Error, Errors, Path, Segment};

/// A resource without what is wrong with it, and what was taken out.
pub(super) struct Readable {
    pub(super) value: Value,
    out: Vec<Vec<Segment>>,
}

impl Readable {
    /// Takes out the fields that these errors are about, or writes what was meant where that is
    /// plain: a number in quotes. `every` takes out those too that are of the right type.
    pub(super) fn of(resource: &Value, errors: &Errors, every: bool) -> Self {
        let mut own = Self { value: resource.clone(), out: Vec::new() };
        for error in errors.iter().filter(|error| every || unreadable(error)) {
            own.take_out(error);
        }
        own
    }

    /// Whether an error is about something else than what was taken out.
    pub(super) fn concerns(&self, error: &Error) -> bool {
        let at = error.path.segments();
        !self.out.iter().any(|out| at.starts_with(out) || out.starts_with(at))
    }

    fn take_out(&mut self, error: &Error) {
        let path = error.path.segments();
        let meant = self.value.pointer_mut(&error.path.pointer());
        if let (Cause::Type(_, wanted), Some(value)) = (&error.cause, meant)
            && let Some(meant) = meant_by(value, wanted)
        {
            *value = meant;
            return;
        }
        // Items have no place without those before them, so their list goes; what lacks a field
        // goes as a whole.
        let list = path.iter().position(|step| matches!(step, Segment::Index(_)));
        let end = match error.cause {
            Cause::Required => path.len().saturating_sub(1),
            Cause::Invalid(..)
            | Cause::Type(..)
            | Cause::NotSupported(..)
            | Cause::Duplicate(_)
            | Cause::Forbidden(_)
            | Cause::Unknown => path.len(),
        };
        let out = &path[..list.unwrap_or(end).min(end)];
        let Some((Segment::Key(key), parent)) = out.split_last() else { return };
        let parent: Path = parent.iter().cloned().collect();
        if let Some(Value::Object(fields)) = self.value.pointer_mut(&parent.pointer()) {
            fields.remove(key);
        }
        self.out.push(out.to_vec());
    }
}

/// Whether a field with such an error does not decode.
fn unreadable(error: &Error) -> bool {
    matches!(error.cause, Cause::Type(..) | Cause::Required | Cause::NotSupported(..))
}

/// What a value of another type stands for.
fn meant_by(value: &Value, wanted: &str) -> Option<Value> {
    let text = match value {
        Value::String(text) => text.trim().to_lowercase(),
        Value::Number(number) if wanted == "a string" => return Some(json!(number.to_string())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            return None;
        }
    };
    match (wanted, text.as_str()) {
        ("an integer", digits) => digits.parse::<i64>().ok().map(|number| json!(number)),
        ("a boolean", "true" | "yes" | "y" | "on") => Some(json!(true)),
        ("a boolean", "false" | "no" | "n" | "off") => Some(json!(false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_taken_out_or_read_as_it_was_meant() {
        let resource = json!({ "spec": {
            "replicas": "3", "tls": { "enabled": "maybe" }, "env": [{ "value": "a" }], "image": "a",
        } });
        let mut errors = Errors::default();
        let typed = |wanted: &str| Cause::Type("string".to_owned(), wanted.to_owned());
        errors.push(Path::dotted("spec.replicas"), typed("an integer"), "x");
        errors.push(Path::dotted("spec.tls.enabled"), typed("a boolean"), "x");
        let env = Path::dotted("spec.env");
        errors.push(env.index(0).child("name"), Cause::Required, "x");
        let readable = Readable::of(&resource, &errors, false);
        assert_eq!(readable.value["spec"], json!({ "replicas": 3, "tls": {}, "image": "a" }));
        let about = |path: Path| Error { path, cause: Cause::Required, remedy: String::new() };
        assert!(!readable.concerns(&about(env)));
        assert!(!readable.concerns(&about(Path::dotted("spec.tls"))));
        assert!(readable.concerns(&about(Path::dotted("spec.replicas"))));
    }
}
