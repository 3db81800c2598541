//! Recovery kits: what a user who forgot the password gets back in with.
//!
//! A kit is a protobuf message in a libsodium sealed box that only the tenant can open, given as
//! base64 or as an SVG with that base64 as a QR code. How the service encrypted the seed inside is
//! not known and of no use to anybody outside; the sandbox puts random bytes there and lets in who
//! brings them back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use crypto_box::SecretKey;
use crypto_box::aead::OsRng;
use qrcode::{Color, EcLevel, QrCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::encoding::hex;
use crate::encoding::protobuf::{bytes, uint};
use crate::entropy::random;

/// The Curve25519 key pair for whose public half kits are sealed.
pub(super) struct TenantKey(SecretKey);

impl TenantKey {
    /// A new one.
    pub(super) fn random() -> Self {
        Self(SecretKey::from(random::<32>()))
    }

    /// The public half in base64.
    pub(super) fn public(&self) -> String {
        STANDARD.encode(self.0.public_key().as_bytes())
    }

    /// The private half in base64.
    pub(super) fn private(&self) -> String {
        STANDARD.encode(self.0.to_bytes())
    }

    fn seal(&self, message: &[u8]) -> Vec<u8> {
        self.0
            .public_key()
            .seal(&mut OsRng, message)
            .expect("a message in memory is short enough to be sealed")
    }
}

/// The encrypted seed of one user, as it stands in the kit.
pub(super) struct SealedSeed {
    ephemeral_public_key: [u8; 32],
    nonce: [u8; 24],
    recipient: [u8; 32],
    ciphertext: [u8; 48],
    hash: [u8; 32],
    salt: [u8; 16],
}

const CIPHER: &str = "curve25519xsalsa20poly1305";
const HASH_FUNCTION: &str = "argon2i";
/// Length, memory in KiB, parallelism, rounds and version, as Argon2 counts them.
const HASH_PARAMETERS: [u64; 5] = [32, 65_536, 1, 2, 19];

/// Who a kit is for and where it was asked for.
pub(super) struct KitHolder<'a> {
    pub(super) user_id: u32,
    pub(super) username: &'a str,
    pub(super) client_ip: &'a str,
    pub(super) user_agent: &'a str,
    pub(super) time: DateTime<Utc>,
}

/// What comes back from an opened kit. Only what tells seeds apart is looked at.
#[derive(Debug, Deserialize)]
pub(super) struct OpenedSeed {
    ciphertext: String,
    hash: String,
    #[serde(rename = "cipher")]
    _cipher: String,
    #[serde(rename = "cipherparams")]
    _cipher_parameters: Box<RawValue>,
    #[serde(rename = "hashfunction")]
    _hash_function: String,
    #[serde(rename = "hashparams")]
    _hash_parameters: Box<RawValue>,
}

impl SealedSeed {
    /// The encrypted seed of a new user.
    pub(super) fn random() -> Self {
        Self {
            ephemeral_public_key: random(),
            nonce: random(),
            recipient: random(),
            ciphertext: random(),
            hash: random(),
            salt: random(),
        }
    }

    /// The hash that the kit and the request to recover name the seed by.
    pub(super) fn seed_hash(&self) -> String {
        hex(Sha256::digest(self.ciphertext))
    }

    /// Whether `opened` is this seed.
    pub(super) fn is(&self, opened: &OpenedSeed) -> bool {
        let same = |text: &str, bytes: &[u8]| STANDARD.decode(text).is_ok_and(|text| text == bytes);
        same(&opened.ciphertext, &self.ciphertext) && same(&opened.hash, &self.hash)
    }

    /// The kit for `holder`, sealed for the tenant, in base64.
    pub(super) fn kit(&self, tenant: &TenantKey, holder: &KitHolder<'_>) -> String {
        let mut cipher_parameters = Vec::new();
        bytes(&mut cipher_parameters, 1, self.ephemeral_public_key);
        bytes(&mut cipher_parameters, 2, self.nonce);
        bytes(&mut cipher_parameters, 3, self.recipient);
        let [length, memory, parallelism, rounds, version] = HASH_PARAMETERS;
        let mut hash_parameters = Vec::new();
        uint(&mut hash_parameters, 1, length);
        uint(&mut hash_parameters, 2, memory);
        uint(&mut hash_parameters, 3, parallelism);
        bytes(&mut hash_parameters, 4, self.salt);
        uint(&mut hash_parameters, 5, rounds);
        uint(&mut hash_parameters, 6, version);
        let mut seed = Vec::new();
        bytes(&mut seed, 1, CIPHER);
        bytes(&mut seed, 2, cipher_parameters);
        bytes(&mut seed, 3, self.ciphertext);
        bytes(&mut seed, 4, self.hash);
        bytes(&mut seed, 5, HASH_FUNCTION);
        bytes(&mut seed, 6, hash_parameters);
        let mut kit = Vec::new();
        bytes(&mut kit, 1, seed);
        bytes(&mut kit, 2, self.seed_hash());
        bytes(&mut kit, 3, format!("sandbox|{}", holder.username));
        uint(&mut kit, 4, holder.time.timestamp().unsigned_abs());
        bytes(&mut kit, 5, holder.client_ip);
        bytes(&mut kit, 6, "1.0");
        bytes(&mut kit, 7, holder.user_agent);
        uint(&mut kit, 8, holder.user_id.into());
        STANDARD.encode(tenant.seal(&kit))
    }
}

/// The page to print: `text` as a QR code in one SVG path.
pub(super) fn svg(text: &str) -> String {
    let code = QrCode::with_error_correction_level(text, EcLevel::L)
        .expect("users keep what goes into a kit below the 2,953 bytes of the largest code");
    let width = code.width();
    let mut path = String::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (index % width + 4, index / width + 4);
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    let side = width + 8;
    format!(
        "<svg height=\"125mm\" version=\"1.1\" viewBox=\"0 0 {side} {side}\" width=\"125mm\" \
         xmlns=\"http://www.w3.org/2000/svg\">\
         <path id=\"qr-path\" d=\"{path}\" fill=\"#000000\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Clock;

    #[test]
    fn the_tenant_opens_the_kit_and_nobody_else() {
        let (tenant, other) = (TenantKey::random(), TenantKey::random());
        let seed = SealedSeed::random();
        let holder = KitHolder {
            user_id: 300,
            username: "Jane Doe",
            client_ip: "",
            user_agent: "test",
            time: Clock::new().now(),
        };
        let kit = STANDARD.decode(seed.kit(&tenant, &holder)).expect("base64");
        assert!(other.0.unseal(&kit).is_err());
        let message = tenant.0.unseal(&kit).expect("it is sealed for this tenant");
        let contains = |part: &[u8]| message.windows(part.len()).any(|window| window == part);
        assert!(contains(b"\x1a\x10sandbox|Jane Doe"));
        assert!(
            contains(b"\x40\xac\x02"),
            "the user's identifier, as a varint"
        );
        assert!(contains(&seed.ciphertext));
    }
}
