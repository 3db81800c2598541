//! The credentials of the one tenant and its one OAuth client, made up at every start.

use super::recovery::TenantKey;
use crate::entropy::random;

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const URL_SAFE: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/// What the tenant would read off the account management page. Lengths and alphabets are those of
/// the placeholders in the official clients' configurations.
pub(super) struct Credentials {
    pub(super) api_key: String,
    pub(super) api_secret: String,
    pub(super) api_passphrase: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) tenant_key: TenantKey,
}

impl Credentials {
    /// New ones.
    pub(super) fn random() -> Self {
        Self {
            api_key: random_text(URL_SAFE, 22),
            api_secret: random_text(URL_SAFE, 43),
            api_passphrase: random_text(URL_SAFE, 43),
            client_id: random_text(ALPHANUMERIC, 40),
            client_secret: random_text(ALPHANUMERIC, 128),
            tenant_key: TenantKey::random(),
        }
    }
}

/// A bearer or refresh token: thirty alphanumerics, like the published one.
pub(super) fn random_token() -> String {
    random_text(ALPHANUMERIC, 30)
}

fn random_text(alphabet: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        // Six bits choose a letter; those beyond a shorter alphabet are drawn again, so that every
        // letter is as likely as any other.
        let [byte] = random::<1>();
        if let Some(letter) = alphabet.get(usize::from(byte & 63)) {
            text.push(char::from(*letter));
        }
    }
    text
}
