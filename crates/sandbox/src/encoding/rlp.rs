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

    /// A list of byte strings.
    pub(crate) fn strings(strings: &[Vec<u8>]) -> Self {
        Self::List(strings.iter().cloned().map(Self::Bytes).collect())
    }

    /// The byte strings of a list, unless `bytes` are anything but exactly one such list.
    pub(crate) fn decode_strings(bytes: &[u8]) -> Option<Vec<&[u8]>> {
        let (first, rest) = bytes.split_first()?;
        let (mut payload, rest) = take(*first, 0xc0, rest)?;
        if !rest.is_empty() {
            return None;
        }
        let mut items = Vec::new();
        while let Some((first, rest)) = payload.split_first() {
            let (item, rest) = match first {
                ..=0x7f => (&payload[..1], rest),
                0x80..=0xbf => take(*first, 0x80, rest)?,
                0xc0.. => return None,
            };
            items.push(item);
            payload = rest;
        }
        Some(items)
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

fn take(first: u8, base: u8, rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let short = usize::from(first.checked_sub(base)?);
    if short <= 55 {
        return rest.split_at_checked(short);
    }
    let (length, rest) = rest.split_at_checked(short - 55)?;
    let length = length.iter().try_fold(0_usize, |length, byte| {
        length.checked_mul(256)?.checked_add(usize::from(*byte))
    })?;
    rest.split_at_checked(length)
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

    #[test]
    fn long_strings_survive_the_way_there_and_back() {
        let items = vec![vec![], vec![7; 55], vec![8; 56], vec![9; 70_000]];
        assert_eq!(
            Rlp::decode_strings(&Rlp::strings(&items).encode()),
            Some(items.iter().map(Vec::as_slice).collect())
        );
    }

    #[test]
    fn a_list_cut_short_or_followed_by_more_is_refused() {
        let list = Rlp::strings(&[b"cat".to_vec(), vec![1; 60]]).encode();
        for end in 0..list.len() {
            assert_eq!(Rlp::decode_strings(&list[..end]), None, "{end}");
        }
        assert_eq!(Rlp::decode_strings(&[list, vec![0]].concat()), None);
        assert_eq!(
            Rlp::decode_strings(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
            None
        );
    }
}
