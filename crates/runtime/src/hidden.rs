//! What a request carried that no message may repeat.

use std::collections::HashSet;

use http::HeaderValue;

use crate::{Placement, Secret, send::Chosen};

/// The secrets that went out with a request. A service that repeats one in its message (`invalid token eyJ…`) must not
/// bring it into an error, and from there into a log.
///
/// They are read when something has to be masked, which is seldom.
pub(crate) struct Hidden<'a> {
    headers: Vec<HeaderValue>,
    query: Vec<Secret>,
    body: &'a [Secret],
}

/// So many characters of a secret in a row are a piece of it; fewer are chance.
const PIECE: usize = 8;

impl<'a> Hidden<'a> {
    /// The credentials on `request`, and the secrets of its body.
    pub(crate) fn of(request: &reqwest::Request, chosen: &Chosen<'_>, body: &'a [Secret]) -> Self {
        let headers = request.headers().values();
        let headers = headers.filter(|value| value.is_sensitive());
        let mut query = Vec::new();
        for (requirement, _) in chosen {
            if let Placement::Query(name) = requirement.scheme.placement {
                let pairs = request.url().query_pairs();
                let values = pairs.filter(|(other, _)| other == name);
                query.extend(values.map(|(_, value)| Secret::from(&*value)));
            }
        }
        Self {
            headers: headers.cloned().collect(),
            query,
            body,
        }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        // After the scheme, which is no secret, where there is one.
        let headers = self.headers.iter().filter_map(|value| value.to_str().ok());
        let headers = headers.map(|text| text.rsplit(' ').next().unwrap_or(text));
        let others = self.query.iter().chain(self.body);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masked(secrets: &[&str], text: &str) -> String {
        let mut text = text.to_owned();
        let body: Vec<_> = secrets.iter().map(|secret| Secret::from(*secret)).collect();
        let (headers, query) = (Vec::new(), Vec::new());
        let hidden = Hidden {
            headers,
            query,
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
