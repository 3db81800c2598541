//! Points in time, counted in seconds.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Unexpected},
};

use crate::Json;

/// A point in time as the seconds since the beginning of 1970 in UTC: a number or a string on the wire, perhaps with a
/// fraction.
///
/// It keeps the text it was read from, and is written back to the byte.
///
/// ```
/// # use bindery_runtime::UnixTime;
/// let time: UnixTime = serde_json::from_str("1543315873.80233")?;
/// assert_eq!(time.instant()?.to_string(), "2018-11-27 10:51:13.802330 UTC");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct UnixTime(Json);

impl UnixTime {
    /// The seconds, as they came.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_matches('"')
    }

    /// The instant. Of a fraction, nine digits count.
    ///
    /// # Errors
    ///
    /// When it is no decimal number, or so far away that no calendar has it.
    pub fn instant(&self) -> Result<DateTime<Utc>, InvalidUnixTime> {
        let text = self.as_str();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        let is_decimal =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_decimal(digits) || !is_decimal(fraction) {
            return Err(InvalidUnixTime::NotDecimal);
        }
        let nanoseconds = format!("{fraction:0<9}")[..9].parse().unwrap_or(0);
        let seconds = whole.parse().map_err(|_| InvalidUnixTime::TooFar)?;
        let start = DateTime::from_timestamp(seconds, 0).ok_or(InvalidUnixTime::TooFar)?;
        let rest = chrono::TimeDelta::nanoseconds(nanoseconds);
        let instant = if whole.starts_with('-') {
            start.checked_sub_signed(rest)
        } else {
            start.checked_add_signed(rest)
        };
        instant.ok_or(InvalidUnixTime::TooFar)
    }
}

impl From<i64> for UnixTime {
    fn from(seconds: i64) -> Self {
        Self(seconds.into())
    }
}

/// Its whole seconds.
impl From<DateTime<Utc>> for UnixTime {
    fn from(instant: DateTime<Utc>) -> Self {
        instant.timestamp().into()
    }
}

impl fmt::Debug for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnixTime({})", self.0)
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for UnixTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let came = Json::deserialize(deserializer)?;
        match came.as_str().as_bytes().first() {
            Some(b'"' | b'-' | b'0'..=b'9') => Ok(Self(came)),
            _ => Err(de::Error::invalid_type(
                Unexpected::Other("JSON"),
                &"seconds since 1970, as a number or a string",
            )),
        }
    }
}

/// Why a [`UnixTime`] is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidUnixTime {
    /// It is no decimal number.
    #[error("failed to read seconds since 1970: expected a decimal number")]
    NotDecimal,
    /// No calendar has it.
    #[error("failed to read seconds since 1970: it is too far away for any calendar")]
    TooFar,
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for UnixTime {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UnixTime".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number"], "format": "unixtime" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> UnixTime {
        serde_json::from_str(json).expect("a number or a string")
    }

    #[test]
    fn numbers_and_strings_are_instants_and_are_written_back_as_they_came() {
        for (json, instant) in [
            ("1579056958", "2020-01-15T02:55:58Z"),
            ("\"1579056958\"", "2020-01-15T02:55:58Z"),
            ("1543315873.80233", "2018-11-27T10:51:13.802330Z"),
            ("1543315873.8023300001", "2018-11-27T10:51:13.802330Z"),
            ("-0.25", "1969-12-31T23:59:59.750Z"),
            ("-1.5", "1969-12-31T23:59:58.500Z"),
        ] {
            let time = read(json);
            let expected: DateTime<Utc> = instant.parse().expect("an instant");
            assert_eq!(time.instant(), Ok(expected), "{json}");
            assert_eq!(serde_json::to_string(&time).expect("JSON"), json);
        }
    }

    #[test]
    fn what_is_no_instant_is_kept_and_told() {
        for (json, error) in [
            ("\"2018-11-27T10:51:13Z\"", InvalidUnixTime::NotDecimal),
            ("\"\"", InvalidUnixTime::NotDecimal),
            ("\"1.\"", InvalidUnixTime::NotDecimal),
            ("\"1.é\"", InvalidUnixTime::NotDecimal),
            ("1e9", InvalidUnixTime::NotDecimal),
            ("99999999999999999999", InvalidUnixTime::TooFar),
            ("9223372036854775807", InvalidUnixTime::TooFar),
        ] {
            let time = read(json);
            assert_eq!(time.instant(), Err(error), "{json}");
            assert_eq!(serde_json::to_string(&time).expect("JSON"), json);
        }
    }

    #[test]
    fn what_is_neither_a_number_nor_a_string_is_refused() {
        for json in ["null", "true", "[1]", "{}"] {
            serde_json::from_str::<UnixTime>(json).expect_err(json);
        }
    }

    #[test]
    fn an_instant_is_written_as_whole_seconds() {
        let instant: DateTime<Utc> = "2020-01-15T02:55:58.9Z".parse().expect("an instant");
        assert_eq!(UnixTime::from(instant), read("1579056958"));
    }
}
