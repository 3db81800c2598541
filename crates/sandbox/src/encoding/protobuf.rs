//! As much of the Protocol Buffers wire format as Fabric's identities and IPFS's blocks need.

/// Appends a length-delimited field.
pub(crate) fn bytes(message: &mut Vec<u8>, field: u32, value: impl AsRef<[u8]>) {
    let value = value.as_ref();
    varint(message, u64::from(field << 3 | 2));
    varint(message, value.len() as u64);
    message.extend_from_slice(value);
}

/// Appends a variable-length integer field.
pub(crate) fn uint(message: &mut Vec<u8>, field: u32, value: u64) {
    varint(message, u64::from(field << 3));
    varint(message, value);
}

fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_the_format_defines() {
        let mut message = Vec::new();
        uint(&mut message, 1, 150);
        bytes(&mut message, 2, "testing");
        assert_eq!(message, b"\x08\x96\x01\x12\x07testing");
    }
}
