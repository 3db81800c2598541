//! Who a webhook comes from: the signature of its body.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Sha256, Sha512};

use super::Webhooks;
use crate::Secret;

/// How a provider signs: a message authentication code over the bytes of the body, in a header.
#[derive(Debug)]
pub struct Signing {
    /// The header.
    pub header: HeaderName,
    /// What stands before the code in the header.
    pub prefix: &'static str,
    /// How the code is made.
    pub algorithm: SignatureAlgorithm,
    /// How the code is written.
    pub encoding: SignatureEncoding,
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// HMAC with SHA-256, under the secret's UTF-8 bytes.
    HmacSha256,
    /// HMAC with SHA-512, under the secret's UTF-8 bytes.
    HmacSha512,
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureEncoding {
    /// Lower-case hexadecimal digits.
    Hex,
    /// Base64 with padding (RFC 4648 section 4).
    Base64,
}

/// Why a webhook does not prove that it comes from the provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSignature {
    /// There is no signature.
    #[error(
        "failed to verify the webhook: it has no header `{0}`; it is not from the provider, or a proxy dropped the header"
    )]
    Missing(HeaderName),
    /// There is something else where the signature should be.
    #[error("failed to verify the webhook: its header `{0}` {1}")]
    Malformed(HeaderName, MalformedSignature),
    /// No secret was given to verify it with. An empty one is none: anyone could sign with it.
    #[error("failed to verify the webhook: there is no secret; give one that is not empty")]
    NoSecret,
    /// The signature was made with another secret, or over another body.
    #[error(
        "failed to verify the webhook: its signature fits none of the secrets; give the secret of this very webhook, and \
         the body as the bytes that came"
    )]
    Mismatch,
}

/// What is wrong with the header of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedSignature {
    /// It comes more than once, and nobody can tell which one counts.
    #[error("comes more than once")]
    Several,
    /// It does not begin as signatures do.
    #[error("does not begin with `{0}`")]
    Prefix(&'static str),
    /// It is not written as signatures are.
    #[error("is not written in {0}")]
    Encoding(SignatureEncoding),
    /// It is too long or too short.
    #[error("is not a signature of {0} bytes")]
    Length(usize),
}

impl std::fmt::Display for SignatureEncoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Hex => "lower-case hexadecimal digits",
            Self::Base64 => "base64",
        })
    }
}

impl Webhooks {
    /// Checks that one of `secrets` signed `body`, in constant time: every secret is tried, whichever fits.
    ///
    /// # Errors
    ///
    /// When there is no signature, or what is there fits none of the secrets.
    pub fn verify_signature<'a>(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        secrets: impl IntoIterator<Item = &'a Secret>,
    ) -> Result<(), InvalidSignature> {
        let code = self.signing.code(headers)?;
        let (mut tried, mut fits) = (false, false);
        for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
            tried = true;
            fits |= self.signing.algorithm.fits(secret, body, &code);
        }
        match (tried, fits) {
            (_, true) => Ok(()),
            (true, false) => Err(InvalidSignature::Mismatch),
            (false, false) => Err(InvalidSignature::NoSecret),
        }
    }

    /// The header with which the provider would sign `body`.
    pub fn sign(&self, body: &[u8], secret: &Secret) -> (HeaderName, HeaderValue) {
        let Signing {
            header,
            prefix,
            algorithm,
            encoding,
        } = &self.signing;
        let code = encoding.write(&algorithm.code(secret, body));
        let value = HeaderValue::try_from(format!("{prefix}{code}"))
            .expect("lint refuses a prefix that no header can carry");
        (header.clone(), value)
    }
}

impl Signing {
    /// The code that the headers carry.
    fn code(&self, headers: &HeaderMap) -> Result<Vec<u8>, InvalidSignature> {
        let malformed = |why| InvalidSignature::Malformed(self.header.clone(), why);
        let mut values = headers.get_all(&self.header).iter();
        let value = values
            .next()
            .ok_or_else(|| InvalidSignature::Missing(self.header.clone()))?;
        if values.next().is_some() {
            return Err(malformed(MalformedSignature::Several));
        }
        let written = value
            .as_bytes()
            .strip_prefix(self.prefix.as_bytes())
            .ok_or_else(|| malformed(MalformedSignature::Prefix(self.prefix)))?;
        let code = self
            .encoding
            .read(written)
            .ok_or_else(|| malformed(MalformedSignature::Encoding(self.encoding)))?;
        let length = self.algorithm.length();
        if code.len() != length {
            return Err(malformed(MalformedSignature::Length(length)));
        }
        Ok(code)
    }
}

