//! The accounts of Ethereum, which Polygon and Ropsten share: their addresses, and the hash those
//! come from.

use std::fmt;

use k256::PublicKey;
use k256::elliptic_curve::sec1::ToSec1Point;
use sha3::{Digest, Keccak256};

use crate::encoding::{Rlp, hex, unhex};

/// The hash that Ethereum uses everywhere.
pub(crate) fn keccak256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// An account or a contract. Displayed with the checksum of EIP-55, the case of its letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Address(pub(crate) [u8; 20]);

impl Address {
    /// Reads `0x` and forty hexadecimal digits, whatever the case of each.
    pub(crate) fn parse_in_any_case(text: &str) -> Option<Self> {
        let bytes = unhex(text.strip_prefix("0x")?)?;
        bytes.try_into().ok().map(Self)
    }

    /// Reads the same, but where the letters are of both cases they have to be the checksum's.
    pub(crate) fn parse_checksummed(text: &str) -> Option<Self> {
        let address = Self::parse_in_any_case(text)?;
        let digits = text.strip_prefix("0x")?;
        let mixed = digits.contains(|digit: char| digit.is_ascii_uppercase())
            && digits.contains(|digit: char| digit.is_ascii_lowercase());
        (!mixed || address.to_string() == text).then_some(address)
    }

    /// The address of a public key: the end of the hash of its coordinates.
    pub(crate) fn of(key: &PublicKey) -> Self {
        let point = key.to_sec1_point(false);
        Self::from_hash(keccak256(&point.as_bytes()[1..]))
    }

    /// The address of the contract that an account deploys with a transaction.
    pub(crate) fn deployed(by: Self, nonce: u64) -> Self {
        let list = Rlp::List(vec![Rlp::Bytes(by.0.to_vec()), Rlp::uint(nonce.into())]);
        Self::from_hash(keccak256(list.encode()))
    }

    fn from_hash(hash: [u8; 32]) -> Self {
        let mut address = [0; 20];
        address.copy_from_slice(&hash[12..]);
        Self(address)
    }

    /// The address without the checksum.
    pub(crate) fn lower_case(self) -> String {
        format!("0x{}", hex(self.0))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = hex(self.0);
        let hash = hex(keccak256(&digits));
        let cased = digits
            .chars()
            .zip(hash.chars())
            .map(|(digit, check)| match check >= '8' {
                true => digit.to_ascii_uppercase(),
                false => digit,
            });
        write!(f, "0x{}", cased.collect::<String>())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use k256::SecretKey;

    use super::*;

    #[test]
    fn addresses_carry_the_checksum_of_eip_55() {
        for address in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xC4A284E55Ab2F1C2fEb23A0bfC56FcA31B0c94A3",
        ] {
            let lower = address.to_lowercase();
            let parsed = Address::parse_in_any_case(&lower).expect("an address");
            assert_eq!(parsed.to_string(), address);
            assert_eq!(parsed.lower_case(), lower);
        }
    }

    #[test]
    fn a_wrong_checksum_is_refused_only_where_one_is_demanded() {
        let right = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        let wrong = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD";
        let address = Address::parse_in_any_case(wrong);
        assert!(address.is_some());
        assert_eq!(Address::parse_checksummed(wrong), None);
        let upper = format!("0x{}", right[2..].to_uppercase());
        for unmixed in [right.to_lowercase(), upper] {
            assert_eq!(Address::parse_checksummed(&unmixed), address, "{unmixed}");
        }
        assert_eq!(Address::parse_checksummed(right), address);
    }

    #[test]
    fn what_is_no_address_is_read_by_neither() {
        for wrong in [
            "",
            "0x",
            "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0x5aAe",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed00",
            "0xé",
        ] {
            assert_eq!(Address::parse_in_any_case(wrong), None, "{wrong}");
            assert_eq!(Address::parse_checksummed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_of_a_key_is_the_well_known_one() {
        let mut bytes = [0; 32];
        bytes[31] = 1;
        let key = SecretKey::from_slice(&bytes).expect("1 is a key");
        let address = Address::of(&key.public_key()).to_string();
        assert_eq!(address, "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
    }

    #[test]
    fn a_deployed_contract_has_the_address_that_ethereum_gives_it() {
        let by = Address::parse_in_any_case("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");
        let address = Address::deployed(by.expect("an address"), 1);
        assert_eq!(
            address.lower_case(),
            "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8"
        );
    }
}
