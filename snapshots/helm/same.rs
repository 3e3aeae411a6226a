//! What the charts have in common with everything else that is handed out.

use std::fs;

use libtest_mimic::{Failed, Trial};
use serde_json::{Map, Value};
use sluicegate::{
    crd,
    helm::{CHARTS, Chart, check},
    install::{self, Install},
    kinds,
};
use sluicegate_core::systems::rivven::release;

use super::{documents, tool::helm};

/// What Helm adds to the labels, or to what is selected by.
const ADDED: &[&str] =
    &["app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "helm.sh/chart"];

pub(super) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("the operator's chart renders what kubectl applies", kubectl),
        Trial::test("values.yaml says what the types do", defaults),
        Trial::test("values.schema.json is a schema that values.yaml satisfies", schemas),
        Trial::test("a value that is taken away is missed in a sentence", taken_away),
        Trial::test("Chart.yaml tells the truth", truth),
    ]
}

fn kubectl() -> Result<(), Failed> {
    let namespace = install::NAMESPACE;
    let args = ["template", "sluicegate", "deploy/helm/sluicegate", "--namespace", namespace];
    let Some(answer) = helm(&args) else { return Ok(()) };
    let mut rendered = documents(&answer.fine()?)?;
    rendered.retain(|one| one["kind"] != "Job");
    rendered.iter_mut().for_each(plain);
    // By hand a definition has no label; in a release it is told whose it is.
    for one in rendered.iter_mut().filter(|one| one["kind"] == "CustomResourceDefinition") {
        one["metadata"].as_object_mut().map(|metadata| metadata.remove("labels"));
    }
    // Helm makes the namespace by --create-namespace.
    let home = |one: &Value| one["kind"] == "Namespace";
    let mut wanted = install::objects::all(&Install::default());
    wanted.retain(|one| !home(one));
    wanted.extend(kinds::all().iter().map(crd::definition));
    let name = |one: &Value| format!("{} {}", one["kind"], one["metadata"]["name"]);
    wanted.iter_mut().for_each(plain);
    rendered.sort_by_key(name);
    wanted.sort_by_key(name);
    let names = |all: &[Value]| all.iter().map(name).collect::<Vec<_>>();
    if names(&rendered) != names(&wanted) {
        return Err(format!("{:?}\n{:?}", names(&rendered), names(&wanted)).into());
    }
    for (one, other) in rendered.iter().zip(&wanted) {
        if one != other {
            return Err(format!("the chart has {one:#}, kubectl applies {other:#}").into());
        }
    }
    Ok(())
}

/// Takes out what Helm adds, wherever it stands, and writes whole numbers as such.
fn plain(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, _| !ADDED.contains(&key.as_str()));
            fields.values_mut().for_each(plain);
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        Value::Number(number) => {
            if let Some(whole) = number.as_f64().filter(|number| number.fract() == 0.0) {
                *value = Value::from(whole);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn defaults() -> Result<(), Failed> {
    for chart in CHARTS {
        let values = values(chart)?;
        if values != (chart.defaults)() {
            return Err(format!("{}: {values:#}", chart.name).into());
        }
        let errors = check::errors(chart, &values);
        if !errors.is_empty() {
            return Err(format!("{}: {errors}", chart.name).into());
        }
    }
    Ok(())
}

fn schemas() -> Result<(), Failed> {
    for chart in CHARTS {
        let text = fs::read_to_string(format!("deploy/helm/{}/values.schema.json", chart.name))?;
        let schema: Value = serde_json::from_str(&text)?;
        let validator = jsonschema::validator_for(&schema)?;
        let values = values(chart)?;
        if let Some(error) = validator.iter_errors(&values).next() {
            return Err(format!("{}: {error} at {}", chart.name, error.instance_path()).into());
        }
        open(&schema, chart.name, &mut Vec::new())?;
    }
    Ok(())
}

/// Whatever has names takes no other, but for what is shared and what is extra.
fn open(schema: &Value, name: &str, path: &mut Vec<String>) -> Result<(), Failed> {
    let nothing = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&nothing);
    if !properties.is_empty() && schema["additionalProperties"] != Value::Bool(false) {
        return Err(format!("{name}: {} takes any key", path.join(".")).into());
    }
    for (key, below) in properties {
        path.push(key.clone());
        open(below, name, path)?;
        path.pop();
    }
    Ok(())
}

/// `--set KEY=null` takes a value of the chart away: what remains is rendered, or refused by name.
fn taken_away() -> Result<(), Failed> {
    for chart in CHARTS {
        let folder = format!("deploy/helm/{}", chart.name);
        let mut keys = Vec::new();
        for (key, value) in (chart.defaults)().as_object().into_iter().flatten() {
            keys.push(key.clone());
            let below = value.as_object().into_iter().flatten();
            keys.extend(below.map(|(below, _)| format!("{key}.{}", below.replace('.', "\\."))));
        }
        for key in keys {
            let set = format!("{key}=null");
            let Some(answer) = helm(&["template", "sluicegate", &folder, "--set", &set]) else {
                return Ok(());
            };
            if !answer.ok && !answer.err.contains("missing propert") {
                return Err(format!("{}, {set}: {}", chart.name, answer.err).into());
            }
        }
    }
    Ok(())
}

fn truth() -> Result<(), Failed> {
    for chart in CHARTS {
        let about = read(&format!("deploy/helm/{}/Chart.yaml", chart.name))?;
        let version = match chart.name {
            "rivven" => release::newest().version,
            _ => env!("CARGO_PKG_VERSION"),
        };
        same("appVersion", &about["appVersion"], version)?;
        same("version", &about["version"], env!("CARGO_PKG_VERSION"))?;
        same("kubeVersion", &about["kubeVersion"], ">=1.33.0-0")?;
    }
    let about = read("deploy/helm/sluicegate/Chart.yaml")?;
    let note = |name: &str| {
        let text = about["annotations"][format!("artifacthub.io/{name}")].as_str();
        documents(text.unwrap_or_default()).map(|all| all.into_iter().next().unwrap_or_default())
    };
    same("images", &note("images")?[0]["image"], install::IMAGE)?;
    let told = note("crds")?;
    let told = told.as_array().into_iter().flatten().map(|one| &one["name"]);
    let told: Vec<&str> = told.filter_map(Value::as_str).collect();
    let kinds = kinds::all();
    let there: Vec<&str> =
        kinds.iter().filter_map(|kind| kind.crd.metadata.name.as_deref()).collect();
    if told != there {
        return Err(format!("Chart.yaml names {told:?}, and there are {there:?}").into());
    }
    let examples = note("crdsExamples")?;
    for example in examples.as_array().into_iter().flatten() {
        let kind = kinds::named(kinds, example["kind"].as_str().unwrap_or_default());
        (kind.ok_or("no such kind")?.check)(example).map_err(|errors| errors.to_string())?;
    }
    Ok(())
}

fn same(what: &str, told: &Value, is: &str) -> Result<(), Failed> {
    if told == is { Ok(()) } else { Err(format!("{what} is {is}, and it says {told}").into()) }
}

fn values(chart: &Chart) -> Result<Value, Failed> {
    read(&format!("deploy/helm/{}/values.yaml", chart.name))
}

fn read(path: &str) -> Result<Value, Failed> {
    let documents = documents(&fs::read_to_string(path)?)?;
    Ok(documents.into_iter().next().unwrap_or_default())
}
