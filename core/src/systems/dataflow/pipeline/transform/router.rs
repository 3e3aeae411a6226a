//! `router`: where records go that meet a condition.

use serde_json::Value;

use super::config::Config;
use crate::{
    field::Cause,
    systems::dataflow::pipeline::{Record, Route, condition::Condition},
};

/// Sends what meets a condition to a sink of its own; the first that is met counts. All else goes
/// on as it went.
#[derive(Clone, Debug)]
pub(in super::super) struct Router {
    routes: Vec<(Condition, usize)>,
}

impl Router {
    pub(super) fn of(config: &mut Config<'_, '_>, all: &mut Vec<Route>) -> Option<Self> {
        let remedy = "write at least one route, with a condition and a sink";
        let given = config.objects("routes", remedy)?;
        let count = given.len();
        let mut routes: Vec<(Condition, usize)> = Vec::new();
        for (path, fields) in given {
            let mut route = Config::new(&path, fields, config.errors());
            let remedy = "write a path, or path == 'text'";
            let condition = route.read("condition", remedy, Condition::parse);
            let sink = route.object("sink", "write the type of the sink and its config");
            route.done("a route");
            if let Some(sink) = sink {
                let condition = fields.get("condition").and_then(Value::as_str).unwrap_or_default();
                all.push(Route {
                    condition: condition.to_owned(),
                    at: path.child("sink"),
                    sink: Value::Object(sink.clone()),
                });
            }
            let (Some(condition), Some(_)) = (condition, sink) else { continue };
            if routes.iter().any(|(other, _)| *other == condition) {
                let cause = Cause::Duplicate("a route before it has this condition".to_owned());
                let remedy = "write one route for a condition: the first would have all records";
                config.errors().push(path.child("condition"), cause, remedy);
                continue;
            }
            routes.push((condition, all.len() - 1));
        }
        (routes.len() == count).then_some(Self { routes })
    }

    pub(super) fn apply(&self, record: Record) -> Record {
        let met = record.document().and_then(|document| {
            self.routes.iter().find(|(condition, _)| condition.holds(document))
        });
        match met {
            Some((_, route)) => Record { route: Some(*route), ..record },
            None => record,
        }
    }
}
