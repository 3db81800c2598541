//! The keys of wallets: where they come from, the address they give, and what they sign.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use k256::ecdsa::SigningKey;
use ripemd::Ripemd160;
use sha2::{Digest, Sha256};

use super::assets::Network;
use crate::ethereum::Address;

/// The version bytes of addresses on Bitcoin's test network: to a key's hash and to a script's.
const BITCOIN_VERSIONS: [u8; 2] = [0x6f, 0xc4];

/// A private key on secp256k1.
#[derive(Clone)]
pub(super) struct Key(SigningKey);

/// An ECDSA signature with which the public key can be recovered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signature {
    pub(super) r: [u8; 32],
    pub(super) s: [u8; 32],
    /// 0 or 1: whether the ordinate of the signature's point is odd.
    pub(super) recover: u8,
}

impl Key {
    /// The key of one wallet of the user with this seed; always the same one.
    pub(super) fn derive(seed: &[u8; 32], network: Network, index: Option<u32>) -> Self {
        let index = index.map_or_else(|| "none".to_owned(), |index| index.to_string());
        for attempt in 0_u32.. {
            let mut mac =
                Hmac::<Sha256>::new_from_slice(seed).expect("HMAC takes keys of any length");
            mac.update(format!("{}/{index}/{attempt}", network.protocol()).as_bytes());
            if let Some(key) = Self::from_bytes(&mac.finalize().into_bytes().into()) {
                return key;
            }
        }
        unreachable!("some attempt gives a key")
    }

    /// The key of those bytes. Zero and what exceeds the order of the curve, one in 2^128, is none.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        SigningKey::from_slice(bytes).ok().map(Self)
    }

    /// The key itself, as 32 bytes, big-endian.
    pub(super) fn bytes(&self) -> [u8; 32] {
        self.0.to_bytes().into()
    }

    /// The coordinates of the public key, big-endian.
    pub(super) fn public(&self) -> ([u8; 32], [u8; 32]) {
        let point = self.0.verifying_key().to_sec1_point(false);
        let (_, coordinates) = point.as_bytes().split_at(1);
        let (x, y) = coordinates.split_at(32);
        let coordinate = |bytes: &[u8]| bytes.try_into().expect("a coordinate has 32 bytes");
        (coordinate(x), coordinate(y))
    }

    /// Signs a hash.
    pub(super) fn sign(&self, hash: &[u8; 32]) -> Signature {
        let (signature, recovery) = self.0.sign_prehash_recoverable(hash);
        let (r, s) = signature.split_bytes();
        Signature {
            r: r.into(),
            s: s.into(),
            recover: recovery.to_byte(),
        }
    }

    /// The account on Ethereum.
    pub(super) fn ethereum_address(&self) -> Address {
        Address::of(&self.0.verifying_key().into())
    }

    /// The address of the wallet as its network writes it.
    ///
    /// Arweave's keys are really RSA; the sandbox has none and hashes the one it has.
    pub(super) fn address(&self, network: Network) -> String {
        match network {
            Network::EthereumRopsten => self.ethereum_address().to_string(),
            Network::BitcoinTestnet => {
                let public = self.0.verifying_key().to_sec1_point(true);
                let hash = Ripemd160::digest(Sha256::digest(public.as_bytes()));
                base58check(BITCOIN_VERSIONS[0], &hash)
            }
            Network::ArweaveTestnet => {
                let (x, y) = self.public();
                URL_SAFE_NO_PAD.encode(Sha256::digest([x, y].concat()))
            }
        }
    }
}

/// The address `text` as the network writes it, unless it is none.
pub(super) fn normal_address(network: Network, text: &str) -> Option<String> {
    match network {
        Network::EthereumRopsten => {
            Address::parse_checksummed(text).map(|address| address.to_string())
        }
        Network::BitcoinTestnet => is_bitcoin_address(text).then(|| text.to_owned()),
        Network::ArweaveTestnet => {
            let hash = URL_SAFE_NO_PAD.decode(text).ok()?;
            (hash.len() == 32).then(|| text.to_owned())
        }
    }
}

fn is_bitcoin_address(text: &str) -> bool {
    if let Ok((prefix, _, _)) = bech32::segwit::decode(text) {
        return prefix.as_str().eq_ignore_ascii_case("tb");
    }
    let Ok(bytes) = bs58::decode(text).into_vec() else {
        return false;
    };
    let Some((payload, check)) = bytes.split_last_chunk::<4>() else {
        return false;
    };
    payload.len() == 21 && BITCOIN_VERSIONS.contains(&payload[0]) && *check == checksum(payload)
}

fn base58check(version: u8, payload: &[u8]) -> String {
    let mut bytes = vec![version];
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(&checksum(&bytes));
    bs58::encode(bytes).into_string()
}

fn checksum(payload: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(Sha256::digest(payload)));
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The private key 1, whose addresses everybody knows.
    fn one() -> Key {
        let mut bytes = [0; 32];
        bytes[31] = 1;
        Key::from_bytes(&bytes).expect("one is a key")
    }

    #[test]
    fn the_addresses_of_the_key_one_are_the_known_ones() {
        assert_eq!(
            one().address(Network::EthereumRopsten),
            "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
        );
        assert_eq!(
            one().address(Network::BitcoinTestnet),
            "mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r"
        );
    }

    #[test]
    fn every_network_takes_its_own_addresses_and_no_others() {
        let networks = [
            Network::EthereumRopsten,
            Network::BitcoinTestnet,
            Network::ArweaveTestnet,
        ];
        for network in networks {
            let address = Key::derive(&[7; 32], network, None).address(network);
            assert_eq!(
                normal_address(network, &address).as_deref(),
                Some(address.as_str())
            );
            for other in networks.into_iter().filter(|other| *other != network) {
                assert_eq!(normal_address(other, &address), None);
            }
        }
        let segwit = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx";
        assert!(normal_address(Network::BitcoinTestnet, segwit).is_some());
        let main_network = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH";
        assert_eq!(normal_address(Network::BitcoinTestnet, main_network), None);
    }

    #[test]
    fn no_index_and_index_zero_are_different_keys() {
        let key = |index| Key::derive(&[7; 32], Network::EthereumRopsten, index).bytes();
        assert_ne!(key(None), key(Some(0)));
        assert_ne!(key(Some(0)), key(Some(1)));
        assert_eq!(key(Some(1)), key(Some(1)));
    }
}
