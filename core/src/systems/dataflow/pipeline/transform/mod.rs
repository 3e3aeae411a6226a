//! What is done to records on their way: the nine transformations, each in a file of its own.

use k8s_openapi::jiff::Timestamp;
use serde_json::{Map, Value};

use self::{
    filter::Filter, flatten::Flatten, mask::Mask, remove::Remove, rename::Rename, router::Router,
    select::Select, timestamp::Stamp,
};
use super::{Record, Route};
use crate::field::{Errors, Path};

mod config;
mod filter;
mod flatten;
mod mask;
mod remove;
mod rename;
mod router;
mod select;
mod timestamp;

use config::Config;

/// What they are called, in the order of the documentation.
pub const NAMES: [&str; 9] = [
    "timestamp",
    "flatten",
    "filter",
    "mask",
    "router",
    "select",
    "remove",
    "snakeCase",
    "camelCase",
];

/// A transformation that was checked.
#[derive(Clone, Debug)]
pub(super) enum Transform {
    Timestamp(Stamp),
    Flatten(Flatten),
    Filter(Filter),
    Mask(Mask),
    Router(Router),
    Select(Select),
    Remove(Remove),
    Rename(Rename),
}

impl Transform {
    /// Reads one. What is wrong with it is added to the errors. Routes are counted on from those of
    /// the routers before it.
    pub(super) fn of(
        kind: &str,
        (at, config): (&Path, &Map<String, Value>),
        routes: &mut Vec<Route>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let mut config = Config::new(at, config, errors);
        let read = match kind {
            "timestamp" => Stamp::of(&mut config).map(Self::Timestamp),
            "flatten" => Flatten::of(&mut config).map(Self::Flatten),
            "filter" => Filter::of(&mut config).map(Self::Filter),
            "mask" => Mask::of(&mut config).map(Self::Mask),
            "router" => Router::of(&mut config, routes).map(Self::Router),
            "select" => Select::of(&mut config).map(Self::Select),
            "remove" => Remove::of(&mut config).map(Self::Remove),
            "snakeCase" => Rename::snake(&mut config).map(Self::Rename),
            "camelCase" => Rename::pascal(&mut config).map(Self::Rename),
            _ => return None,
        };
        config.done(kind);
        read
    }

    /// What becomes of a record: none, one or several.
    ///
    /// # Errors
    ///
    /// If it cannot be done and the record must not go on as it is.
    pub(super) fn apply(
        &self,
        now: Timestamp,
        record: Record,
    ) -> Result<Vec<Record>, &'static str> {
        match self {
            Self::Timestamp(stamp) => Ok(vec![stamp.apply(now, record)]),
            Self::Flatten(flatten) => Ok(flatten.apply(record)),
            Self::Filter(filter) => Ok(filter.apply(record).into_iter().collect()),
            Self::Mask(mask) => mask.apply(record).map(|record| vec![record]),
            Self::Router(router) => Ok(vec![router.apply(record)]),
            Self::Select(select) => Ok(select.apply(&record).into_iter().collect()),
            Self::Remove(remove) => Ok(vec![remove.apply(record)]),
            Self::Rename(rename) => Ok(vec![rename.apply(record)]),
        }
    }
}
