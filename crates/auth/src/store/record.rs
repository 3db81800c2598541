//! A record as bytes: JSON that names its format and its key.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bindery_runtime::Secret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Shown, Stored, StoredAccess, TokenKey};

const FORMAT: &str = "bindery-tokens/1";
/// More than any record has, so that the bytes are never moved and leave no copy behind.
const ROOM: usize = 16 << 10;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    format: String,
    key: String,
    generation: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_ends: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<Access>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shown: Option<ShownAt>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Access {
    token: Secret,
    asked: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<Millis>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShownAt {
    since: Millis,
    again: bool,
    by: u64,
}

/// Milliseconds since 1970.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Millis(u64);

impl From<SystemTime> for Millis {
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

impl From<Millis> for SystemTime {
    fn from(Millis(millis): Millis) -> Self {
        // A time that the clock cannot tell is taken for long ago: what ends then is not used.
        UNIX_EPOCH
            .checked_add(Duration::from_millis(millis))
            .unwrap_or(UNIX_EPOCH)
    }
}

/// The record as bytes, which are wiped when they are dropped.
pub(super) fn encode(key: &TokenKey, stored: &Stored) -> Zeroizing<Vec<u8>> {
    let record = Record {
        format: FORMAT.to_owned(),
        key: key.name().to_owned(),
        generation: stored.generation,
        refresh_token: stored.refresh_token.clone(),
        refresh_token_ends: stored.refresh_token_ends.map(Millis::from),
        access_token: stored.access_token.as_ref().map(|access| Access {
            token: access.token.clone(),
            asked: access.asked.into(),
            ends: access.ends.map(Millis::from),
        }),
        shown: stored.shown.map(|shown| ShownAt {
            since: shown.since.into(),
            again: shown.again,
            by: shown.by,
        }),
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
    serde_json::to_writer(&mut *bytes, &record).expect("text and numbers are always JSON");
    bytes
}

/// What the bytes say, or what is wrong with them.
pub(super) fn decode(key: &TokenKey, bytes: &[u8]) -> Result<Stored, &'static str> {
    #[derive(Deserialize)]
    struct Head {
        format: String,
    }
    let head: Head = serde_json::from_slice(bytes)
        .map_err(|_| "it is cut short, or was not written by this crate")?;
    if head.format != FORMAT {
        return Err("it has the format of another version");
    }
    // The error of the parser is dropped, since it may repeat what it read.
    let record: Record =
        serde_json::from_slice(bytes).map_err(|_| "it has not the fields that its format has")?;
    if record.key != key.name() {
        return Err("it belongs to another identity");
    }
    if record.generation == 0 {
        return Err("it has no generation");
    }
    Ok(Stored {
        generation: record.generation,
        refresh_token: record.refresh_token.filter(|token| !token.is_empty()),
        refresh_token_ends: record.refresh_token_ends.map(SystemTime::from),
        access_token: record.access_token.map(|access| StoredAccess {
            token: access.token,
            asked: access.asked.into(),
            ends: access.ends.map(SystemTime::from),
        }),
        shown: record.shown.map(|shown| Shown {
            since: shown.since.into(),
            again: shown.again,
            by: shown.by,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scopes;

    fn key(principal: &str) -> TokenKey {
        TokenKey::new("test", "https://example.com", principal, &Scopes::default())
    }

    #[test]
    fn what_is_written_is_read() {
        let time = |millis| SystemTime::from(Millis(millis));
        let full = Stored {
            generation: 7,
            refresh_token: Some("refresh".into()),
            refresh_token_ends: Some(time(3)),
            access_token: Some(StoredAccess::new("access", time(1), Some(time(2)))),
            shown: Some(Shown::new(time(4), true).by(u64::MAX)),
        };
        for stored in [Stored::new(1), full] {
            let bytes = encode(&key("jane"), &stored);
            assert_eq!(decode(&key("jane"), &bytes).expect("a record"), stored);
            for length in 0..bytes.len() {
                decode(&key("jane"), &bytes[..length]).expect_err("cut short");
            }
            decode(&key("john"), &bytes).expect_err("another's");
        }
    }

    #[test]
    fn what_is_no_record_is_refused() {
        let name = key("jane").name().to_owned();
        for text in [
            "",
            "null",
            "{}",
            "hunter2",
            r#"{"format":"bindery-tokens/2"}"#,
            r#"{"format":"bindery-tokens/1"}"#,
            &format!(r#"{{"format":"bindery-tokens/1","key":"{name}","generation":0}}"#),
            &format!(r#"{{"format":"bindery-tokens/1","key":"{name}","generation":-1}}"#),
            &format!(r#"{{"format":"bindery-tokens/1","key":"{name}","generation":1,"more":1}}"#),
        ] {
            let what = decode(&key("jane"), text.as_bytes()).expect_err(text);
            assert!(!what.contains("hunter2"), "{what}");
        }
        let end = format!(
            r#"{{"format":"bindery-tokens/1","key":"{name}","generation":1,"refresh_token_ends":{}}}"#,
            u64::MAX
        );
        decode(&key("jane"), end.as_bytes()).expect("a time far off is no reason to panic");
    }
}
