//! Formats: the size of every number, and of strings only those that mean something to a Rust type.

use std::{collections::BTreeMap, sync::LazyLock};

use jsonschema::Draft;
use serde_json::{Number, json};

use super::walk;
use crate::{
    adopt::adopting::Adopting,
    spec::{Content, Entry, Node, Position, Severity},
};

/// The formats of strings that are kept: those with a type of their own, and those that readers know.
const OF_STRINGS: &[&str] = &[
    "password",
    "byte",
    "binary",
    "uuid",
    "date-time",
    "uint256",
    "hex",
    "address",
    "unixtime",
    "date",
    "email",
    "uri",
    "url",
    "hostname",
];

/// What is told once for all places.
#[derive(Debug, Default)]
struct Notes {
    counted: BTreeMap<String, (Position, usize)>,
    too_large: Vec<Position>,
}

impl Notes {
    fn count(&mut self, position: Position, what: impl Into<String>) {
        self.counted.entry(what.into()).or_insert((position, 0)).1 += 1;
    }
}

pub(in crate::adopt) fn settle_formats(adopting: &mut Adopting) {
    let mut notes = Notes::default();
    let evident = has_evidence(adopting.root());
    let chains = evident || has_addresses_on_chains(adopting.root());
    walk::every(adopting.root(), &mut |schema| match schema.text("type") {
        Some("string") if schema.text("format") == Some("address") && !chains => {
            if let Some(format) = schema.remove("format") {
                let what = "the format `address` may be that of a street: it is text";
                notes.count(format.key_position, what);
            }
        }
        // The word is this project's own.
        Some("string") if schema.text("format") == Some("uint256") && !evident => {
            if let Some(format) = schema.remove("format") {
                let what = "the format `uint256` of a string is of no type: it is text";
                notes.count(format.key_position, what);
            }
        }
        Some("integer") => integer(schema, &mut notes),
        Some("number") => number(schema, &mut notes),
        Some("string") => string(schema, &mut notes),
        _ => {
            if let Some(entry) = schema.remove("format") {
                let format = entry.value.as_str().unwrap_or_default().to_owned();
                notes.count(
                    entry.key_position,
                    format!("the format `{format}` is of no type"),
                );
            }
        }
    });
    for (what, (position, places)) in notes.counted {
        let what = match places {
            1 => what,
            _ => format!("{what} (and in {} other places)", places - 1),
        };
        adopting.changed(position, what);
    }
    for position in notes.too_large {
        adopting.lost(
            "number-too-large",
            Severity::Warning,
            position,
            "a number of more than 64 bits that may be negative is read as a `double`, which keeps 15 digits of it",
            "write `minimum: 0` where it is never negative: it is an `uint256` then",
        );
    }
}

/// The formats that the profile has, and those that stand for one of them.
pub(in crate::adopt) fn of_integers(format: &str) -> Option<&'static str> {
    Some(match format.to_ascii_lowercase().as_str() {
        "int32" | "int8" | "int16" | "uint8" | "uint16" | "byte" | "short" | "i32" | "u8"
        | "u16" => "int32",
        "int64" | "uint32" | "long" | "i64" | "u32" | "int" | "timestamp" | "unix-time" => "int64",
        "uint64" | "uint" | "u64" | "ulong" => "uint64",
        "unixtime" => "unixtime",
        _ => return None,
    })
}

fn integer(schema: &mut Node, notes: &mut Notes) {
    let bound = |key: &str| match schema.get(key).map(|node| &node.content) {
        Some(Content::Number(number)) => Some(number.clone()),
        _ => None,
    };
    let (lowest, highest) = (bound("minimum"), bound("maximum"));
    let beyond = |number: &Number| {
        let float = number.as_f64().unwrap_or_default();
        !number.is_i64()
            && !number.is_u64()
            && !(-9_223_372_036_854_775_808.0..18_446_744_073_709_551_616.0).contains(&float)
    };
    let written = schema.text("format").map(str::to_owned);
    let beyond_64_bits = [&lowest, &highest].into_iter().flatten().any(beyond);
    let unsigned = matches!(written.as_deref(), Some("uint128" | "uint256"));
    let signed = matches!(
        written.as_deref(),
        Some("int128" | "int256" | "bigint" | "biginteger")
    );
    if unsigned || signed || beyond_64_bits {
        let from_zero = lowest
            .as_ref()
            .and_then(Number::as_f64)
            .is_some_and(|lowest| lowest >= 0.0);
        if unsigned || from_zero {
            if written.as_deref() != Some("uint256") {
                let what = "an integer of more than 64 bits is an `uint256`";
                notes.count(schema.position, what);
                schema.insert("format", "uint256".into());
            }
            return;
        }
        notes.too_large.push(schema.position);
        schema.insert("type", "number".into());
        schema.insert("format", "double".into());
        return;
    }
    let wide = highest.as_ref().is_some_and(|highest| {
        highest
            .as_f64()
            .is_some_and(|highest| highest > 9_223_372_036_854_775_807.0)
    });
    let format = match written.as_deref().map(of_integers) {
        Some(Some(format)) => format,
        _ if wide => "uint64",
        _ => "int64",
    };
    let format = if wide { "uint64" } else { format };
    let position = schema.position;
    match &written {
        Some(written) if written == format => return,
        Some(written) => notes.count(
            position,
            format!("the format `{written}` of an integer is written `{format}`"),
        ),
        None => notes.count(
            position,
            format!("an integer of unknown size is an `{format}`"),
        ),
    }
    schema.insert("format", format.into());
}

