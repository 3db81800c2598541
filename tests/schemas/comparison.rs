//! Holds a JSON Schema (2020-12), as made from a Rust type, against a schema of an OpenAPI 3.0 document.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;
use xtask::api::{entries, items};

/// What a schema lets through, in terms that both dialects have.
#[derive(Debug)]
struct Shape<'a> {
    nullable: bool,
    kind: Kind<'a>,
    /// Everything that narrows it further, such as `minimum`.
    limits: BTreeMap<&'a str, &'a Value>,
}

#[derive(Debug)]
enum Kind<'a> {
    Anything,
    Scalar {
        of: &'a str,
        format: Option<&'a str>,
        values: Option<BTreeSet<&'a str>>,
    },
    List(&'a Value),
    Object {
        properties: BTreeMap<&'a str, &'a Value>,
        required: BTreeSet<&'a str>,
        others: Others<'a>,
    },
    OneOf(Vec<&'a Value>),
    /// Something that the spec profile does not have.
    Unknown(String),
}

const UINT256: Kind<'static> = Kind::Scalar {
    of: "string or integer",
    format: Some("uint256"),
    values: None,
};

#[derive(Debug)]
enum Others<'a> {
    /// Not mentioned: they are ignored.
    Ignored,
    Refused,
    Kept,
    Of(&'a Value),
}

/// Where the generated schema `generated` lets through something else than the schema `written` of the OpenAPI
/// `document` does.
pub(crate) fn differences(document: &Value, written: &Value, generated: &Value) -> Vec<String> {
    let mut comparison = Comparison {
        document,
        root: generated,
        seen: HashSet::new(),
        found: Vec::new(),
    };
    comparison.compare("", written, generated, false);
    comparison.found
}

struct Comparison<'a> {
    document: &'a Value,
    root: &'a Value,
    seen: HashSet<(&'a str, &'a str)>,
    found: Vec<String>,
}

impl<'a> Comparison<'a> {
    /// `optional`: the value may be absent, for which a Rust type takes `null` too.
    fn compare(&mut self, at: &str, written: &'a Value, generated: &'a Value, optional: bool) {
        if let (Some(one), Some(other)) = (reference(written), reference(generated))
            && !self.seen.insert((one, other))
        {
            return;
        }
        let written = read_written(self.document, written);
        let generated = read_generated(self.root, generated);
        if matches!(
            (&written.kind, &generated.kind),
            (Kind::Anything, Kind::Anything)
        ) {
            return;
        }
        match (written.nullable, generated.nullable) {
            (true, false) => self.add(at, "`null` is no longer taken"),
            (false, true) if !optional => self.add(at, "`null` is taken, and may not come"),
            _ => {}
        }
        if written.limits != generated.limits {
            self.add(
                at,
                format!("{:?} became {:?}", written.limits, generated.limits),
            );
        }
        self.compare_kinds(at, written.kind, generated.kind);
    }

    fn compare_kinds(&mut self, at: &str, written: Kind<'a>, generated: Kind<'a>) {
        match (written, generated) {
            (Kind::Unknown(schema), _) | (_, Kind::Unknown(schema)) => {
                self.add(at, format!("the profile has nothing like {schema}"));
            }
            (Kind::List(one), Kind::List(other)) => {
                self.compare(&format!("{at}/*"), one, other, false)
            }
            (Kind::OneOf(ones), Kind::OneOf(others)) if ones.len() == others.len() => {
                for (place, (one, other)) in ones.into_iter().zip(others).enumerate() {
                    self.compare(&format!("{at}|{place}"), one, other, false);
                }
            }
            (
                Kind::Scalar { of, format, values },
                Kind::Scalar {
                    of: other,
                    format: other_format,
                    values: other_values,
                },
            ) => {
                if (of, format, &values) != (other, other_format, &other_values) {
                    let generated = (other, other_format, other_values);
                    self.add(
                        at,
                        format!("{:?} became {generated:?}", (of, format, values)),
                    );
                }
            }
            (
                Kind::Object {
                    properties,
                    required,
                    others,
                },
                Kind::Object {
                    properties: other_properties,
                    required: other_required,
                    others: other_others,
                },
            ) => {
                if required != other_required {
                    self.add(
                        at,
                        format!("required {required:?} became {other_required:?}"),
                    );
                }
                for (name, property) in &properties {
                    let at = format!("{at}/{name}");
                    match other_properties.get(name) {
                        Some(other) => self.compare(&at, property, other, !required.contains(name)),
                        None => self.add(&at, "is gone"),
                    }
                }
                for name in other_properties
                    .keys()
                    .filter(|name| !properties.contains_key(*name))
                {
                    self.add(&format!("{at}/{name}"), "came up");
                }
                self.compare_others(at, others, other_others);
            }
            (written, generated) => self.add(at, format!("{written:?} became {generated:?}")),
        }
    }

    fn compare_others(&mut self, at: &str, written: Others<'a>, generated: Others<'a>) {
        match (written, generated) {
            (Others::Of(one), Others::Of(other)) => {
                self.compare(&format!("{at}/…"), one, other, false)
            }
            (Others::Ignored, Others::Ignored)
            | (Others::Refused, Others::Refused)
            | (Others::Kept, Others::Kept) => {}
            (one, other) => self.add(at, format!("other properties: {one:?} became {other:?}")),
        }
    }

