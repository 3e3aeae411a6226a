//! The audit log: every request that reached the API server, and who sent it. What the operator
//! says it did is not asked; what was asked of the server is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

/// A request that was answered, or a watch that was opened.
#[derive(Clone)]
pub(crate) struct Entry {
    /// When it came.
    pub(crate) at: Timestamp,
    /// When it was answered.
    pub(crate) answered: Timestamp,
    /// As Kubernetes calls it: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`.
    pub(crate) verb: String,
    /// The group of what it was about; empty for the core group.
    pub(crate) group: String,
    /// Of what, in the plural.
    pub(crate) resource: String,
    /// Such as `status` or `eviction`.
    pub(crate) subresource: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// The HTTP status.
    pub(crate) code: u64,
    /// Whether whoever asked had no right to.
    pub(crate) forbidden: bool,
    /// Whether it only asked what would be.
    pub(crate) dry: bool,
    /// What was sent.
    pub(crate) body: Value,
}

/// What an entry is to those who count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The lease, in any way.
    Lease,
    /// A question about oneself.
    Own,
    /// An event, told.
    Event,
    /// A write that was only judged.
    Dry,
    /// A write.
    Write,
    /// A watch.
    Watch,
    /// A look at one object or at many.
    Read,
}

impl Entry {
    /// What it is to those who count.
    pub(crate) fn class(&self) -> Class {
        let reads = matches!(&*self.verb, "get" | "list");
        match &*self.resource {
            "leases" => Class::Lease,
            "selfsubjectreviews" | "selfsubjectaccessreviews" | "selfsubjectrulesreviews" => {
                Class::Own
            }
            _ if self.verb == "watch" => Class::Watch,
            _ if reads => Class::Read,
            "events" => Class::Event,
            _ if self.dry => Class::Dry,
            _ => Class::Write,
        }
    }

    /// Whether it was done.
    pub(crate) fn done(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Such as `patch statefulsets/rivven-small`, `create pods/rivven-small-0/eviction`.
    pub(crate) fn what(&self) -> String {
        let mut what = format!("{} {}/{}", self.verb, self.resource, self.name);
        if !self.subresource.is_empty() {
            what += &format!("/{}", self.subresource);
        }
        what
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dry = if self.dry { " (dry)" } else { "" };
        write!(f, "{} {}{dry} -> {}", self.at, self.what(), self.code)
    }
}

/// The log of one control plane, read as it grows.
pub(crate) struct Audit {
    path: PathBuf,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    offset: u64,
    /// What of the last line was there.
    rest: Vec<u8>,
    users: BTreeMap<String, Vec<Arc<Entry>>>,
    /// The groups that each of them is in.
    groups: BTreeMap<String, BTreeSet<String>>,
    /// Watches that were told when they began.
    begun: BTreeSet<String>,
}

impl Audit {
    pub(crate) fn of(path: PathBuf) -> Self {
        Self { path, read: Mutex::default() }
    }

    /// Every request of a user so far, in the order in which they came.
    pub(crate) fn of_user(&self, user: &str) -> Vec<Arc<Entry>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.more(&self.path);
        let mut entries = read.users.get(user).cloned().unwrap_or_default();
        entries.sort_by_key(|entry| entry.at);
        entries
    }

    /// Everybody who asked for anything so far, with the groups that each is in.
    pub(crate) fn users(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.more(&self.path);
        read.groups.clone()
    }
}

impl Read {
    fn more(&mut self, path: &PathBuf) {
        let mut file = File::open(path).expect("the API server writes it");
        file.seek(SeekFrom::Start(self.offset)).expect("it is a file");
        let mut bytes = std::mem::take(&mut self.rest);
        let before = bytes.len();
        file.read_to_end(&mut bytes).expect("it can be read");
        self.offset += (bytes.len() - before) as u64;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.rest = bytes.split_off(whole);
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let event = serde_json::from_slice(line).expect("a line of the log is JSON");
            self.event(event);
        }
    }

    fn event(&mut self, mut event: Value) {
        let Some((user, groups)) = user(&event) else { return };
        let id = event["auditID"].as_str().unwrap_or_default().to_owned();
        // A watch is told twice: when it begins, and when it ends.
        match event["stage"].as_str() {
            Some("ResponseStarted") => drop(self.begun.insert(id)),
            _ if self.begun.remove(&id) => return,
            _ => {}
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let time = |value: &Value| text(value).parse().expect("a time");
        let uri = text(&event["requestURI"]);
        let body = event["requestObject"].take();
        let of = &event["objectRef"];
        let name = match text(&of["name"]) {
            // What is created is named in the body alone.
            name if name.is_empty() => text(&body["metadata"]["name"]),
            name => name,
        };
        let entry = Entry {
            at: time(&event["requestReceivedTimestamp"]),
            answered: time(&event["stageTimestamp"]),
            verb: text(&event["verb"]),
            group: text(&of["apiGroup"]),
            resource: text(&of["resource"]),
            subresource: text(&of["subresource"]),
            namespace: text(&of["namespace"]),
            name,
            code: event["responseStatus"]["code"].as_u64().unwrap_or_default(),
            forbidden: event["annotations"]["authorization.k8s.io/decision"] == "forbid",
            dry: uri.contains("dryRun=All") || body["dryRun"].is_array(),
            body,
        };
        self.groups.entry(user.clone()).or_default().extend(groups);
        self.users.entry(user).or_default().push(Arc::new(entry));
    }
}

/// Who is under test, with the groups: whoever is impersonated, or an account with its token.
fn user(event: &Value) -> Option<(String, Vec<String>)> {
    let name = |of: &Value| of["username"].as_str().map(str::to_owned);
    let account = |name: &String| name.starts_with("system:serviceaccount:");
    let (acted, own) = (&event["impersonatedUser"], &event["user"]);
    let (who, name) = match name(acted) {
        Some(name) => (acted, name),
        None => (own, name(own).filter(account)?),
    };
    let groups = who["groups"].as_array().into_iter().flatten();
    Some((name, groups.filter_map(|group| group.as_str().map(str::to_owned)).collect()))
}

/// Those of a class.
pub(crate) fn of_class(entries: &[Arc<Entry>], class: Class) -> Vec<Arc<Entry>> {
    entries.iter().filter(|entry| entry.class() == class).cloned().collect()
}
