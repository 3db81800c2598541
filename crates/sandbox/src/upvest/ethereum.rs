//! Addresses and transactions of Ethereum.

use std::fmt;

use ruint::aliases::U256;
use sha3::{Digest, Keccak256};

use super::keys::Key;
use super::rlp;
use crate::encoding::{Rlp, hex, unhex};

/// The chain identifier of Ropsten (EIP-155).
pub(super) const CHAIN_ID: u64 = 3;

/// The hash that Ethereum uses everywhere.
pub(super) fn keccak256(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// An account or contract. Displayed with the checksum of EIP-55.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Address(pub(super) [u8; 20]);

impl Address {
    /// Reads forty hexadecimal digits after `0x`. Where their case is mixed it has to be the
    /// checksum's.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0x")?;
        let address = Self(unhex(digits)?.try_into().ok()?);
        let mixed = digits.contains(|digit: char| digit.is_ascii_uppercase())
            && digits.contains(|digit: char| digit.is_ascii_lowercase());
        (!mixed || address.to_string() == text).then_some(address)
    }

    /// As the historical data API writes it.
    pub(super) fn lower_case(self) -> String {
        format!("0x{}", hex(self.0))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = hex(self.0);
        let checksum = hex(keccak256(digits.as_bytes()));
        f.write_str("0x")?;
        for (digit, check) in digits.chars().zip(checksum.chars()) {
            let upper = check >= '8';
            write!(
                f,
                "{}",
                if upper {
                    digit.to_ascii_uppercase()
                } else {
                    digit
                }
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a transaction has done on the chain, before it is signed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    pub(super) nonce: u64,
    pub(super) gas_price: U256,
    pub(super) gas_limit: U256,
    /// None creates a contract.
    pub(super) to: Option<Address>,
    pub(super) value: U256,
    pub(super) data: Vec<u8>,
}

impl Order {
    /// Reads an unsigned transaction: six fields, or nine of which the last three say nothing more
    /// than the chain.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let fields = rlp::decode_list(bytes)?;
        if fields.len() != 6 && fields.len() != 9 {
            return None;
        }
        let to = match fields[3] {
            [] => None,
            to => Some(Address(to.try_into().ok()?)),
        };
        Some(Self {
            nonce: number(fields[0])?.try_into().ok()?,
            gas_price: number(fields[1])?,
            gas_limit: number(fields[2])?,
            to,
            value: number(fields[4])?,
            data: fields[5].to_vec(),
        })
    }

    /// Signs it for Ropsten and tells its hash.
    pub(super) fn sign(&self, key: &Key) -> [u8; 32] {
        let mut fields = self.fields();
        fields.extend([minimal(U256::from(CHAIN_ID)), Vec::new(), Vec::new()]);
        let signature = key.sign(&keccak256(&list(&fields)));
        fields.truncate(6);
        let v = CHAIN_ID * 2 + 35 + u64::from(signature.recover);
        let scalar = |bytes: &[u8; 32]| minimal(U256::from_be_slice(bytes));
        fields.extend([
            minimal(U256::from(v)),
            scalar(&signature.r),
            scalar(&signature.s),
        ]);
        keccak256(&list(&fields))
    }

    /// The gas it takes to be in a block at all (EIP-2028). The sandbox runs no contract code, so
    /// this is also the gas that is used.
    pub(super) fn intrinsic_gas(&self) -> U256 {
        let data = self.data.iter().map(|byte| if *byte == 0 { 4 } else { 16 });
        U256::from(21_000 + data.sum::<u64>())
    }

    /// The most it can cost in Ether: what it sends and all the gas it may use.
    pub(super) fn greatest_cost(&self) -> Option<U256> {
        self.value
            .checked_add(self.gas_limit.checked_mul(self.gas_price)?)
    }

    fn fields(&self) -> Vec<Vec<u8>> {
        vec![
            minimal(U256::from(self.nonce)),
            minimal(self.gas_price),
            minimal(self.gas_limit),
            self.to.map(|to| to.0.to_vec()).unwrap_or_default(),
            minimal(self.value),
            self.data.clone(),
        ]
    }
}

/// An ERC20 token's `transfer`, read from or written as a call's data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Transfer {
    pub(super) recipient: Address,
    pub(super) quantity: U256,
}

impl Transfer {
    const SELECTOR: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];

    /// The transfer that `data` asks of a token, if it asks for one.
    pub(super) fn decode(data: &[u8]) -> Option<Self> {
        let arguments = data.strip_prefix(&Self::SELECTOR)?;
        let (recipient, quantity) = arguments.split_at_checked(32)?;
        let (zeros, recipient) = recipient.split_at(12);
        if zeros.iter().any(|byte| *byte != 0) {
            return None;
        }
        Some(Self {
            recipient: Address(recipient.try_into().ok()?),
            quantity: U256::from_be_bytes::<32>(quantity.get(..32)?.try_into().ok()?),
        })
    }

    /// The data that asks for it.
    pub(super) fn encode(&self) -> Vec<u8> {
        [
            Self::SELECTOR.as_slice(),
            &[0; 12],
            &self.recipient.0,
            &self.quantity.to_be_bytes::<32>(),
        ]
        .concat()
    }
}

