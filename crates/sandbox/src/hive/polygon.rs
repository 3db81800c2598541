//! Polygon, a chain of Ethereum's kind: new accounts and unsigned transactions.

use k256::SecretKey;
use serde_json::{Value, json};

use crate::encoding::{Rlp, hex};
use crate::entropy::random;
use crate::ethereum::{Address, keccak256};

/// Mumbai, the chain of the documented samples.
const CHAIN_ID: u128 = 80_001;

// The price and the amount of gas in the documented sample.
pub(super) const MAX_PRIORITY_FEE_PER_GAS: u128 = 0xc6ee_355e;
pub(super) const MAX_FEE_PER_GAS: u128 = 0xc6ee_3576;
pub(super) const GAS: u128 = 0xcdc4;

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
        format!("0x{}", hex(keccak256(self.encode())))
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
            "from": self.from.to_string(),
            "to": self.to.map(|to| to.to_string()),
            "value": self.value.to_string(),
            "data": format!("0x{}", hex(&self.data)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_transaction_begins_as_the_documented_sample() {
        let to = Address::parse_in_any_case("0x94853BdC9c6AdD50D7842D1A3117fab385457470");
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
