//! What transformations make of records: every case of `fixtures/dataflow/transform/*.yaml`.

use std::fs;

use serde_json::Value;
use sluicegate_core::{
    field::Path,
    systems::dataflow::pipeline::{NAMES, Pipeline, Record},
};
use sluicegate_effects::yaml;

#[path = "common/files.rs"]
mod files;

use files::{below, root};

/// Each list of transformations, with its cases, and where it stands.
fn tables() -> Vec<(String, Vec<Value>, Vec<Value>)> {
    let mut tables = Vec::new();
    for path in below(&root().join("fixtures/dataflow/transform"), "yaml") {
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("it can be read");
        for document in yaml::parse_own(&name, &text).expect("it is YAML") {
            for table in document.into_value().as_array().expect("it is a list") {
                let list = |key: &str| table[key].as_array().cloned().unwrap_or_default();
                tables.push((name.clone(), list("transformations"), list("cases")));
            }
        }
    }
    tables
}

/// What becomes of the record of a case: what it is written as and where it goes, or why it does
/// not go on.
fn made(pipeline: &Pipeline, case: &Value) -> Result<Vec<(String, Option<u64>)>, &'static str> {
    let now = "2026-03-04T05:06:07.08091Z".parse().expect("it is a time");
    let record = Record::read(case["in"].as_str().expect("it is a text").as_bytes().to_vec());
    let records = pipeline.run(now, record).map_err(|fault| fault.why)?;
    let one = |record: Record| {
        let text = String::from_utf8(record.write()).expect("it is a text");
        (text, record.route.and_then(|route| route.try_into().ok()))
    };
    Ok(records.into_iter().map(one).collect())
}

#[test]
fn each_case_comes_out_as_it_is_written() {
    let mut count = 0;
    for (name, transformations, cases) in tables() {
        let at = Path::dotted("transformations");
        let pipeline = Pipeline::compile(&transformations, &at);
        let pipeline = pipeline.unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        assert!(!cases.is_empty(), "{name} has no case");
        for case in cases {
            count += 1;
            let made = made(&pipeline, &case);
            if let Some(fault) = case["fault"].as_str() {
                let why = made.expect_err(&format!("{name}: {case}"));
                assert!(why.contains(fault), "{name}: {case}: {why}");
                continue;
            }
            let made = made.unwrap_or_else(|why| panic!("{name}: {case}: {why}"));
            let out: Vec<&str> = made.iter().map(|(text, _)| text.as_str()).collect();
            assert_eq!(Value::from(out), case["out"], "{name}: {case}");
            let routes: Vec<Option<u64>> = made.iter().map(|(_, route)| *route).collect();
            let wanted = case.get("routes").cloned();
            let nowhere = || Value::from(vec![Value::Null; routes.len()]);
            assert_eq!(serde_json::json!(routes), wanted.unwrap_or_else(nowhere), "{name}: {case}");
        }
    }
    assert!(count >= NAMES.len() * 3, "only {count} cases were found");
}

#[test]
fn every_transformation_has_cases() {
    let all = tables();
    for name in NAMES {
        let has = |transformations: &[Value]| transformations.iter().any(|one| one["type"] == name);
        assert!(all.iter().any(|(_, transformations, _)| has(transformations)), "{name} has none");
    }
}
