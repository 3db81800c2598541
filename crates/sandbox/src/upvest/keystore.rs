//! A private key as a Web3 Secret Storage file (version 3), which any Ethereum wallet opens with the
//! user's password.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::keys::Key;
use crate::encoding::hex;
use crate::entropy::random;
use crate::ethereum::keccak256;

/// Rounds of PBKDF2. Few for a secret worth keeping, enough for one that guards nothing.
const ROUNDS: u32 = 4096;

/// The file for `key`, under the identifier of its wallet.
pub(super) fn file(wallet: Uuid, key: &Key, password: &str) -> Value {
    seal(wallet, key, password, random(), random())
}

fn seal(wallet: Uuid, key: &Key, password: &str, salt: [u8; 32], iv: [u8; 16]) -> Value {
    let derived = pbkdf2(password.as_bytes(), &salt);
    let (encryption, authentication) = derived.split_at(16);
    let ciphertext = aes_128_ctr(encryption, iv, &key.bytes());
    let mac = keccak256([authentication, &ciphertext].concat());
    json!({
        "version": 3,
        "id": wallet,
        "address": hex(key.ethereum_address().0),
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": { "iv": hex(iv) },
            "ciphertext": hex(&ciphertext),
            "kdf": "pbkdf2",
            "kdfparams": { "c": ROUNDS, "dklen": 32, "prf": "hmac-sha256", "salt": hex(salt) },
            "mac": hex(mac),
        },
    })
}

/// PBKDF2 with HMAC-SHA256, for as many bytes as that gives at once.
fn pbkdf2(password: &[u8], salt: &[u8]) -> [u8; 32] {
    let keyed = Hmac::<Sha256>::new_from_slice(password).expect("HMAC takes keys of any length");
    let hash = |parts: [&[u8]; 2]| -> [u8; 32] {
        let mut mac = keyed.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    };
    let mut last = hash([salt, &1_u32.to_be_bytes()]);
    let mut derived = last;
    for _ in 1..ROUNDS {
        last = hash([&last, &[]]);
        for (sum, byte) in derived.iter_mut().zip(last) {
            *sum ^= byte;
        }
    }
    derived
}

fn aes_128_ctr(key: &[u8], iv: [u8; 16], plaintext: &[u8]) -> Vec<u8> {
    let cipher = Aes128::new_from_slice(key).expect("the key has 16 bytes");
    let mut counter = u128::from_be_bytes(iv);
    let mut ciphertext = Vec::with_capacity(plaintext.len());
    for chunk in plaintext.chunks(16) {
        let mut pad = counter.to_be_bytes().into();
        cipher.encrypt_block(&mut pad);
        ciphertext.extend(chunk.iter().zip(pad).map(|(byte, pad)| byte ^ pad));
        counter = counter.wrapping_add(1);
    }
    ciphertext
}

#[cfg(test)]
mod tests {
    use super::super::assets::Network;
    use super::*;
    use crate::encoding::unhex;

    #[test]
    fn counter_mode_gives_the_published_vector() {
        // NIST SP 800-38A, F.5.1.
        let unhex = |text| unhex(text).expect("hexadecimal");
        let key = unhex("2b7e151628aed2a6abf7158809cf4f3c");
        let iv = unhex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
            .try_into()
            .expect("16 bytes");
        let plaintext = unhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        let ciphertext = "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff";
        assert_eq!(hex(aes_128_ctr(&key, iv, &plaintext)), ciphertext);
    }

    #[test]
    fn key_derivation_gives_the_published_vector() {
        // The vector for "password" and "salt" with 4096 rounds.
        let derived = "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a";
        assert_eq!(hex(pbkdf2(b"password", b"salt")), derived);
    }

    #[test]
    fn the_password_brings_the_key_back() {
        let key = Key::derive(&[3; 32], Network::EthereumRopsten, None);
        let (salt, iv) = ([1; 32], [2; 16]);
        let file = seal(Uuid::nil(), &key, "pa55", salt, iv);
        let ciphertext = file["crypto"]["ciphertext"]
            .as_str()
            .and_then(unhex)
            .expect("hex");
        let derived = pbkdf2(b"pa55", &salt);
        assert_eq!(aes_128_ctr(&derived[..16], iv, &ciphertext), key.bytes());
    }
}
