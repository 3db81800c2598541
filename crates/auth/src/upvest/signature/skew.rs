//! How far the machine's clock is off the service's.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use bindery_runtime::Generation;
use http::{HeaderMap, header};

/// Clocks that are this far apart agree: `Date` has whole seconds, and an answer is on its way for a while.
const AGREE: i64 = 5;

/// An answer that puts the service's clock further away than this is not believed. A time zone mistaken for another is
/// within a day; beyond it, it is as likely that the answer lies, and a signature made for a far future would be good
/// until then for whoever saw it.
const FURTHEST: i64 = 86_400;

/// What refusals have told of the service's clock.
#[derive(Debug, Default)]
pub(super) struct Skew(Mutex<Known>);

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// By how many seconds the service is ahead of the machine.
    ahead: i64,
    /// How often that changed.
    changes: u64,
}

impl Skew {
    /// The service's time, in seconds since 1970, where the machine's is `wall`.
    pub(super) fn apply(&self, wall: SystemTime) -> (u64, Generation) {
        let known = self.known();
        let seconds = seconds(wall).saturating_add(known.ahead);
        // A clock set before 1970 gives a time that the service refuses.
        (
            u64::try_from(seconds).unwrap_or_default(),
            Generation(known.changes),
        )
    }

    /// Takes the service's clock from the headers of a refusal that came just now, at `wall`, where they show that the
    /// request was signed by another one: `signed` is the time of the signature. Answers whether a request that
    /// `generation` authorised would now be signed for another time.
    pub(super) fn learn(
        &self,
        generation: Generation,
        signed: u64,
        answer: &HeaderMap,
        wall: SystemTime,
    ) -> bool {
        let now = seconds(wall);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if generation.0 < known.changes {
            return true;
        }
        let Some(date) = date(answer) else {
            return false;
        };
        let ahead = date - now;
        if !is_apart(date, signed, now.saturating_add(known.ahead)) || ahead.abs() > FURTHEST {
            return false;
        }
        let ahead = if ahead.abs() > AGREE { ahead } else { 0 };
        if ahead == known.ahead {
            return false;
        }
        *known = Known {
            ahead,
            changes: known.changes + 1,
        };
        true
    }

