//! A schema registry as its clients see it: a request at a time, each on a connection of its own.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};

/// How long a registry may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks for a page, and returns the number of the answer and what it says.
///
/// # Errors
///
/// If there is no whole answer.
pub(crate) fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    body: &Value,
) -> io::Result<(u16, Value)> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let body = if body.is_null() { String::new() } else { body.to_string() };
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: \
         application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let number = answer.split(' ').nth(1).and_then(|number| number.parse().ok());
    let number = number.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    Ok((number, serde_json::from_str(body).unwrap_or_default()))
}

/// Registers a record of this name with these fields, all of them texts, and returns the number of
/// the answer.
///
/// # Errors
///
/// If there is no whole answer.
pub(crate) fn register(
    address: SocketAddr,
    subject: &str,
    name: &str,
    fields: &[&str],
) -> io::Result<u16> {
    let fields: Vec<Value> =
        fields.iter().map(|field| json!({ "name": field, "type": "string" })).collect();
    let schema = json!({ "type": "record", "name": name, "fields": fields }).to_string();
    let body = json!({ "schema": schema, "schemaType": "AVRO" });
    send(address, "POST", &format!("/subjects/{subject}/versions"), &body).map(|(number, _)| number)
}
