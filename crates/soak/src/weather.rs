//! What goes wrong, and how often.

use std::time::Duration;

use bindery_sandbox::faults::{Fault, Malformation, Provider, RetryAfter, Rule};

use crate::chance::Chance;

/// Where the calls go. Sign-ins have a weather of their own.
const PLACES: [(Provider, &str); 5] = [
    (Provider::AlibabaBaas, "/api/v1/networks/*"),
    (Provider::Hive, "/core/*"),
    (Provider::Hive, "/service/*"),
    (Provider::Upvest, "/1.0/tenancy/*"),
    (Provider::Upvest, "/1.0/kms/*"),
];

const SIGN_INS: [(Provider, &str); 3] = [
    (Provider::AlibabaBaas, "/api/v1/token"),
    (Provider::Hive, "/v2/*"),
    (Provider::Upvest, "/1.0/clientele/oauth2/token"),
];

/// A body larger than a session of the soak takes.
const HUGE_MIB: u64 = 1;

/// The rules of a run. About three requests in ten meet a fault.
pub(crate) fn rules(seed: u64, elsewhere: &str) -> Vec<Rule> {
    let mut seeds = Chance::new(seed);
    let mut rules = Vec::new();
    for (provider, path) in PLACES {
        for (rule, probability) in of_calls(elsewhere) {
            let rule = rule.at(provider).path(path);
            rules.push(rule.probability(probability, seeds.next()));
        }
    }
    for (provider, path) in SIGN_INS {
        for (rule, probability) in of_sign_ins() {
            let rule = rule.at(provider).path(path);
            rules.push(rule.probability(probability, seeds.next()));
        }
        let refused = Rule::new(Fault::Refuse).at(provider);
        rules.push(refused.probability(0.01, seeds.next()));
    }
    rules
}

/// Each fault that can befall a call, before or after it was carried out. What says that a request was not carried out
/// comes before it only, as it would from a service that tells the truth.
fn of_calls(elsewhere: &str) -> Vec<(Rule, f64)> {
    const OFTEN: f64 = 0.02;
    /// Each of these takes as long as an attempt may.
    const SELDOM: f64 = 0.003;
    let after_bytes = Some(7);
    let malformed = |how| (Rule::new(Fault::Malformed(how)), OFTEN / 2.0);
    let at_once = |text: &str| Fault::too_many_requests(RetryAfter::Text(text.to_owned()));
    vec![
        (Rule::new(Fault::delay(Duration::from_millis(3))), OFTEN),
        (Rule::new(Fault::close()).before(), OFTEN),
        (Rule::new(Fault::close()).after(), OFTEN),
        (Rule::new(Fault::reset()).before(), OFTEN),
        (Rule::new(Fault::reset()).after(), OFTEN),
        (Rule::new(Fault::Close { after_bytes }), OFTEN / 2.0),
        (Rule::new(Fault::Reset { after_bytes }), OFTEN / 2.0),
        (Rule::new(Fault::status(401)), OFTEN),
        (Rule::new(at_once("0")), OFTEN / 2.0),
        (Rule::new(at_once("soon")), OFTEN / 2.0),
        (Rule::new(Fault::status(408)), OFTEN / 2.0),
        (Rule::new(Fault::status(500)).after(), OFTEN),
        (Rule::new(Fault::status(502)).after(), OFTEN),
        (Rule::new(Fault::status(503)).before(), OFTEN),
        (Rule::new(Fault::status(504)).after(), OFTEN),
        (Rule::new(Fault::redirect(elsewhere)), OFTEN),
        (Rule::new(Fault::Truncate { keep_bytes: 9 }), OFTEN),
        malformed(Malformation::Empty),
        malformed(Malformation::Html),
        malformed(Malformation::NotJson),
        malformed(Malformation::NotUtf8),
        malformed(Malformation::WrongShape),
        (Rule::new(Fault::Huge { mib: HUGE_MIB }), OFTEN / 4.0),
        (Rule::new(Fault::Drip { every_ms: 100 }), SELDOM),
        (Rule::new(Fault::Hang).before(), SELDOM),
        (Rule::new(Fault::Hang).after(), SELDOM),
    ]
}

/// What a sign-in lives through. A 400, 401 or 403 is not among these: it says that the credentials are wrong, and then
/// they are not sent again.
fn of_sign_ins() -> Vec<(Rule, f64)> {
    const OFTEN: f64 = 0.04;
    let malformed = |how| (Rule::new(Fault::Malformed(how)), OFTEN);
    vec![
        (Rule::new(Fault::delay(Duration::from_millis(20))), OFTEN),
        (Rule::new(Fault::close()).before(), OFTEN),
        (Rule::new(Fault::reset()).after(), OFTEN),
        (Rule::new(Fault::status(500)).after(), OFTEN),
        (Rule::new(Fault::status(503)), OFTEN),
        (
            Rule::new(Fault::too_many_requests(RetryAfter::Seconds(2))),
            OFTEN,
        ),
        (Rule::new(Fault::Truncate { keep_bytes: 40 }), OFTEN),
        malformed(Malformation::NotJson),
        malformed(Malformation::WrongShape),
        (Rule::new(Fault::expires_in(0)), OFTEN / 4.0),
        (Rule::new(Fault::without_expires_in()), OFTEN / 4.0),
    ]
}
