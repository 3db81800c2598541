//! Addresses on a chain: many carry a checksum, so that a slip of the pen is found before anything is sent there.

use std::{borrow::Cow, fmt, hash, str::FromStr};

use bech32::{
    Bech32,
    primitives::decode::{CheckedHrpstring, SegwitHrpstring},
};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use sha3::{Digest as _, Keccak256};

/// An address on a chain, as text.
///
/// A text is checked where it is made into one, by the rules of the chain as far as the text tells which that is:
///
/// | text | rule |
/// |---|---|
/// | `0x…` | 40 hexadecimal digits; in mixed case, which has to be that of the checksum ([EIP-55]) |
/// | `1…`, `2…`, `3…`, `m…`, `n…`, 26 to 35 letters and digits | Bitcoin: [Base58Check] |
/// | `bc1…`, `tb1…`, `bcrt1…` | Bitcoin: SegWit ([BIP 173], [BIP 350]) |
/// | a lower-case word, `1`, 30 letters and digits or more | Cosmos and its kin, such as `xpla1…`: Bech32 |
///
/// What is none of these is taken, unless it is empty or has a space in it. What a provider answers with is taken as it
/// is; [`check`](Self::check) tells. Nothing is ever changed, but two that differ only in a case which means nothing are
/// equal.
///
/// ```
/// # use bindery_runtime::Address;
/// let address: Address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed".parse()?;
/// assert_eq!(address, "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed".parse()?);
/// // One letter is in the wrong case, so that one letter or more may be wrong.
/// assert!("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD".parse::<Address>().is_err());
/// # Ok::<_, bindery_runtime::InvalidAddress>(())
/// ```
///
/// [EIP-55]: https://eips.ethereum.org/EIPS/eip-55
/// [Base58Check]: https://en.bitcoin.it/wiki/Base58Check_encoding
/// [BIP 173]: https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki
/// [BIP 350]: https://github.com/bitcoin/bips/blob/master/bip-0350.mediawiki
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schemars", schemars(inline))]
#[serde(transparent)]
pub struct Address(
    #[cfg_attr(feature = "schemars", schemars(extend("format" = "address")))] String,
);

impl Address {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is right, as far as the text tells.
    ///
    /// # Errors
    ///
    /// When it is wrong, which only one that was read can be.
    pub fn check(&self) -> Result<(), InvalidAddress> {
        check(&self.0)
    }

    /// The text without a case that means nothing.
    fn folded(&self) -> Cow<'_, str> {
        match Form::of(&self.0) {
            Some(Form::Ethereum | Form::SegWit | Form::Bech32) => {
                self.0.to_ascii_lowercase().into()
            }
            Some(Form::Base58Check) | None => self.0.as_str().into(),
        }
    }
}

/// How an address is written.
#[derive(Clone, Copy)]
enum Form {
    Ethereum,
    Base58Check,
    SegWit,
    Bech32,
}

impl Form {
    /// That of the text, as far as it tells.
    fn of(text: &str) -> Option<Self> {
        if text.starts_with("0x") || text.starts_with("0X") {
            return Some(Self::Ethereum);
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        if (26..=35).contains(&text.len()) && text.starts_with(['1', '2', '3', 'm', 'n']) {
            return Some(Self::Base58Check);
        }
        let (network, data) = text.split_once('1')?;
        if ["bc", "tb", "bcrt"]
            .iter()
            .any(|bitcoin| network.eq_ignore_ascii_case(bitcoin))
        {
            return Some(Self::SegWit);
        }
        // Other chains have addresses in mixed case, where letters stand before a `1` by chance.
        let upper = text.bytes().filter(u8::is_ascii_uppercase).count();
        let lower = text.bytes().filter(u8::is_ascii_lowercase).count();
        let is_word = network.len() > 1 && network.bytes().all(|byte| byte.is_ascii_alphabetic());
        (is_word && data.len() >= 30 && upper.min(lower) <= 2).then_some(Self::Bech32)
    }
}

fn check(text: &str) -> Result<(), InvalidAddress> {
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(InvalidAddress::Blank);
    }
    match Form::of(text) {
        Some(Form::Ethereum) => check_ethereum(text),
        Some(Form::Base58Check) => check_base58(text),
        Some(Form::SegWit) => SegwitHrpstring::new(text)
            .map(drop)
            .map_err(|_| InvalidAddress::Bech32),
        Some(Form::Bech32) => CheckedHrpstring::new::<Bech32>(text)
            .map(drop)
            .map_err(|_| InvalidAddress::Bech32),
        None => Ok(()),
    }
}

