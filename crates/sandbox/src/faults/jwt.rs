//! JSON Web Tokens whose claims a fault has altered.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::bearer::bearer;

/// The altered tokens, each with the one that it stands for.
///
/// The provider knows its own tokens only. To let a client hold one with nonsense in it all the
/// same, the altered token is replaced by its original where it comes back.
#[derive(Default)]
pub(super) struct Aliases {
    any: AtomicBool,
    originals: RwLock<HashMap<String, String>>,
}

impl Aliases {
    /// Alters the claims of a token and remembers it. `None` if the text is no JSON Web Token.
    pub(super) fn alter(
        &self,
        token: &str,
        set: &Map<String, Value>,
        remove: &[String],
    ) -> Option<String> {
        let (header, rest) = token.split_once('.')?;
        let (claims, signature) = rest.split_once('.')?;
        let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
        let mut claims: Map<String, Value> = serde_json::from_slice(&claims).ok()?;
        claims.extend(set.clone());
        claims.retain(|name, _| !remove.contains(name));
        let claims = URL_SAFE_NO_PAD.encode(Value::Object(claims).to_string());
        // The signature no longer fits, but only the provider could tell.
        let altered = format!("{header}.{claims}.{signature}");
        let original = self.original(token).unwrap_or_else(|| token.to_owned());
        let mut originals = self
            .originals
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        originals.insert(altered.clone(), original);
        self.any.store(true, Ordering::Release);
        Some(altered)
    }

    /// Replaces an altered bearer token by its original.
    pub(super) fn restore(&self, headers: &mut HeaderMap) {
        if !self.any.load(Ordering::Acquire) {
            return;
        }
        let original = bearer(headers).and_then(|token| self.original(token));
        let value =
            original.and_then(|original| HeaderValue::from_str(&format!("Bearer {original}")).ok());
        if let Some(value) = value {
            headers.insert(header::AUTHORIZATION, value);
        }
    }

    fn original(&self, token: &str) -> Option<String> {
        let originals = self.originals.read();
        let originals = originals.unwrap_or_else(PoisonError::into_inner);
        originals.get(token).cloned()
    }
}
