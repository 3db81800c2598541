//! The vault, as far as a test wants it.

use std::fmt::Write as _;

use bindery_runtime::Error;

use crate::{
    Client, Environment,
    stub::{Received, Reply, Stub},
};

/// Whether it asks for a token.
pub(crate) fn is_token(request: &Received) -> bool {
    request.line.contains("token")
}

/// Opens to everyone, and issues `access-1`, `access-2`, … for an hour.
pub(crate) fn vault(request: &Received, number: usize) -> Reply {
    if is_token(request) {
        issued(number)
    } else {
        Reply::ok(r#"{"open":true}"#)
    }
}

pub(crate) fn issued(number: usize) -> Reply {
    Reply::ok(format!(
        r#"{{"access_token":"access-{number}","token_type":"Bearer","expires_in":3600}}"#
    ))
}

/// A pair of tokens, of which the refresh token replaces the one before.
pub(crate) fn pair(number: usize) -> Reply {
    Reply::ok(format!(
        r#"{{"access_token":"access-{number}","refresh_token":"refresh-{number}","token_type":"bearer","expires_in":3600}}"#
    ))
}

pub(crate) fn at(stub: &Stub) -> Environment {
    Environment::custom_over_plain_http(&format!("{}/v1", stub.url)).expect("a URL")
}

/// Everything that came over the wire and is not said by every request.
pub(crate) fn shown(stub: &Stub) -> String {
    let mut text = String::new();
    for request in stub.received() {
        let _ = writeln!(text, "{}", request.line);
        for name in ["authorization", "cookie", "x-vault-key", "content-type"] {
            if let Some(value) = request.header(name) {
                let _ = writeln!(text, "{name}: {value}");
            }
        }
        if !request.body.is_empty() {
            let _ = writeln!(text, "\n{}", request.body);
        }
        text.push('\n');
    }
    text
}

pub(crate) async fn open(client: &Client) -> Result<bool, Error> {
    Ok(client.open_by_scope().send().await?.open)
}
