//! The calls of Ethereum contracts: a function's ABI and its arguments, encoded as call data.
//!
//! All of the ABI's types but tuples and fixed-point numbers.

use ruint::aliases::U256;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::amount::{parse, text_of};
use crate::encoding::unhex;
use crate::ethereum::{Address, keccak256};

/// The ABI of one function, as far as calling it goes.
#[derive(Debug, Deserialize)]
pub(super) struct Function {
    name: String,
    #[serde(default)]
    inputs: Vec<Input>,
}

#[derive(Debug, Deserialize)]
struct Input {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Type {
    Unsigned(usize),
    Signed(usize),
    Address,
    Bool,
    FixedBytes(usize),
    Bytes,
    Text,
    Array(Box<Type>, Option<usize>),
}

impl Function {
    /// The data of the call with those arguments; or what is wrong with them.
    pub(super) fn call(&self, arguments: &[Box<RawValue>]) -> Result<Vec<u8>, String> {
        if arguments.len() != self.inputs.len() {
            let (expected, given) = (self.inputs.len(), arguments.len());
            return Err(format!(
                "{} takes {expected} parameters, not {given}",
                self.name
            ));
        }
        let types = self.inputs.iter().map(|input| {
            let unknown = || format!("the type {} is not known here", input.kind);
            Type::parse(&input.kind).ok_or_else(unknown)
        });
        let types: Vec<Type> = types.collect::<Result<_, _>>()?;
        let names: Vec<_> = types.iter().map(Type::name).collect();
        let signature = format!("{}({})", self.name, names.join(","));
        let mut data = keccak256(signature.as_bytes())[..4].to_vec();
        let pairs: Vec<_> = types
            .iter()
            .zip(arguments.iter().map(|argument| &**argument))
            .collect();
        data.extend(encode(&pairs)?);
        Ok(data)
    }
}

impl Type {
    fn parse(text: &str) -> Option<Self> {
        if let Some(text) = text.strip_suffix(']') {
            let (element, length) = text.rsplit_once('[')?;
            let length = match length {
                "" => None,
                length => Some(length.parse().ok().filter(|length| *length <= 1000)?),
            };
            return Some(Self::Array(Box::new(Self::parse(element)?), length));
        }
        let bits = |digits: &str| match digits {
            "" => Some(256),
            digits => digits
                .parse()
                .ok()
                .filter(|bits: &usize| (8..=256).contains(bits) && bits.is_multiple_of(8)),
        };
        match text {
            "address" => Some(Self::Address),
            "bool" => Some(Self::Bool),
            "bytes" => Some(Self::Bytes),
            "string" => Some(Self::Text),
            _ => {
                if let Some(digits) = text.strip_prefix("uint") {
                    bits(digits).map(Self::Unsigned)
                } else if let Some(digits) = text.strip_prefix("int") {
                    bits(digits).map(Self::Signed)
                } else {
                    let length = text.strip_prefix("bytes")?.parse().ok();
                    length
                        .filter(|length| (1..=32).contains(length))
                        .map(Self::FixedBytes)
                }
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Unsigned(bits) => format!("uint{bits}"),
            Self::Signed(bits) => format!("int{bits}"),
            Self::Address => "address".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::FixedBytes(length) => format!("bytes{length}"),
            Self::Bytes => "bytes".to_owned(),
            Self::Text => "string".to_owned(),
            Self::Array(element, Some(length)) => format!("{}[{length}]", element.name()),
            Self::Array(element, None) => format!("{}[]", element.name()),
        }
    }

    fn is_dynamic(&self) -> bool {
        match self {
            Self::Bytes | Self::Text | Self::Array(_, None) => true,
            Self::Array(element, Some(_)) => element.is_dynamic(),
            _ => false,
        }
    }

    fn encode(&self, value: &RawValue) -> Result<Vec<u8>, String> {
        let wrong = || format!("{} is no {}", value.get(), self.name());
        let bytes = || text_of(value).and_then(|text| unhex(text.strip_prefix("0x")?));
        let encoded = match self {
            Self::Unsigned(bits) => text_of(value)
                .and_then(|text| parse(&text))
                .filter(|number| number.bit_len() <= *bits)
                .map(|number| number.to_be_bytes_vec()),
            Self::Signed(bits) => signed(value, *bits).map(|number| number.to_be_bytes_vec()),
            Self::Address => text_of(value)
                .and_then(|text| Address::parse_checksummed(&text))
                .map(|address| [vec![0; 12], address.0.to_vec()].concat()),
            Self::Bool => serde_json::from_str::<bool>(value.get())
                .ok()
                .map(|truth| word(usize::from(truth))),
            Self::FixedBytes(length) => bytes()
                .filter(|bytes| bytes.len() == *length)
                .map(|bytes| padded(&bytes)),
            Self::Bytes => bytes().map(|bytes| [word(bytes.len()), padded(&bytes)].concat()),
            Self::Text => serde_json::from_str::<String>(value.get())
                .ok()
                .map(|text| [word(text.len()), padded(text.as_bytes())].concat()),
            Self::Array(element, length) => {
                let elements: Vec<Box<RawValue>> =
                    serde_json::from_str(value.get()).map_err(|_| wrong())?;
                if length.is_some_and(|length| length != elements.len()) {
                    return Err(wrong());
                }
                let pairs: Vec<_> = elements
                    .iter()
                    .map(|value| (&**element, &**value))
                    .collect();
                let body = encode(&pairs)?;
                Some(match length {
                    Some(_) => body,
                    None => [word(elements.len()), body].concat(),
                })
            }
        };
        encoded.ok_or_else(wrong)
    }
}

/// Static values in place, dynamic ones as their offset with the value behind all of these.
fn encode(values: &[(&Type, &RawValue)]) -> Result<Vec<u8>, String> {
    let mut encoded = Vec::with_capacity(values.len());
    for (kind, value) in values {
        encoded.push((kind.is_dynamic(), kind.encode(value)?));
    }
    let size = |(dynamic, bytes): &(bool, Vec<u8>)| if *dynamic { 32 } else { bytes.len() };
    let head_size: usize = encoded.iter().map(size).sum();
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    for (dynamic, bytes) in encoded {
        if dynamic {
            head.extend(word(head_size + tail.len()));
            tail.extend(bytes);
        } else {
            head.extend(bytes);
        }
    }
    head.extend(tail);
    Ok(head)
}

fn signed(value: &RawValue, bits: usize) -> Option<U256> {
    let raw = value.get();
    let text = match raw.starts_with('-') {
        true => raw.to_owned(),
        false => text_of(value)?,
    };
    let limit = U256::from(1) << (bits - 1);
    match text.strip_prefix('-') {
        Some(digits) => parse(digits)
            .filter(|number| *number <= limit)
            .map(U256::wrapping_neg),
        None => parse(&text).filter(|number| *number < limit),
    }
}

fn word(number: usize) -> Vec<u8> {
    U256::from(number).to_be_bytes_vec()
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len().next_multiple_of(32), 0);
    padded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::hex;

