//! The processors of flows, over the network: the figures on their page `/metrics`.
//!
//! Each is asked on a connection of its own, at the address of its pod. There is no token and no
//! Secret in it. However often a flow is looked at, its processors are asked on their cadence.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::{Request, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;
use sluicegate_core::{
    system::System as _,
    systems::dataflow::{Answer, DataFlows, Figures, Probe, Processor},
};
use tokio::time::Instant;

use super::{
    Resolve,
    fault::Fault,
    guard::{Endpoint, Guard, Limits},
    http1::{self, Wire},
};
use crate::metrics::Metrics;

/// How many are asked at once, of all flows together: they are asked every 30 s, and thousands
/// must not be asked at the same time.
const AT_ONCE: usize = 20;
/// For how long an answer stands for the next: for less than those 30 s, so that a look that comes
/// at its time hears a new one.
const FRESH: Duration = Duration::from_secs(20);
/// How long one may take to connect, and in all: it is asked before each look at its flow, which
/// does not wait longer for numbers.
const CONNECT: Duration = Duration::from_secs(1);
const WHOLE: Duration = Duration::from_secs(2);
/// The longest page that is read, in bytes.
const PAGE_MAX: usize = 1024 * 1024;

/// The processors of all flows.
#[derive(Debug)]
pub struct Processors {
    guard: Guard<Processor>,
    answered: Mutex<Answered>,
}

/// What each has answered, and when.
#[derive(Debug, Default)]
struct Answered {
    by: BTreeMap<Processor, (Instant, Answer)>,
    /// When what is not fresh any more was last forgotten.
    swept: Option<Instant>,
}

impl Answered {
    /// What it has answered, if that is fresh at this time.
    fn fresh(&self, processor: &Processor, now: Instant) -> Option<Answer> {
        let (asked, answer) = self.by.get(processor)?;
        is_fresh(*asked, now).then(|| answer.clone())
    }

    /// Keeps what was answered to a question of this time, and forgets now and then what is old:
    /// the processor may be gone.
    fn keep(&mut self, processor: Processor, asked: Instant, answer: Answer) {
        if !self.swept.is_some_and(|swept| is_fresh(swept, asked)) {
            self.by.retain(|_, (before, _)| is_fresh(*before, asked));
            self.swept = Some(asked);
        }
        self.by.insert(processor, (asked, answer));
    }
}

fn is_fresh(asked: Instant, now: Instant) -> bool {
    now.saturating_duration_since(asked) < FRESH
}

impl Processors {
    /// Processors in a cluster with this DNS suffix.
    pub fn new(domain: &str, resolve: Resolve) -> Self {
        let (connect, whole) = (CONNECT, WHOLE);
        let limits = Limits { at_once: AT_ONCE, connect, whole, ..Limits::default() };
        let guard = Guard::new(DataFlows::NAME, domain, resolve, limits);
        Self { guard, answered: Mutex::default() }
    }

    /// Counts what is asked among these numbers.
    #[must_use]
    pub fn counted(self, metrics: Metrics) -> Self {
        Self { guard: self.guard.counted(metrics), ..self }
    }

    /// What a processor answers, or has answered a moment ago. That it cannot be reached is an
    /// answer.
    pub async fn ask(&self, probe: &Probe) -> Answer {
        let Probe::Figures(processor) = probe;
        let asked = Instant::now();
        if let Some(answer) = self.answered().fresh(processor, asked) {
            return answer;
        }
        let answer = match self.guard.run("figures", processor, self.figures(processor)).await {
            Ok(figures) => Answer::Figures(figures),
            Err(fault) => Answer::Unreachable(fault.why().to_owned()),
        };
        self.answered().keep(processor.clone(), asked, answer.clone());
        answer
    }

    fn answered(&self) -> MutexGuard<'_, Answered> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn figures(&self, processor: &Processor) -> Result<Figures, Fault> {
        let connect = async |at: Vec<_>| http1::connect(&at).await;
        let stream = self.guard.connect(processor, connect).await?;
        let request = Request::get("/metrics")
            .header(header::HOST, self.guard.address(processor))
            .header(header::CONNECTION, "close")
            .body(Full::<Bytes>::default())
            .map_err(|error| Fault::Unsent(error.to_string()))?;
        let talk = async |wire: &mut Wire| wire.send(request).await;
        let (status, page) = http1::talk(stream, PAGE_MAX, talk).await?;
        if status != StatusCode::OK {
            return Err(Fault::Refused(format!("/metrics is answered with {status}")));
        }
        let figures = Figures::read(&String::from_utf8_lossy(&page));
        figures.ok_or_else(|| Fault::Refused("/metrics has no figures of a processor".to_owned()))
    }
}

