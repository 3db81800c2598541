//! What the crate promises, each test named after its promise.

mod clock;
mod fleet;
mod script;
mod stage;
#[cfg_attr(
    not(any(feature = "alibaba-baas", feature = "hive", feature = "upvest")),
    expect(dead_code, reason = "only the providers' tests look at what was sent")
)]
mod stub;

mod contract;
mod credentials;
mod files;
mod invariants;
mod processes;
#[cfg(feature = "redis")]
mod redis;
mod refusals;
mod secrets;
mod stores;
mod tokens;

#[cfg(feature = "alibaba-baas")]
mod alibaba_baas;
#[cfg(feature = "hive")]
mod hive;
#[cfg(all(feature = "alibaba-baas", feature = "hive", feature = "upvest"))]
mod networks;
#[cfg(feature = "upvest")]
mod signatures;
#[cfg(feature = "upvest")]
mod upvest;
