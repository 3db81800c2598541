//! What a plain scalar of YAML means: the core schema of YAML 1.2 (10.3.2).
//!
//! No `yes`, no `on`, no dates: what is not a number, a boolean or null is text.

use serde_json::Number;

use super::Content;

/// The meaning of a plain scalar; `None` for a number JSON has no form for.
pub(super) fn plain(text: &str) -> Option<Content> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" => Content::Bool(true),
        "false" | "False" | "FALSE" => Content::Bool(false),
        _ => match number(text) {
            Scalar::Number(number) => Content::Number(number),
            Scalar::BeyondJson => return None,
            Scalar::Text => Content::Text(text.to_owned()),
        },
    })
}

enum Scalar {
    Number(Number),
    BeyondJson,
    Text,
}

fn number(text: &str) -> Scalar {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Scalar::BeyondJson;
    }
    // Only unsigned numbers have another base.
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|digit| digit.is_digit(radix))
        {
            return u64::from_str_radix(digits, radix)
                .map_or(Scalar::BeyondJson, |value| Scalar::Number(value.into()));
        }
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !digits.contains(|c: char| c.is_ascii_digit())
    {
        return Scalar::Text;
    }
    if digits.bytes().all(|digit| digit.is_ascii_digit()) {
        if let Ok(value) = digits.parse::<u64>()
            && !negative
        {
            return Scalar::Number(value.into());
        }
        if let Ok(value) = text.parse::<i64>() {
            return Scalar::Number(value.into());
        }
    }
    if !digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
    {
        return Scalar::Text;
    }
    match text.parse::<f64>() {
        Ok(value) => Number::from_f64(value).map_or(Scalar::BeyondJson, Scalar::Number),
        Err(_) => Scalar::Text,
    }
}
