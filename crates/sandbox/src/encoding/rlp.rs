/// An item of Ethereum's recursive length prefix encoding.
pub(crate) enum Rlp {
    Bytes(Vec<u8>),
    List(Vec<Rlp>),
}

impl Rlp {
    /// A number: its bytes without leading zeros.
    pub(crate) fn uint(number: u128) -> Self {
        let bytes = number.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Self::Bytes(bytes[zeros..].to_vec())
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => match bytes[..] {
                [byte] if byte < 0x80 => vec![byte],
                _ => with_length(0x80, bytes),
            },
            Self::List(items) => {
                let content: Vec<u8> = items.iter().flat_map(Self::encode).collect();
                with_length(0xc0, &content)
            }
        }
    }
}

fn with_length(short: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut encoded = match u8::try_from(length) {
        Ok(length @ ..=55) => vec![short + length],
        _ => {
            let bytes = length.to_be_bytes();
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let mut prefix = vec![short + 55 + (bytes.len() - zeros) as u8];
            prefix.extend_from_slice(&bytes[zeros..]);
            prefix
        }
    };
    encoded.extend_from_slice(content);
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_ethereum_s_documentation_are_met() {
        let text = |text: &str| Rlp::Bytes(text.into());
        assert_eq!(text("dog").encode(), b"\x83dog");
        assert_eq!(text("").encode(), [0x80]);
        assert_eq!(Rlp::uint(0).encode(), [0x80]);
        assert_eq!(Rlp::uint(15).encode(), [0x0f]);
        assert_eq!(Rlp::uint(1024).encode(), [0x82, 0x04, 0x00]);
        let list = Rlp::List(vec![text("cat"), text("dog"), Rlp::List(Vec::new())]);
        assert_eq!(list.encode(), b"\xc9\x83cat\x83dog\xc0");
        let long = "Lorem ipsum dolor sit amet, consectetur adipisicing elit";
        assert_eq!(text(long).encode()[..3], *b"\xb8\x38L");
    }
}