fn list(fields: &[Vec<u8>]) -> Vec<u8> {
    Rlp::List(fields.iter().cloned().map(Rlp::Bytes).collect()).encode()
}

fn number(bytes: &[u8]) -> Option<U256> {
    U256::try_from_be_slice(bytes)
}

fn minimal(number: U256) -> Vec<u8> {
    number.to_be_bytes_trimmed_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_the_checksum_of_eip_55() {
        for address in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xC4A284E55Ab2F1C2fEb23A0bfC56FcA31B0c94A3",
        ] {
            let lower = Address::parse(&address.to_lowercase()).expect("an address");
            assert_eq!(lower.to_string(), address);
            assert_eq!(Address::parse(address), Some(lower));
        }
        let wrong_case = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD";
        assert_eq!(Address::parse(wrong_case), None);
        assert_eq!(
            Address::parse("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"),
            None
        );
    }

    #[test]
    fn what_is_signed_of_a_transaction_is_the_example_of_eip_155() {
        // The example is on chain 1; everything else is what is signed here too.
        let order = Order {
            nonce: 9,
            gas_price: U256::from(20_000_000_000_u64),
            gas_limit: U256::from(21_000),
            to: Some(Address([0x35; 20])),
            value: U256::from(1_000_000_000_000_000_000_u64),
            data: Vec::new(),
        };
        let mut fields = order.fields();
        fields.extend([vec![1], Vec::new(), Vec::new()]);
        assert_eq!(
            hex(keccak256(&list(&fields))),
            "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
        );
        assert_eq!(Order::decode(&list(&fields)), Some(order));
    }

    #[test]
    fn a_signed_transaction_has_the_hash_that_other_wallets_give_it() {
        // Signed by eth-account with the private key 0x46…46, for chain 3.
        let order = Order {
            nonce: 9,
            gas_price: U256::from(20_000_000_000_u64),
            gas_limit: U256::from(21_000),
            to: Some(Address([0x35; 20])),
            value: U256::from(1_000_000_000_000_000_000_u64),
            data: Vec::new(),
        };
        let key = Key::from_bytes(&[0x46; 32]).expect("a key");
        assert_eq!(
            hex(order.sign(&key)),
            "694f4307f03830005fd9c4d871f2babd9f280ce306994c96eaf42e5bfdc2433f"
        );
    }

    #[test]
    fn the_recorded_token_transfer_is_understood() {
        let input = "a9059cbb0000000000000000000000003952ce12818b72443baa87bc1840d2f3df355972\
                     000000000000000000000000000000000000000000000000000000e8d4a51000";
        let data = unhex(input).expect("hexadecimal");
        let transfer = Transfer::decode(&data).expect("a transfer");
        assert_eq!(transfer.quantity, U256::from(1_000_000_000_000_u64));
        assert_eq!(
            transfer.recipient.lower_case(),
            "0x3952ce12818b72443baa87bc1840d2f3df355972"
        );
        assert_eq!(transfer.encode(), data);
    }
}
