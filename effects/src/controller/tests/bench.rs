//! A controller of topics, over a server of its own and a hand that can be made to fail.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use sluicegate_core::{
    observed::{Api, List, Look, Ref, Selector},
    plan::Verb,
    system::System,
    systems::{
        self,
        rivven::{
            Answer, Call, Probe, Rivven,
            cluster::RivvenCluster,
            topic::{RivvenTopic, Topic},
        },
    },
};
use tokio::{
    sync::watch::{Sender, channel},
    task::JoinHandle,
    time::{Instant, sleep},
};

use crate::controller::{
    Mode, Options, Progress, Work,
    executor::{Executor, Executors},
};
use crate::{
    ApiError, Ask, Class, Error, Reader, Writer,
    backend::Backend,
    live::Written,
    metrics::Metrics,
    watch::{Scope, Watches, fake::Fake},
};

/// A broker that nobody can reach, unless it has an answer.
struct Broker(Arc<Notes>);

impl Backend<Rivven> for Broker {
    async fn ask(&self, probe: &Probe) -> Answer {
        let answer = self.0.answers.lock().unwrap().get(probe).cloned();
        answer.unwrap_or_else(|| Rivven::unreachable(probe, "it is away".to_owned()))
    }

    async fn call(&self, call: &Call) -> Result<(), Error> {
        let refuses = *self.0.refuses.lock().unwrap();
        if refuses.is_some_and(|what| call.to_string().starts_with(what)) {
            let (doing, source) = (call.to_string(), "INVALID_CONFIG: never".into());
            return Err(Error::Product { doing, class: Class::Final, remedy: None, source });
        }
        Rivven::fold(call, &mut self.0.answers.lock().unwrap());
        Ok(())
    }
}

/// What comes of a write of finalizers.
type Outcome = Box<dyn Fn() -> Result<(), ApiError> + Send + Sync>;

/// Writes statuses and finalizers into the server, and remembers when.
#[derive(Clone)]
struct Scribe(Arc<Notes>);

pub(super) struct Notes {
    fake: Fake,
    pub(super) log: Mutex<Vec<(Duration, String)>>,
    began: Instant,
    finalizers: Mutex<Outcome>,
    pub(super) answers: Mutex<BTreeMap<Probe, Answer>>,
    /// How calls begin that the broker refuses for good.
    pub(super) refuses: Mutex<Option<&'static str>>,
    pub(super) takes: Mutex<Duration>,
    /// How many statuses are refused before one is taken.
    pub(super) statuses: Mutex<u32>,
}

impl Notes {
    fn refuses_status(&self) -> Result<(), ApiError> {
        let mut left = self.statuses.lock().unwrap();
        if *left == 0 {
            return Ok(());
        }
        *left -= 1;
        Err(ApiError::new(422, "Invalid", "a webhook is about to start"))
    }
}

struct Pen(Scribe, Mutex<Vec<Written>>);

impl Executors<Rivven> for Scribe {
    type Executor = Pen;

    fn executor(&self, _: &Ref, _: &Value) -> Pen {
        Pen(self.clone(), Mutex::default())
    }
}

impl Executor<Rivven> for Pen {
    fn written(&self) -> Vec<Written> {
        self.1.lock().unwrap().clone()
    }

    fn would(&self) -> Option<Vec<String>> {
        None
    }

    async fn announce(&self, _: &Ref) -> Result<(), Error> {
        Ok(())
    }
}

impl Pen {
    fn note(&self, what: String) {
        let notes = &self.0.0;
        notes.log.lock().unwrap().push((notes.began.elapsed(), what));
    }

    fn write(&self, target: &Ref, change: impl FnOnce(&mut Value)) {
        let fake = &self.0.0.fake;
        let mut object = fake.get(target).expect("it is there");
        change(&mut object);
        fake.put(target, object);
        let version = fake.get(target).unwrap()["metadata"]["resourceVersion"].clone();
        let version = version.as_str().unwrap().to_owned();
        self.1.lock().unwrap().push(Written::Version { target: target.clone(), version });
    }
}

impl Reader for Pen {
    async fn get(&self, target: &Ref) -> Result<Look, Error> {
        Ok(self.0.0.fake.get(target).map_or(Look::Absent, |object| Look::Found(object.into())))
    }

    async fn list(&self, _: &Selector) -> Result<List, Error> {
        Ok(List::Items(Vec::new()))
    }
}

impl Ask<Rivven> for Pen {
    async fn ask(&self, probe: &Probe) -> Result<Answer, Error> {
        Ok(Broker(self.0.0.clone()).ask(probe).await)
    }
}

