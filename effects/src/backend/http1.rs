//! HTTP over a connection of its own: no redirect is followed, answers are bounded, and several
//! questions may be asked one after another.

use std::net::SocketAddr;

use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, pin, select};

use super::fault::{Fault, io_why};

/// A connection that requests are sent over.
pub(super) struct Wire {
    sender: SendRequest<Full<Bytes>>,
    /// The longest body that is read, in bytes.
    most: usize,
}

/// Connects to the first address that accepts.
pub(super) async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Fault> {
    TcpStream::connect(addresses).await.map_err(|error| Fault::Unsent(io_why(&error)))
}

/// Talks over a connection, of whose answers so many bytes are read at most.
pub(super) async fn talk<T>(
    stream: TcpStream,
    most: usize,
    talk: impl AsyncFnOnce(&mut Wire) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let (sender, connection) =
        handshake(TokioIo::new(stream)).await.map_err(|error| lost(&error))?;
    let mut wire = Wire { sender, most };
    let said = talk(&mut wire);
    pin!(said);
    select! {
        biased;
        said = &mut said => return said,
        // It goes as soon as it has ended: who sends more is told then, and does not wait.
        _ = connection => {}
    }
    // What came before that is still to be had.
    said.await
}

impl Wire {
    /// Sends a request, and reads the answer.
    pub(super) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Bytes), Fault> {
        self.sender.ready().await.map_err(|error| lost(&error))?;
        let answer = self.sender.send_request(request).await.map_err(|error| lost(&error))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), self.most).collect().await;
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => Fault::Lost(format!("its answer is longer than {} bytes", self.most)),
            false => Fault::Lost(CUT_OFF.to_owned()),
        })?;
        Ok((status, body.to_bytes()))
    }
}

const CUT_OFF: &str = "the connection was closed before there was a whole answer";

fn lost(error: &hyper::Error) -> Fault {
    Fault::Lost(if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        CUT_OFF.to_owned()
    } else if error.is_parse() {
        "it does not speak HTTP".to_owned()
    } else {
        "the connection was lost".to_owned()
    })
}
