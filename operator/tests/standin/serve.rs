//! The wire of the stand-in: frames at one port, HTTP at the other, and every way to fail at it.

use std::{io, net, sync::Arc, time::Duration};

use rivven_protocol::{Request, Response};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};

use super::{Broker, Mood, lock};

/// Which of a broker's two ports.
#[derive(Clone, Copy, Debug)]
pub(super) enum Port {
    /// The client protocol.
    Client,
    /// HTTP.
    Api,
}

/// Serves a port until it is aborted, and every connection of it with it.
pub(super) async fn listen(broker: Arc<Broker>, listener: net::TcpListener, port: Port) {
    let listener = TcpListener::from_std(listener).expect("the listener is non-blocking");
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        lock(&broker.state).connections += 1;
        let broker = Arc::clone(&broker);
        connections.spawn(async move {
            // A test that hangs up is no failure of the broker.
            let _ = match port {
                Port::Client => talk(&broker, stream).await,
                Port::Api => http(&broker, stream).await,
            };
        });
    }
}

/// Frames, until the other side hangs up.
async fn talk(broker: &Broker, mut stream: TcpStream) -> io::Result<()> {
    loop {
        let length = stream.read_u32().await? as usize;
        let mut frame = vec![0; length];
        stream.read_exact(&mut frame).await?;
        let (request, format, id) = Request::from_wire(&frame).map_err(io::Error::other)?;
        let greeting = matches!(request, Request::Handshake { .. } | Request::Ping);
        let mood = broker.mood(!greeting);
        if mood == Mood::Silent {
            return silence().await;
        }
        if mood == Mood::Closing {
            return Ok(());
        }
        if let Some(what) = told(&request) {
            broker.called(what);
        }
        let done = if greeting { Mood::Well } else { mood };
        if done == Mood::Drops {
            return reset(&stream);
        }
        let answer = if let Mood::Says(message) = &done {
            Response::Error { message: (*message).to_owned() }
        } else {
            lock(&broker.state).held.answer(request)
        };
        let id = if done == Mood::Babbles { id + 1 } else { id };
        let answer = answer.to_wire(format, id).map_err(io::Error::other)?;
        let length = u32::try_from(answer.len()).map_err(io::Error::other)?;
        let length = if done == Mood::Floods { 1 << 31 } else { length };
        let frame = [&length.to_be_bytes(), &*answer].concat();
        let _under_way = broker.under_way();
        if !send(&mut stream, &frame, &done).await? {
            return if done == Mood::Resets { reset(&stream) } else { Ok(()) };
        }
    }
}

/// One request.
async fn http(broker: &Broker, mut stream: TcpStream) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let mood = broker.mood(true);
    let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let path = head.split(' ').nth(1).unwrap_or_default();
    broker.called(format!("{} {host}", path.trim_start_matches('/')));
    if mood == Mood::Silent {
        return silence().await;
    }
    if mood == Mood::Closing {
        return Ok(());
    }
    if mood == Mood::Drops {
        return reset(&stream);
    }
    let (status, says) = match (&mood, path) {
        (Mood::Ill, "/health") => ("503 Service Unavailable", "unhealthy"),
        (Mood::Says(_), _) | (_, "/health") => ("200 OK", "healthy"),
        _ => ("404 Not Found", "unknown"),
    };
    let body = if let Mood::Says(page) = &mood {
        (*page).to_owned()
    } else {
        let rest =
            r#""node_id_str":"stand-in","is_leader":true,"leader_id":1,"cluster_mode":false"#;
        format!(r#"{{"status":"{says}","node_id":1,{rest}}}"#)
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let _under_way = broker.under_way();
    if !send(&mut stream, answer.as_bytes(), &mood).await? && mood == Mood::Resets {
        return reset(&stream);
    }
    Ok(())
}

/// Sends an answer in this mood. Returns whether the connection is to go on.
async fn send(stream: &mut TcpStream, answer: &[u8], mood: &Mood) -> io::Result<bool> {
    if *mood == Mood::Resets {
        return Ok(false);
    }
    if *mood == Mood::Halves {
        stream.write_all(&answer[..answer.len() / 2]).await?;
        stream.shutdown().await?;
        return Ok(false);
    }
    if let Mood::Late(delay) = mood {
        sleep(*delay).await;
    }
    stream.write_all(answer).await?;
    Ok(true)
}

/// Says nothing for as long as any test runs.
async fn silence() -> io::Result<()> {
    sleep(Duration::from_secs(3600)).await;
    Ok(())
}

/// Ends a connection so that the other side sees a reset.
fn reset(stream: &TcpStream) -> io::Result<()> {
    stream.set_zero_linger()
}

/// A request in words; nothing for greetings.
#[expect(clippy::wildcard_enum_match_arm, reason = "the operator asks nothing else")]
pub(crate) fn told(request: &Request) -> Option<String> {
    Some(match request {
        Request::CreateTopic { name, partitions } => {
            format!("create {name} {}", partitions.unwrap_or_default())
        }
        Request::CreatePartitions { topic, new_partition_count, .. } => {
            format!("grow {topic} {new_partition_count}")
        }
        Request::AlterTopicConfig { topic, configs } => {
            let value = |value: &Option<String>| value.clone().unwrap_or_default();
            let configs = configs.iter().map(|one| format!("{}={}", one.key, value(&one.value)));
            format!("set {topic} {}", configs.collect::<Vec<_>>().join(" "))
        }
        Request::DeleteTopic { name } => format!("delete {name}"),
        Request::ListTopics => "list".to_owned(),
        Request::GetMetadata { topic } => format!("metadata {topic}"),
        Request::DescribeTopicConfigs { topics } => format!("configs {}", topics.join(" ")),
        Request::GetOffsetBounds { topic, partition } => format!("bounds {topic}/{partition}"),
        Request::DescribeGroup { consumer_group } => format!("group {consumer_group}"),
        Request::Publish { topic, .. } => format!("publish {topic}"),
        _ => return None,
    })
}

/// Counts a request that is under way, until it is dropped.
struct UnderWay<'a>(&'a Broker);

impl Broker {
    /// The mood for this request: once another, if that was asked for.
    fn mood(&self, counts: bool) -> Mood {
        let mut state = lock(&self.state);
        let next = if counts { state.next.take() } else { None };
        next.unwrap_or_else(|| state.mood.clone())
    }

    fn under_way(&self) -> UnderWay<'_> {
        let mut state = lock(&self.state);
        state.at_once += 1;
        state.at_once_most = state.at_once_most.max(state.at_once);
        UnderWay(self)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).at_once -= 1;
    }
}
