//! One connection of the client protocol: requests out, answers back, in order.
//!
//! The types and their bytes are those of `rivven-protocol`, which the product's own client is made
//! of too. That client is not used here: measured against rivvend 0.0.22 it takes 44 ms for each
//! request, since the broker sends an answer in two pieces and holds the second back until the
//! first is acknowledged, and it sends one request at a time. A topic of 1,000 partitions has 1,002
//! questions to be asked. Here what belongs together is sent together, and what comes is
//! acknowledged at once. It would also take in answers of 100 MiB, from whoever runs the broker.

use std::net::SocketAddr;

use rivven_protocol::{
    MAX_LIST_LEN, MAX_NAME_LEN, PROTOCOL_VERSION, Request, Response, WireFormat,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::backend::fault::{Fault, cleaned, io_why};

/// How many requests are sent before their answers are read: few enough that neither side ever
/// waits for room.
const TOGETHER: usize = 64;
/// The longest answer that is read, in bytes: as many names as there may be, as long as they may
/// be.
const ANSWER_MAX: usize = MAX_LIST_LEN * (MAX_NAME_LEN + 2);

/// A connection to a broker that has been greeted.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    next: u32,
    /// Whether every answer has been read: otherwise the next one would be taken for another.
    clean: bool,
}

impl Wire {
    /// Connects to the first address that accepts, and greets the broker.
    pub(super) async fn connect(addresses: &[SocketAddr]) -> Result<Self, Fault> {
        let unsent = |fault: Fault| Fault::Unsent(fault.why().to_owned());
        let stream = TcpStream::connect(addresses).await;
        let stream = stream.map_err(|error| Fault::Unsent(io_why(&error)))?;
        stream.set_nodelay(true).map_err(|error| Fault::Unsent(io_why(&error)))?;
        let mut wire = Self::over(stream);
        let greeting = Request::Handshake {
            protocol_version: PROTOCOL_VERSION,
            client_id: "sluicegate".to_owned(),
        };
        let answer = wire.ask(greeting).await.map_err(unsent)?;
        let Response::HandshakeResult { compatible, server_version, .. } = answer else {
            return Err(unsent(refused(&answer)));
        };
        if compatible {
            return Ok(wire);
        }
        let versions = format!("{server_version} of the protocol, and not {PROTOCOL_VERSION}");
        Err(Fault::Unsent(format!("it speaks version {versions}")))
    }

    /// One that nobody has been greeted over.
    pub(super) fn over(stream: TcpStream) -> Self {
        Self { stream, next: 0, clean: true }
    }

    /// Asks one thing.
    pub(super) async fn ask(&mut self, request: Request) -> Result<Response, Fault> {
        let [answer] = self.ask_both([request]).await?;
        Ok(answer)
    }

    /// Asks a few things at once.
    pub(super) async fn ask_both<const N: usize>(
        &mut self,
        requests: [Request; N],
    ) -> Result<[Response; N], Fault> {
        let answers = self.ask_all(&requests).await?;
        answers.try_into().map_err(|_| Fault::Lost(STRANGE.to_owned()))
    }

    /// Asks many things, and returns as many answers. That one of them is an error is an answer.
    pub(super) async fn ask_all(&mut self, requests: &[Request]) -> Result<Vec<Response>, Fault> {
        let mut answers = Vec::new();
        for requests in requests.chunks(TOGETHER) {
            let first = self.next;
            let mut bytes = Vec::new();
            for request in requests {
                let unsent = |why: String| Fault::Refused(format!("it cannot be asked for: {why}"));
                let frame = request.to_wire(WireFormat::Postcard, self.next);
                let frame = frame.map_err(|error| unsent(error.to_string()))?;
                let length =
                    u32::try_from(frame.len()).map_err(|error| unsent(error.to_string()))?;
                bytes.extend(length.to_be_bytes());
                bytes.extend(frame);
                self.next = self.next.wrapping_add(1);
            }
            self.clean = false;
            let sent = self.stream.write_all(&bytes).await;
            sent.map_err(|error| Fault::Lost(io_why(&error)))?;
            for id in 0..self.next.wrapping_sub(first) {
                answers.push(self.read(first.wrapping_add(id)).await?);
            }
            self.clean = true;
        }
        Ok(answers)
    }

    /// Whether it may be used for something else.
    pub(super) fn is_clean(&self) -> bool {
        self.clean
    }

    /// One answer. As much memory is taken as bytes have come, whatever their number is said to be.
    async fn read(&mut self, expected: u32) -> Result<Response, Fault> {
        let lost = |error: std::io::Error| Fault::Lost(io_why(&error));
        self.acknowledge();
        let length = self.stream.read_u32().await.map_err(lost)? as usize;
        if length > ANSWER_MAX {
            return Err(Fault::Lost(format!("its answer is longer than {ANSWER_MAX} bytes")));
        }
        self.acknowledge();
        let mut frame = Vec::new();
        let read = (&mut self.stream).take(length as u64).read_to_end(&mut frame).await;
        if read.map_err(lost)? < length {
            return Err(lost(std::io::ErrorKind::UnexpectedEof.into()));
        }
        match Response::from_wire(&frame) {
            Ok((answer, _, id)) if id == expected => Ok(answer),
            Ok((Response::Error { message }, ..)) => {
                // What the broker cannot read it answers with number 0.
                Err(Fault::Lost(format!("its answer is to something else: {}", cleaned(&message))))
            }
            Ok(_) => Err(Fault::Lost("its answer is to something else".to_owned())),
            Err(error) => {
                let error = cleaned(&error.to_string());
                Err(Fault::Lost(format!("its answer cannot be read: {error}")))
            }
        }
    }

    /// Lets the next piece be acknowledged at once, where the system can. The broker waits for it.
    fn acknowledge(&self) {
        #[cfg(target_os = "linux")]
        if let Err(error) = self.stream.set_quickack(true) {
            tracing::debug!(%error, "answers are acknowledged late");
        }
    }
}

const STRANGE: &str = "its answer is of another kind than what it was asked";

/// What an answer means that is not the one that was asked for.
pub(super) fn refused(answer: &Response) -> Fault {
    if let Response::Error { message } = answer {
        return Fault::Refused(cleaned(message));
    }
    if let Response::Throttled { .. } = answer {
        return Fault::Refused("it is asked more often than its quota allows".to_owned());
    }
    Fault::Lost(STRANGE.to_owned())
}