fn number(schema: &mut Node, notes: &mut Notes) {
    let written = schema.text("format").map(str::to_owned);
    let position = schema.position;
    match written.as_deref() {
        Some("double" | "unixtime") => return,
        Some(format @ ("int32" | "int64" | "uint32" | "uint64")) if is_whole(schema) => {
            let format = of_integers(format).unwrap_or("int64");
            notes.count(
                position,
                format!("a number of the format `{format}` is an integer"),
            );
            schema.insert("type", "integer".into());
            schema.insert("format", format.into());
            return;
        }
        Some(written) => notes.count(
            position,
            format!("the format `{written}` of a number is written `double`"),
        ),
        None => notes.count(position, "a number of unknown size is a `double`"),
    }
    schema.insert("format", "double".into());
}

/// Whether the document is one of the profile, which has evidence.
fn has_evidence(document: &Node) -> bool {
    let has_evidence = |item: &Entry| {
        let operations = item.value.entries().iter();
        operations
            .clone()
            .any(|entry| entry.value.get("x-evidence").is_some())
    };
    let paths = document.get("paths").map_or(&[][..], Node::entries);
    paths.iter().any(has_evidence)
}

/// Whether the format `address` means one on a chain: that is what the profile says. Of another document, one has to be
/// shown, and none with a space in it.
fn has_addresses_on_chains(document: &mut Node) -> bool {
    let mut shown: Vec<String> = Vec::new();
    walk::every(document, &mut |schema| {
        if schema.text("format") == Some("address") {
            let texts = ["example", "default"].into_iter();
            shown.extend(texts.filter_map(|key| schema.text(key).map(str::to_owned)));
        }
    });
    !shown.is_empty() && shown.iter().all(|shown| is_of(shown, "address"))
}

/// Whether nothing that is shown of a number has a fraction.
fn is_whole(schema: &Node) -> bool {
    ["example", "default"]
        .iter()
        .filter_map(|key| schema.get(key))
        .all(|shown| super::types::fits(shown, "integer"))
}

fn string(schema: &mut Node, notes: &mut Notes) {
    let Some(written) = schema.text("format").map(str::to_owned) else {
        return;
    };
    let position = schema
        .get("format")
        .map_or(schema.position, |node| node.position);
    let format = of_strings(&written);
    let format = format.as_str();
    if !OF_STRINGS.contains(&format) {
        notes.count(
            position,
            format!("the format `{written}` is of no type: it is text"),
        );
        schema.remove("format");
        return;
    }
    // What the vendor shows counts for more than what he says of it.
    let shown = ["example", "default"]
        .iter()
        .filter_map(|key| schema.get(key)?.as_str().map(str::to_owned));
    if let Some(other) = shown.into_iter().find(|shown| !is_of(shown, format)) {
        let shown: String = other.chars().take(40).collect();
        notes.count(
            position,
            format!("the format is not `{written}`: the example `{shown}` is none"),
        );
        schema.remove("format");
    } else if let Some(pattern) = schema.text("pattern")
        && fits_none(pattern, format)
    {
        let what = format!("the format is not `{written}`: its pattern `{pattern}` fits none");
        notes.count(position, what);
        schema.remove("format");
    } else if format != written {
        notes.count(
            position,
            format!("the format `{written}` is written `{format}`"),
        );
        schema.insert("format", format.into());
    }
}

/// Whether an integer of this format has more than 64 bits.
pub(in crate::adopt) fn is_large(format: &str) -> bool {
    matches!(
        format,
        "uint128" | "uint256" | "int128" | "int256" | "bigint" | "biginteger"
    )
}

/// What a format of strings is called in the profile. Nobody but its vendor knows what one that is spelled otherwise means,
/// so it is no time and no UUID; bytes are kept as they come.
fn of_strings(written: &str) -> String {
    match written.to_ascii_lowercase().as_str() {
        "base64" => "byte".to_owned(),
        other => other.to_owned(),
    }
}

/// Whether the type that stands for a format, as vendors spell it, reads the text.
pub(in crate::adopt) fn is_read(text: &str, format: &str) -> bool {
    is_of(text, &of_strings(format))
}

/// Whether a text is of a format that a Rust type reads.
fn is_of(text: &str, format: &str) -> bool {
    let validator = match format {
        "uint256" => return text.bytes().all(|byte| byte.is_ascii_digit()),
        "unixtime" => return text.parse::<f64>().is_ok(),
        "hex" => return is_hex(text),
        // As much as all chains have in common.
        "address" => return !text.is_empty() && !text.contains(char::is_whitespace),
        "uuid" => &UUID,
        "date-time" => &TIME,
        "date" => &DAY,
        _ => return true,
    };
    validator
        .as_ref()
        .is_none_or(|validator| validator.is_valid(&text.into()))
}

