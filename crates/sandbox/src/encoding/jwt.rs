use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use crate::entropy::random;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// A key that signs JSON Web Tokens with HMAC-SHA256 and knows its own again.
pub(crate) struct JwtKey([u8; 32]);

impl JwtKey {
    /// A new key.
    pub(crate) fn random() -> Self {
        Self(random())
    }

    /// The compact form of a token with these claims.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> String {
        let claims = serde_json::to_vec(claims).expect("claims are plain structs");
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(HEADER),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = self.mac(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The claims of a token that this key signed. Its lifetime is the caller's to judge.
    pub(crate) fn verify<Claims: DeserializeOwned>(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac(signed).verify_slice(&signature).ok()?;
        let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.')?.1).ok()?;
        serde_json::from_slice(&claims).ok()
    }

    fn mac(&self, signed: &str) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.0)
            .expect("HMAC takes keys of any length")
            .chain_update(signed)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn only_the_key_that_signed_a_token_accepts_it_and_only_unchanged() {
        let key = JwtKey::random();
        let token = key.sign(&json!({"id": "a"}));
        assert_eq!(key.verify::<Value>(&token), Some(json!({"id": "a"})));
        assert_eq!(JwtKey::random().verify::<Value>(&token), None);

        let (header, rest) = token.split_once('.').expect("three parts");
        let (_, signature) = rest.split_once('.').expect("three parts");
        let forged = URL_SAFE_NO_PAD.encode(r#"{"id":"b"}"#);
        for wrong in [
            format!("{header}.{forged}.{signature}"),
            format!("{header}.{rest}x"),
            format!("{header}.{forged}."),
            "..".to_owned(),
            String::new(),
        ] {
            assert_eq!(key.verify::<Value>(&wrong), None, "{wrong}");
        }
    }
}
