//! The service's hint at what it got in place of what was signed.

use std::fmt::Write as _;

use bindery_runtime::RefusedRequest;
use serde::Deserialize;
use sha2::{Digest as _, Sha512};

use super::{SIGNED_PATH, TIMESTAMP, lower_hex};

/// The single fault that is a hint, by its reason.
const REASON: &str = "debugHint";

/// A fault that looks like one.
#[derive(Deserialize)]
struct Fault {
    reason: String,
    value: Hint,
}

#[derive(Deserialize)]
struct Hint {
    message_parts: Parts,
}

#[derive(Deserialize)]
struct Parts {
    timestamp: Option<Part>,
    method: Option<Part>,
    signed_path: Option<Part>,
    body: Option<Part>,
}

/// A part of what the service made its signature of.
#[derive(Deserialize)]
struct Part {
    sha512: Option<String>,
    canonicalized: Option<String>,
}

impl Part {
    /// Whether it is another than `own`; not where it tells neither its hash nor itself.
    fn differs(&self, own: &[u8]) -> bool {
        match (&self.sha512, &self.canonicalized) {
            (Some(hash), _) => !hash.eq_ignore_ascii_case(&lower_hex(&Sha512::digest(own))),
            (None, Some(text)) => text.as_bytes() != own,
            (None, None) => false,
        }
    }

    /// What the service got, in brackets, where that looks like what it should be and so is no secret.
    fn shown(&self, fits: impl Fn(&str) -> bool) -> String {
        const LONGEST: usize = 120;
        let text = self.canonicalized.as_deref().unwrap_or_default();
        // A query may hold what is nobody's business; the path before it is in every log.
        let text = text.split('?').next().unwrap_or_default();
        if text.is_empty() || text.len() > LONGEST || !fits(text) {
            return String::new();
        }
        format!(" (`{text}`)")
    }
}

/// Which part of what was signed differs from what arrived, by the hint in the answer, in words.
pub(super) fn explain(refusal: &RefusedRequest<'_>) -> Option<String> {
    let mut faults = refusal.details::<Fault>().into_iter();
    let parts = faults
        .find(|fault| fault.reason == REASON)?
        .value
        .message_parts;
    let header = |name| refusal.headers().get(name).map(http::HeaderValue::as_bytes);
    let differing =
        |part: &Option<Part>, own: &[u8]| part.as_ref().is_some_and(|it| it.differs(own));
    let shown = |part: &Option<Part>, fits: fn(&str) -> bool| {
        part.as_ref()
            .map_or_else(String::new, |part| part.shown(fits))
    };
    let told = [
        &parts.timestamp,
        &parts.method,
        &parts.signed_path,
        &parts.body,
    ];
    // A hint that tells of nothing tells nothing.
    told.into_iter().flatten().next()?;
    let mut others = Vec::new();
    if differing(&parts.timestamp, header(TIMESTAMP)?) {
        let shown = shown(&parts.timestamp, |text| {
            text.bytes().all(|it| it.is_ascii_digit() || it == b'.')
        });
        others.push(format!("another timestamp{shown}"));
    }
    if differing(&parts.method, refusal.method().as_str().as_bytes()) {
        let shown = shown(&parts.method, |text| {
            text.bytes().all(|it| it.is_ascii_alphabetic())
        });
        others.push(format!("another method{shown}"));
    }
    if differing(&parts.signed_path, header(SIGNED_PATH)?) {
        let same = format!(" (`{}`)", refusal.url().path());
        let shown = shown(&parts.signed_path, |text| {
            text.starts_with('/') && text.bytes().all(|it| it.is_ascii_graphic())
        });
        others.push(match shown == same {
            true => "another query".to_owned(),
            false => format!("another path{shown}"),
        });
    }
    if differing(&parts.body, refusal.body()) {
        others.push("another body".to_owned());
    }
    let Some((last, before)) = others.split_last() else {
        return Some(
            "the service got the very request that was signed, so the secret of the API key is another one"
                .to_owned(),
        );
    };
    let mut told = "the service got ".to_owned();
    if !before.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(told, "{} and ", before.join(", "));
    }
    Some(format!("{told}{last} than was signed"))
}
