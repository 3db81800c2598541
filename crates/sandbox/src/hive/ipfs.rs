//! Files on IPFS.

use std::collections::HashMap;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::encoding::protobuf;

/// How IPFS cuts a file into blocks by default.
const CHUNK: usize = 256 * 1024;

/// How many blocks one node links to by default, and so the largest file here, in bytes: 43.5 MiB.
pub(super) const LARGEST: usize = 174 * CHUNK;

/// A stored file.
#[derive(Clone)]
pub(super) struct File {
    pub(super) content_type: String,
    pub(super) bytes: Bytes,
}

/// The files by their content identifier.
#[derive(Default)]
pub(super) struct Ipfs {
    files: HashMap<String, File>,
}

impl Ipfs {
    /// Stores a file of at most [`LARGEST`] bytes; returns its content identifier.
    pub(super) fn add(&mut self, content_type: impl Into<String>, bytes: Bytes) -> String {
        let cid = cid(&bytes);
        let content_type = content_type.into();
        let file = File {
            content_type,
            bytes,
        };
        self.files.entry(cid.clone()).or_insert(file);
        cid
    }

    pub(super) fn get(&self, cid: &str) -> Option<&File> {
        self.files.get(cid)
    }
}

/// The identifier, version 0, that `ipfs add` gives to a file.
fn cid(bytes: &[u8]) -> String {
    if bytes.len() <= CHUNK {
        return text(&leaf(bytes).0);
    }
    // UnixFS: a file whose content is that of the blocks it links to.
    let (mut links, mut file) = (Vec::new(), Vec::new());
    protobuf::uint(&mut file, 1, FILE);
    protobuf::uint(&mut file, 3, bytes.len() as u64);
    for chunk in bytes.chunks(CHUNK) {
        let (hash, size) = leaf(chunk);
        let mut link = Vec::new();
        protobuf::bytes(&mut link, 1, hash);
        protobuf::bytes(&mut link, 2, "");
        protobuf::uint(&mut link, 3, size as u64);
        protobuf::bytes(&mut links, 2, link);
        protobuf::uint(&mut file, 4, chunk.len() as u64);
    }
    let mut node = links;
    protobuf::bytes(&mut node, 1, file);
    text(&multihash(&node))
}

const FILE: u64 = 2;

/// The multihash and the size of the node that holds a chunk of a file.
fn leaf(chunk: &[u8]) -> (Vec<u8>, usize) {
    let (mut file, mut node) = (Vec::new(), Vec::new());
    protobuf::uint(&mut file, 1, FILE);
    if !chunk.is_empty() {
        protobuf::bytes(&mut file, 2, chunk);
    }
    protobuf::uint(&mut file, 3, chunk.len() as u64);
    protobuf::bytes(&mut node, 1, file);
    (multihash(&node), node.len())
}

fn multihash(node: &[u8]) -> Vec<u8> {
    const SHA2_256: u8 = 0x12;
    let mut multihash = vec![SHA2_256, 32];
    multihash.extend_from_slice(&Sha256::digest(node));
    multihash
}

fn text(multihash: &[u8]) -> String {
    bs58::encode(multihash).into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_those_of_ipfs_add() {
        assert_eq!(cid(b""), "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH");
        assert_eq!(
            cid(b"hello world\n"),
            "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"
        );
    }
}