impl SignatureAlgorithm {
    fn length(self) -> usize {
        match self {
            Self::HmacSha256 => 32,
            Self::HmacSha512 => 64,
        }
    }

    fn code(self, secret: &Secret, body: &[u8]) -> Vec<u8> {
        match self {
            Self::HmacSha256 => keyed::<Hmac<Sha256>>(secret, body)
                .finalize()
                .into_bytes()
                .to_vec(),
            Self::HmacSha512 => keyed::<Hmac<Sha512>>(secret, body)
                .finalize()
                .into_bytes()
                .to_vec(),
        }
    }

    /// Whether `code` is that of `body`, in constant time.
    fn fits(self, secret: &Secret, body: &[u8], code: &[u8]) -> bool {
        match self {
            Self::HmacSha256 => keyed::<Hmac<Sha256>>(secret, body)
                .verify_slice(code)
                .is_ok(),
            Self::HmacSha512 => keyed::<Hmac<Sha512>>(secret, body)
                .verify_slice(code)
                .is_ok(),
        }
    }
}

fn keyed<M: Mac + KeyInit>(secret: &Secret, body: &[u8]) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(body);
    mac
}

impl SignatureEncoding {
    /// Every code is written in one way only, so that no two headers mean the same.
    fn read(self, written: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Hex => {
                let (pairs, rest) = written.as_chunks::<2>();
                let read = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
                rest.is_empty().then(|| pairs.iter().map(read).collect())?
            }
            Self::Base64 => STANDARD.decode(written).ok(),
        }
    }

    fn write(self, code: &[u8]) -> String {
        match self {
            Self::Hex => code.iter().map(|byte| format!("{byte:02x}")).collect(),
            Self::Base64 => STANDARD.encode(code),
        }
    }
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 2 of RFC 4231.
    #[test]
    fn the_vectors_of_the_standard_hold_in_every_algorithm_and_encoding() {
        let hex_256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let hex_512 = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
        let base64_256 = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
        for (algorithm, encoding, code) in [
            (
                SignatureAlgorithm::HmacSha256,
                SignatureEncoding::Hex,
                hex_256,
            ),
            (
                SignatureAlgorithm::HmacSha256,
                SignatureEncoding::Base64,
                base64_256,
            ),
            (
                SignatureAlgorithm::HmacSha512,
                SignatureEncoding::Hex,
                hex_512,
            ),
        ] {
            let webhooks = Webhooks {
                signing: Signing {
                    header: HeaderName::from_static("x-signature"),
                    prefix: "v1=",
                    algorithm,
                    encoding,
                },
                kind: "type",
                value: None,
                challenge: None,
            };
            let (secret, body) = (Secret::from("Jefe"), b"what do ya want for nothing?");
            let (name, value) = webhooks.sign(body, &secret);
            assert_eq!(value, format!("v1={code}"));
            let headers = HeaderMap::from_iter([(name, value)]);
            assert_eq!(webhooks.verify_signature(&headers, body, [&secret]), Ok(()));
            let other = webhooks.verify_signature(&headers, b"", [&secret]);
            assert_eq!(other, Err(InvalidSignature::Mismatch));
        }
    }

    #[test]
    fn a_code_is_written_in_one_way_only() {
        for written in ["W9zB=", "W9zB==", "W9zBRr9", " W9zB", "W9z_", "W9zBRh=="] {
            assert!(
                SignatureEncoding::Base64.read(written.as_bytes()).is_none(),
                "{written}"
            );
        }
        for written in ["a", "A0", "0g", " 0", "0x"] {
            assert!(
                SignatureEncoding::Hex.read(written.as_bytes()).is_none(),
                "{written}"
            );
        }
    }
}
