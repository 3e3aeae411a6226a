//! `validate --values`: everything wrong with the values of a chart, with file, line and remedy.
//! Helm itself names a key that it does not know, but neither its line nor the one that was meant.

use std::cmp::Ordering;

use serde_json::Value;
use sluicegate_core::field::{Cause, Errors, Path};
use sluicegate_effects::{
    file::{Problem, Source},
    yaml::{self, Document},
};

use super::{
    CHARTS,
    chart::Chart,
    given::{over_defaults, take_out, without_nulls},
    schema,
};
use crate::validate::{Checked, trapped};

/// The chart that values are of, and what is wrong with them. Without a chart: the one that knows
/// most of what stands at their top.
pub fn file(chart: Option<&'static Chart>, source: &Source) -> (&'static Chart, Checked) {
    let name = &source.name;
    let mut checked = Checked::default();
    let documents = match yaml::parse(name, &source.text) {
        Ok(documents) => documents,
        Err(error) => {
            checked.errors.push(error.into());
            return (chart.unwrap_or(&CHARTS[0]), checked);
        }
    };
    if let Some(second) = documents.get(1) {
        let (what, remedy) = ("Helm reads the first document only", "leave the others out");
        checked.errors.push(problem(name, second, &Path::default(), what, remedy));
    }
    // Without a document nothing is said, and nothing is wrong.
    let Some(document) = documents.first() else {
        return (chart.unwrap_or(&CHARTS[0]), checked);
    };
    let chart = chart.unwrap_or_else(|| {
        let (chart, other) = likeliest(&document.value);
        if let Some(other) = other {
            let what = format!("taken for values of {}; {} has such, too", chart.name, other.name);
            let remedy = format!("say --chart {} if they are its", other.name);
            checked.notes.push(problem(name, document, &Path::default(), &what, &remedy));
        }
        chart
    });
    document.traps().iter().for_each(|trap| trapped(name, trap, &mut checked));
    let errors = errors(chart, &document.value);
    for error in errors.iter() {
        let said = document.misleads(&error.path);
        let problem = problem(name, document, &error.path, &error.cause.to_string(), &error.remedy);
        if !said && !checked.errors.contains(&problem) {
            checked.errors.push(problem);
        }
    }
    checked.errors.sort_by_key(|problem| problem.line);
    (chart, checked)
}

/// Everything wrong with values.
pub fn errors(chart: &Chart, values: &Value) -> Errors {
    let mut errors = Errors::default();
    let root = Path::default();
    let Value::Object(given) = values else {
        let cause = Cause::Type("no values".to_owned(), "an object".to_owned());
        errors.push(root, cause, "write `key: value`, each on a line of its own");
        return errors;
    };
    let mut values = without_nulls(given);
    for (path, remedy) in chart.refused {
        if take_out(&mut values, path) {
            let why = "this chart does not take it".to_owned();
            errors.push(Path::dotted(path), Cause::Forbidden(why), *remedy);
        }
    }
    let schema = schema::compiled((chart.raw)());
    errors.extend(schema.unknown(&root, &values));
    schema.check(&root, &values, &mut errors);
    if !errors.is_empty() {
        return errors;
    }
    match (chart.judge)(over_defaults(chart, &values)) {
        Ok(more) => errors.extend(more),
        Err(error) => {
            let must = format!("it does not decode: {error}");
            let cause = Cause::Invalid("values".to_owned(), must);
            errors.push(root, cause, format!("compare them with values.yaml of {}", chart.name));
        }
    }
    errors
}

/// The chart that knows most of the keys, and another that knows as many.
fn likeliest(values: &Value) -> (&'static Chart, Option<&'static Chart>) {
    let known = |chart: &Chart| {
        let schema = (chart.raw)();
        let keys = values.as_object().into_iter().flatten().map(|(key, _)| key);
        keys.filter(|key| schema["properties"].get(key.as_str()).is_some()).count()
    };
    let (mut best, mut other) = (&CHARTS[0], None);
    for chart in &CHARTS[1..] {
        match known(chart).cmp(&known(best)) {
            Ordering::Greater => (best, other) = (chart, None),
            Ordering::Equal => other = Some(chart),
            Ordering::Less => {}
        }
    }
    (best, other)
}

fn problem(name: &str, document: &Document, path: &Path, what: &str, remedy: &str) -> Problem {
    Problem {
        file: name.to_owned(),
        line: document.line(path).unwrap_or(1),
        path: path.to_string(),
        what: what.to_owned(),
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (&'static str, Vec<String>) {
        let source = Source { name: "v.yaml".to_owned(), text: text.to_owned() };
        let (chart, checked) = file(None, &source);
        (chart.name, checked.errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn values_are_of_the_chart_that_knows_more_of_them() {
        let table = [
            ("cluster: { replicas: 1 }\nimage: {}", "rivven"),
            ("replicaCount: 2\nimage: {}", "sluicegate"),
            ("image: {}", "sluicegate"),
            ("", "sluicegate"),
        ];
        for (text, chart) in table {
            assert_eq!(of(text), (chart, Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_has_its_line_and_its_remedy() {
        let table = [
            ("- a", "v.yaml:1: ", "key: value"),
            ("replicaCount: 1\n---\na: b", "v.yaml:3: ", "leave the others out"),
            ("image:\n  tga: a", "v.yaml:2: ", "did you mean `tag`?"),
            ("replicaCount: [", "v.yaml:", ""),
            ("operator:\n  logLevel: on", "v.yaml:2: ", "\"on\""),
        ];
        for (text, place, remedy) in table {
            let (_, errors) = of(text);
            let [error] = errors.as_slice() else { panic!("{text}: {errors:?}") };
            assert!(error.starts_with(place) && error.contains(remedy), "{error}");
        }
    }

    #[test]
    fn a_null_takes_away_and_is_not_wrong() {
        assert_eq!(of("resources: { limits: null }\nreplicaCount: null").1, Vec::<String>::new());
    }

    #[test]
    fn what_is_refused_and_switched_off_is_not_wrong() {
        assert_eq!(of("webhook: { enabled: false }\nreplicaCount: 1").1, Vec::<String>::new());
        assert_eq!(of("webhook: { port: 9443 }\nreplicaCount: 1").1.len(), 1);
    }
}
