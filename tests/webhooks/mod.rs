//! What Upvest posts: from whom it comes, what it says, and that it arrives.

mod arrival;
mod messages;
mod signatures;

use bindery_upvest::{
    Secret,
    webhooks::{Delivery, InvalidMessage, sign, verify},
};
use http::HeaderMap;

const SECRET: &str = "hmac-secret";

/// The headers of a delivery that the provider signed.
fn signed(body: &str) -> HeaderMap {
    [sign(body, &Secret::from(SECRET))].into_iter().collect()
}

/// What comes of a delivery that the provider signed.
fn delivered(body: &str) -> Delivery {
    verify(&signed(body), body, [&Secret::from(SECRET)])
        .unwrap_or_else(|error| panic!("{body}: {error}"))
}

/// What is wrong with a body.
fn complaint(body: &str) -> InvalidMessage {
    Delivery::read(body).expect_err("a body that does not fit")
}
