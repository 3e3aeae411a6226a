//! The connectors of a RivvenConnect: each held against the catalogue, as it stands in the worker's
//! file, and what keeps it out of there.

use std::collections::{BTreeMap, BTreeSet};

use kube_core::ResourceExt as _;
use serde_json::{Map, Value, json};

use super::{
    api::{RivvenConnect, RivvenConnectSpec},
    catalogue,
    doubts::unlisted,
    secrets::{Variable, files, folder, variables},
    written::{self, Written},
};
use crate::{
    connector::{
        Connector, Given, Lost, Node, Object, Program, Role, Settled, settle, settle_unlisted,
        write_fields,
    },
    digest::digest,
    doubt::Doubt,
    field::{Cause, Errors, Path},
    inert::Idle,
    observed::Ref,
    rule::Rule,
    systems::rivven::rules,
};

/// A connector that was checked.
#[derive(Clone, Debug)]
pub(super) struct Wired {
    pub(super) role: Role,
    pub(super) name: String,
    /// Which connector it is, as users call it.
    pub(super) kind: String,
    pub(super) enabled: bool,
    /// That the catalogue does not have it, if so.
    pub(super) unlisted: Option<Doubt>,
    /// Whether it begins where its source is just then whenever its worker starts: what has changed
    /// since it ended is lost.
    pub(super) forgets: bool,
    /// Whether it comes to an end by itself: a source that makes so many records and no more.
    pub(super) ends: bool,
    /// The topics of a sink, if any of them stands for several.
    pub(super) patterns: Vec<String>,
    /// The topics that it does not make and cannot do without.
    pub(super) wants: Vec<String>,
    /// The topic that a source makes where there is none, with so many partitions.
    pub(super) makes: Option<(String, u32)>,
    /// What keeps it from starting.
    pub(super) held: Vec<Held>,
    /// What has no effect.
    pub(super) ignored: Vec<Idle>,
    /// What stands of it in the file, by its name.
    pub(super) entry: Object,
    /// What the worker is told of its Secret.
    pub(super) variables: Vec<Variable>,
    /// Its Secret and the keys of it that are files, if there are any.
    pub(super) files: Option<(String, Vec<String>)>,
}

/// Why a connector is not started.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Held {
    pub(super) rule: &'static Rule,
    pub(super) path: Path,
    pub(super) why: String,
}

impl Wired {
    /// Whether it is to run.
    pub(super) fn runs(&self) -> bool {
        self.enabled && self.held.is_empty()
    }

    /// What it does, and for which cluster, as a digest: the same for as long as it does the same.
    pub(super) fn run(&self, cluster: &Ref) -> String {
        let mut entry = String::new();
        write_fields(&self.entry, 0, &mut entry);
        digest(&json!([cluster.namespace, cluster.name, self.name, entry]))
    }
}

/// The connectors of a resource that need not be valid. What is wrong with any is added to the
/// errors, under its rule.
pub(super) fn wired(connect: &RivvenConnect, errors: &mut Errors) -> Vec<Wired> {
    let (namespace, name) = (connect.namespace().unwrap_or_default(), connect.name_any());
    let mut found = Errors::default();
    let all = wire(&connect.spec, (&namespace, &name), &mut found);
    for error in found {
        errors.push(error.path, error.cause, format!("CON-07: {}", error.remedy));
    }
    all
}

fn wire(
    spec: &RivvenConnectSpec,
    (namespace, resource): (&str, &str),
    errors: &mut Errors,
) -> Vec<Wired> {
    let mut all = Vec::new();
    let mut taken = BTreeSet::new();
    let sources = spec.sources.iter().flatten().enumerate();
    for (index, source) in sources {
        let written = written::source(source, index);
        let frame = written::source_frame(source);
        let mut wired = one(&written, frame, (namespace, resource), &mut taken, errors);
        match written::made(source, spec.settings.as_ref()) {
            Some(partitions) => wired.makes = Some((source.topic.clone(), partitions)),
            None => wired.wants.push(source.topic.clone()),
        }
        all.push(wired);
    }
    for (index, sink) in spec.sinks.iter().flatten().enumerate() {
        let written = written::sink(sink, index);
        let frame = written::sink_frame(sink);
        let mut wired = one(&written, frame, (namespace, resource), &mut taken, errors);
        // A name among patterns is a pattern that stands for itself.
        match sink.topics.iter().any(|topic| topic.contains(['*', '?'])) {
            true => wired.patterns.clone_from(&sink.topics),
            false => wired.wants.clone_from(&sink.topics),
        }
        all.push(wired);
    }
    all
}