    fn add(&mut self, at: &str, what: impl std::fmt::Display) {
        self.found.push(format!("{at}: {what}"));
    }
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

/// Reads a schema of OpenAPI 3.0.
fn read_written<'a>(document: &'a Value, schema: &'a Value) -> Shape<'a> {
    if let Some(reference) = reference(schema) {
        let target = reference
            .strip_prefix('#')
            .and_then(|pointer| document.pointer(pointer));
        return target.map_or_else(|| unknown(schema), |target| read_written(document, target));
    }
    let nullable = schema["nullable"] == true;
    // What OpenAPI 3.0 needs to say something beside a reference.
    if let [only] = items(&schema["allOf"]).collect::<Vec<_>>().as_slice() {
        let shape = read_written(document, only);
        return Shape {
            nullable: nullable || shape.nullable,
            ..shape
        };
    }
    let kind = if let Some(one_of) = schema.get("oneOf") {
        Kind::OneOf(items(one_of).collect())
    } else if schema.get("allOf").is_some()
        || schema.get("anyOf").is_some()
        || schema.get("not").is_some()
    {
        Kind::Unknown(schema.to_string())
    } else {
        let open = schema["x-open-enum"] == true;
        let values = schema
            .get("enum")
            .filter(|_| !open)
            .map(|values| items(values).filter_map(Value::as_str).collect());
        by_type(schema["type"].as_str(), schema, values)
    };
    Shape {
        nullable,
        kind,
        limits: limits(schema),
    }
}

/// Reads a schema of JSON Schema, in the forms that a Rust type comes out in.
fn read_generated<'a>(root: &'a Value, schema: &'a Value) -> Shape<'a> {
    if let Some(reference) = reference(schema) {
        let target = reference
            .strip_prefix('#')
            .and_then(|pointer| root.pointer(pointer));
        return target.map_or_else(|| unknown(schema), |target| read_generated(root, target));
    }
    if let Some(choices) = schema.get("anyOf") {
        let choices: Vec<_> = items(choices).collect();
        let others: Vec<_> = choices
            .iter()
            .copied()
            .filter(|choice| choice["type"] != "null")
            .collect();
        let nullable = others.len() < choices.len();
        return match others.as_slice() {
            [only] if nullable => Shape {
                nullable,
                ..read_generated(root, only)
            },
            _ => Shape {
                nullable,
                kind: Kind::OneOf(others),
                limits: limits(schema),
            },
        };
    }
    // An enum whose variants are documented.
    if let Some(variants) = schema.get("oneOf") {
        let values: Option<BTreeSet<_>> = items(variants)
            .map(|variant| variant.get("const")?.as_str())
            .collect();
        let kind = match values {
            Some(values) => Kind::Scalar {
                of: "string",
                format: None,
                values: Some(values),
            },
            None => Kind::Unknown(schema.to_string()),
        };
        return Shape {
            nullable: false,
            kind,
            limits: limits(schema),
        };
    }
    let types: Vec<_> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let others: Vec<_> = types
        .iter()
        .copied()
        .filter(|name| *name != "null")
        .collect();
    let nullable = others.len() < types.len();
    let values = schema
        .get("enum")
        .map(|values| items(values).filter_map(Value::as_str).collect());
    let values = values.or_else(|| Some([schema.get("const")?.as_str()?].into()));
    let kind = match others.as_slice() {
        // An amount is read as a text or a number, whichever the spec says that the provider sends.
        ["string", "integer"] if schema["format"] == "uint256" => UINT256,
        [] => by_type(None, schema, values),
        [only] => by_type(Some(only), schema, values),
        _ => Kind::Unknown(schema.to_string()),
    };
    Shape {
        nullable,
        kind,
        limits: limits(schema),
    }
}

fn by_type<'a>(
    name: Option<&'a str>,
    schema: &'a Value,
    values: Option<BTreeSet<&'a str>>,
) -> Kind<'a> {
    match name {
        None if values.is_none() && schema.get("properties").is_none() => Kind::Anything,
        Some("array") => Kind::List(&schema["items"]),
        Some("object") => {
            let properties: BTreeMap<_, _> = entries(&schema["properties"])
                .map(|(name, property)| (name.as_str(), property))
                .collect();
            let others = match schema.get("additionalProperties") {
                // An object of which nothing is said is a map.
                None if properties.is_empty() => Others::Kept,
                None => Others::Ignored,
                Some(Value::Bool(true)) => Others::Kept,
                Some(Value::Bool(false)) => Others::Refused,
                Some(of) => Others::Of(of),
            };
            let required = items(&schema["required"])
                .filter_map(Value::as_str)
                .collect();
            Kind::Object {
                properties,
                required,
                others,
            }
        }
        Some("string" | "integer") if schema["format"] == "uint256" => UINT256,
        Some(of) => Kind::Scalar {
            of,
            format: schema["format"].as_str(),
            values,
        },
        None => Kind::Unknown(schema.to_string()),
    }
}

fn limits(schema: &Value) -> BTreeMap<&str, &Value> {
    const LIMITS: [&str; 13] = [
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "pattern",
        "uniqueItems",
    ];
    LIMITS
        .into_iter()
        .filter_map(|name| Some((name, schema.get(name)?)))
        .collect()
}

fn unknown(schema: &Value) -> Shape<'_> {
    Shape {
        nullable: false,
        kind: Kind::Unknown(schema.to_string()),
        limits: BTreeMap::new(),
    }
}
