//! Standard input and output. Only messages are written to the output; what cannot be understood is answered, and the next message is
//! read.

use super::Value;
use lsp_server::{Connection, Message, Notification, Request, Response, ResponseError};
use serde_json::json;
use std::io::{self, BufRead, Write};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// No message is larger; a header that says so is broken.
const LARGEST: usize = 1 << 30;

/// What was read.
#[derive(Debug)]
enum Read {
    Message(Message),
    /// Something else, and what to answer.
    Broken(Value),
    End,
}

/// Runs a session on standard input and output, which also ends when the process of the client does.
pub fn stdio<T>(client: Option<u32>, serve: impl FnOnce(&Connection) -> T) -> T {
    let (here, there) = Connection::memory();
    let Connection { sender, receiver } = there;
    let output = std::sync::Arc::new(Mutex::new(io::stdout()));
    let broken = output.clone();
    if let Some(process) = client {
        let sender = sender.clone();
        watch(process, move || drop(sender.send(exit())));
    }
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            match read(&mut input) {
                Ok(Read::Message(message)) => {
                    if let Some(process) = client_process(&message) {
                        let sender = sender.clone();
                        watch(process, move || drop(sender.send(exit())));
                    }
                    if sender.send(message).is_err() {
                        return;
                    }
                }
                Ok(Read::Broken(answer)) => {
                    let _ = write(&mut *broken.lock().unwrap_or_else(PoisonError::into_inner), &answer.to_string());
                }
                // the client is gone; one `exit` ends the session whoever else still holds the channel
                Ok(Read::End) | Err(_) => {
                    let _ = sender.send(exit());
                    return;
                }
            }
        }
    });
    let writer = thread::spawn(move || {
        for message in receiver {
            let text = serde_json::to_string(&message).unwrap_or_default();
            // `{"id":…` → `{"jsonrpc":"2.0","id":…`
            let text = format!("{{\"jsonrpc\":\"2.0\",{}", text.trim_start_matches('{'));
            if write(&mut *output.lock().unwrap_or_else(PoisonError::into_inner), &text).is_err() {
                return;
            }
        }
    });
    let result = serve(&here);
    drop(here);
    let _ = writer.join();
    result
}

fn exit() -> Message {
    Message::Notification(Notification { method: "exit".to_string(), params: Value::Null })
}

/// The process that `initialize` names.
fn client_process(message: &Message) -> Option<u32> {
    match message {
        Message::Request(request) if request.method == "initialize" => {
            request.params.get("processId")?.as_u64().and_then(|id| u32::try_from(id).ok())
        }
        _ => None,
    }
}

/// Calls a function when a process is gone: a client that was killed closes no pipe that its children still have. One that is not there
/// to begin with is not waited for: the client may be outside of the container in which the server is.
fn watch(process: u32, then: impl FnOnce() + Send + 'static) {
    if !is_alive(process) {
        return;
    }
    thread::spawn(move || {
        while is_alive(process) {
            thread::sleep(Duration::from_secs(2));
        }
        then();
    });
}

fn is_alive(process: u32) -> bool {
    let known = std::path::Path::new("/proc/self/stat");
    !known.exists() || std::path::Path::new(&format!("/proc/{process}")).exists()
}

fn write(output: &mut impl Write, text: &str) -> io::Result<()> {
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

/// The next message, or what is there instead of one.
fn read(input: &mut impl BufRead) -> io::Result<Read> {
    let mut length: Option<String> = None;
    let mut headers = false;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(Read::End);
        }
        let header = String::from_utf8_lossy(&line);
        let header = header.trim();
        if let Some(value) = length_in(header) {
            length = Some(value.to_string());
        } else if header.is_empty() && headers {
            break;
        }
        // other headers, and lines that are none, lead on to the next length
        headers |= !header.is_empty();
    }
    let Some(length) = length else {
        return Ok(Read::Broken(error(&Value::Null, -32600, "there is no Content-Length before this message")));
    };
    let Some(length) = length.parse().ok().filter(|length: &usize| *length <= LARGEST) else {
        let shown: String = length.chars().take(40).collect();
        return Ok(Read::Broken(error(&Value::Null, -32600, &format!("no such Content-Length: {shown:?}"))));
    };
    let mut body = vec![0; length];
    if let Err(e) = input.read_exact(&mut body) {
        return if e.kind() == io::ErrorKind::UnexpectedEof { Ok(Read::End) } else { Err(e) };
    }
    Ok(match serde_json::from_slice::<Value>(&body) {
        Err(e) => Read::Broken(error(&Value::Null, -32700, &format!("not JSON: {e}"))),
        Ok(value) => message(value),
    })
}

