//! The signature over a tenant's calls.

mod hint;
mod skew;

use std::{fmt, fmt::Write as _, sync::Arc};

use bindery_runtime::{
    Authorizing, Credential, Diagnose, Generation, RefusedRequest, Requirement, Secret,
};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, HeaderValue, Method};
use sha2::Sha512;

use self::skew::Skew;
use super::{ApiKey, PROVIDER};
use crate::{AuthError, Clock, ConnectError, connect::not_empty};

const KEY: HeaderName = HeaderName::from_static("x-up-api-key");
const PASSPHRASE: HeaderName = HeaderName::from_static("x-up-api-passphrase");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-up-api-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("x-up-api-signature");
const SIGNED_PATH: HeaderName = HeaderName::from_static("x-up-api-signed-path");

/// Signs each attempt of a call: HMAC-SHA512 over the time, the method, the path with the query, and the body as sent.
///
/// Where the machine's clock is wrong, the service refuses a signature. The `Date` of the refusal tells by how much, up to
/// a day: from then on that is allowed for, and the refused call is sent once more, unless it may be sent only once. Both
/// clocks may be set again later. A hint of the service at what it got in place of what was signed becomes part of the
/// error's message, and [`Error::explanation`](bindery_runtime::Error::explanation).
#[derive(Clone)]
pub struct ApiKeySignature {
    key: HeaderValue,
    passphrase: HeaderValue,
    /// The secret worked into the hash already, which spares a third of the time of a signature.
    keyed: Hmac<Sha512>,
    clock: Arc<dyn Clock>,
    skew: Arc<Skew>,
}

impl ApiKeySignature {
    /// Signs with `api_key`.
    ///
    /// # Errors
    ///
    /// When a part of it is empty, or has characters that no header takes.
    pub fn new(api_key: &ApiKey) -> Result<Self, ConnectError> {
        not_empty(PROVIDER, "API secret", &api_key.secret)?;
        let secret = api_key.secret.expose_secret().as_bytes();
        Ok(Self {
            key: sensitive("API key", &api_key.key)?,
            passphrase: sensitive("API passphrase", &api_key.passphrase)?,
            keyed: Hmac::new_from_slice(secret).expect("HMAC takes a key of any length"),
            clock: Arc::clone(&api_key.clock),
            skew: Arc::default(),
        })
    }

    /// The lower-case hex of the signature. The parts are joined without anything between them.
    fn sign(&self, timestamp: &str, method: &Method, signed_path: &str, body: &[u8]) -> String {
        let mut mac = self.keyed.clone();
        for part in [
            timestamp.as_bytes(),
            method.as_str().as_bytes(),
            signed_path.as_bytes(),
            body,
        ] {
            mac.update(part);
        }
        lower_hex(&mac.finalize().into_bytes())
    }

    fn put_on(&self, request: &mut reqwest::Request) -> Result<Generation, AuthError> {
        let unfit = |why| AuthError::Unfit {
            provider: PROVIDER,
            why,
        };
        let body = match request.body() {
            None => &[][..],
            Some(body) => body
                .as_bytes()
                .ok_or_else(|| unfit("a body that streams cannot be signed"))?,
        };
        let (timestamp, generation) = self.skew.apply(self.clock.wall());
        let timestamp = timestamp.to_string();
        let url = request.url();
        let signed_path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let signature = self.sign(&timestamp, request.method(), &signed_path, body);
        let header = |text: String| {
            HeaderValue::try_from(text).map_err(|_| unfit("the path is not fit for a header"))
        };
        let mut signature = header(signature)?;
        signature.set_sensitive(true);
        let headers = [
            (KEY, self.key.clone()),
            (PASSPHRASE, self.passphrase.clone()),
            // No secrets: the one is the time, the other stands in the first line of the request.
            (TIMESTAMP, header(timestamp)?),
            (SIGNED_PATH, header(signed_path)?),
            (SIGNATURE, signature),
        ];
        for (name, value) in headers {
            request.headers_mut().insert(name, value);
        }
        Ok(generation)
    }
}

impl Credential for ApiKeySignature {
    fn serves(&self, requirement: &Requirement) -> bool {
        requirement.scheme.name == "apiKey"
    }

    fn describe(&self) -> String {
        "`apiKey`".to_owned()
    }

    fn authorize<'a>(
        &'a self,
        _: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        Authorizing::Done(self.put_on(request).map_err(AuthError::into))
    }

    fn diagnose(&self) -> Option<&dyn Diagnose> {
        Some(self)
    }
}

