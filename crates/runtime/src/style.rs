//! How a value that is more than a text is written in a path, a query, a header, a cookie or a form.

use std::borrow::Cow;

use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use crate::draft::RESERVED;

/// How lists and objects are written: OpenAPI's `style` and `explode`, or JSON.
///
/// A value that is neither is written as its text, whatever the style; behind `.` or `;name=` in a path that has labels
/// or a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Each item, and each field, is a parameter of its own: `form` with `explode: true`.
    Exploded,
    /// `a,b`, and `key,value` for each field: `form` and `simple` with `explode: false`.
    Commas,
    /// As [`Style::Commas`], with spaces: `spaceDelimited`.
    Spaces,
    /// As [`Style::Commas`], with bars: `pipeDelimited`.
    Pipes,
    /// `key=value` for each field, with commas between them: `simple` with `explode: true`.
    Pairs,
    /// `name[key]=value` for each field: `deepObject`.
    Deep,
    /// As [`Style::Commas`], behind a dot: `label` with `explode: false` (RFC 6570 section 3.2.5).
    Label,
    /// `.a.b`, and `.key=value` for each field: `label` with `explode: true`.
    LabelExploded,
    /// As [`Style::Commas`], behind `;name=`: `matrix` with `explode: false` (RFC 6570 section 3.2.7).
    Matrix,
    /// `;name=a;name=b`, and `;key=value` for each field: `matrix` with `explode: true`.
    MatrixExploded,
    /// JSON: a parameter with `content`.
    Json,
}

impl Style {
    /// What stands between two items, encoded for a URL.
    fn delimiter(self) -> &'static str {
        match self {
            Self::Spaces => "%20",
            Self::Pipes => "%7C",
            Self::LabelExploded => ".",
            Self::MatrixExploded => ";",
            _ => ",",
        }
    }

    /// Whether a field of an object is one part, `key=value`, and not two.
    fn is_paired(self) -> bool {
        matches!(
            self,
            Self::Pairs | Self::Exploded | Self::LabelExploded | Self::MatrixExploded
        )
    }
}

/// The names and values, both to be encoded by `encode`, that `value` is written as under `name`. None for `null`.
pub(crate) fn pairs(
    name: &str,
    value: &Value,
    style: Style,
    encode: impl Fn(&str) -> String + Copy,
) -> Vec<(String, String)> {
    let one = |text: String| vec![(name.to_owned(), text)];
    match (style, value) {
        (_, Value::Null) => Vec::new(),
        (Style::Json, value) => one(encode(&value.to_string())),
        (Style::Exploded, Value::Array(items)) => {
            let items = items.iter().filter(|item| !item.is_null());
            items
                .map(|item| (name.to_owned(), encode(&text(item))))
                .collect()
        }
        (Style::Exploded, Value::Object(fields)) => fields
            .iter()
            .flat_map(|(key, value)| match value {
                Value::Object(_) => deep(key, value, encode),
                value => pairs(key, value, Style::Exploded, encode),
            })
            .collect(),
        (Style::Deep, Value::Array(_)) => pairs(name, value, Style::Exploded, encode),
        (Style::Deep, Value::Object(_)) => deep(name, value, encode),
        (style, value) => {
            let text = joined(name, value, style, encode);
            if text.is_empty() && !matches!(value, Value::String(_)) {
                return Vec::new();
            }
            one(text)
        }
    }
}

/// `name[key]` for each field, as deep as it goes; a list is repeated.
fn deep(
    name: &str,
    value: &Value,
    encode: impl Fn(&str) -> String + Copy,
) -> Vec<(String, String)> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| deep(&format!("{name}[{key}]"), value, encode))
            .collect(),
        value => pairs(name, value, Style::Exploded, encode),
    }
}

/// The value as one text, in which only `encode`d parts and delimiters stand. What is `null` is left out.
pub(crate) fn joined(
    name: &str,
    value: &Value,
    style: Style,
    encode: impl Fn(&str) -> String,
) -> String {
    let parts: Vec<String> = match value {
        Value::Null => Vec::new(),
        _ if style == Style::Json => vec![encode(&value.to_string())],
        Value::Array(items) => {
            let items = items.iter().filter(|item| !item.is_null());
            items
                .map(|item| match style {
                    Style::MatrixExploded => named(&encode(name), &encode(&text(item))),
                    _ => encode(&text(item)),
                })
                .collect()
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            fields
                .flat_map(|(key, value)| {
                    let (key, value) = (encode(key), encode(&text(value)));
                    match style {
                        Style::MatrixExploded => vec![named(&key, &value)],
                        _ if style.is_paired() => vec![format!("{key}={value}")],
                        _ => vec![key, value],
                    }
                })
                .collect()
        }
        value if style == Style::MatrixExploded => {
            vec![named(&encode(name), &encode(&text(value)))]
        }
        value => vec![encode(&text(value))],
    };
    if parts.is_empty() {
        return String::new();
    }
    let all = parts.join(style.delimiter());
    match style {
        Style::Label | Style::LabelExploded => format!(".{all}"),
        Style::Matrix => format!(";{}", named(&encode(name), &all)),
        Style::MatrixExploded => format!(";{all}"),
        _ => all,
    }
}

