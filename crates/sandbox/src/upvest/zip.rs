//! A ZIP archive of small files, which are stored as they are.

/// An archive being written.
#[derive(Default)]
pub(super) struct Archive {
    files: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

/// 1 January 1980, before which ZIP knows no date.
const DATE: u16 = 0x21;
/// Version 1.0 of the format, of which no more is used.
const VERSION: u16 = 10;

impl Archive {
    /// Adds a file. Name and content are short enough for the format's four bytes.
    pub(super) fn add(&mut self, name: &str, content: &[u8]) {
        let offset = length(&self.files);
        let mut shared = Vec::new();
        for word in [VERSION, 0, 0, 0, DATE] {
            shared.extend(word.to_le_bytes());
        }
        for long in [crc32(content), length(content), length(content)] {
            shared.extend(long.to_le_bytes());
        }
        shared.extend((name.len() as u16).to_le_bytes());
        shared.extend(0_u16.to_le_bytes());

        self.files.extend(b"PK\x03\x04");
        self.files.extend(&shared);
        self.files.extend(name.as_bytes());
        self.files.extend(content);

        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(&shared);
        // No comment, first disk, and no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.count += 1;
    }

    /// The whole archive.
    pub(super) fn finish(self) -> Vec<u8> {
        let (offset, size) = (length(&self.files), length(&self.directory));
        let mut archive = self.files;
        archive.extend(self.directory);
        archive.extend(b"PK\x05\x06\0\0\0\0");
        archive.extend(self.count.to_le_bytes());
        archive.extend(self.count.to_le_bytes());
        archive.extend(size.to_le_bytes());
        archive.extend(offset.to_le_bytes());
        archive.extend([0; 2]);
        archive
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            let carry = crc & 1;
            (crc >> 1) ^ (0xedb8_8320 * carry)
        })
    };
    !bytes.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_gives_the_published_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn the_directory_points_at_every_file() {
        let mut archive = Archive::default();
        archive.add("a.json", b"{}");
        archive.add("b.json", b"[1]");
        let bytes = archive.finish();
        let (body, end) = bytes.split_at(bytes.len() - 22);
        let number = |at: usize| u32::from_le_bytes(end[at..at + 4].try_into().expect("4 bytes"));
        let (size, offset) = (number(12) as usize, number(16) as usize);
        assert_eq!(offset + size, body.len());
        assert_eq!(end[10..12], [2, 0]);
        assert!(body[offset..].starts_with(b"PK\x01\x02"));
        let second = 30 + 6 + 2;
        assert!(body[second..].starts_with(b"PK\x03\x04"));
        assert!(body.ends_with(b"b.json"));
    }
}
