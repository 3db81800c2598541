//! `Retry-After` (RFC 9110 section 10.2.3).

use std::time::{Duration, SystemTime};

use http::{
    HeaderMap,
    header::{DATE, RETRY_AFTER},
};

/// Nobody waits longer than a day, and a caller who adds this to a clock's time does not leave the clock's range.
const LONGEST: Duration = Duration::from_secs(86_400);

/// How long the service asks to wait, from seconds or from a date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are more than a day.
        return Some(
            text.parse()
                .map_or(LONGEST, |seconds| Duration::from_secs(seconds).min(LONGEST)),
        );
    }
    let then = httpdate::parse_http_date(text).ok()?;
    // The service's own clock set the date, so the service's own clock says how far away it is.
    let now = date(headers).unwrap_or_else(SystemTime::now);
    Some(then.duration_since(now).unwrap_or_default().min(LONGEST))
}

/// The time at the service when it answered, to the second.
pub(crate) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn asked(retry_after: &'static str, date: Option<&'static str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(retry_after));
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_static(date));
        }
        super::retry_after(&headers)
    }

    #[test]
    fn seconds_are_read() {
        assert_eq!(asked("0", None), Some(Duration::ZERO));
        assert_eq!(asked(" 120 ", None), Some(Duration::from_secs(120)));
    }

    #[test]
    fn a_date_is_read_against_the_services_own_clock() {
        let now = Some("Sun, 06 Nov 1994 08:49:07 GMT");
        let in_half_a_minute = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(asked(in_half_a_minute, now), Some(Duration::from_secs(30)));
        let obsolete = "Sunday, 06-Nov-94 08:49:37 GMT";
        assert_eq!(asked(obsolete, now), Some(Duration::from_secs(30)));
        assert_eq!(
            asked("Sun, 06 Nov 1994 08:49:00 GMT", now),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn without_a_date_of_the_service_our_clock_counts() {
        assert_eq!(
            asked("Sun, 06 Nov 1994 08:49:37 GMT", None),
            Some(Duration::ZERO)
        );
        assert_eq!(asked("Fri, 31 Dec 9999 23:59:59 GMT", None), Some(LONGEST));
    }

    #[test]
    fn a_hostile_value_is_no_more_than_a_day() {
        for text in ["99999999999999999999999999", "18446744073709551615"] {
            assert_eq!(asked(text, None), Some(LONGEST), "{text}");
        }
        for text in [
            "",
            "-1",
            "1.5",
            "soon",
            "+5",
            "Sun, 99 Foo 1994 99:99:99 GMT",
        ] {
            assert_eq!(asked(text, None), None, "{text}");
        }
    }
}