impl Diagnose for ApiKeySignature {
    fn learn(&self, generation: Generation, refusal: &RefusedRequest<'_>) -> bool {
        signed_at(refusal).is_some_and(|signed| {
            let answer = refusal.answer_headers();
            self.skew
                .learn(generation, signed, answer, self.clock.wall())
        })
    }

    fn explain(&self, refusal: &RefusedRequest<'_>) -> Option<String> {
        let by_clock = signed_at(refusal)
            .and_then(|signed| skew::explain(signed, refusal.answer_headers(), self.clock.wall()));
        match (hint::explain(refusal), by_clock) {
            (Some(hint), Some(by_clock)) => Some(format!("{hint}; {by_clock}")),
            (one, other) => one.or(other),
        }
    }
}

/// The time that was signed, in seconds since 1970.
fn signed_at(refusal: &RefusedRequest<'_>) -> Option<u64> {
    refusal
        .headers()
        .get(TIMESTAMP)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

fn lower_hex(bytes: &[u8]) -> String {
    let hex = String::with_capacity(2 * bytes.len());
    bytes.iter().fold(hex, |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl fmt::Debug for ApiKeySignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeySignature").finish_non_exhaustive()
    }
}

fn sensitive(what: &'static str, text: &Secret) -> Result<HeaderValue, ConnectError> {
    not_empty(PROVIDER, what, text)?;
    let mut value =
        HeaderValue::from_str(text.expose_secret()).map_err(|_| ConnectError::Credential {
            provider: PROVIDER,
            what,
            fault: "has characters that no header takes",
        })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    /// Secret, timestamp, method, signed path, body, signature: computed with another implementation of HMAC, over
    /// inputs of a third party's test (A) and of our own (B).
    const VECTORS: [[&str; 7]; 11] = [
        [
            "A1",
            "apiSecret",
            "9",
            "POST",
            "/1.0/verity",
            r#"{"id":"id"}"#,
            "60892f5652cded1ece1670be6dabd3ecd7adc72eb5a708f6dea9f380f76dd16af7737a8d125d1d9c38e7e3bae099406cb8aaab02b0d9717d531f2654da2722cf",
        ],
        [
            "A2",
            "apiSecret",
            "9",
            "POST",
            "/1.0/verity",
            "",
            "f39457979ba4053f37ffe79791debb98f21e28c5ff508b0ed584c66b3d142d8146ee5ffb15087d57d6a168ad19d3376b937ce31c1ed82ff5950d84adc71a2fb3",
        ],
        [
            "A3",
            "apiSecret",
            "9",
            "GET",
            "/1.0/verity",
            "",
            "b3ed5a30aa9d72b417df9f830a126fe69e792cc282df6993897af03d1ea5f6d9f8de230de34e77649c1c0497150515fd5bd490a333640e114e4ec1b9db7e20bd",
        ],
        [
            "B1",
            "test-secret",
            "1543315873.80233",
            "GET",
            "/1.0/time/",
            "",
            "4dea9debb53f601f130914ca2b9be4028dc608b2e1400c34ae61bbb714f181297c3c4440d57d40d85f8c1064211f6218a0f7b79e6c57880429089ad5bdef9e96",
        ],
        [
            "B2",
            "test-secret",
            "1543315873",
            "POST",
            "/1.0/tenancy/echo-signed",
            r#"{"echo":"Hello, world!"}"#,
            "fa96b9f099db925e26394687ec28809757d7ee04b062572426120ab15d07180e054fc3033d488a4778718e60f678227fa66b45b452cda8761c47a3c856b6405d",
        ],
        [
            "B3",
            "test-secret",
            "1543315873",
            "GET",
            "/1.0/tenancy/echo-signed?echo=Hello%2C%20world!",
            "",
            "d48aeded7ebac665807522a33a4f0334d3ab3782ecb52c3575ff72e8084840d4fdc08f2cf739a2b82134c72fca784a8a7d60322d0518aad15d28bb229ada458f",
        ],
        [
            "B4",
            "test-secret",
            "1543315873",
            "POST",
            "/1.0/tenancy/echo-signed",
            r#"{"echo":"陳大文"}"#,
            "79ec5c37d6efbe3403802033753a2313e31e42553f5fdef7b6691e3565006c0245f4c1c943c2071911e0f6604f04449afbbf8d6560d32794c3cbac4cfc2d854f",
        ],
        [
            "B5",
            "test-secret",
            "1543315873",
            "GET",
            "/1.0/tenancy/users/?cursor=cD0yMDE5&page_size=100",
            "",
            "1ff4bb25bdc47dbfef483a1a68cadd6467f75c81f27825eea031756dc3691c61adb4788d1907963b6fb8de312883aa8385257bd0891f9798b992b0a01ecc8699",
        ],
        [
            "B6",
            "test-secret",
            "1543315873",
            "PATCH",
            "/1.0/tenancy/users/Jane%20Doe",
            r#"{"old_password":"a","new_password":"b"}"#,
            "0017ae19fe3ddb559c58e634335f5d9f99fc2eb451954dfae30d198adc47468565749a359d229f5a3e9410a8769d5d0abf9cde818ffa1461cf10f8316caed51f",
        ],
        [
            "B7",
            "test-secret",
            "1543315873",
            "DELETE",
            "/1.0/tenancy/users/Jane%20Doe",
            "",
            "4054ee80a852c0b1eb1590a8c0edd4e2bff730cd2c2f448e4af58072716665d628677fea5df112e969fe05b8314d3ed0ed0971b2548c2b56f57b79c8fd66b9d5",
        ],
        [
            "B8",
            "Ωμέγα",
            "1543315873",
            "GET",
            "/1.0/assets/",
            "",
            "f4ee89b67b9396542de871e0ca334e290bc3943485cdfb36171f5d7790df97d9c812fac23ba8625c6ee0695c818ac92438639e4d284976c2cf402641cab72211",
        ],
    ];

    #[test]
    fn every_signature_is_the_one_computed_elsewhere() {
        for [name, secret, timestamp, method, path, body, expected] in VECTORS {
            let signer = ApiKeySignature::new(&ApiKey::new("key", secret, "passphrase"))
                .expect("fit for headers");
            let method = method.parse().expect("a method");
            assert_eq!(
                signer.sign(timestamp, &method, path, body.as_bytes()),
                expected,
                "{name}"
            );
        }
    }

    #[derive(Debug)]
    struct At(SystemTime);

    impl Clock for At {
        fn monotonic(&self) -> std::time::Instant {
            std::time::Instant::now()
        }

        fn wall(&self) -> SystemTime {
            self.0
        }
    }

    #[test]
    fn what_is_signed_is_what_is_sent() {
        let at = SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(1_543_315_873_802);
        let api_key = ApiKey::new("key", "test-secret", "passphrase").clock(At(at));
        let signer = ApiKeySignature::new(&api_key).expect("fit for headers");
        for [name, secret, timestamp, method, path, body, expected] in VECTORS {
            if (secret, timestamp) != ("test-secret", "1543315873") {
                continue;
            }
            let url = format!("https://api.upvest.co{path}")
                .parse()
                .expect("a URL");
            let mut request = reqwest::Request::new(method.parse().expect("a method"), url);
            if !body.is_empty() {
                *request.body_mut() = Some(body.into());
            }
            signer.put_on(&mut request).expect("it can be signed");
            let header = |name: HeaderName| request.headers()[name].to_str().expect("text");
            assert_eq!(header(KEY), "key", "{name}");
            assert_eq!(header(PASSPHRASE), "passphrase", "{name}");
            assert_eq!(header(TIMESTAMP), timestamp, "{name}");
            assert_eq!(header(SIGNED_PATH), path, "{name}");
            assert_eq!(header(SIGNATURE), expected, "{name}");
            for secret in [KEY, PASSPHRASE, SIGNATURE] {
                assert!(request.headers()[secret].is_sensitive(), "{name}");
            }
        }
    }

    #[test]
    fn a_key_that_no_header_takes_is_refused_without_being_shown() {
        let refused = |key: &str, secret: &str, passphrase: &str| {
            ApiKeySignature::new(&ApiKey::new(key, secret, passphrase))
                .expect_err("refused")
                .to_string()
        };
        insta::assert_snapshot!(refused("", "secret", "passphrase"), @"upvest: failed to take the API key: it is empty");
        insta::assert_snapshot!(refused("key", "", "passphrase"), @"upvest: failed to take the API secret: it is empty");
        insta::assert_snapshot!(refused("key", "secret", "hunter2\n"), @"upvest: failed to take the API passphrase: it has characters that no header takes");
    }
}