/// Whether a pattern fits no value that the type of a format writes.
fn fits_none(pattern: &str, format: &str) -> bool {
    let values: &[&str] = match format {
        "date" => &["2026-01-02", "2026-12-31"],
        "date-time" => &[
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.678Z",
            "2026-01-02T03:04:05.678901Z",
            "2026-01-02T03:04:05.678901234Z",
            "2026-01-02T03:04:05+00:00",
            "2026-01-02T03:04:05.678+00:00",
        ],
        // Of each version in use, since a pattern may ask for one.
        "uuid" => &[
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "6fa459ea-ee8a-3ca4-894e-db77e160355e",
            "f47ac10b-58cc-4372-a567-0e02b2c3d479",
            "886313e1-3b8a-5372-9b90-0c9aee199e5d",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        ],
        _ => return false,
    };
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .build(&json!({ "pattern": pattern }));
    validator.is_ok_and(|validator| {
        let mut values = values.iter();
        !values.any(|value| validator.is_valid(&(*value).into()))
    })
}

static UUID: Format = LazyLock::new(|| of_format("uuid"));
static TIME: Format = LazyLock::new(|| of_format("date-time"));
static DAY: Format = LazyLock::new(|| of_format("date"));

type Format = LazyLock<Option<jsonschema::Validator>>;

fn of_format(format: &str) -> Option<jsonschema::Validator> {
    jsonschema::options()
        .should_validate_formats(true)
        .build(&json!({ "format": format }))
        .ok()
}

fn is_hex(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn a_format_whose_pattern_fits_none_of_its_values_is_text() {
        let formats = |text: &str| {
            let (schemas, changes) = adopted(super::settle_formats, text);
            (schemas["A"].get("format").is_some(), changes.len())
        };
        for (format, pattern, is_kept) in [
            ("date-time", "^se(-[a-z0-9]+)+$", false),
            ("date-time", r"^\\d{4}-\\d\\d-\\d\\dT[0-9:]+Z$", true),
            ("date-time", r"\\.\\d{9}Z", true),
            ("date", r"^\\d{2}/\\d{2}/\\d{4}$", false),
            ("date", r"^2\\d{3}-", true),
            ("uuid", "^[0-9a-f]{32}$", false),
            ("uuid", "^[0-9a-f]{8}-[0-9a-f]{4}-7", true),
            ("uuid", "(", true),
        ] {
            let text = format!(r#"A: {{type: string, format: {format}, pattern: "{pattern}"}}"#);
            assert_eq!(formats(&text), (is_kept, usize::from(!is_kept)), "{text}");
        }
    }

    #[test]
    fn an_address_is_one_on_a_chain_where_the_document_shows_it() {
        let formats = |text: &str| {
            let (schemas, _) = adopted(super::settle_formats, text);
            ["A", "B"].map(|name| schemas[name].get("format").is_some())
        };
        let chain = "A: {type: string, format: address, example: bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq}\nB: {type: string, format: address}";
        assert_eq!(formats(chain), [true, true]);
        let street = "A: {type: string, format: address, example: 1 Main Street}\nB: {type: string, format: address}";
        assert_eq!(formats(street), [false, false]);
        let untold = "A: {type: string, format: address}\nB: {type: string, format: hex}";
        assert_eq!(formats(untold), [false, true]);
    }

    #[test]
    fn every_number_has_a_size() {
        let (schemas, _) = adopted(
            super::settle_formats,
            "A: {type: integer}\nB: {type: integer, format: uint32}\nC: {type: integer, maximum: 18446744073709551615}\nD: {type: number, format: float}\nE: {type: integer, maximum: 1.0e+30}\nH: {type: integer, minimum: 0, maximum: 1.0e+30}\nF: {type: number, format: int64}\nG: {type: number, format: int64, example: 0.5}",
        );
        let format = |name: &str| schemas[name]["format"].clone();
        assert_eq!(
            [format("A"), format("B"), format("C")],
            ["int64", "int64", "uint64"]
        );
        assert_eq!(
            [format("D"), format("E"), format("G")],
            ["double", "double", "double"]
        );
        assert_eq!(schemas["F"], json!({"type": "integer", "format": "int64"}));
    }

    #[test]
    fn a_string_is_text_where_its_format_is_unknown_or_refuted() {
        let (schemas, changes) = adopted(
            super::settle_formats,
            "A: {type: string, format: bytes}\nB: {type: string, format: DATE-TIME}\nE: {type: string, format: 'date-time,'}\nF: {type: string, format: uint256}\nC: {type: string, format: date-time, example: '1654646'}\nD: {type: string, format: uuid}",
        );
        assert_eq!(schemas["A"], json!({"type": "string"}));
        assert_eq!(schemas["B"]["format"], "date-time");
        assert_eq!(schemas["E"], json!({"type": "string"}));
        assert_eq!(schemas["F"], json!({"type": "string"}));
        assert_eq!(schemas["C"].get("format"), None);
        assert_eq!(schemas["D"]["format"], "uuid");
        assert_eq!(changes.len(), 5);
    }
}
