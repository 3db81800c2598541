//! Polygon: accounts and transactions of an Ethereum chain.

use k256::SecretKey;
use k256::elliptic_curve::sec1::ToSec1Point;
use serde_json::{Value, json};
use sha3::{Digest, Keccak256};

use crate::encoding::{Rlp, hex, unhex};
use crate::entropy::random;

/// Mumbai, the chain of the documented samples.
const CHAIN_ID: u128 = 80_001;

// The price and the amount of gas in the documented sample.
pub(super) const MAX_PRIORITY_FEE_PER_GAS: u128 = 0xc6ee_355e;
pub(super) const MAX_FEE_PER_GAS: u128 = 0xc6ee_3576;
pub(super) const GAS: u128 = 0xcdc4;

pub(super) fn keccak(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// An account or a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Address([u8; 20]);

impl Address {
    /// Reads `0x` and 40 hexadecimal digits in any case: the samples do not keep to the checksum.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = unhex(text.strip_prefix("0x")?)?;
        bytes.try_into().ok().map(Self)
    }

    /// The address of a public key: the end of the hash of its uncompressed form.
    pub(super) fn of(key: &k256::PublicKey) -> Self {
        let point = key.to_sec1_point(false);
        Self::from_hash(keccak(&point.as_bytes()[1..]))
    }

    /// The address of the contract that an account deploys with a transaction.
    pub(super) fn deployed(by: Self, nonce: u64) -> Self {
        let list = Rlp::List(vec![Rlp::Bytes(by.0.to_vec()), Rlp::uint(nonce.into())]);
        Self::from_hash(keccak(list.encode()))
    }

    fn from_hash(hash: [u8; 32]) -> Self {
        let mut address = [0; 20];
        address.copy_from_slice(&hash[12..]);
        Self(address)
    }

    pub(super) fn bytes(self) -> [u8; 20] {
        self.0
    }

    /// The address with the checksum of EIP-55 in the case of its letters.
    pub(super) fn checksummed(self) -> String {
        let digits = hex(self.0);
        let hash = hex(keccak(&digits));
        let cased = digits
            .chars()
            .zip(hash.chars())
            .map(|(digit, check)| match check >= '8' {
                true => digit.to_ascii_uppercase(),
                false => digit,
            });
        "0x".chars().chain(cased).collect()
    }
}

/// A new key pair.
pub(super) struct Wallet {
    pub(super) address: Address,
    pub(super) private_key: String,
}

impl Wallet {
    pub(super) fn generate() -> Self {
        // All but one in 2^128 numbers are a key.
        let key = std::iter::repeat_with(random::<32>)
            .find_map(|bytes| SecretKey::from_slice(&bytes).ok())
            .expect("the iterator never ends");
        Self {
            address: Address::of(&key.public_key()),
            private_key: format!("0x{}", hex(key.to_bytes())),
        }
    }
}

/// A transaction before it is signed (EIP-1559).
pub(super) struct Unsigned {
    pub(super) from: Address,
    pub(super) nonce: u64,
    /// `None` deploys a contract.
    pub(super) to: Option<Address>,
    pub(super) value: u128,
    pub(super) data: Vec<u8>,
}

impl Unsigned {
    fn encode(&self) -> Vec<u8> {
        const EIP_1559: u8 = 2;
        let to = self.to.map(|to| to.0.to_vec()).unwrap_or_default();
        let fields = Rlp::List(vec![
            Rlp::uint(CHAIN_ID),
            Rlp::uint(self.nonce.into()),
            Rlp::uint(MAX_PRIORITY_FEE_PER_GAS),
            Rlp::uint(MAX_FEE_PER_GAS),
            Rlp::uint(GAS),
            Rlp::Bytes(to),
            Rlp::uint(self.value),
            Rlp::Bytes(self.data.clone()),
            Rlp::List(Vec::new()),
        ]);
        let mut encoded = vec![EIP_1559];
        encoded.extend(fields.encode());
        encoded
    }

    /// The encoded form, without `0x` as in the sample.
    pub(super) fn raw(&self) -> String {
        hex(self.encode())
    }

    /// The hash that is to be signed.
    pub(super) fn hash(&self) -> String {
        format!("0x{}", hex(keccak(self.encode())))
    }

    /// The decoded form.
    pub(super) fn json(&self) -> Value {
        json!({
            "type": 2,
            "chainId": CHAIN_ID as u64,
            "nonce": self.nonce,
            "maxPriorityFeePerGas": MAX_PRIORITY_FEE_PER_GAS.to_string(),
            "maxFeePerGas": MAX_FEE_PER_GAS.to_string(),
            "gasLimit": GAS.to_string(),
            "from": self.from.checksummed(),
            "to": self.to.map(Address::checksummed),
            "value": self.value.to_string(),
            "data": format!("0x{}", hex(&self.data)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_the_checksum_of_eip_55() {
        for address in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        ] {
            let parsed = Address::parse(&address.to_lowercase()).expect("an address");
            assert_eq!(parsed.checksummed(), address);
        }
        for wrong in [
            "",
            "0x",
            "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAe",
        ] {
            assert_eq!(Address::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_of_a_key_is_the_well_known_one() {
        let mut bytes = [0; 32];
        bytes[31] = 1;
        let key = SecretKey::from_slice(&bytes).expect("1 is a key");
        let address = Address::of(&key.public_key()).checksummed();
        assert_eq!(address, "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
    }

    #[test]
    fn a_deployed_contract_has_the_address_that_ethereum_gives_it() {
        let by = Address::parse("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0").expect("an address");
        let address = Address::deployed(by, 1).checksummed().to_lowercase();
        assert_eq!(address, "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8");
    }

    #[test]
    fn a_raw_transaction_begins_as_the_documented_sample() {
        let to = Address::parse("0x94853BdC9c6AdD50D7842D1A3117fab385457470");
        let unsigned = Unsigned {
            from: to.expect("an address"),
            nonce: 0x105,
            to,
            value: 0,
            data: vec![0; 68],
        };
        // But for the length of the list: the sample is cut, so that its data is not known.
        let raw = unsigned.raw();
        let sample = "8301388182010584c6ee355e84c6ee357682cdc49494853bdc9c6add50d7842";
        assert!(raw.starts_with("02f8"), "{raw}");
        assert!(raw[6..].starts_with(sample), "{raw}");
    }
}