impl Writer<Rivven> for Pen {
    async fn perform(&self, verb: &Verb<Rivven>) -> Result<(), Error> {
        match verb {
            Verb::Call(call) => {
                self.note(format!("{call}"));
                Broker(self.0.0.clone()).call(call).await?;
            }
            Verb::EmitEvent(_) => {}
            Verb::SetStatus(target, _, status) => {
                let conditions = status["conditions"].as_array().cloned().unwrap_or_default();
                let synced = conditions.iter().find(|one| one["type"] == "Synced");
                let synced = synced.map_or(String::new(), |one| format!(" {}", one["reason"]));
                self.note(format!("status of {}{}", target.name, synced.replace('"', "")));
                let refused = self.0.0.refuses_status();
                let doing = format!("report the status of {target}");
                refused.map_err(|source| Error::Api { doing, source: Box::new(source) })?;
                self.write(target, |object| object["status"] = status.clone());
            }
            Verb::SetFinalizers(target, _, names) => {
                self.note(format!("finalizers of {}", target.name));
                let takes = *self.0.0.takes.lock().unwrap();
                sleep(takes).await;
                let outcome = (self.0.0.finalizers.lock().unwrap())();
                let doing = format!("set the finalizers of {target}");
                outcome.map_err(|source| Error::Api { doing, source: Box::new(source) })?;
                self.write(target, |object| object["metadata"]["finalizers"] = json!(names));
            }
            Verb::Create(_) | Verb::Apply(..) | Verb::Delete(..) | Verb::Restart(..) => {
                unreachable!("a topic makes no objects")
            }
        }
        Ok(())
    }

    async fn dry_run(&self, _: &Verb<Rivven>) -> Result<(), Error> {
        Ok(())
    }
}

pub(super) struct Bench {
    pub(super) fake: Fake,
    pub(super) notes: Arc<Notes>,
    pub(super) mode: Sender<Mode>,
    pub(super) running: JoinHandle<Result<(), Error>>,
}

impl Bench {
    pub(super) fn new() -> Self {
        let fake = Fake::default();
        let own = BTreeSet::from([Api::of::<RivvenCluster>(), Api::of::<RivvenTopic>()]);
        let metrics = Metrics::default();
        let watches = Watches::new(fake.server(), Scope::All, own, metrics.clone());
        let streams = watches.clone();
        drop(tokio::spawn(async move { panic!("{}", streams.run().await) }));
        let notes = Arc::new(Notes {
            fake: fake.clone(),
            log: Mutex::default(),
            began: Instant::now(),
            finalizers: Mutex::new(Box::new(|| Ok(()))),
            answers: Mutex::default(),
            refuses: Mutex::default(),
            takes: Mutex::default(),
            statuses: Mutex::default(),
        });
        let (mode, follows) = channel(Mode::Lead);
        let work = Work {
            watches,
            backend: Arc::new(Broker(notes.clone())),
            options: Options::default(),
            metrics,
            mode: follows,
            progress: Progress::new(),
        };
        let running = tokio::spawn(work.run::<Topic, _>(Scribe(notes.clone())));
        Self { fake, notes, mode, running }
    }

    /// A topic that holds a finalizer, on a cluster that is there.
    pub(super) fn topic(&self, name: &str, generation: u64) {
        let spec = json!({
            "clusterRef": { "name": "prod" }, "partitions": 3, "deleteOnRemove": true,
        });
        let meta = json!({ "generation": generation });
        self.fake.put(&topic(name), json!({ "metadata": meta, "spec": spec }));
    }

    /// Lets the broker of the cluster answer: it has no topic of this name.
    pub(super) fn broker_without(&self, topic: &str) {
        let (namespace, cluster) = ("default".to_owned(), "prod".to_owned());
        let broker = systems::rivven::Broker { namespace, cluster, ordinal: 0, port: 9292 };
        let probe = Probe::Topic { broker, name: topic.to_owned() };
        self.notes.answers.lock().unwrap().insert(probe, Answer::NoTopic);
    }

    pub(super) fn cluster(&self) {
        let spec = json!({ "replicas": 1, "version": "0.0.22" });
        let object = json!({ "metadata": { "generation": 1 }, "spec": spec });
        self.fake.put(&Ref::to::<RivvenCluster>("default", "prod"), object);
    }

    pub(super) fn finalizers(
        &self,
        outcome: impl Fn() -> Result<(), ApiError> + Send + Sync + 'static,
    ) {
        *self.notes.finalizers.lock().unwrap() = Box::new(outcome);
    }

    /// What was written since the last look, and after how many seconds.
    pub(super) fn log(&self) -> Vec<(u64, String)> {
        let log = std::mem::take(&mut *self.notes.log.lock().unwrap());
        log.into_iter().map(|(at, what)| (at.as_secs(), what)).collect()
    }

    pub(super) fn words(&self) -> Vec<String> {
        self.log().into_iter().map(|(_, what)| what).collect()
    }
}

pub(super) fn topic(name: &str) -> Ref {
    Ref::to::<RivvenTopic>("default", name)
}

pub(super) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
