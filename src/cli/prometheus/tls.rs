//! Whom to trust over TLS: the certificates of the system, or those of a file.

use crate::load::walk::reason;
use std::path::Path;
use std::sync::Arc;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};

/// The configuration for https.
///
/// # Errors
/// In words, where there are no certificates.
pub fn config(ca_file: Option<&Path>) -> Result<TlsConfig, String> {
    let roots = match ca_file {
        Some(path) => of_file(path)?,
        None => of_system()?,
    };
    // ureq has no provider of its own here; the one of ring needs no further tools to be built
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(provider)
        .build())
}

fn of_file(path: &Path) -> Result<Vec<Certificate<'static>>, String> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|e| format!("{shown}: {}", reason(&e)))?;
    let mut found = Vec::new();
    for item in ureq::tls::parse_pem(&bytes) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(format!("{shown} is no file of certificates in PEM")),
        }
    }
    if found.is_empty() {
        return Err(format!(
            "{shown} has no certificate\n  help: it is a file of PEM with `-----BEGIN CERTIFICATE-----` in it"
        ));
    }
    Ok(found)
}

fn of_system() -> Result<Vec<Certificate<'static>>, String> {
    let found = rustls_native_certs::load_native_certs().certs;
    if found.is_empty() {
        return Err("this system has no certificates of authorities, so none can be trusted over https\n  \
             help: `--ca-file` names a file of those to trust; Debian has them in the package ca-certificates"
            .into());
    }
    Ok(found.into_iter().map(|c| Certificate::from_der(c.as_ref()).to_owned()).collect())
}
