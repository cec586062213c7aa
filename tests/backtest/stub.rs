//! A server that is as good a Prometheus as a test lets it be.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A question.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET or POST.
    pub method: String,
    /// The path below `/api/v1/`.
    pub path: String,
    /// What it asks for, from the query and the body.
    pub parameters: BTreeMap<String, String>,
    /// Headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
}

/// How a question is answered.
pub enum Reply {
    /// As a Prometheus does.
    Well,
    /// With a status, headers and a body.
    With(u16, &'static str, String),
    /// With these bytes.
    Raw(String),
    /// The same with what is no text.
    Bytes(&'static [u8]),
    /// With these bytes, and then nothing more, while the connection stays.
    Stuck(String),
    /// Not at all.
    Never,
}

type Handler = dyn Fn(&Request, usize) -> Reply + Send + Sync;

/// A server on the loopback; its threads end with the test.
pub struct Stub {
    /// Where it listens.
    pub port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    /// Starts one. The handler is given each question, and how many there were before it.
    pub fn start(handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (handler, all): (Arc<Handler>, _) = (Arc::new(handler), Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (handler, all) = (Arc::clone(&handler), Arc::clone(&all));
                std::thread::spawn(move || {
                    let other = stream.try_clone().expect("the stream twice");
                    serve(&mut BufReader::new(stream), other, &*handler, &all);
                });
            }
        });
        Stub { port, seen }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// All questions so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("the questions").clone()
    }
}

/// Answers all questions of a connection.
pub fn serve(
    reader: &mut dyn std::io::BufRead,
    mut out: impl Write,
    handler: &(dyn Fn(&Request, usize) -> Reply + Send + Sync),
    seen: &Mutex<Vec<Request>>,
) {
    while let Some(request) = read(reader, &mut out) {
        let before = {
            let mut seen = seen.lock().expect("the questions");
            seen.push(request.clone());
            seen.len() - 1
        };
        let text = match handler(&request, before) {
            Reply::Well => with(200, "", &well(&request).to_string()),
            Reply::With(status, headers, body) => with(status, headers, &body),
            Reply::Raw(text) => {
                let _ = out.write_all(text.as_bytes());
                return;
            }
            Reply::Bytes(bytes) => {
                let _ = out.write_all(bytes);
                return;
            }
            Reply::Stuck(text) => {
                let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
                std::thread::sleep(Duration::from_secs(120));
                return;
            }
            Reply::Never => {
                std::thread::sleep(Duration::from_secs(120));
                return;
            }
        };
        if out.write_all(text.as_bytes()).is_err() {
            return;
        }
        let _ = out.flush();
    }
}

fn with(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} Said\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// A question; none at the end of the connection. A proxy is asked for a way first, which ends here as well.
fn read(reader: &mut dyn std::io::BufRead, out: &mut impl Write) -> Option<Request> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|n| *n > 0)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_string());
    }
    let length = headers.get("content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut parts = first.split(' ');
    let (method, target) = (parts.next()?.to_string(), parts.next()?.to_string());
    if method == "CONNECT" {
        out.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").ok()?;
        return read(reader, out);
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut parameters = BTreeMap::new();
    let body = String::from_utf8_lossy(&body).into_owned();
    for pair in query.split('&').chain(body.split('&')).filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.insert(decoded(name), decoded(value));
    }
    let path = path.split("/api/v1/").nth(1).unwrap_or(path).to_string();
    Some(Request { method, path, parameters, headers })
}

fn decoded(text: &str) -> String {
    let bytes = text.replace('+', " ").into_bytes();
    let (mut out, mut i) = (Vec::new(), 0);
    while i < bytes.len() {
        let hex = bytes.get(i + 1..i + 3).and_then(|h| std::str::from_utf8(h).ok());
        let byte = hex.and_then(|h| u8::from_str_radix(h, 16).ok()).filter(|_| bytes[i] == b'%');
        out.push(byte.unwrap_or(bytes[i]));
        i += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// How many points a question asks for.
pub fn points(request: &Request) -> i64 {
    let number = |name: &str| request.parameters.get(name).and_then(|v| v.parse::<i64>().ok());
    match (number("start"), number("end"), number("step")) {
        (Some(start), Some(end), Some(step)) => (end - start) / step + 1,
        _ => 0,
    }
}

/// What a Prometheus says of a shop in which seven of ten thousand events fail.
pub fn well(request: &Request) -> Value {
    let query = request.parameters.get("query").map_or("", String::as_str);
    let data = match request.path.as_str() {
        "status/buildinfo" => json!({ "version": "2.42.0" }),
        "status/runtimeinfo" => json!({ "storageRetention": "15d" }),
        "status/flags" => json!({ "query.lookback-delta": "5m" }),
        "query" => json!({ "resultType": "vector", "result": [{ "metric": {}, "value": [0.0, "1"] }] }),
        "query_range" => {
            let number = |name: &str| request.parameters[name].parse::<i64>().expect("a number");
            let (start, step) = (number("start"), number("step"));
            let value = match query {
                "count(up)" => "1",
                q if q.contains("code=\"500\"") => "0.07",
                _ => "100",
            };
            let values: Vec<Value> = (0..points(request)).map(|i| json!([start + i * step, value])).collect();
            json!({ "resultType": "matrix", "result": [{ "metric": {}, "values": values }] })
        }
        path if path.starts_with("label") => json!(["pay_total"]),
        other => panic!("nobody should ask for {other}"),
    };
    json!({ "status": "success", "data": data })
}
