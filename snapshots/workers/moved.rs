//! Records on their way: made by a source, kept by a real broker, printed by a sink.

use std::{
    collections::BTreeSet,
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::Failed;
use serde_json::{Value, json};
use sluicegate_core::json::merge;
use sluicegate_effects::yaml;

use crate::{
    files::root,
    hook::Hook,
    program,
    rendered::{self, Worker},
    tool,
};

/// How many records a source makes that ends.
const MADE: usize = 60;

/// A program that is killed with its test.
pub(crate) struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A worker that runs beside its broker, in a folder of their own.
pub(crate) struct Started {
    worker: Killed,
    broker: Killed,
    folder: PathBuf,
    client: u16,
    health: u16,
}

fn start(worker: &Worker, secret: &str, folder: &Path, (client, health): (u16, u16)) -> Killed {
    let address = "rivven-small.default.svc.cluster.local:9292";
    assert!(worker.file.contains(address), "{}", worker.file);
    let file = worker.file.replace(address, &format!("127.0.0.1:{client}"));
    let file = file.replace("port: 8080", &format!("port: {health}"));
    let mut command = tool::command(worker, folder, &file, "run", secret);
    let log = fs::File::create(folder.join("log")).expect("the target folder can be written");
    command.stdin(Stdio::null()).stdout(log).stderr(Stdio::null());
    Killed(command.spawn().expect("the program starts"))
}

/// The worker of a resource that leads to one.
pub(crate) fn only(resource: &Value) -> Worker {
    let mut workers = rendered::workers(resource);
    assert_eq!(workers.len(), 1, "{workers:?}");
    workers.remove(0)
}

/// A source of made up records and a sink, with what else they say.
pub(crate) fn pipeline(source: &Value, sink: &Value) -> Value {
    let mut sources = json!([{ "name": "clicks", "connector": "datagen", "topic": "clicks" }]);
    let mut sinks = json!([{
        "name": "sink", "topics": ["clicks"], "consumerGroup": "sink", "startOffset": "earliest",
    }]);
    merge(&mut sources[0], source);
    merge(&mut sinks[0], sink);
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenConnect",
        "metadata": { "name": "moved", "namespace": "default" },
        "spec": { "clusterRef": { "name": "small" }, "sources": sources, "sinks": sinks },
    })
}

/// A sink that prints each record as a line of JSON.
pub(crate) fn printing() -> Value {
    json!({ "connector": "stdout", "stdout": { "format": "json" } })
}

