#![doc = include_str!("../README.md")]

mod admin;
mod bearer;
mod clock;
mod encoding;
mod entropy;
mod ethereum;
mod server;

pub mod alibaba_baas;
pub mod faults;
pub mod hive;
pub mod upvest;

mod sandbox;

pub use clock::Clock;
pub use sandbox::{Builder, Sandbox};
