//! Whose tokens they are.

use std::fmt;

use bindery_runtime::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::Scopes;

/// Whose tokens they are, and for what: a provider, where it is, the identity, and the scopes in no order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenKey {
    provider: &'static str,
    name: String,
}

impl TokenKey {
    /// The key of `principal` at `origin`, which is the scheme, host and port of the service or the name of an
    /// environment.
    ///
    /// Two that differ in any part share nothing. What a store makes of a key does not tell the principal, unless it can
    /// be guessed: put no password into it.
    pub fn new(provider: &'static str, origin: &str, principal: &str, scopes: &Scopes) -> Self {
        let mut hash = Sha256::new();
        for part in [provider, origin, principal, &scopes.to_string()] {
            // The length keeps "ab" and "c" apart from "a" and "bc".
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let name = format!("{provider}-{}", &hex(&hash.finalize())[..32]);
        Self { provider, name }
    }

    /// The provider, as its spec file is called.
    pub fn provider(&self) -> &'static str {
        self.provider
    }

    /// The name for a file or an entry: the provider, a hyphen, and 32 hexadecimal digits.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenKey").field(&self.name).finish()
    }
}

/// What tells one holder of `secret` from another without telling the secret, and without letting anyone try `message`s
/// who does not have it. `secret` has to be one that nobody can guess.
pub(crate) fn fingerprint(secret: &Secret, message: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    for part in message {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part.as_bytes());
    }
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I23: nobody gets the token of another, and what is kept is bounded.
    #[test]
    fn i23_keys_differ_with_every_part_and_not_with_the_order_of_scopes() {
        let key = |provider, origin, principal, scopes: &str| {
            TokenKey::new(provider, origin, principal, &Scopes::from(scopes))
        };
        let one = key("a", "b", "c", "read echo");
        assert_eq!(one, key("a", "b", "c", "echo read echo"));
        let others = [
            key("x", "b", "c", "read echo"),
            key("a", "x", "c", "read echo"),
            key("a", "b", "x", "read echo"),
            key("a", "b", "c", "read"),
            key("a", "b", "c", ""),
            key("a", "bc", "", "read echo"),
            key("a", "", "bc", "read echo"),
            key("a", "c", "b", "read echo"),
            key("b", "a", "c", "read echo"),
        ];
        for (place, other) in others.iter().enumerate() {
            assert_ne!(&one, other);
            assert!(!others[..place].contains(other), "{place}");
        }
    }

    #[test]
    fn a_name_is_fit_for_a_file_and_tells_nothing() {
        let key = TokenKey::new(
            "test",
            "https://example.com",
            "../hunter2",
            &Scopes::default(),
        );
        let (provider, digits) = key.name().split_once('-').expect("a hyphen");
        assert_eq!((provider, digits.len()), ("test", 32));
        assert!(digits.chars().all(|digit| digit.is_ascii_hexdigit()));
        assert!(!format!("{key:?}").contains("hunter2"));
    }

    /// I23: nobody gets the token of another, and what is kept is bounded.
    #[test]
    fn i23_a_fingerprint_differs_with_the_secret_and_with_every_part() {
        let secret = Secret::from("secret");
        let one = fingerprint(&secret, &["ab", "c"]);
        assert_eq!(one, fingerprint(&secret, &["ab", "c"]));
        assert_ne!(one, fingerprint(&secret, &["a", "bc"]));
        assert_ne!(one, fingerprint(&Secret::from("other"), &["ab", "c"]));
    }
}