    fn known(&self) -> Known {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the clock of the machine, at `wall`, differs from the one that the headers of a refusal tell, in words; not where
/// the request was signed by the service's.
pub(super) fn explain(signed: u64, answer: &HeaderMap, wall: SystemTime) -> Option<String> {
    let (date, now) = (date(answer)?, seconds(wall));
    let signed = i64::try_from(signed).unwrap_or(i64::MAX);
    let ahead = date - now;
    if ahead.abs() <= AGREE || date.abs_diff(signed) < now.abs_diff(signed) {
        return None;
    }
    let gap = Duration::from_secs(ahead.unsigned_abs());
    let way = if ahead > 0 { "behind" } else { "ahead of" };
    let remedy = if ahead.abs() > FURTHEST {
        "too far to be allowed for: set it"
    } else {
        "which is allowed for from now on"
    };
    Some(format!(
        "the clock of this machine is {gap:?} {way} the service's, {remedy}"
    ))
}

/// Whether `date` lies before the signature was made or after the answer came, each by more than the clocks' own
/// imprecision. In between it may lie anywhere: some answers take minutes.
fn is_apart(date: i64, signed: u64, now: i64) -> bool {
    let signed = i64::try_from(signed).unwrap_or(i64::MAX);
    date < signed.saturating_sub(AGREE) || date > now.saturating_add(AGREE)
}

/// When the service gave its answer, by its own clock. Not where a cache gave it (RFC 9111 section 5.1): the service
/// may have said so long ago.
fn date(answer: &HeaderMap) -> Option<i64> {
    if answer.contains_key(header::AGE) {
        return None;
    }
    let text = answer.get(header::DATE)?.to_str().ok()?;
    Some(seconds(httpdate::parse_http_date(text).ok()?))
}

fn seconds(wall: SystemTime) -> i64 {
    let signed = |seconds: Duration| i64::try_from(seconds.as_secs()).unwrap_or(i64::MAX);
    match wall.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => signed(since),
        Err(before) => -signed(before.duration()),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The moment that all of these tests are about, by the service's clock.
    const NOW: i64 = 1_600_000_000;

    fn at(seconds: i64) -> SystemTime {
        let since = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 {
            SystemTime::UNIX_EPOCH - since
        } else {
            SystemTime::UNIX_EPOCH + since
        }
    }

    fn dated(seconds: i64) -> HeaderMap {
        let date = httpdate::fmt_http_date(at(seconds));
        let date = HeaderValue::try_from(date).expect("ASCII");
        HeaderMap::from_iter([(header::DATE, date)])
    }

    /// What is signed by a machine whose clock is `off` seconds ahead of the service's.
    fn signed(skew: &Skew, off: i64) -> (i64, Generation) {
        let (seconds, generation) = skew.apply(at(NOW + off));
        (i64::try_from(seconds).expect("not that far"), generation)
    }

    /// Whether the refusal of a request that was signed a moment ago is worth another try.
    fn refused(skew: &Skew, off: i64) -> bool {
        let (signed, generation) = signed(skew, off);
        skew.learn(
            generation,
            signed.unsigned_abs(),
            &dated(NOW),
            at(NOW + off),
        )
    }

    #[test]
    fn a_clock_that_is_off_by_more_than_seconds_is_allowed_for() {
        for off in [6, -6, 3600, -3600, FURTHEST, -FURTHEST] {
            let skew = Skew::default();
            assert_eq!(signed(&skew, off).0, NOW + off);
            assert!(refused(&skew, off), "{off}");
            assert_eq!(signed(&skew, off).0, NOW, "{off}");
            assert!(!refused(&skew, off), "another try would sign the same");
        }
    }

    #[test]
    fn a_clock_that_is_right_or_absurd_is_left_alone() {
        for off in [0, 5, -5, FURTHEST + 1, -FURTHEST - 1, -NOW, 10 * NOW] {
            let skew = Skew::default();
            assert!(!refused(&skew, off), "{off}");
            assert_eq!(signed(&skew, off).0, NOW + off);
        }
        let skew = Skew::default();
        assert_eq!(skew.apply(at(-1)).0, 0);
        assert!(!skew.learn(Generation(0), 0, &dated(NOW), at(-1)));
    }

    #[test]
    fn a_clock_that_steps_is_followed_there_and_back() {
        let skew = Skew::default();
        for off in [3600, -1800, 0, 7200, 3, -40_000, 0] {
            if (signed(&skew, off).0 - NOW).abs() > AGREE {
                assert!(refused(&skew, off), "{off}");
            }
            assert!((signed(&skew, off).0 - NOW).abs() <= AGREE, "{off}");
        }
        assert_eq!(skew.known().ahead, 0, "what is right again needs nothing");
    }

    #[test]
    fn what_others_learnt_meanwhile_is_tried_without_learning_it_again() {
        let skew = Skew::default();
        let (time, generation) = signed(&skew, 3600);
        assert!(refused(&skew, 3600));
        let known = skew.known().changes;
        assert!(skew.learn(
            generation,
            time.unsigned_abs(),
            &HeaderMap::new(),
            at(NOW + 3600)
        ));
        assert_eq!(skew.known().changes, known);
    }

    #[test]
    fn an_answer_that_took_minutes_does_not_make_the_clock_wrong() {
        let skew = Skew::default();
        let (signed, generation) = signed(&skew, 0);
        let learn = |date| {
            skew.learn(
                generation,
                signed.unsigned_abs(),
                &dated(date),
                at(NOW + 180),
            )
        };
        for date in [NOW, NOW + 90, NOW + 180] {
            assert!(!learn(date), "{date}");
        }
        assert!(learn(NOW + 190));
    }

    #[test]
    fn no_date_a_broken_one_and_that_of_a_cache_teach_nothing() {
        let mut cached = dated(NOW);
        cached.insert(header::AGE, HeaderValue::from_static("3600"));
        let mut broken = HeaderMap::new();
        broken.insert(header::DATE, HeaderValue::from_static("yesterday"));
        for answer in [HeaderMap::new(), broken, cached] {
            let skew = Skew::default();
            assert!(!skew.learn(
                Generation(0),
                NOW.unsigned_abs() + 3600,
                &answer,
                at(NOW + 3600)
            ));
        }
    }

    #[test]
    fn the_words_tell_which_clock_is_ahead() {
        let told = |off: i64| explain((NOW + off).unsigned_abs(), &dated(NOW), at(NOW + off));
        assert_eq!(told(0), None);
        insta::assert_snapshot!(told(3600).expect("ahead"), @"the clock of this machine is 3600s ahead of the service's, which is allowed for from now on");
        insta::assert_snapshot!(told(-100_000).expect("behind"), @"the clock of this machine is 100000s behind the service's, too far to be allowed for: set it");
        let corrected = explain(NOW.unsigned_abs(), &dated(NOW), at(NOW + 3600));
        assert_eq!(corrected, None, "it was signed by the service's clock");
    }
}
