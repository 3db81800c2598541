//! What a request carried that no message may repeat.

use std::collections::HashSet;

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
    /// Those of the query, and those that a header has in another form.
    others: Vec<Secret>,
    body: &'a [Secret],
}

/// So many characters of a secret in a row are a piece of it; fewer are chance.
const PIECE: usize = 8;

impl<'a> Hidden<'a> {
    /// The credentials on `request`, and the secrets of its body.
    pub(crate) fn of(request: &reqwest::Request, chosen: &Chosen<'_>, body: &'a [Secret]) -> Self {
        let headers = request.headers().values();
        let headers = headers.filter(|value| value.is_sensitive());
        let mut others = Vec::new();
        for (requirement, _) in chosen {
            match requirement.scheme.placement {
                Placement::Query(name) => in_query(request, name, &mut others),
                Placement::Basic => in_basic(request, &mut others),
                Placement::Cookie(name) => in_cookies(request, name, &mut others),
                Placement::Header(name) => in_header(request, name, &mut others),
                Placement::Bearer => {}
            }
        }
        Self {
            headers: headers.cloned().collect(),
            others,
            body,
        }
    }

    /// To be kept for longer than the body, whose secrets it forgets: that of a request for a web socket is empty.
    #[cfg(feature = "websocket")]
    pub(crate) fn without_body(self) -> Hidden<'static> {
        Hidden { body: &[], ..self }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        // After the scheme, which is no secret, where there is one.
        let headers = self.headers.iter().filter_map(|value| value.to_str().ok());
        let headers = headers.map(|text| text.rsplit(' ').next().unwrap_or(text));
        let others = self.others.iter().chain(self.body);
        headers.chain(others.map(Secret::expose_secret))
    }

    /// `text` with `…` in the place of every piece of a secret.
    pub(crate) fn mask(&self, text: &mut String) {
        let mut pieces: HashSet<&[u8]> = HashSet::new();
        for secret in self.texts() {
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

/// The values of a query parameter, as they are and as they stand in the URL: a service may repeat either.
fn in_query(request: &reqwest::Request, name: &str, secrets: &mut Vec<Secret>) {
    let query = request.url().query().unwrap_or_default();
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
}

/// The whole of a header that has blanks in it: what stands behind the last one is not all of the key.
fn in_header(request: &reqwest::Request, name: &str, secrets: &mut Vec<Secret>) {
    let value = request.headers().get(name);
    let text = value.and_then(|value| value.to_str().ok());
    secrets.extend(text.filter(|text| text.contains(' ')).map(Secret::from));
}

/// The password of `Authorization: Basic`, and where there is none the name, which is a key then.
fn in_basic(request: &reqwest::Request, secrets: &mut Vec<Secret>) {
    let header = request.headers().get(AUTHORIZATION);
    let text = header.and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let Some(pair) = text.and_then(|text| STANDARD.decode(text).ok()) else {
        return;
    };
    let pair = Zeroizing::new(pair);
    let Ok(pair) = str::from_utf8(&pair) else {
        return;
    };
    match pair.split_once(':') {
        Some((name, "")) => secrets.push(Secret::from(name)),
        Some((_, password)) => secrets.push(Secret::from(password)),
        None => {}
    }
}

/// The values of a cookie, which stands among others.
fn in_cookies(request: &reqwest::Request, name: &str, secrets: &mut Vec<Secret>) {
    for header in request.headers().get_all(COOKIE) {
        let pairs = header.to_str().unwrap_or_default().split("; ");
        let values = pairs.filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        secrets.extend(values.map(Secret::from));
    }
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
            others: Vec::new(),
            body: &body,
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

    fn request(url: &str, header: Option<(http::HeaderName, &str)>) -> reqwest::Request {
        let url = url.parse().expect("a URL");
        let mut request = reqwest::Request::new(http::Method::GET, url);
        if let Some((name, value)) = header {
            let value = HeaderValue::from_str(value).expect("a value");
            request.headers_mut().insert(name, value);
        }
        request
    }

    fn exposed(secrets: &[Secret]) -> Vec<&str> {
        secrets.iter().map(Secret::expose_secret).collect()
    }

    #[test]
    fn a_key_in_the_query_is_known_in_both_of_its_forms() {
        let request = request("https://h.example/?a=1&k%65y=x%2Fy+z&key=plain", None);
        let mut secrets = Vec::new();
        in_query(&request, "key", &mut secrets);
        assert_eq!(exposed(&secrets), ["x/y z", "x%2Fy+z", "plain"]);
    }

    #[test]
    fn of_a_name_and_a_password_the_password_is_the_secret_and_a_name_alone_is_a_key() {
        for (pair, secret) in [("bob:a:b", "a:b"), ("sk_live_1:", "sk_live_1")] {
            let text = format!("Basic {}", STANDARD.encode(pair));
            let request = request("https://h.example/", Some((AUTHORIZATION, &text)));
            let mut secrets = Vec::new();
            in_basic(&request, &mut secrets);
            assert_eq!(exposed(&secrets), [secret]);
        }
    }

    #[test]
    fn a_key_is_found_among_the_cookies() {
        let cookies = "theme=dark; sid=abc=; sidx=1";
        let request = request("https://h.example/", Some((COOKIE, cookies)));
        let mut secrets = Vec::new();
        in_cookies(&request, "sid", &mut secrets);
        assert_eq!(exposed(&secrets), ["abc="]);
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
