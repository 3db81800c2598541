//! How long a token lives, and when to get the next one.

use std::time::{Duration, SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use crate::clock::Moment;

/// What is assumed of a token that says nothing of its life. The service's 401 tells if it was less.
const UNKNOWN: Duration = Duration::from_secs(60 * 60);
/// The least and the most that is believed, so that no answer can cause more than one token request a second or an
/// overflow.
const LEAST: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The longest a token is renewed before its end.
const EARLY: Duration = Duration::from_secs(5 * 60);
/// The longest a token is given up before its end, since a request is on its way for a while.
const MARGIN: Duration = Duration::from_secs(30);
/// The most by which one instance renews earlier than another.
const SPREAD: Duration = Duration::from_secs(30);

/// By how much the clocks of two machines may differ. A stored token that was asked for later than that from now tells
/// that a clock was set back, and nothing of its age.
const SKEW: Duration = Duration::from_secs(60);

/// How long a token lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifetime {
    /// Seconds since it was asked for: `expires_in` (RFC 6749 section 5.1).
    Seconds(i64),
    /// The service does not say.
    Unknown,
}

impl Lifetime {
    /// Reads it off the claims `iat` and `exp` of a JSON Web Token (RFC 7519). Their difference does not depend on the
    /// clocks of the two machines being the same. The signature is not checked: the service checks it.
    pub fn of_jwt(token: &str) -> Self {
        #[derive(Deserialize)]
        struct Claims {
            iat: f64,
            exp: f64,
        }
        let claims = token
            .split('.')
            .nth(1)
            .and_then(|part| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok());
        let claims: Option<Claims> = claims.and_then(|json| serde_json::from_slice(&json).ok());
        match claims {
            // The conversion ends at the ends of `i64`.
            Some(Claims { iat, exp }) => Self::Seconds((exp - iat) as i64),
            None => Self::Unknown,
        }
    }

    /// As a duration of at least a second and at most ten years; `None` where the service does not say.
    pub(crate) fn bounded(self) -> Option<Duration> {
        match self {
            Self::Seconds(seconds) => {
                Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)).clamp(LEAST, MOST))
            }
            Self::Unknown => None,
        }
    }
}

/// When a token is renewed, and until when it is served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    pub(crate) renew_at: Moment,
    pub(crate) usable_until: Moment,
}

impl Schedule {
    /// The schedule of a token that was asked for at `asked` and came at `received`. Its life is counted from `asked`,
    /// because the service made it some time between the two. `spread` (0 to 1) sets instances apart.
    pub(crate) fn new(lifetime: Lifetime, asked: Moment, received: Moment, spread: f64) -> Self {
        let (renewed, given_up) = Self::ages(lifetime.bounded(), spread);
        let soonest = received.plus(LEAST);
        Self {
            renew_at: asked.plus(renewed).or_later(soonest),
            usable_until: asked.plus(given_up).or_later(soonest),
        }
    }

    /// The schedule of a token that another process asked for at `asked` and that lives for `life`; `None` where it has
    /// to be given up already, or nobody knows: the clock was set back since.
    pub(crate) fn of_stored(
        life: Option<Duration>,
        asked: SystemTime,
        now: Moment,
        spread: f64,
    ) -> Option<Self> {
        let (renewed, given_up) = Self::ages(life, spread);
        let age = now.since(asked);
        let known = now.plus(SKEW).wall() >= asked;
        (known && age < given_up).then(|| Self {
            renew_at: now.plus(renewed.saturating_sub(age)),
            usable_until: now.plus(given_up - age),
        })
    }

