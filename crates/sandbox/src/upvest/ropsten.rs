//! Transactions of Ropsten, Ethereum's test network.

use ruint::aliases::U256;

use super::fees::Gas;
use super::keys::Key;
use crate::encoding::Rlp;
use crate::ethereum::{Address, keccak256};

/// The chain identifier of Ropsten (EIP-155).
pub(super) const CHAIN_ID: u64 = 3;

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
    /// What shall be done, before it is known with which number and for how much gas.
    pub(super) fn unpriced(to: Option<Address>, value: U256, data: Vec<u8>) -> Self {
        Self {
            nonce: 0,
            gas_price: U256::ZERO,
            gas_limit: U256::ZERO,
            to,
            value,
            data,
        }
    }

    /// The same for that gas.
    pub(super) fn priced(self, gas: Gas) -> Self {
        Self {
            gas_price: gas.price,
            gas_limit: gas.limit,
            ..self
        }
    }

    /// The gas it is to be had for.
    pub(super) fn gas(&self) -> Gas {
        Gas {
            limit: self.gas_limit,
            price: self.gas_price,
        }
    }

    /// Reads an unsigned transaction: six fields, or nine of which the last three say nothing more
    /// than the chain.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let fields = Rlp::decode_strings(bytes)?;
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
        let signature = key.sign(&keccak256(Rlp::strings(&fields).encode()));
        fields.truncate(6);
        let v = CHAIN_ID * 2 + 35 + u64::from(signature.recover);
        let scalar = |bytes: &[u8; 32]| minimal(U256::from_be_slice(bytes));
        fields.extend([
            minimal(U256::from(v)),
            scalar(&signature.r),
            scalar(&signature.s),
        ]);
        keccak256(Rlp::strings(&fields).encode())
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

/// A transfer of Ether, or of an ERC20 token that reads it from a call's data.
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

    /// The order that makes it, of the token at `contract` or else of Ether.
    pub(super) fn order(&self, contract: Option<Address>) -> Order {
        match contract {
            Some(_) => Order::unpriced(contract, U256::ZERO, self.encode()),
            None => Order::unpriced(Some(self.recipient), self.quantity, Vec::new()),
        }
    }

    /// The data that asks a token for it.
    fn encode(&self) -> Vec<u8> {
        [
            Self::SELECTOR.as_slice(),
            &[0; 12],
            &self.recipient.0,
            &self.quantity.to_be_bytes::<32>(),
        ]
        .concat()
    }
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
    use crate::encoding::{hex, unhex};

    /// The example of EIP-155.
    fn example() -> Order {
        Order {
            nonce: 9,
            gas_price: U256::from(20_000_000_000_u64),
            gas_limit: U256::from(21_000),
            to: Some(Address([0x35; 20])),
            value: U256::from(1_000_000_000_000_000_000_u64),
            data: Vec::new(),
        }
    }

    #[test]
    fn what_is_signed_of_a_transaction_is_the_example_of_eip_155() {
        let order = example();
        // The example is on chain 1; everything else is what is signed here too.
        let mut fields = order.fields();
        fields.extend([vec![1], Vec::new(), Vec::new()]);
        assert_eq!(
            hex(keccak256(Rlp::strings(&fields).encode())),
            "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
        );
        assert_eq!(Order::decode(&Rlp::strings(&fields).encode()), Some(order));
    }

    #[test]
    fn a_signed_transaction_has_the_hash_that_other_wallets_give_it() {
        // Signed by eth-account with the private key 0x46…46, for chain 3.
        let key = Key::from_bytes(&[0x46; 32]).expect("a key");
        assert_eq!(
            hex(example().sign(&key)),
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
