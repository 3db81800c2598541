//! Texts of the format, the length and the patterns of all schemas at once.

use serde_json::Value;

use super::{making::counts, patterns::Patterns};

/// Texts that tell types of text apart.
const PLAIN: [&str; 8] = [
    "text",
    "ä \"quoted\" text",
    "",
    "0",
    "back\\slash\nand line",
    "日本",
    " ",
    "null",
];

/// Longer texts are cut, and shorter ones made longer with these.
const FILLING: &str = "abcdefghij";

/// A text; `None` where there is none that fits, as far as one can tell.
pub(super) fn text(parts: &[&Value], patterns: &mut Patterns, pick: usize) -> Option<String> {
    let (least, most) = counts(parts.iter().copied(), "minLength", "maxLength");
    let least = least.min(100_000);
    let wanted: Vec<&str> = (parts.iter())
        .filter_map(|part| part["pattern"].as_str())
        .collect();
    let shown = (parts.iter()).flat_map(|part| {
        let several = part["examples"].as_array().into_iter().flatten();
        [&part["example"], &part["default"]]
            .into_iter()
            .chain(several)
            .filter_map(Value::as_str)
    });
    let format = (parts.iter()).find_map(|part| of_format(part["format"].as_str()?));
    let of_format = format.map(|texts| texts[pick % texts.len()]);
    if wanted.is_empty() {
        let text = match of_format {
            Some(text) => text.to_owned(),
            None => long(PLAIN[pick % PLAIN.len()], least, most),
        };
        return Some(text);
    }
    let fits = |text: &str, patterns: &mut Patterns| {
        let length = text.chars().count();
        (least..=most).contains(&length) && wanted.iter().all(|one| patterns.fits(one, text))
    };
    let made = |patterns: &mut Patterns| {
        (0..24).find_map(|attempt| {
            let text = patterns.text(wanted[0], pick + attempt, least, most)?;
            fits(&text, patterns).then_some(text)
        })
    };
    if pick % 4 == 3
        && let Some(text) = shown.clone().find(|text| fits(text, patterns))
    {
        return Some(text.to_owned());
    }
    let mut plain = of_format
        .into_iter()
        .chain(format.unwrap_or_default().iter().copied());
    plain
        .find(|text| fits(text, patterns))
        .map(str::to_owned)
        .or_else(|| made(patterns))
        .or_else(|| {
            let mut shown = shown.chain(PLAIN);
            let found = shown.find(|text| fits(text, patterns))?;
            Some(found.to_owned())
        })
}

fn long(text: &str, least: usize, most: usize) -> String {
    let length = text.chars().count();
    let filling = FILLING.chars().cycle().take(least.saturating_sub(length));
    text.chars().chain(filling).take(most).collect()
}

/// Texts of a format that means something to a type.
fn of_format(format: &str) -> Option<&'static [&'static str]> {
    let texts: &[&str] = match format.to_ascii_lowercase().as_str() {
        "uuid" => &[
            "936da01f-9abd-4d9d-80c7-02af85c822a8",
            "00000000-0000-4000-8000-000000000001",
            "936DA01F-9ABD-4D9D-80C7-02AF85C822A8",
        ],
        "date-time" => &[
            "2021-02-03T04:05:06Z",
            "1999-12-31T23:59:59.250Z",
            "2021-02-03T04:05:06+05:30",
            "2021-02-03T04:05:06.123456789-00:00",
        ],
        "date" => &["2021-02-03", "1970-01-01", "9999-12-31"],
        "time" => &["04:05:06Z", "04:05:06+01:00"],
        "duration" => &["P1D", "PT1H30M"],
        "byte" | "base64" => &["aGVsbG8=", "", "AAECAwQFBgcICQ==", "+/+/"],
        "uint256" => &[
            "115792089237316195423570985008687907853269984665640564039457584007913129639935",
            "0",
            "18446744073709551616",
        ],
        "hex" => &["0x", "0x00ff", "00ff"],
        "address" => &["0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"],
        "unixtime" => &["1700000000", "0"],
        "uri" | "url" | "uri-reference" => &["https://example.com/a?b=c", "https://example.com"],
        "email" => &["jane@example.com"],
        "hostname" => &["example.com"],
        "ipv4" => &["192.0.2.1"],
        "ipv6" => &["2001:db8::1"],
        _ => return None,
    };
    Some(texts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_keep_to_lengths_and_patterns() {
        let mut patterns = Patterns::default();
        for pick in 0..24 {
            let (one, other) = (
                json!({ "minLength": 3, "maxLength": 6 }),
                json!({ "pattern": "^[a-f]+$" }),
            );
            let made = text(&[&one, &other], &mut patterns, pick).expect("there are some");
            assert!((3..=6).contains(&made.len()), "{made}");
            assert!(made.chars().all(|c| ('a'..='f').contains(&c)), "{made}");
            let made = text(&[&one], &mut patterns, pick).expect("there are some");
            assert!((3..=6).contains(&made.chars().count()), "{made}");
        }
    }
}