    /// The ages at which a token is renewed and given up.
    fn ages(life: Option<Duration>, spread: f64) -> (Duration, Duration) {
        let life = life.unwrap_or(UNKNOWN).clamp(LEAST, MOST);
        let early = EARLY.min(life / 5) + SPREAD.min(life / 10).mul_f64(spread);
        let margin = MARGIN.min(life / 10);
        (life.saturating_sub(early), life.saturating_sub(margin))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::SystemClock;

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn the_life_of_a_jwt_is_the_difference_of_its_own_claims() {
        assert_eq!(
            Lifetime::of_jwt(&jwt(r#"{"id":"x","iat":1667382695,"exp":1667469095}"#)),
            Lifetime::Seconds(86_400)
        );
        assert_eq!(
            Lifetime::of_jwt(&jwt(r#"{"iat":1.5,"exp":11.5}"#)),
            Lifetime::Seconds(10)
        );
    }

    #[test]
    fn a_jwt_that_does_not_tell_its_life_has_an_unknown_one() {
        let missing = [
            jwt(r#"{"exp":1667469095}"#),
            jwt(r#"{"iat":"1","exp":"2"}"#),
            jwt("[]"),
            jwt("\u{0}"),
            jwt(""),
        ];
        for token in missing
            .iter()
            .map(String::as_str)
            .chain(["", ".", "..", "opaque", "a.%%%.c"])
        {
            assert_eq!(Lifetime::of_jwt(token), Lifetime::Unknown, "{token}");
        }
    }

    /// Every claim and `expires_in` that a confused or hostile service may send.
    fn hostile() -> Vec<Lifetime> {
        let mut all: Vec<_> = [
            i64::MIN,
            -1,
            0,
            1,
            2,
            9,
            60,
            150,
            3600,
            36_000,
            86_400,
            i64::MAX,
        ]
        .map(Lifetime::Seconds)
        .into_iter()
        .chain([Lifetime::Unknown])
        .collect();
        for iat in [
            "-9223372036854775808",
            "0",
            "1667382695",
            "9223372036854775807",
            "1e300",
            "-1e300",
        ] {
            for exp in [
                "-9223372036854775808",
                "0",
                "1667382695",
                "9223372036854775807",
                "1e300",
                "-1e300",
            ] {
                all.push(Lifetime::of_jwt(&jwt(&format!(
                    r#"{{"iat":{iat},"exp":{exp}}}"#
                ))));
            }
        }
        all
    }

    /// I17: no lifetime makes it panic, ask more than once a second, or give up half of a life.
    #[test]
    fn i17_no_lifetime_causes_more_than_one_request_a_second() {
        let asked = Moment::now(&SystemClock);
        for lifetime in hostile() {
            for delay in [Duration::ZERO, Duration::from_secs(14)] {
                for spread in [0.0, 0.5, 1.0] {
                    let received = asked.plus(delay);
                    let schedule = Schedule::new(lifetime, asked, received, spread);
                    assert!(schedule.renew_at.after(received) >= LEAST, "{lifetime:?}");
                    assert!(
                        schedule.usable_until.after(received) >= LEAST,
                        "{lifetime:?}"
                    );
                }
            }
        }
    }

    /// I17: no lifetime makes it panic, ask more than once a second, or give up half of a life.
    #[test]
    fn i17_a_token_is_renewed_before_it_is_given_up_and_given_up_before_its_end() {
        let asked = Moment::now(&SystemClock);
        for life in [10, 60, 149, 150, 600, 3600, 86_400] {
            for spread in [0.0, 1.0] {
                let schedule = Schedule::new(Lifetime::Seconds(life), asked, asked, spread);
                let life = Duration::from_secs(life.unsigned_abs());
                let (renewed, given_up) = (
                    schedule.renew_at.after(asked),
                    schedule.usable_until.after(asked),
                );
                assert!(
                    renewed < given_up && given_up < life,
                    "{life:?}: {renewed:?}, {given_up:?}"
                );
                assert!(
                    renewed >= life.mul_f64(0.69),
                    "{life:?} is renewed after {renewed:?} already"
                );
                assert!(
                    given_up >= life / 2,
                    "{life:?} is given up after {given_up:?} already"
                );
            }
        }
    }

    #[test]
    fn a_long_life_ends_five_minutes_early_and_up_to_half_a_minute_of_spread() {
        let asked = Moment::now(&SystemClock);
        for (spread, seconds) in [(0.0, 86_100), (1.0, 86_070)] {
            let schedule = Schedule::new(Lifetime::Seconds(86_400), asked, asked, spread);
            assert_eq!(schedule.renew_at.after(asked), Duration::from_secs(seconds));
            assert_eq!(
                schedule.usable_until.after(asked),
                Duration::from_secs(86_370)
            );
        }
    }

    proptest! {
        /// I17: no lifetime makes it panic, ask more than once a second, or give up half of a life.
        #[test]
        fn i17_whatever_the_life_the_margin_is_less_than_half_of_it_and_no_token_lasts_less_than_a_second(
            seconds in prop_oneof![any::<i64>(), -3_i64..200, 0_i64..200_000],
            spread in 0.0..=1.0,
            delay in 0_u64..15,
        ) {
            let asked = Moment::now(&SystemClock);
            let received = asked.plus(Duration::from_secs(delay));
            let lifetime = Lifetime::Seconds(seconds);
            let schedule = Schedule::new(lifetime, asked, received, spread);
            prop_assert!(schedule.renew_at.after(received) >= LEAST);
            let life = lifetime.bounded().expect("it is known");
            let given_up = schedule.usable_until.after(asked);
            prop_assert!(given_up >= life / 2, "{life:?} is given up after {given_up:?}");
            let earliest = received.plus(LEAST).after(asked);
            prop_assert!(given_up < life || given_up == earliest, "{life:?} is served for {given_up:?}");
            prop_assert!(schedule.renew_at.after(asked) <= given_up);
            // Taken over from a store, it ends no later.
            if let Some(stored) = Schedule::of_stored(Some(life), asked.wall(), received, spread) {
                prop_assert!(stored.usable_until.after(asked) <= given_up);
            }
        }

        /// I17: no lifetime makes it panic, ask more than once a second, or give up half of a life.
        #[test]
        fn i17_no_token_and_no_claims_make_it_panic(
            text in ".{0,60}",
            iat in prop_oneof![any::<f64>().prop_map(|number| number.to_string()), "[-0-9.eE\"]{0,12}", Just("null".to_owned())],
            exp in prop_oneof![any::<i64>().prop_map(|number| number.to_string()), "[-0-9.eE\"]{0,12}", Just("[]".to_owned())],
        ) {
            for token in [text, jwt(&format!(r#"{{"iat":{iat},"exp":{exp}}}"#))] {
                let asked = Moment::now(&SystemClock);
                let schedule = Schedule::new(Lifetime::of_jwt(&token), asked, asked, 0.5);
                prop_assert!(schedule.renew_at.after(asked) >= LEAST);
            }
        }
    }
}