/// The value of `Content-Length:` in a line of the header. Where the length before was no length, the body of its message has no end, and the
/// header of the next one stands behind it on the same line.
fn length_in(line: &str) -> Option<&str> {
    const NAME: &str = "content-length";
    let found = line.to_ascii_lowercase().rfind(NAME)?;
    let value = line.get(found + NAME.len()..)?.trim_start().strip_prefix(':')?;
    Some(value.trim())
}

/// What a JSON value is as a message.
fn message(mut value: Value) -> Read {
    let mut take = |name: &str| value.get_mut(name).map(Value::take);
    let (id, method, params) = (take("id"), take("method"), take("params").unwrap_or_default());
    let (result, failure) = (take("result"), take("error"));
    let known = id.clone().and_then(|id| serde_json::from_value(id).ok());
    match (method, known, id) {
        (Some(Value::String(method)), Some(id), _) => Read::Message(Request { id, method, params }.into()),
        (Some(Value::String(method)), None, None) => Read::Message(Notification { method, params }.into()),
        (None, Some(id), _) => {
            let failure = failure.map(|f| ResponseError { code: 0, message: f.to_string(), data: None });
            let response_result = failure.map_or_else(|| Ok(result.unwrap_or_default()), Err);
            Read::Message(Response { id, response_result }.into())
        }
        (_, _, id) => Read::Broken(error(&id.unwrap_or_default(), -32600, "neither a request nor a notification")),
    }
}

fn error(id: &Value, code: i32, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut input = io::BufReader::new(text.as_bytes());
        let mut found = Vec::new();
        loop {
            match read(&mut input).expect("readable") {
                Read::Message(Message::Request(r)) => found.push(format!("request {}", r.method)),
                Read::Message(Message::Notification(n)) => found.push(format!("notification {}", n.method)),
                Read::Message(Message::Response(r)) => found.push(format!("response {}", r.id)),
                Read::Broken(answer) => found.push(format!("{} {}", answer["error"]["code"], answer["id"])),
                Read::End => return found,
            }
        }
    }

    #[test]
    fn a_process_that_cannot_be_seen_ends_nothing() {
        let (sender, receiver) = std::sync::mpsc::channel();
        // no process has so high a number
        watch(u32::MAX, move || {
            let _ = sender.send(());
        });
        assert!(receiver.recv_timeout(Duration::from_secs(20)).is_err());
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_is_broken_is_answered_and_the_next_message_is_read() {
        let text = [
            framed("{\"id\":1,\"method\":\"a\"}"),
            framed("{not json"),
            framed("[]"),
            framed("{\"id\":2,\"method\":7}"),
            framed("{\"id\":[],\"method\":\"a\"}"),
            "garbage\r\nContent-Type: x\r\n".to_string() + &framed("{\"method\":\"b\"}"),
            "content-length:21\n\n{\"id\":\"3\",\"result\":1}".to_string(),
            framed("{\"method\":\"c\"}"),
            "Content-Length: 99\r\n\r\n{".to_string(),
        ];
        let expected = [
            "request a",
            "-32700 null",
            "-32600 null",
            "-32600 2",
            "-32600 []",
            "notification b",
            "response \"3\"",
            "notification c",
        ];
        assert_eq!(all(&text.concat()), expected);
        assert_eq!(all("Content-Length: 99999999999999\r\n\r\n"), ["-32600 null"]);
    }

    #[test]
    fn a_length_that_is_none_is_answered_and_the_next_message_is_found() {
        let body = "{\"id\":1,\"method\":\"initialize\"}";
        for length in ["", "abc", "-5", "1e3", "12 34", "0x10", "\u{ff15}"] {
            let text = format!("Content-Length: {length}\r\n\r\n{body}{}", framed("{\"method\":\"b\"}"));
            assert_eq!(all(&text), ["-32600 null", "notification b"], "{length:?}");
            assert_eq!(all(&format!("Content-Length:{length}\n\n")), ["-32600 null"], "{length:?}");
        }
        // headers without any, and blank lines, which say nothing
        assert_eq!(all(&format!("Content-Typ: x\r\n\r\n{}", framed(body))), ["-32600 null", "request initialize"]);
        assert_eq!(all(&format!("\r\n\n{}", framed(body))), ["request initialize"]);
    }
}
