//! XPLA: accounts and transactions of a Cosmos chain with Ethereum's keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bech32::{Bech32, Hrp};
use bip39::Mnemonic;
use hmac::{Hmac, KeyInit, Mac};
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::{PublicKey, Scalar, SecretKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha512};

use crate::encoding::{hex, protobuf};
use crate::entropy::random;
use crate::ethereum::Address;

/// The smallest unit of the native coin.
const DENOM: &str = "axpla";

/// A gas limit as good as any: nothing is ever executed.
const GAS_LIMIT: u64 = 200_000;

/// Text with a checksum, in the way of all Cosmos chains.
fn bech32(prefix: &str, data: &[u8]) -> String {
    let prefix = Hrp::parse(prefix).expect("the prefixes are constants");
    bech32::encode::<Bech32>(prefix, data).expect("an address or a key is short enough")
}

/// Whether the text is the address of an account (20 bytes) or a contract (32 bytes).
pub(super) fn is_address(text: &str) -> bool {
    bech32::decode(text).is_ok_and(|(prefix, data)| {
        prefix.as_str() == "xpla" && (data.len() == 20 || data.len() == 32)
    })
}

/// The address of a public key. XPLA has Ethereum's: the documented sample wallet proves it.
fn address(key: &PublicKey) -> String {
    bech32("xpla", &Address::of(key).0)
}

/// The address of a wallet that several keys share: a hash over the threshold and the keys.
pub(super) fn multisig_address(threshold: u64, public_keys: &[String]) -> String {
    let mut key = Vec::new();
    protobuf::uint(&mut key, 1, threshold);
    for public_key in public_keys {
        protobuf::bytes(&mut key, 2, public_key);
    }
    bech32("xpla", &Sha256::digest(key)[..20])
}

/// A new key pair.
pub(super) struct Wallet {
    pub(super) address: String,
    pub(super) mnemonic: String,
    pub(super) public_key: Vec<u8>,
}

impl Wallet {
    pub(super) fn generate() -> Self {
        std::iter::repeat_with(random::<32>)
            .find_map(|entropy| {
                Self::from_mnemonic(&Mnemonic::from_entropy(&entropy).expect("32 bytes, 24 words"))
            })
            .expect("the iterator never ends")
    }

    /// The first account of a mnemonic phrase, by BIP-32 at `m/44'/60'/0'/0/0`; `None` for the one
    /// in 2^127 phrases that has no key there.
    fn from_mnemonic(mnemonic: &Mnemonic) -> Option<Self> {
        const HARDENED: u32 = 1 << 31;
        let master = hmac(b"Bitcoin seed", &mnemonic.to_seed_normalized(""));
        let path = [44 | HARDENED, 60 | HARDENED, HARDENED, 0, 0];
        let (key, _) = path
            .into_iter()
            .try_fold((secret(&master[..32])?, master[32..].to_vec()), child)?;
        let public_key = key.public_key();
        Some(Self {
            address: address(&public_key),
            mnemonic: mnemonic.to_string(),
            public_key: public_key.to_sec1_point(true).as_bytes().to_vec(),
        })
    }

    /// The public key as creating a wallet shows it.
    pub(super) fn base64_key(&self) -> String {
        STANDARD.encode(&self.public_key)
    }

    /// The public key as getting a wallet shows it.
    pub(super) fn bech32_key(&self) -> String {
        bech32("xplapub", &self.public_key)
    }
}

/// One step of BIP-32.
fn child((parent, chain_code): (SecretKey, Vec<u8>), index: u32) -> Option<(SecretKey, Vec<u8>)> {
    let mut data = match index >> 31 {
        0 => parent.public_key().to_sec1_point(true).as_bytes().to_vec(),
        _ => [&[0], parent.to_bytes().as_slice()].concat(),
    };
    data.extend_from_slice(&index.to_be_bytes());
    let derived = hmac(&chain_code, &data);
    let tweak = secret(&derived[..32])?.to_nonzero_scalar();
    let sum: Scalar = *parent.to_nonzero_scalar() + *tweak;
    Some((secret(&sum.to_bytes())?, derived[32..].to_vec()))
}

fn secret(bytes: &[u8]) -> Option<SecretKey> {
    SecretKey::from_slice(bytes).ok()
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    Hmac::<Sha512>::new_from_slice(key)
        .expect("HMAC takes keys of any length")
        .chain_update(data)
        .finalize()
        .into_bytes()
        .to_vec()
}

