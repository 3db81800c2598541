//! The encodings that the providers' identifiers and tokens are made of.

mod hex;
mod jwt;
pub(crate) mod protobuf;
mod rlp;

pub(crate) use hex::{hex, unhex};
pub(crate) use jwt::JwtKey;
pub(crate) use rlp::Rlp;
