//! Over TLS, with certificates that are right and wrong.

use super::stub::{Reply, Stub, serve};
use super::{command, project, said};
use std::io::BufReader;
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};

/// A server whose certificate is for a name, and that certificate, which nobody but itself has signed.
fn server(name: &str) -> (u16, String) {
    server_of(name, rcgen::IsCa::NoCa)
}

fn server_of(name: &str, is_ca: rcgen::IsCa) -> (u16, String) {
    let pair = rcgen::KeyPair::generate().expect("a key");
    let mut parameters = rcgen::CertificateParams::new(vec![name.to_string()]).expect("a name");
    parameters.is_ca = is_ca;
    // whoever has signed something is found by the name
    parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
    let made = parameters.self_signed(&pair).expect("a certificate");
    let key = rustls::pki_types::PrivateKeyDer::try_from(pair.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(vec![made.der().clone()], key)
        .expect("a server");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            std::thread::spawn(move || answer(config, stream));
        }
    });
    (port, made.pem())
}

/// One question and its answer.
fn answer(config: Arc<rustls::ServerConfig>, stream: std::net::TcpStream) {
    let connection = rustls::ServerConnection::new(config).expect("a connection");
    let tls = Mutex::new(rustls::StreamOwned::new(connection, stream));
    let (read, write) = (Shared(&tls), Shared(&tls));
    serve(&mut BufReader::new(read), write, &|_, _| Reply::Well, &Mutex::new(Vec::new()));
}

/// Both ends of a stream that cannot be cloned.
struct Shared<'s>(&'s Mutex<rustls::StreamOwned<rustls::ServerConnection, std::net::TcpStream>>);

impl std::io::Read for Shared<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the stream").read(buffer)
    }
}

impl std::io::Write for Shared<'_> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the stream").write(buffer)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.0.lock().expect("the stream").flush()
    }
}

fn run(directory: &Path, url: &str, more: &[&str]) -> Output {
    command(directory, &["--prometheus", url, "--since", "1d", "--until", "1700006400", "--timeout", "20"])
        .args(more)
        .output()
        .expect("it runs")
}

#[test]
fn a_certificate_of_ones_own_is_trusted_if_it_is_named() {
    let directory = project();
    let (port, pem) = server("127.0.0.1");
    let url = format!("https://127.0.0.1:{port}");
    super::common::write(&directory.path().join("ca.pem"), &pem);
    let output = run(directory.path(), &url, &["--ca-file", "ca.pem"]);
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));

    let output = run(directory.path(), &url, &[]);
    let (_, err) = said(&output);
    assert_eq!(output.status.code(), Some(2));
    // a machine without any certificates of authorities says so before it asks
    assert!(err.contains("--ca-file") && err.contains("certificate"), "{err}");
}

#[test]
fn wrong_certificates_and_files_are_said() {
    let directory = project();
    let write = |name: &str, text: &str| super::common::write(&directory.path().join(name), text);
    let (port, pem) = server("prometheus.example");
    write("ca.pem", &pem);
    let fails = |url: &str, more: &[&str], words: &[&str]| {
        let output = run(directory.path(), url, more);
        let (_, err) = said(&output);
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(words.iter().all(|w| err.contains(w)), "{err}");
    };
    let url = format!("https://127.0.0.1:{port}");
    // for another name
    fails(&url, &["--ca-file", "ca.pem"], &["not to be trusted", "prometheus.example"]);
    // of somebody else
    write("other.pem", &server("127.0.0.2").1);
    fails(&url, &["--ca-file", "other.pem"], &["not to be trusted", "--ca-file"]);
    // its own certificate is that of an authority, as `openssl req -x509` makes it
    let (authority, pem) = server_of("127.0.0.1", rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained));
    write("authority.pem", &pem);
    let own = format!("https://127.0.0.1:{authority}");
    fails(&own, &["--ca-file", "authority.pem"], &["not to be trusted: CaUsedAsEndEntity\n", "CA:FALSE"]);
    write("none.pem", "no certificate\n");
    fails(&url, &["--ca-file", "none.pem"], &["none.pem has no certificate"]);
    write("broken.pem", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n");
    fails(&url, &["--ca-file", "broken.pem"], &["broken.pem"]);
    fails(&url, &["--ca-file", "gone.pem"], &["gone.pem: there is no such file"]);
    let plain = Stub::start(|_, _| Reply::Well);
    fails(&plain.url(), &["--ca-file", "ca.pem"], &["is http"]);
    // http where https is asked for, and the other way round
    fails(&format!("https://127.0.0.1:{}", plain.port), &["--ca-file", "ca.pem"], &["tabi: https://127.0.0.1:"]);
    fails(&format!("http://127.0.0.1:{port}"), &[], &["tabi: "]);
}