/// A part of a matrix, which has no equals sign where the value is empty.
fn named(name: &str, value: &str) -> String {
    match value {
        "" => name.to_owned(),
        value => format!("{name}={value}"),
    }
}

/// A value inside another one: its text, or JSON where it has none.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Percent-encoded, all but the unreserved characters.
pub(crate) fn in_url(text: &str) -> String {
    Cow::from(utf8_percent_encode(text, RESERVED)).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(value: &Value, style: Style) -> String {
        let pairs = pairs("color", value, style, in_url).into_iter();
        let pairs = pairs.map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("&")
    }

    fn path(value: &Value, style: Style) -> String {
        joined("color", value, style, in_url)
    }

    #[test]
    fn labels_and_matrices_are_written_as_rfc_6570_shows() {
        let values = [
            json!("blue"),
            json!(["blue", "a,b;.", null]),
            json!({ "R": 100, "none": null }),
            json!(""),
            json!([]),
            json!(["", "x"]),
        ];
        let written = |style| values.each_ref().map(|value| path(value, style));
        assert_eq!(
            written(Style::Label),
            [".blue", ".blue,a%2Cb%3B.", ".R,100", ".", "", ".,x"]
        );
        assert_eq!(
            written(Style::LabelExploded),
            [".blue", ".blue.a%2Cb%3B.", ".R=100", ".", "", "..x"]
        );
        assert_eq!(
            written(Style::Matrix),
            [
                ";color=blue",
                ";color=blue,a%2Cb%3B.",
                ";color=R,100",
                ";color",
                "",
                ";color=,x"
            ]
        );
        assert_eq!(
            written(Style::MatrixExploded),
            [
                ";color=blue",
                ";color=blue;color=a%2Cb%3B.",
                ";R=100",
                ";color",
                "",
                ";color;color=x"
            ]
        );
    }

    #[test]
    fn lists_and_objects_are_written_as_the_table_of_openapi_shows() {
        let list = json!(["blue", "black", "a,b"]);
        let object = json!({ "R": 100, "G": 200 });
        assert_eq!(
            query(&list, Style::Exploded),
            "color=blue&color=black&color=a%2Cb"
        );
        assert_eq!(query(&list, Style::Commas), "color=blue,black,a%2Cb");
        assert_eq!(query(&list, Style::Spaces), "color=blue%20black%20a%2Cb");
        assert_eq!(query(&list, Style::Pipes), "color=blue%7Cblack%7Ca%2Cb");
        let sorted = |text: String| {
            let mut parts: Vec<_> = text.split('&').map(str::to_owned).collect();
            parts.sort();
            parts
        };
        assert_eq!(sorted(query(&object, Style::Exploded)), ["G=200", "R=100"]);
        assert_eq!(
            sorted(query(&object, Style::Deep)),
            ["color[G]=200", "color[R]=100"]
        );
        assert_eq!(query(&json!({ "R": 100 }), Style::Commas), "color=R,100");
        assert_eq!(path(&json!({ "R": 100 }), Style::Pairs), "R=100");
        assert_eq!(
            query(&json!({ "a": [1] }), Style::Json),
            "color=%7B%22a%22%3A%5B1%5D%7D"
        );
    }

    #[test]
    fn a_deep_object_is_written_as_deep_as_it_goes() {
        let value = json!({ "created": { "gte": 5 }, "tags": ["a", "b"], "none": null });
        let mut parts: Vec<_> = query(&value, Style::Deep)
            .split('&')
            .map(str::to_owned)
            .collect();
        parts.sort();
        assert_eq!(
            parts,
            ["color[created][gte]=5", "color[tags]=a", "color[tags]=b"]
        );
    }

    #[test]
    fn nothing_is_not_written_and_a_plain_value_is_the_same_in_every_style() {
        for style in [
            Style::Exploded,
            Style::Commas,
            Style::Spaces,
            Style::Pipes,
            Style::Deep,
        ] {
            assert_eq!(query(&json!(null), style), "");
            assert_eq!(query(&json!([]), style), "");
            assert_eq!(query(&json!("a b"), style), "color=a%20b");
            assert_eq!(query(&json!(true), style), "color=true");
        }
    }
}
