//! A watch on its way through the proxy. It may go silent, as one does whose network is cut without
//! a word, or be told that it is too old, in the middle.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

use futures_util::task::AtomicWaker;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Bytes, Frame};
use serde_json::json;

use super::serve::{Answer, SyncBody};

const FLOWS: u8 = 0;
const SILENT: u8 = 1;
const EXPIRES: u8 = 2;
const ENDED: u8 = 3;

/// What is known of it, and how it is told to fail.
pub(super) struct Watching {
    pub(super) resource: String,
    state: AtomicU8,
    waker: AtomicWaker,
}

struct Over<B> {
    body: B,
    watching: Arc<Watching>,
}

impl Watching {
    pub(super) fn of(resource: String) -> Self {
        Self { resource, state: AtomicU8::new(FLOWS), waker: AtomicWaker::new() }
    }

    /// What the operator gets to see of it.
    pub(super) fn over<B>(self: &Arc<Self>, body: B) -> Answer
    where
        B: Body<Data = Bytes, Error = io::Error> + Unpin + Send + 'static,
    {
        let over = Over { body, watching: self.clone() };
        BoxBody::new(SyncBody(Mutex::new(over)))
    }

    pub(super) fn silence(&self) {
        self.state.store(SILENT, Ordering::SeqCst);
    }

    pub(super) fn expire(&self) {
        self.state.store(EXPIRES, Ordering::SeqCst);
        self.waker.wake();
    }

    pub(super) fn ended(&self) -> bool {
        self.state.load(Ordering::SeqCst) == ENDED
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Over<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.get_mut();
        this.watching.waker.register(cx.waker());
        match this.watching.state.load(Ordering::SeqCst) {
            SILENT => Poll::Pending,
            EXPIRES => {
                this.watching.state.store(ENDED, Ordering::SeqCst);
                let event = json!({
                    "type": "ERROR",
                    "object": {
                        "apiVersion": "v1", "kind": "Status", "status": "Failure",
                        "code": 410, "reason": "Expired",
                        "message": "too old resource version: 1 (2)",
                    },
                });
                Poll::Ready(Some(Ok(Frame::data(Bytes::from(format!("{event}\n"))))))
            }
            ENDED => Poll::Ready(None),
            _ => Pin::new(&mut this.body).poll_frame(cx),
        }
    }
}

impl<B> Drop for Over<B> {
    fn drop(&mut self) {
        self.watching.state.store(ENDED, Ordering::SeqCst);
    }
}
