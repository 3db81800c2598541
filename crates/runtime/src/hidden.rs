//! What a request carried that no message may repeat.

use std::{borrow::Cow, collections::HashSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{
    HeaderValue,
    header::{AUTHORIZATION, COOKIE},
};
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use crate::{Placement, Secret, send::Chosen};

/// The secrets that went out with a request. A service that repeats one in its message (`invalid token eyJ…`) must not
/// bring it into an error, and from there into a log.
///
/// They are read when something has to be masked, which is seldom.
pub(crate) struct Hidden<'a> {
    headers: Vec<HeaderValue>,
    encoded: Vec<Encoded>,
    body: Cow<'a, [Secret]>,
}

/// Where a secret stands in another form than the one that a service may repeat.
enum Encoded {
    /// A query, and the parameter.
    Query(Secret, &'static str),
    /// `Authorization: Basic`.
    Basic(HeaderValue),
    /// Cookies, and the one that it is.
    Cookies(HeaderValue, &'static str),
}

/// So many characters of a secret in a row are a piece of it; fewer are chance.
const PIECE: usize = 8;

impl<'a> Hidden<'a> {
    /// The credentials on `request`, and the secrets of its body.
    pub(crate) fn of(request: &reqwest::Request, chosen: &Chosen<'_>, body: &'a [Secret]) -> Self {
        let headers = request.headers().values();
        let headers = headers.filter(|value| value.is_sensitive());
        let header = |name| request.headers().get(name).cloned();
        let encoded = chosen.iter().filter_map(|(requirement, _)| {
            Some(match requirement.scheme.placement {
                Placement::Query(name) => Encoded::Query(request.url().query()?.into(), name),
                Placement::Basic => Encoded::Basic(header(AUTHORIZATION)?),
                Placement::Cookie(name) => Encoded::Cookies(header(COOKIE)?, name),
                Placement::Bearer | Placement::Header(_) => return None,
            })
        });
        Self {
            headers: headers.cloned().collect(),
            encoded: encoded.collect(),
            body: Cow::Borrowed(body),
        }
    }

    /// To be kept for as long as the service may repeat them, which is longer than the request.
    #[cfg(any(feature = "streams", feature = "websocket"))]
    pub(crate) fn kept(self) -> Hidden<'static> {
        Hidden {
            headers: self.headers,
            encoded: self.encoded,
            body: Cow::Owned(self.body.into_owned()),
        }
    }

    /// The secrets as they stand in headers and body.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let headers = self.headers.iter().filter_map(|value| value.to_str().ok());
        let headers = headers.flat_map(|text| {
            let (scheme, last) = text.rsplit_once(' ').unwrap_or(("", text));
            // A scheme is no secret; what else stands before the last blank is part of the key.
            let whole = !matches!(scheme, "" | "Bearer" | "Basic");
            [Some(last), whole.then_some(text)]
        });
        let body = self.body.iter().map(Secret::expose_secret);
        headers.flatten().chain(body)
    }

    /// `text` with `…` in the place of every piece of a secret.
    pub(crate) fn mask(&self, text: &mut String) {
        let decoded: Vec<Secret> = self.encoded.iter().flat_map(Encoded::decode).collect();
        let decoded = decoded.iter().map(Secret::expose_secret);
        let mut pieces: HashSet<&[u8]> = HashSet::new();
        for secret in self.texts().chain(decoded) {
            let bytes = secret.as_bytes();
            if !bytes.is_empty() {
                pieces.extend(bytes.windows(PIECE.min(bytes.len())));
            }
        }
        let lengths: HashSet<usize> = pieces.iter().map(|piece| piece.len()).collect();
        let mut shown = vec![true; text.len()];
        for length in lengths {
            for (start, window) in text.as_bytes().windows(length).enumerate() {
                if pieces.contains(window) {
                    shown[start..start + length].fill(false);
                }
            }
        }
        if shown.iter().all(|shown| *shown) {
            return;
        }
        let mut masked = String::with_capacity(text.len());
        let mut last = true;
        for (start, character) in text.char_indices() {
            let here = shown[start..start + character.len_utf8()]
                .iter()
                .all(|shown| *shown);
            if here {
                masked.push(character);
            } else if last {
                masked.push('…');
            }
            last = here;
        }
        *text = masked;
    }
}

impl Encoded {
    fn decode(&self) -> Vec<Secret> {
        match self {
            Self::Query(query, name) => in_query(query.expose_secret(), name),
            Self::Basic(header) => in_basic(header).into_iter().collect(),
            Self::Cookies(header, name) => in_cookies(header, name),
        }
    }
}