fn one(
    written: &Written<'_>,
    mut entry: Object,
    place: (&str, &str),
    taken: &mut BTreeSet<String>,
    errors: &mut Errors,
) -> Wired {
    let known = catalogue::find(written.role, written.connector);
    let settled = settled(written, known, place, errors);
    let forgets = forgets(written, &settled.config);
    // Of a connector that no table has nothing is known of its keys.
    let ends = known.is_some_and(|known| known.role == Role::Source)
        && settled.config.get("max_events").is_some_and(|most| *most != Node::whole(0));
    let config = Node::Map(settled.config);
    let variables = variables(written, &config, taken, errors);
    let files = files(written, &config, errors);
    let names: BTreeMap<&str, &str> =
        variables.iter().map(|one| (one.key.as_str(), one.name.as_str())).collect();
    let named = |key: &str| names.get(key).copied().unwrap_or_default().to_owned();
    let mut ignored: Vec<Idle> = settled.ignored.into_iter().map(idle).collect();
    // What is held back as a secret refers to nothing, though a key may well be written in it.
    if settled.literal.is_empty()
        && variables.is_empty()
        && files.is_none()
        && written.secret.is_some()
    {
        let why = "nothing of the connector refers to a key of it: write ${secret:KEY} where one \
                   is wanted.";
        ignored.push(Idle { path: written.at.child("configSecretRef"), why: why.into() });
    }
    let program = match known.map(|known| known.program) {
        Some(Program::Reads(name)) => name,
        _ => written.connector,
    };
    entry.insert("connector".to_owned(), Node::text(program));
    let mut held: Vec<Held> = settled.lacking.into_iter().map(lacking).collect();
    held.extend(settled.literal.into_iter().map(literal));
    entry.insert("config".to_owned(), config.resolved(&folder(written.name), &named));
    Wired {
        role: written.role,
        name: written.name.to_owned(),
        kind: written.connector.to_owned(),
        enabled: written.enabled != Some(false),
        unlisted: known.is_none().then(|| unlisted(written)),
        forgets,
        ends,
        patterns: Vec::new(),
        wants: Vec::new(),
        makes: None,
        held,
        ignored,
        entry,
        variables,
        files,
    }
}

fn settled(
    written: &Written<'_>,
    known: Option<&'static Connector>,
    place: (&str, &str),
    errors: &mut Errors,
) -> Settled {
    let own = known.and_then(|known| known.block);
    let mut block = None;
    for (name, keys) in &written.blocks {
        if own == Some(*name) {
            block = Some((*name, &keys.0));
        } else if !keys.0.is_empty() {
            let why = format!("it has the keys of another connector than {}", written.connector);
            let remedy = "write the keys below config, or name the connector that they belong to";
            errors.push(written.at.child(name), Cause::Forbidden(why), remedy);
        }
    }
    let none = Map::new();
    let given = Given {
        at: &written.at,
        config: Some(written.config.map_or(&none, |keys| &keys.0)),
        block,
        beside: &written.beside,
        secret: written.secret.is_some(),
    };
    let Some(known) = known else {
        return settle_unlisted(&given);
    };
    let mut settled = settle(known, &given);
    derive(known, written, place, &mut settled.config);
    errors.extend(std::mem::take(&mut settled.errors));
    settled
}

/// See [`Wired::forgets`]. Seen with MariaDB 10.11: of three rows, the one that was written while
/// the worker was away never came; from a file of the log all came, at each start again.
fn forgets(written: &Written<'_>, config: &Object) -> bool {
    (written.role, written.connector) == (Role::Source, "mysql-cdc") && !begins_somewhere(config)
}

/// Whether a mysql-cdc is told where in the log to begin. What is empty the program ignores, and a
/// set of GTIDs unless it is told to use them.
fn begins_somewhere(config: &Object) -> bool {
    let says = |key: &str| match config.get(key) {
        // A variable may be empty.
        Some(Node::Text(text)) => !text.is_empty() && !text.contains("${"),
        Some(_) => true,
        None => false,
    };
    let by_gtid = config.get("use_gtid") == Some(&Node::Bool(true)) && says("gtid_set");
    says("binlog_filename") || by_gtid
}

/// What is left out and must not be the same for everybody: the program has one slot, one
/// publication and one number of a replica for all of its workers.
fn derive(
    known: &Connector,
    written: &Written<'_>,
    (namespace, resource): (&str, &str),
    config: &mut Object,
) {
    let hex = || {
        let whole = format!("{namespace}/{resource}/{}", written.name);
        let mut digest = digest(&Value::from(whole));
        digest.truncate(8);
        digest
    };
    let name = || {
        let words =
            format!("rivven_{namespace}_{resource}_{}", written.name).replace(['-', '.'], "_");
        let words: String = words.chars().take(63 - 9).collect();
        Node::text(format!("{words}_{}", hex()))
    };
    match known.name {
        "postgres-cdc" => {
            config.entry("slot_name".to_owned()).or_insert_with(name);
            config.entry("publication_name".to_owned()).or_insert_with(name);
        }
        "mysql-cdc" => {
            // 0 is no number of a replica.
            let number = || u32::from_str_radix(&hex(), 16).unwrap_or(1).max(1);
            config.entry("server_id".to_owned()).or_insert_with(|| Node::whole(number()));
        }
        _ => {}
    }
}

fn idle(lost: Lost) -> Idle {
    Idle { path: lost.path, why: format!("{}.", lost.why).into() }
}

fn lacking(lost: Lost) -> Held {
    Held { rule: &rules::CON_53, path: lost.path, why: lost.why }
}

fn literal(path: Path) -> Held {
    Held { rule: &rules::CON_54, path, why: "the secret is written down".to_owned() }
}
