//! What is judged: every resource of the files, and every field of the examples at every boundary.
//!
//! Here once, so that what our judges agree about and what a real API server is asked are the same.

use serde_json::Value;
use sluicegate_core::{kind::Kind, observed::Api};

use crate::{
    examples,
    judges::Judges,
    resources,
    shares::in_shares,
    tricky::{self, Mutation},
};

/// A resource to judge.
#[derive(Clone)]
pub(crate) struct Case {
    /// Where it is from.
    pub name: String,
    /// As it is to be.
    pub new: Value,
    /// As it was before, where it was there.
    pub old: Option<Value>,
}

/// Every resource of a kind in the fixtures and examples.
pub(crate) fn files<K: Kind>() -> Vec<Case> {
    let api = Api::of::<K::Resource>();
    // One of the seeds is of another group: it is nobody's here.
    let of_kind = |new: &Value| new["kind"] == *api.kind && new["apiVersion"] == api.api_version();
    let all = resources::all().into_iter().filter(|(_, new, _)| of_kind(new));
    all.map(|(name, new, old)| Case { name, new, old }).collect()
}

/// Every field at every boundary, in the least that has it and in the least there can be; what is
/// valid also the other way round.
pub(crate) fn boundaries<K: Kind>(judges: &Judges) -> Vec<Case> {
    let (least, all) = (examples::least::<K>(), examples::full::<K>());
    let example = |new: &Value| Case { name: "the example".into(), new: new.clone(), old: None };
    let mut cases: Vec<Case> = all.iter().map(example).collect();
    let of = |mutation: &Mutation| {
        let name = mutation.to_string();
        let mut bases: Vec<Value> = all.iter().map(|full| mutation.base(&least, full)).collect();
        bases.push(least.clone());
        bases.dedup();
        let mut cases = Vec::new();
        for base in bases {
            let Some(new) = mutation.applied(&base) else { continue };
            let back = judges.ours::<K>(&new, None).is_empty();
            let back = back.then(|| (base.clone(), Some(new.clone())));
            cases.push(Case { name: name.clone(), new, old: Some(base) });
            cases.extend(back.map(|(new, old)| Case { name: name.clone(), new, old }));
        }
        cases
    };
    let mutations = tricky::mutations::<K>();
    let shares = in_shares(&mutations, |share| share.iter().flat_map(of).collect::<Vec<_>>());
    cases.extend(shares.into_iter().flatten());
    cases
}
