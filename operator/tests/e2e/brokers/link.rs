//! The operator's way to a broker, on which things go wrong: for requests that are named, or for
//! all that connect. It reads requests in order to name and count them, and carries bytes.

use std::{
    future::pending,
    io,
    net::{self, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rivven_protocol::{Request, Response};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use crate::{kube::runtime, standin, wait::until};

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is lost, and the connection is reset.
    Drops,
    /// It is lost, and nobody says so.
    Swallows,
    /// It arrives; the connection is reset instead of the answer.
    Resets,
    /// It arrives; the connection ends half-way through the answer.
    Halves,
    /// It arrives, and is never answered.
    Mute,
    /// It arrives, and is answered so much later.
    Late(Duration),
    /// It never arrives: it is refused in these words.
    Says(&'static str),
    /// It is kept back until the rule is lifted, then sent on.
    Stopped,
    /// It arrives; the answer is kept back until the rule is lifted.
    Held,
}

/// When it happens: once, to the next request that begins so.
#[derive(Debug)]
pub(crate) struct Rule {
    fault: Fault,
    start: String,
    left: AtomicUsize,
    fired: AtomicUsize,
    lifted: watch::Sender<bool>,
}

/// The way to a broker's client port. It ends with its broker.
pub(crate) struct Link {
    /// What the operator dials.
    pub(crate) address: SocketAddr,
    all: Arc<All>,
    listener: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct All {
    to: SocketAddr,
    rules: Mutex<Vec<Arc<Rule>>>,
    asked: Mutex<Vec<String>>,
    sent: Mutex<Vec<String>>,
}

impl Rule {
    fn hits(&self, what: &str) -> bool {
        let hit = what.starts_with(&self.start)
            && self
                .left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                .is_ok();
        if hit {
            self.fired.fetch_add(1, Ordering::SeqCst);
        }
        hit
    }

    /// What was kept back goes on.
    pub(crate) fn lift(&self) {
        self.lifted.send_replace(true);
    }

    /// How often it has happened.
    pub(crate) fn fired(&self) -> usize {
        self.fired.load(Ordering::SeqCst)
    }

    /// Waits until it has happened.
    pub(crate) fn has_fired(&self, most: Duration) {
        until(&format!("{:?} of {}", self.fault, self.start), most, || match self.fired() {
            0 => Err("it was not asked for"),
            _ => Ok(()),
        });
    }

    async fn is_lifted(&self) {
        let mut lifted = self.lifted.subscribe();
        // The sender is here.
        drop(lifted.wait_for(|lifted| *lifted).await);
    }
}

impl Link {
    /// A way to the broker at this address.
    pub(crate) fn to(broker: SocketAddr) -> Self {
        let (rules, asked, sent) = Default::default();
        let all = Arc::new(All { to: broker, rules, asked, sent });
        let link = Self { address: standin::ports::free(), all, listener: Mutex::default() };
        link.up();
        link
    }

    /// Lets the next request that begins so fail, such as `create orders`.
    pub(crate) fn fail(&self, start: &str, fault: Fault) -> Arc<Rule> {
        self.fail_often(start, 1, fault)
    }

    /// The same of so many in a row.
    pub(crate) fn fail_often(&self, start: &str, times: usize, fault: Fault) -> Arc<Rule> {
        let rule = Arc::new(Rule {
            fault,
            start: start.to_owned(),
            left: AtomicUsize::new(times),
            fired: AtomicUsize::new(0),
            lifted: watch::Sender::new(false),
        });
        lock(&self.all.rules).push(rule.clone());
        rule
    }

    /// Every request so far that begins so, whether it arrived or not.
    pub(crate) fn asked(&self, start: &str) -> Vec<String> {
        let asked = lock(&self.all.asked);
        asked.iter().filter(|what| what.starts_with(start)).cloned().collect()
    }

    /// Every change that has arrived so far, in order.
    pub(crate) fn changes(&self) -> Vec<String> {
        let changes = |what: &&String| {
            ["create ", "grow ", "set ", "delete "].iter().any(|verb| what.starts_with(verb))
        };
        lock(&self.all.sent).iter().filter(changes).cloned().collect()
    }

    /// How many changes have arrived so far that begin so.
    pub(crate) fn count(&self, start: &str) -> usize {
        self.changes().iter().filter(|what| what.starts_with(start)).count()
    }

    /// Refuses connections, and cuts those that there are.
    pub(crate) fn down(&self) {
        if let Some(listener) = lock(&self.listener).take() {
            listener.abort();
            // Its connections end with it.
            drop(runtime().block_on(listener));
        }
    }

    /// Takes connections again.
    pub(crate) fn up(&self) {
        let listener = standin::ports::listen(self.address);
        *lock(&self.listener) = Some(runtime().spawn(listen(listener, self.all.clone())));
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.down();
    }
}

async fn listen(listener: net::TcpListener, all: Arc<All>) {
    let listener = TcpListener::from_std(listener).expect("the listener is non-blocking");
    let mut connections = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        let all = all.clone();
        connections.spawn(async move {
            let mut near = near;
            if !matches!(carry(&all, &mut near).await, Ok(End::Closed)) {
                drop(near.set_zero_linger());
            }
        });
    }
}

/// How a connection ends.
enum End {
    /// With a reset: what was sent last may have been lost.
    Reset,
    /// With an end.
    Closed,
}

/// Requests and their answers, one after the other, until one side hangs up.
async fn carry(all: &All, near: &mut TcpStream) -> io::Result<End> {
    let mut far = TcpStream::connect(all.to).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    loop {
        let request = frame(near).await?;
        let (asked, format, id) = Request::from_wire(&request[4..]).map_err(io::Error::other)?;
        let what = standin::serve::told(&asked);
        let rule = what.as_ref().and_then(|what| all.meets(what));
        let fault = rule.as_ref().map(|rule| &rule.fault);
        if let Some(Fault::Drops) = fault {
            return Ok(End::Reset);
        }
        if let Some(Fault::Swallows) = fault {
            pending::<()>().await;
        }
        if let Some(Fault::Says(words)) = fault {
            let answer = Response::Error { message: (*words).to_owned() };
            let answer = answer.to_wire(format, id).map_err(io::Error::other)?;
            near.write_u32(u32::try_from(answer.len()).map_err(io::Error::other)?).await?;
            near.write_all(&answer).await?;
            continue;
        }
        if let (Some(Fault::Stopped), Some(rule)) = (fault, &rule) {
            rule.is_lifted().await;
        }
        far.write_all(&request).await?;
        lock(&all.sent).extend(what);
        let answer = frame(&mut far).await?;
        if let Some(Fault::Resets) = fault {
            return Ok(End::Reset);
        }
        if let Some(Fault::Halves) = fault {
            near.write_all(&answer[..answer.len() / 2]).await?;
            return Ok(End::Closed);
        }
        if let Some(Fault::Mute) = fault {
            pending::<()>().await;
        }
        if let Some(Fault::Late(delay)) = fault {
            sleep(*delay).await;
        }
        if let (Some(Fault::Held), Some(rule)) = (fault, &rule) {
            rule.is_lifted().await;
        }
        near.write_all(&answer).await?;
    }
}

/// A message with its length before it.
async fn frame(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    acknowledge(stream)?;
    let length = stream.read_u32().await?;
    acknowledge(stream)?;
    let mut frame = length.to_be_bytes().to_vec();
    frame.resize(4 + length as usize, 0);
    stream.read_exact(&mut frame[4..]).await?;
    Ok(frame)
}

/// Lets the next piece be acknowledged at once. The broker waits for that, 40 ms each time.
fn acknowledge(stream: &TcpStream) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    stream.set_quickack(true)?;
    Ok(())
}

impl All {
    fn meets(&self, what: &str) -> Option<Arc<Rule>> {
        lock(&self.asked).push(what.to_owned());
        lock(&self.rules).iter().find(|rule| rule.hits(what)).cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