/// A message, as a transaction carries it.
pub(super) enum Message {
    Send {
        from: String,
        to: String,
        amount: u128,
    },
    Execute {
        sender: String,
        contract: String,
        msg: Value,
    },
}

/// A transaction before it is signed.
pub(super) struct Unsigned(pub(super) Message);

impl Unsigned {
    /// The encoded form: `cosmos.tx.v1beta1.TxRaw` in base64.
    pub(super) fn raw(&self) -> String {
        STANDARD.encode(self.encode())
    }

    /// The hash, as Cosmos writes it.
    pub(super) fn hash(&self) -> String {
        hex(Sha256::digest(self.encode())).to_uppercase()
    }

    fn encode(&self) -> Vec<u8> {
        let mut any = Vec::new();
        let (mut body, mut fee, mut auth_info, mut raw) = (vec![], vec![], vec![], vec![]);
        protobuf::bytes(&mut any, 1, self.0.type_url());
        protobuf::bytes(&mut any, 2, self.0.encode());
        protobuf::bytes(&mut body, 1, any);
        protobuf::uint(&mut fee, 2, GAS_LIMIT);
        protobuf::bytes(&mut auth_info, 2, fee);
        protobuf::bytes(&mut raw, 1, body);
        protobuf::bytes(&mut raw, 2, auth_info);
        raw
    }

    /// The decoded form.
    pub(super) fn json(&self) -> Value {
        json!({
            "body": {"messages": [self.0.json()], "memo": ""},
            "auth_info": {
                "signer_infos": [],
                "fee": {"amount": [], "gas_limit": GAS_LIMIT.to_string()},
            },
            "signatures": [],
        })
    }
}

impl Message {
    fn type_url(&self) -> &'static str {
        match self {
            Self::Send { .. } => "/cosmos.bank.v1beta1.MsgSend",
            Self::Execute { .. } => "/cosmwasm.wasm.v1.MsgExecuteContract",
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut message = Vec::new();
        match self {
            Self::Send { from, to, amount } => {
                let mut coin = Vec::new();
                protobuf::bytes(&mut coin, 1, DENOM);
                protobuf::bytes(&mut coin, 2, amount.to_string());
                protobuf::bytes(&mut message, 1, from);
                protobuf::bytes(&mut message, 2, to);
                protobuf::bytes(&mut message, 3, coin);
            }
            Self::Execute {
                sender,
                contract,
                msg,
            } => {
                protobuf::bytes(&mut message, 1, sender);
                protobuf::bytes(&mut message, 2, contract);
                protobuf::bytes(&mut message, 3, msg.to_string());
            }
        }
        message
    }

    fn json(&self) -> Value {
        match self {
            Self::Send { from, to, amount } => json!({
                "@type": self.type_url(),
                "from_address": from,
                "to_address": to,
                "amount": [{"denom": DENOM, "amount": amount.to_string()}],
            }),
            Self::Execute {
                sender,
                contract,
                msg,
            } => json!({
                "@type": self.type_url(),
                "sender": sender,
                "contract": contract,
                "msg": msg,
                "funds": [],
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_wallet_has_the_address_of_its_public_key() {
        let key = STANDARD
            .decode("AvNhefa+7fhS7RH/VryEtz1yWzXKGS1+jnheotpOMuSV")
            .expect("base64");
        let key = PublicKey::from_sec1_bytes(&key).expect("a point of the curve");
        assert_eq!(address(&key), "xpla1xckvhyu48uqlhduqgd79y45tpfhqlnrqhr87nt");
    }

    #[test]
    fn a_phrase_leads_to_the_account_that_ethereum_wallets_show() {
        // The phrase that Hardhat and Ganache are known for, with its first account.
        let phrase = "test test test test test test test test test test test junk";
        let mnemonic = Mnemonic::parse_normalized(phrase).expect("a phrase");
        let wallet = Wallet::from_mnemonic(&mnemonic).expect("a key");
        let (_, account) = bech32::decode(&wallet.address).expect("bech32");
        let known = Address::parse_in_any_case("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        assert_eq!(account, known.expect("an address").0);
    }

    #[test]
    fn only_addresses_of_xpla_pass_for_one() {
        assert!(is_address("xpla1xckvhyu48uqlhduqgd79y45tpfhqlnrqhr87nt"));
        assert!(is_address(&Wallet::generate().address));
        for wrong in [
            "xpla1xckvhyu48uqlhduqgd79y45tpfhqlnrqhr87nx",
            "xplapub1qtet7gjzyt6h3rm79ragfanses4xwgx6hjtjzh2juvtklxhup5gpgepz4yz",
            "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
            "",
        ] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
