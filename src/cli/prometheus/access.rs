//! Who asks: a token, a password or headers. They come from the environment, never from the command line, which others on the machine can
//! read, and are never printed.

use std::fmt;

/// What is sent along with each question.
#[derive(Clone, Default)]
pub struct Access {
    /// Names and values.
    headers: Vec<(String, String)>,
    /// The variable that says who asks.
    from: Option<&'static str>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // no value ends up in a message
        f.debug_struct("Access").field("from", &self.from).finish_non_exhaustive()
    }
}

/// A bearer token.
pub const TOKEN: &str = "TABI_PROMETHEUS_TOKEN";
/// Basic authentication, with [`PASSWORD`].
pub const USER: &str = "TABI_PROMETHEUS_USER";
/// Basic authentication, with [`USER`].
pub const PASSWORD: &str = "TABI_PROMETHEUS_PASSWORD";
/// Headers, one a line.
pub const HEADER: &str = "TABI_PROMETHEUS_HEADER";

impl Access {
    /// What the environment says.
    ///
    /// # Errors
    /// In words, where it contradicts itself or cannot be sent. The words have no values in them.
    pub fn from(variable: &dyn Fn(&str) -> Option<String>) -> Result<Access, String> {
        let mut access = Access::default();
        let says = |name: &str| variable(name).map(|v| v.trim().to_string()).filter(|v| !v.is_empty());
        let (token, user, password) = (says(TOKEN), says(USER), variable(PASSWORD).filter(|v| !v.is_empty()));
        match (token, user, password) {
            (Some(_), Some(_), _) => {
                return Err(format!("both {TOKEN} and {USER} are set\n  help: unset the one that is not meant"));
            }
            (Some(token), None, _) => access.add(TOKEN, "Authorization", &format!("Bearer {token}"))?,
            (None, Some(user), password) => {
                if user.contains(':') {
                    return Err(format!("{USER} has a colon in it, which no name of a user may have"));
                }
                let pair = format!("{user}:{}", password.unwrap_or_default());
                access.add(USER, "Authorization", &format!("Basic {}", base64(pair.as_bytes())))?;
            }
            (None, None, Some(_)) => return Err(format!("{PASSWORD} is set, but {USER} is not")),
            (None, None, None) => {}
        }
        for line in says(HEADER).iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty()) {
            let Some((name, value)) = line.split_once(':') else {
                return Err(format!(
                    "{HEADER} is no header\n  help: write it as `X-Scope-OrgID: shop`, several on lines of their own"
                ));
            };
            access.add(HEADER, name.trim(), value.trim())?;
        }
        Ok(access)
    }

    fn add(&mut self, from: &'static str, name: &str, value: &str) -> Result<(), String> {
        let of_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(of_token) {
            return Err(format!("{from} is no header: its name has characters that no header may have"));
        }
        if value.is_empty() || !value.chars().all(|c| (' '..='~').contains(&c)) {
            return Err(format!("{from} cannot be sent: it is empty or has characters other than those of ASCII"));
        }
        if self.headers.iter().any(|(have, _)| have.eq_ignore_ascii_case(name)) {
            return Err(format!("{from} sets the header {name}, which is set already"));
        }
        self.headers.push((name.to_string(), value.to_string()));
        if from != HEADER || name.eq_ignore_ascii_case("authorization") {
            self.from = Some(from);
        }
        Ok(())
    }

    /// Names and values of headers.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The variable that says who asks, where one does.
    pub fn said_by(&self) -> Option<&'static str> {
        self.from
    }
}

/// Bytes in the alphabet of RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let three = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let sign = ALPHABET[(three >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { char::from(sign) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Access, String> {
        Access::from(&|name| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_string()))
    }

    #[test]
    fn the_environment_says_who_asks() {
        let headers = |variables: &[(&str, &str)]| {
            let access = of(variables).unwrap_or_default();
            access.headers().iter().map(|(n, v)| format!("{n}: {v}")).collect::<Vec<_>>()
        };
        assert_eq!(headers(&[(TOKEN, "abc\n")]), ["Authorization: Bearer abc"]);
        // the example of RFC 7617
        assert_eq!(
            headers(&[(USER, "Aladdin"), (PASSWORD, "open sesame")]),
            ["Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]
        );
        assert_eq!(headers(&[(HEADER, "X-Scope-OrgID: shop\n\nX-B:c")]), ["X-Scope-OrgID: shop", "X-B: c"]);
        assert!(headers(&[]).is_empty());
    }

    #[test]
    fn mistakes_are_said_without_the_secret() {
        for variables in [
            &[(TOKEN, "s3cret"), (USER, "s3cret")][..],
            &[(TOKEN, "s3cret\nX: y")],
            &[(PASSWORD, "s3cret")],
            &[(USER, "s3cret:x")],
            &[(HEADER, "s3cret")],
            &[(HEADER, "s3 cret: x")],
            &[(HEADER, "Authorization: s3cret"), (TOKEN, "s3cret")],
        ] {
            let why = of(variables).expect_err("a mistake");
            assert!(!why.contains("s3"), "{why}");
        }
        let access = of(&[(TOKEN, "s3cret")]).expect("a token");
        assert!(!format!("{access:?}").contains("s3"));
    }

    #[test]
    fn base64_is_that_of_the_rfc() {
        let written = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|t| base64(t.as_bytes()));
        assert_eq!(written, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }
}