fn check_ethereum(text: &str) -> Result<(), InvalidAddress> {
    let digits = text.strip_prefix("0x").unwrap_or_default();
    if digits.len() != 40 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(InvalidAddress::Ethereum);
    }
    let has = |of: fn(&u8) -> bool| digits.bytes().any(|byte| of(&byte));
    if !(has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)) {
        return Ok(());
    }
    let code = Keccak256::digest(digits.to_ascii_lowercase());
    let is_upper = |place: usize| code[place / 2] >> (4 * (1 - place % 2)) & 0x8 != 0;
    let fits = digits.bytes().enumerate().all(|(place, digit)| {
        digit.is_ascii_digit() || digit.is_ascii_uppercase() == is_upper(place)
    });
    fits.then_some(()).ok_or(InvalidAddress::Case)
}

/// The versions of Bitcoin's addresses: of a key and of a script, on the main network and on the test networks.
const BITCOIN: [u8; 4] = [0x00, 0x05, 0x6f, 0xc4];

fn check_base58(text: &str) -> Result<(), InvalidAddress> {
    let bytes = bs58::decode(text).into_vec().unwrap_or_default();
    let fits = bytes.split_last_chunk::<4>().is_some_and(|(payload, sum)| {
        payload.len() == 21
            && BITCOIN.contains(&payload[0])
            && Sha256::digest(Sha256::digest(payload)).starts_with(sum)
    });
    fits.then_some(()).ok_or(InvalidAddress::Base58Check)
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl TryFrom<String> for Address {
    type Error = InvalidAddress;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        check(&text)?;
        Ok(Self(text))
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.folded() == other.folded()
    }
}

impl Eq for Address {}

impl hash::Hash for Address {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

impl AsRef<str> for Address {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({:?})", self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no [`Address`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAddress {
    /// It is empty, or has a space in it.
    #[error("failed to read an address: it is empty, or has a space in it")]
    Blank,
    /// It begins with `0x`, and goes on otherwise than an address does.
    #[error("failed to read an address: after `0x`, expected 40 hexadecimal digits")]
    Ethereum,
    /// Its letters are not in the case that its checksum says.
    #[error(
        "failed to read an address: its upper and lower case contradict its digits (EIP-55); compare it with where it \
         comes from"
    )]
    Case,
    /// It looks like one of Bitcoin, and its checksum does not fit.
    #[error(
        "failed to read an address: it looks like one of Bitcoin, and its checksum does not fit; compare it with where \
         it comes from"
    )]
    Base58Check,
    /// It looks like Bech32, and its checksum does not fit.
    #[error(
        "failed to read an address: it looks like Bech32, and its checksum does not fit; compare it with where it comes \
         from"
    )]
    Bech32,
}

#[cfg(test)]
mod tests {
    use bech32::Hrp;
    use proptest::prelude::*;

    use super::*;

    /// From EIP-55, BIP 173, BIP 350, the Bitcoin wiki and published messages of chains.
    const RIGHT: [&str; 13] = [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",
        "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        "xpla1xckvhyu48uqlhduqgd79y45tpfhqlnrqhr87nt",
        "xpla19pwda2lut9xaefr8gsmgktuqew90sc5ajlxhkg",
        // Of chains that nobody can tell.
        "AX7fqNywVSYFBjqMiAApi1KOjAz-7JvMoFXAewyabWD",
        "potato20MSP.octopus_26842",
    ];

    #[test]
    fn what_the_chains_publish_is_taken_and_not_changed() {
        for text in RIGHT {
            let address: Address = text
                .parse()
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(address.as_str(), text);
            assert_eq!(address.check(), Ok(()));
            let json = serde_json::to_string(&address).expect("a string");
            assert_eq!(json, format!("\"{text}\""));
        }
    }