/// Waits for something for half a minute at most.
pub(crate) fn until<T>(mut look: impl FnMut() -> Result<T, String>) -> Result<T, Failed> {
    let since = Instant::now();
    loop {
        match look() {
            Ok(seen) => return Ok(seen),
            Err(why) if since.elapsed() > Duration::from_secs(30) => {
                return Err(format!("{why} after 30 s").into());
            }
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

impl Started {
    /// As it is rendered, but for where its broker and its port are. What it prints is in `log`.
    pub(crate) fn new(worker: &Worker, secret: &str) -> Self {
        let (client, api, health) = (port(), port(), port());
        let folder = tool::folder();
        let broker = broker(&folder, client, api);
        let worker = start(worker, secret, &folder, (client, health));
        Self { worker, broker, folder, client, health }
    }

    /// How the worker ended, if it does so in time.
    fn ended(&mut self) -> Result<ExitStatus, Failed> {
        let code = || self.worker.0.try_wait().expect("it is ours").ok_or("it runs on".to_owned());
        until(code)
    }

    /// Waits until so many lines of JSON were printed.
    fn prints(&self, count: usize) -> Result<(), Failed> {
        until(|| match self.printed() {
            printed if printed >= count => Ok(()),
            printed => Err(format!("{printed} records")),
        })
    }

    /// Another worker beside the same broker, in the place of the one that is through.
    fn then(&mut self, worker: &Worker) {
        self.again(worker, "");
    }

    /// The worker is ended, if it runs.
    pub(crate) fn away(&mut self) {
        drop((self.worker.0.kill(), self.worker.0.wait()));
    }

    /// The same with values of a Secret.
    pub(crate) fn again(&mut self, worker: &Worker, secret: &str) {
        self.away();
        self.worker = start(worker, secret, &self.folder, (self.client, self.health));
    }

    /// What the worker has printed.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// How many lines of JSON the worker has printed.
    fn printed(&self) -> usize {
        self.log().lines().filter(|line| line.starts_with('{')).count()
    }

    /// Of the records of a source, which are numbered, how many were printed and how many of those
    /// before the last were not.
    fn printed_and_left_out(&self) -> (usize, usize) {
        let log = self.log();
        let lines = log.lines().filter(|line| line.starts_with('{'));
        let lines = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let numbers = lines.filter_map(|line| line["data"]["data"]["_sequence"].as_u64());
        let numbers: BTreeSet<u64> = numbers.collect();
        let most = numbers.last().map_or(0, |last| *last as usize + 1);
        (numbers.len(), most - numbers.len())
    }

    /// The worker first: nothing is left for it to complain of.
    pub(crate) fn stop(self) {
        drop((self.worker, self.broker));
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The smallest example, as it stands, but for where its broker and its ports are.
pub(crate) fn records() -> Result<(), Failed> {
    let example = root().join("deploy/examples/rivven/connect-smallest.yaml");
    let text = fs::read_to_string(&example).expect("there is an example");
    let mut documents = yaml::parse("example", &text).expect("it is YAML");
    let resource = documents.remove(0).into_value();
    let worker = only(&resource);
    let started = Started::new(&worker, "");
    let since = Instant::now();
    started.prints(30)?;
    // Ten a second are asked for: not as many as it can make.
    let (count, took) = (started.printed(), since.elapsed());
    let most = 10 * (took.as_secs() as usize + 2);
    assert!(count <= most, "{count} records in {took:?}");
    for (page, wanted) in [("/live", "200"), ("/health", "503"), ("/ready", "503")] {
        let code = code(started.health, page);
        if code != wanted {
            return Err(format!("{page}: {code}, and not {wanted}").into());
        }
    }
    started.stop();
    Ok(())
}

/// The Job of a source: the program ends well, and every record is in the topic.
pub(crate) fn once() -> Result<(), Failed> {
    let source = json!({ "datagen": { "eventsPerSecond": 1000, "maxEvents": MADE } });
    let resource = pipeline(&source, &printing());
    let workers = rendered::workers(&resource);
    let [sink, source] = workers.as_slice() else { panic!("{workers:?}") };
    let mut started = Started::new(source, "");
    let code = started.ended()?;
    assert!(code.success(), "{code}");
    started.then(sink);
    started.prints(MADE)?;
    // None comes after them.
    thread::sleep(Duration::from_millis(500));
    assert_eq!(started.printed(), MADE);
    started.stop();
    Ok(())
}

/// The program reads one partition of a topic that is not there yet, whatever it comes to have. So
/// the sink is not in the file until it is, and reads all of them then.
pub(crate) fn partitions() -> Result<(), Failed> {
    let three = json!({ "partitions": 3 });
    let source = json!({ "topicConfig": three, "datagen": { "eventsPerSecond": 20 } });
    let resource = pipeline(&source, &printing());
    let first = only(&resource);
    assert!(!first.file.contains("sinks:"), "{}", first.file);
    let there = json!({ "clicks": 3 });
    let both = rendered::workers_beside(&resource, &there).remove(0);
    // What the program does by itself: the sink first, then the topic.
    let mut sink = resource.clone();
    sink["spec"]["sources"][0]["enabled"] = json!(false);
    let early = Started::new(&rendered::workers_beside(&sink, &there).remove(0), "");
    thread::sleep(Duration::from_secs(1));
    let folder = tool::folder();
    let source = start(&first, "", &folder, (early.client, port()));
    thread::sleep(Duration::from_secs(3));
    let (printed, left_out) = early.printed_and_left_out();
    drop(source);
    drop(fs::remove_dir_all(folder));
    early.stop();
    if printed < 5 || left_out < printed {
        let why = format!("printed {printed}, left out {left_out}: see whether CON-59 is still so");
        return Err(why.into());
    }
    let mut started = Started::new(&first, "");
    thread::sleep(Duration::from_secs(1));
    started.then(&both);
    until(|| match started.printed_and_left_out() {
        // One may be on its way.
        (printed, left_out) if printed > 40 && left_out < 3 => Ok(()),
        (printed, left_out) => Err(format!("printed {printed}, left out {left_out}")),
    })?;
    started.stop();
    Ok(())
}

/// A topic with records that a pattern comes to stand for: all of them arrive, although the sink
/// begins with what comes after its start.
pub(crate) fn joins() -> Result<(), Failed> {
    let source = |topic| {
        let made = json!({ "eventsPerSecond": 1000, "maxEvents": MADE });
        json!({ "topic": topic, "datagen": made })
    };
    let mut sink = printing();
    merge(&mut sink, &json!({ "topics": ["shop.*"], "startOffset": "latest" }));
    let clicks = pipeline(&source("shop.clicks"), &sink);
    let orders = pipeline(&source("shop.orders"), &sink);
    let reads = pipeline(&json!({ "topic": "shop.clicks", "enabled": false }), &sink);
    let mut started = Started::new(&only(&clicks), "");
    assert!(started.ended()?.success());
    let first = json!({ "shop.clicks": 1 });
    started.then(&rendered::workers_beside(&reads, &first).remove(0));
    thread::sleep(Duration::from_secs(2));
    assert_eq!(started.printed(), 0, "what came before its start is not asked for");
    started.then(&only(&orders));
    assert!(started.ended()?.success());
    let told = json!([{
        "name": "sink", "connectorType": "sink", "kind": "stdout", "state": "running",
        "initialTopics": ["shop.clicks"], "topics": ["shop.clicks"],
    }]);
    let both = json!({ "shop.clicks": 1, "shop.orders": 1 });
    started.then(&rendered::workers_after(&reads, &both, &told).remove(0));
    started.prints(MADE)?;
    thread::sleep(Duration::from_millis(500));
    let (printed, left_out) = started.printed_and_left_out();
    assert_eq!((printed, left_out), (MADE, 0));
    assert_eq!(started.printed(), MADE, "those of the first topic are not asked for");
    started.stop();
    Ok(())
}

/// A pipeline from a source to a webhook of ours, which sees the secret header.
pub(crate) fn webhook() -> Result<(), Failed> {
    const TOKEN: &str = "a \"token\" with $igns";
    let hook = Hook::start("127.0.0.1");
    let source = json!({ "datagen": { "eventsPerSecond": 50 } });
    let sink = json!({
        "connector": "http-webhook", "configSecretRef": "hook",
        "config": {
            "url": hook.url(),
            "headers": { "Authorization": "Bearer ${secret:token}" },
        },
    });
    let resource = pipeline(&source, &sink);
    let worker = only(&resource);
    let started = Started::new(&worker, TOKEN);
    until(|| match hook.seen().len() {
        20.. => Ok(()),
        fewer => Err(format!("{fewer} requests")),
    })?;
    let wanted = format!("authorization: bearer {TOKEN}").to_ascii_lowercase();
    for request in hook.seen() {
        assert!(request.head.to_ascii_lowercase().contains(&wanted), "{request:?}");
    }
    started.stop();
    Ok(())
}

fn broker(folder: &Path, client: u16, api: u16) -> Killed {
    let program = program::program().expect("it is there");
    let env = [
        ("RIVVEN_MODE", "standalone".to_owned()),
        ("RIVVEN_BIND", format!("127.0.0.1:{client}")),
        ("RIVVEN_API_BIND", format!("127.0.0.1:{api}")),
        ("RIVVEN_DATA_DIR", folder.join("data").display().to_string()),
        ("RIVVEN_NO_REQUIRE_AUTH", "true".to_owned()),
    ];
    let mut command = Command::new(program);
    command.envs(env).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Killed(command.spawn().expect("the broker starts"))
}

/// A port that nobody has right now.
fn port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has free ports");
    listener.local_addr().expect("it is bound").port()
}

/// What a page is answered with.
fn code(port: u16, page: &str) -> String {
    let mut text = String::new();
    if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
        let request = format!("GET {page} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        drop(stream.write_all(request.as_bytes()));
        drop(stream.read_to_string(&mut text));
    }
    text.split(' ').nth(1).unwrap_or_default().to_owned()
}