    fn call(name: &str, types: &[&str], arguments: &str) -> Result<String, String> {
        let input = |kind: &&str| Input {
            kind: (*kind).to_owned(),
        };
        let function = Function {
            name: name.to_owned(),
            inputs: types.iter().map(input).collect(),
        };
        let arguments: Vec<Box<RawValue>> = serde_json::from_str(arguments).expect("JSON");
        function.call(&arguments).map(|data| hex(&data))
    }

    #[test]
    fn the_examples_of_the_contract_abi_specification_are_encoded() {
        assert_eq!(
            call("baz", &["uint32", "bool"], "[69, true]").as_deref(),
            Ok("cdcd77c0\
                0000000000000000000000000000000000000000000000000000000000000045\
                0000000000000000000000000000000000000000000000000000000000000001")
        );
        assert_eq!(
            call(
                "sam",
                &["bytes", "bool", "uint[]"],
                r#"["0x64617665", true, [1, "2", 3]]"#
            )
            .as_deref(),
            Ok("a5643bf2\
                0000000000000000000000000000000000000000000000000000000000000060\
                0000000000000000000000000000000000000000000000000000000000000001\
                00000000000000000000000000000000000000000000000000000000000000a0\
                0000000000000000000000000000000000000000000000000000000000000004\
                6461766500000000000000000000000000000000000000000000000000000000\
                0000000000000000000000000000000000000000000000000000000000000003\
                0000000000000000000000000000000000000000000000000000000000000001\
                0000000000000000000000000000000000000000000000000000000000000002\
                0000000000000000000000000000000000000000000000000000000000000003")
        );
        assert_eq!(
            call("bar", &["bytes3[2]"], r#"[["0x616263", "0x646566"]]"#).as_deref(),
            Ok("fce353f6\
                6162630000000000000000000000000000000000000000000000000000000000\
                6465660000000000000000000000000000000000000000000000000000000000")
        );
    }

    #[test]
    fn negative_numbers_are_in_twos_complement_and_kept_in_range() {
        let minus_one = call("f", &["int8"], "[-1]").expect("in range");
        assert!(minus_one.ends_with(&"f".repeat(64)));
        assert!(call("f", &["int8"], "[\"-128\"]").is_ok());
        for out_of_range in ["[\"-129\"]", "[128]"] {
            assert!(call("f", &["int8"], out_of_range).is_err());
        }
    }

    #[test]
    fn what_does_not_fit_the_abi_is_refused() {
        assert!(call("f", &["uint8"], "[256]").is_err());
        assert!(call("f", &["uint256"], "[]").is_err());
        assert!(call("f", &["(uint8,uint8)"], "[[1, 2]]").is_err());
        assert!(call("f", &["uint7"], "[1]").is_err());
        assert!(call("f", &["address"], "[\"0x12\"]").is_err());
        assert!(call("f", &["bytes4"], "[\"0x010203\"]").is_err());
    }
}