impl Endpoint for Processor {
    fn host(&self, _: &str) -> String {
        self.ip.clone()
    }

    fn port(&self) -> u16 {
        self.port
    }

    /// They all share their turns.
    fn group(&self) -> (String, String) {
        Default::default()
    }

    fn address(&self, _: &str) -> String {
        match self.ip.contains(':') {
            true => format!("[{}]:{}", self.ip, self.port),
            false => format!("{}:{}", self.ip, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    /// What is made of a processor that says this and hangs up.
    async fn asked(ip: &str, says: &[u8]) -> Answer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let says = says.to_vec();
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("somebody asks");
            let mut head = [0; 1024];
            let read = stream.read(&mut head).await.expect("it asks");
            // It may have heard enough.
            drop(stream.write_all(&says).await);
            String::from_utf8_lossy(&head[..read]).into_owned()
        });
        let entry = format!("*:9090={address}").parse().expect("it is an entry");
        let processors = Processors::new("cluster.local", [entry].into_iter().collect());
        let (namespace, pod) = ("shop".to_owned(), "orders-0".to_owned());
        let processor = Processor { namespace, pod, ip: ip.to_owned(), port: 9090 };
        let answer = processors.ask(&Probe::Figures(processor)).await;
        let request = served.await.expect("it ends").to_ascii_lowercase();
        assert!(request.starts_with("get /metrics http/1.1\r\n"), "{request}");
        let host = if ip.contains(':') { format!("[{ip}]:9090") } else { format!("{ip}:9090") };
        assert!(request.contains(&format!("host: {host}\r\n")), "{request}");
        answer
    }

    fn page(status: &str, body: &str) -> Vec<u8> {
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    #[tokio::test]
    async fn figures_are_read_from_its_page() {
        for ip in ["10.1.2.3", "fd00::3"] {
            let answer = asked(ip, &page("200 OK", "dataflow_messages_sent_total 7\n")).await;
            let figures = Figures { sent: 7, ..Figures::default() };
            assert_eq!(answer, Answer::Figures(figures));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_asked_again_when_its_answer_is_old() {
        // Nobody listens there, which is an answer like any other.
        let processors = Processors::new("cluster.local", Resolve::default());
        let (namespace, pod) = ("shop".to_owned(), "orders-0".to_owned());
        let processor = Processor { namespace, pod, ip: "127.0.0.1".to_owned(), port: 9090 };
        let told = Answer::Unreachable("told before".to_owned());
        processors.answered().keep(processor.clone(), Instant::now(), told.clone());
        let probe = Probe::Figures(processor);
        tokio::time::advance(FRESH - Duration::from_secs(1)).await;
        assert_eq!(processors.ask(&probe).await, told);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_ne!(processors.ask(&probe).await, told);
        assert_eq!(processors.answered().by.len(), 1);
    }

    #[tokio::test]
    async fn what_is_no_page_of_a_processor_is_no_answer() {
        let long = "#".repeat(PAGE_MAX + 1);
        let ill: [(Vec<u8>, &str); 6] = [
            (page("200 OK", "<html></html>"), "no figures of a processor"),
            (page("302 Found", "dataflow_messages_sent_total 7\n"), "302"),
            (page("500 Internal Server Error", ""), "500"),
            (page("200 OK", &long), "longer than"),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\ndata".to_vec(), "whole answer"),
            (b"SSH-2.0-OpenSSH_9\r\n".to_vec(), "does not speak HTTP"),
        ];
        for (says, told) in ill {
            let Answer::Unreachable(why) = asked("10.1.2.3", &says).await else {
                panic!("it is no answer: {told}");
            };
            assert!(why.contains(told), "{why}");
        }
    }

    #[tokio::test]
    async fn an_address_that_no_pod_can_have_is_not_asked() {
        let processors = Processors::new("cluster.local", Resolve::default());
        for ip in ["127.0.0.1", "169.254.169.254", "::1", "not an address"] {
            let (namespace, pod) = ("shop".to_owned(), "orders-0".to_owned());
            let processor = Processor { namespace, pod, ip: ip.to_owned(), port: 9090 };
            let answer = processors.ask(&Probe::Figures(processor)).await;
            assert!(matches!(answer, Answer::Unreachable(_)), "{ip}: {answer:?}");
        }
    }
}