    #[test]
    fn a_wrong_one_is_refused_with_what_is_wrong() {
        for (text, error) in [
            ("", InvalidAddress::Blank),
            (
                " 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
                InvalidAddress::Blank,
            ),
            (
                "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae",
                InvalidAddress::Ethereum,
            ),
            (
                "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg",
                InvalidAddress::Ethereum,
            ),
            (
                "0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
                InvalidAddress::Ethereum,
            ),
            (
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
                InvalidAddress::Case,
            ),
            (
                "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3",
                InvalidAddress::Base58Check,
            ),
            (
                "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN0",
                InvalidAddress::Base58Check,
            ),
            (
                "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
                InvalidAddress::Bech32,
            ),
            (
                "xpla1xckvhyu48uqlhduqgd79y45tpfhqlnrqhr87n",
                InvalidAddress::Bech32,
            ),
            (
                "xpla1Xckvhyu48uqlhduqgd79y45tpfhqlnrqhr87nt",
                InvalidAddress::Bech32,
            ),
        ] {
            assert_eq!(text.parse::<Address>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_wrong_one_in_an_answer_is_kept_and_told() {
        let text = "\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD\"";
        let address: Address = serde_json::from_str(text).expect("a string");
        assert_eq!(serde_json::to_string(&address).expect("a string"), text);
        assert_eq!(address.check(), Err(InvalidAddress::Case));
    }

    #[test]
    fn only_a_case_that_means_something_counts() {
        let read = |text: &str| text.parse::<Address>().expect("an address");
        assert_eq!(read(RIGHT[0]), read(&RIGHT[0].to_lowercase()));
        assert_eq!(read(RIGHT[7]), read(&RIGHT[7].to_lowercase()));
        let lower = RIGHT[11].to_lowercase();
        assert_ne!(read(RIGHT[11]), read(&lower));
    }

    /// `text` with another character at a place.
    fn slipped(text: &str, place: usize, alphabet: &str, to: usize) -> Option<String> {
        let mut bytes = text.as_bytes().to_vec();
        let place = place % bytes.len();
        let to = alphabet.as_bytes()[to % alphabet.len()];
        if bytes[place] == to {
            return None;
        }
        bytes[place] = to;
        String::from_utf8(bytes).ok()
    }

    const BECH32: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l1bio";
    const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0OIl";

    proptest! {
        #[test]
        fn one_wrong_character_of_bech32_is_always_found(
            bytes in any::<[u8; 20]>(), place: usize, to: usize,
        ) {
            let network = Hrp::parse("xpla").expect("a word");
            let right = bech32::encode::<Bech32>(network, &bytes).expect("short enough");
            let address: Address = right.parse().expect("right");
            prop_assert_eq!(address.as_str(), &right);
            let wrong = slipped(&right[5..], place, BECH32, to);
            prop_assume!(wrong.is_some());
            let wrong = format!("xpla1{}", wrong.unwrap_or_default());
            prop_assert_eq!(wrong.parse::<Address>(), Err(InvalidAddress::Bech32));
        }

        #[test]
        fn one_wrong_character_of_base58_is_found(
            bytes in any::<[u8; 20]>(), version in 0..4_usize, place: usize, to: usize,
        ) {
            let mut payload = vec![BITCOIN[version]];
            payload.extend(bytes);
            let sum = Sha256::digest(Sha256::digest(&payload));
            payload.extend(&sum[..4]);
            let right = bs58::encode(payload).into_string();
            let address: Address = right.parse().expect("right");
            prop_assert_eq!(address.as_str(), &right);
            // The first character says that it is one of Bitcoin.
            let wrong = slipped(&right[1..], place, BASE58, to);
            prop_assume!(wrong.is_some());
            let wrong = format!("{}{}", &right[..1], wrong.unwrap_or_default());
            prop_assert_eq!(wrong.parse::<Address>(), Err(InvalidAddress::Base58Check));
        }

        #[test]
        fn a_letter_in_the_wrong_case_is_always_found(bytes in any::<[u8; 20]>(), place in 0..40_usize) {
            let lower: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let code = Keccak256::digest(&lower);
            let cased = |place: usize, digit: char| {
                let nibble = code[place / 2] >> (if place % 2 == 0 { 4 } else { 0 }) & 0xf;
                if nibble > 7 { digit.to_ascii_uppercase() } else { digit }
            };
            let right: String = lower.chars().enumerate().map(|(at, digit)| cased(at, digit)).collect();
            let right = format!("0x{right}");
            let address: Address = right.parse().expect("right");
            prop_assert_eq!(&address, &format!("0x{lower}").parse().expect("right"));
            let flip = |(at, digit): (usize, char)| match digit {
                _ if at != place + 2 => digit,
                digit if digit.is_ascii_uppercase() => digit.to_ascii_lowercase(),
                digit => digit.to_ascii_uppercase(),
            };
            let wrong: String = right.chars().enumerate().map(flip).collect();
            let letters = wrong[2..].bytes().filter(u8::is_ascii_alphabetic);
            let upper = letters.clone().filter(u8::is_ascii_uppercase).count();
            prop_assume!(wrong != right && upper != 0 && upper != letters.count());
            prop_assert_eq!(wrong.parse::<Address>(), Err(InvalidAddress::Case));
        }

        #[test]
        fn any_text_is_answered(text: String) {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert_eq!(address.as_str(), text);
            }
        }
    }
}