/// The values of a query parameter, as they are and as they stand in the URL: a service may repeat either.
fn in_query(query: &str, name: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    for pair in query.split('&') {
        let (key, written) = pair.split_once('=').unwrap_or((pair, ""));
        if *percent_decode_str(key).decode_utf8_lossy() != *name {
            continue;
        }
        let spaced = Zeroizing::new(written.replace('+', " "));
        let value = percent_decode_str(&spaced).decode_utf8_lossy();
        secrets.push(Secret::from(&*value));
        if value != written {
            secrets.push(Secret::from(written));
        }
    }
    secrets
}

/// The password of `Authorization: Basic`, and where there is none the name, which is a key then.
fn in_basic(header: &HeaderValue) -> Option<Secret> {
    let text = header.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = Zeroizing::new(STANDARD.decode(text).ok()?);
    let (name, password) = str::from_utf8(&pair).ok()?.split_once(':')?;
    Some(Secret::from(if password.is_empty() {
        name
    } else {
        password
    }))
}

/// The values of a cookie, which stands among others.
fn in_cookies(header: &HeaderValue, name: &str) -> Vec<Secret> {
    let pairs = header.to_str().unwrap_or_default().split("; ");
    let values = pairs.filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    values.map(Secret::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masked(secrets: &[&str], text: &str) -> String {
        let mut text = text.to_owned();
        let body: Vec<_> = secrets.iter().map(|secret| Secret::from(*secret)).collect();
        let hidden = Hidden {
            headers: Vec::new(),
            encoded: Vec::new(),
            body: Cow::Borrowed(&body),
        };
        hidden.mask(&mut text);
        text
    }

    #[test]
    fn a_secret_or_a_piece_of_it_is_masked_and_the_rest_stays() {
        let token = "eyJhbGciOiJIUzI1NiJ9";
        assert_eq!(
            masked(&[token], "invalid token eyJhbGciOiJIUzI1NiJ9 given"),
            "invalid token … given"
        );
        assert_eq!(masked(&[token], "`JhbGciOiJ...` is bad"), "`…...` is bad");
        assert_eq!(masked(&["pw1", ""], "wrong: pw1, pw12"), "wrong: …, …2");
        assert_eq!(masked(&[], "nothing to hide"), "nothing to hide");
    }

    fn exposed(secrets: &[Secret]) -> Vec<&str> {
        secrets.iter().map(Secret::expose_secret).collect()
    }

    #[test]
    fn a_key_in_the_query_is_known_in_both_of_its_forms() {
        let secrets = in_query("a=1&k%65y=x%2Fy+z&key=plain", "key");
        assert_eq!(exposed(&secrets), ["x/y z", "x%2Fy+z", "plain"]);
    }

    #[test]
    fn of_a_name_and_a_password_the_password_is_the_secret_and_a_name_alone_is_a_key() {
        for (pair, secret) in [("bob:a:b", "a:b"), ("sk_live_1:", "sk_live_1")] {
            let header = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)));
            let found = in_basic(&header.expect("a value")).expect("a pair");
            assert_eq!(found.expose_secret(), secret);
        }
    }

    #[test]
    fn a_key_is_found_among_the_cookies() {
        let cookies = HeaderValue::from_static("theme=dark; sid=abc=; sidx=1");
        assert_eq!(exposed(&in_cookies(&cookies, "sid")), ["abc="]);
    }

    #[test]
    fn a_key_with_blanks_is_masked_as_a_whole() {
        let hidden = Hidden {
            headers: vec![HeaderValue::from_static("Token one-one-one two-two-two")],
            encoded: Vec::new(),
            body: Cow::Borrowed(&[]),
        };
        let mut text = "bad key one-one-one".to_owned();
        hidden.mask(&mut text);
        assert_eq!(text, "bad key…");
    }

    proptest! {
        #[test]
        fn eight_characters_of_a_secret_in_a_row_are_never_left(
            secret in "[a-dä]{8,24}", text in "[a-dä€ ]{0,60}", at in 0_usize..24,
        ) {
            let pieces: Vec<_> = secret.char_indices().map(|(start, _)| start).collect();
            let text = format!("{text}{}", &secret[pieces[at % pieces.len()]..]);
            let masked = masked(&[&secret], &text);
            for window in secret.as_bytes().windows(PIECE) {
                prop_assert!(!masked.as_bytes().windows(PIECE).any(|other| other == window));
            }
        }
    }
}
