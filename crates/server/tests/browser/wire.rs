//! One HTTP request over loopback: for what a browser does not hand over, such as the bytes of a
//! download, and for the commands of the driver that stand outside the standard.
//!
//! Deliberately absent: TLS, redirects, cookies, kept connections, bodies in chunks.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(20);

/// Status and body of an answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Sends one request to `http://host:port` and reads the answer to its end.
pub fn send(method: &str, base: &str, path: &str, json: Option<&Value>) -> io::Result<Answer> {
    let host = base.strip_prefix("http://").unwrap_or(base);
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let body = json.map(Value::to_string).unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    receive(BufReader::new(stream))
        .and_then(|answer| answer.ok_or_else(|| io::Error::other("not an HTTP answer")))
}

/// What a citizen without a browser gets.
pub fn get(base: &str, path: &str) -> Answer {
    send("GET", base, path, None).unwrap_or_else(|error| panic!("{base}{path}: {error}"))
}

/// Reads as much as the head announces: the driver keeps its connections open whatever it is asked.
fn receive(mut stream: impl BufRead) -> io::Result<Option<Answer>> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let Some(Ok(status)) = line.split(' ').nth(1).map(str::parse) else {
        return Ok(None);
    };
    let mut length = None;
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        }
    }
    let mut body = Vec::new();
    match length {
        Some(length) => {
            body.resize(length, 0);
            stream.read_exact(&mut body)?;
        }
        None => drop(stream.read_to_end(&mut body)?),
    }
    Ok(Some(Answer { status, body }))
}
