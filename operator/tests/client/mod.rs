//! A client of the broker that waits for every answer. Tests look with it at a broker past the
//! operator.

use std::{
    io::{self, Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use rivven_protocol::{PROTOCOL_VERSION, Request, Response, WireFormat};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection that was greeted.
pub(crate) struct Client {
    stream: TcpStream,
}

impl Client {
    /// Connects and greets.
    ///
    /// # Errors
    ///
    /// If the broker does not answer, or answers with anything else.
    pub(crate) fn connect(address: impl ToSocketAddrs) -> io::Result<Self> {
        let mut addresses = address.to_socket_addrs()?;
        let address = addresses.next().ok_or_else(|| io::Error::other("it has no address"))?;
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let mut client = Self { stream };
        let client_id = "a test".to_owned();
        let answer =
            client.ask(&Request::Handshake { protocol_version: PROTOCOL_VERSION, client_id })?;
        let welcome = matches!(answer, Response::HandshakeResult { compatible: true, .. });
        if welcome { Ok(client) } else { Err(io::Error::other(format!("{answer:?}"))) }
    }

    /// Asks one thing. That the broker says no is an answer.
    ///
    /// # Errors
    ///
    /// If there is no answer.
    pub(crate) fn ask(&mut self, request: &Request) -> io::Result<Response> {
        let frame = request.to_wire(WireFormat::Postcard, 1).map_err(io::Error::other)?;
        let length = u32::try_from(frame.len()).map_err(io::Error::other)?;
        self.stream.write_all(&[&length.to_be_bytes()[..], &frame].concat())?;
        let mut length = [0; 4];
        self.acknowledge()?;
        self.stream.read_exact(&mut length)?;
        self.acknowledge()?;
        let mut frame = Vec::new();
        let length = u64::from(u32::from_be_bytes(length));
        (&mut self.stream).take(length).read_to_end(&mut frame)?;
        let (answer, ..) = Response::from_wire(&frame).map_err(io::Error::other)?;
        Ok(answer)
    }

    /// The broker sends an answer in two pieces, and the second once the first is acknowledged:
    /// which takes 40 ms unless the system is told to.
    fn acknowledge(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        std::os::linux::net::TcpStreamExt::set_quickack(&self.stream, true)?;
        Ok(())
    }

    /// Writes one record of so many bytes into the first partition.
    ///
    /// # Errors
    ///
    /// As the broker says it.
    pub(crate) fn publish(&mut self, topic: &str, bytes: usize) -> Result<u64, String> {
        let record = Request::Publish {
            topic: topic.to_owned(),
            partition: Some(0),
            key: None,
            value: vec![b'x'; bytes].into(),
            leader_epoch: None,
        };
        let answer = self.ask(&record).map_err(|error| error.to_string())?;
        let Response::Published { offset, .. } = answer else { return Err(format!("{answer:?}")) };
        Ok(offset)
    }

    /// The length of the record at an offset of the first partition.
    ///
    /// # Errors
    ///
    /// As the broker says it.
    pub(crate) fn length(&mut self, topic: &str, offset: u64) -> Result<usize, String> {
        let question = Request::Consume {
            topic: topic.to_owned(),
            partition: 0,
            offset,
            max_messages: 1,
            isolation_level: None,
            max_wait_ms: None,
        };
        let answer = self.ask(&question).map_err(|error| error.to_string())?;
        let Response::Messages { messages } = answer else { return Err(format!("{answer:?}")) };
        messages.first().map(|message| message.value.len()).ok_or("there is none".to_owned())
    }
}
