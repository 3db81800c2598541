//! Reading the recursive length prefix, as far as transactions need it: one list of byte strings.

/// The byte strings of a list, unless `bytes` are anything but exactly one such list.
pub(super) fn decode_list(bytes: &[u8]) -> Option<Vec<&[u8]>> {
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
    use crate::encoding::Rlp;

    fn encode_list(items: &[Vec<u8>]) -> Vec<u8> {
        Rlp::List(items.iter().cloned().map(Rlp::Bytes).collect()).encode()
    }

    #[test]
    fn long_strings_survive_the_way_there_and_back() {
        let items = vec![vec![], vec![7; 55], vec![8; 56], vec![9; 70_000]];
        assert_eq!(
            decode_list(&encode_list(&items)),
            Some(items.iter().map(Vec::as_slice).collect())
        );
    }

    #[test]
    fn a_list_cut_short_or_followed_by_more_is_refused() {
        let list = encode_list(&[b"cat".to_vec(), vec![1; 60]]);
        for end in 0..list.len() {
            assert_eq!(decode_list(&list[..end]), None, "{end}");
        }
        assert_eq!(decode_list(&[list, vec![0]].concat()), None);
        assert_eq!(decode_list(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
    }
}
