//! Changes of a real MariaDB: what reaches the topic, and what the release loses.

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use libtest_mimic::Failed;
use serde_json::{Value, json};

use crate::{
    files::root,
    moved::{Started, only, pipeline, printing, until},
    program, tool,
};

/// What the database is logged in to with.
const PASSWORD: &str = "canary-in-a-coal-mine";

/// What is said where there is no MariaDB.
const MISSING: &str = "no MariaDB: .ci/stores build mariadb unpacks it";

/// Why nothing of this can be tried, if so.
pub(crate) fn lacks() -> Option<&'static str> {
    let built = program::tools().map(|tools| tools.join("mariadb/built"));
    (!built.is_some_and(|built| built.is_file())).then_some(MISSING)
}

/// A server with a table, ended with its test.
struct Database {
    folder: PathBuf,
    port: u16,
}

impl Database {
    fn start() -> Self {
        let folder = tool::folder();
        let mut database = Self { folder, port: 0 };
        database.port = database.stores("up", "").trim().parse().expect("it says its port");
        database.does(&format!(
            "create database shop; \
             create table shop.orders (id int primary key, item varchar(40)); \
             create user app@'%' identified by '{PASSWORD}'; \
             grant select, replication slave, replication client on *.* to app@'%';"
        ));
        database
    }

    fn stores(&self, what: &str, given: &str) -> String {
        let mut command = Command::new(root().join(".ci/stores"));
        command.args([what, "mariadb"]).arg(&self.folder).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the script is there");
        let mut stdin = child.stdin.take().expect("it has one");
        stdin.write_all(given.as_bytes()).expect("it reads");
        drop(stdin);
        let done = child.wait_with_output().expect("it ends");
        assert!(done.status.success(), "{what} {given}: {}", done.status);
        String::from_utf8(done.stdout).expect("it says text")
    }

    fn does(&self, sql: &str) -> String {
        self.stores("sql", sql)
    }

    fn orders(&self, id: u32, item: &str) {
        self.does(&format!("insert into shop.orders values ({id}, '{item}');"));
    }

    /// The worker of a source that reads it, beside a sink that prints; with more keys.
    fn pipeline(&self, more: &Value) -> Value {
        let mut config = json!({
            "host": "127.0.0.1", "port": self.port, "user": "app", "database": "shop",
            "password": "${secret:password}",
        });
        sluicegate_core::json::merge(&mut config, more);
        let source =
            json!({ "connector": "mysql-cdc", "configSecretRef": "shop", "config": config });
        pipeline(&source, &printing())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.stores("down", "");
        // It ends by itself, and may still write.
        thread::sleep(Duration::from_millis(500));
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Writes rows with an item until one of them was printed: a worker begins where the log is when it
/// connects, which it tells nobody.
fn arrives(database: &Database, started: &Started, from: u32, item: &str) -> Result<(), Failed> {
    let mut id = from;
    until(|| {
        id += 1;
        database.orders(id, item);
        thread::sleep(Duration::from_millis(500));
        let log = started.log();
        if log.contains(item) { Ok(()) } else { Err(format!("no {item} in {log}")) }
    })
}

/// What the worker prints of one row that comes while it runs, one while it is away, and one after
/// that: whether the second has arrived.
fn away(more: impl FnOnce(&Database) -> Value) -> Result<bool, Failed> {
    let database = Database::start();
    let more = more(&database);
    let worker = only(&database.pipeline(&more));
    let mut started = Started::new(&worker, PASSWORD);
    arrives(&database, &started, 0, "apples")?;
    started.away();
    database.orders(1000, "pears");
    started.again(&worker, PASSWORD);
    arrives(&database, &started, 2000, "plums")?;
    let log = started.log();
    assert!(!log.contains(PASSWORD), "{log}");
    let came = log.contains("pears");
    started.stop();
    Ok(came)
}

/// Why a mysql-cdc without a place to begin is told by `ChangesKept=False` (CON-57).
pub(crate) fn forgotten() -> Result<(), Failed> {
    if away(|_| json!({}))? {
        return Err(
            "what changed while it was away has come: see whether CON-57 is still so".into()
        );
    }
    Ok(())
}

/// With a place to begin all of it comes.
pub(crate) fn kept() -> Result<(), Failed> {
    let log = |database: &Database| {
        let logs = database.does("show binary logs;");
        let first = logs.lines().nth(1).and_then(|line| line.split('\t').next());
        json!({ "binlogFilename": first.expect("there is one") })
    };
    if away(log)? { Ok(()) } else { Err("what changed while it was away was lost".into()) }
}
