//! Whether the values that a document shows fit their schemas.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError, Validator};
use serde_json::Value;

use super::super::super::document::position_in;
use super::super::super::{Content, Node};
use super::super::anatomy::Kind;
use super::super::context::Context;
use super::super::findings::Findings;
use super::values::{Direction, defaults, examples};

pub(in super::super) fn invalid_example(context: &Context<'_>, findings: &mut Findings<'_>) {
    let checkers = context.checkers();
    for example in examples(context) {
        let checker = &checkers[&example.direction];
        let Some((validator, value)) = checker.prepared(example.schema, example.node.to_value())
        else {
            continue;
        };
        for Fault { at, what, .. } in all_faults(validator, &value) {
            let place = context.place(&example.holder.pointer);
            let what = match at.as_str() {
                "" => format!("{place}: the example {what}"),
                _ => format!("{place}: `{at}` of the example {what}"),
            };
            findings.add(
                position_in(example.node, &at),
                what,
                "mend the example, or else the schema",
            );
        }
    }
}

pub(in super::super) fn default_breaks_schema(context: &Context<'_>, findings: &mut Findings<'_>) {
    let checkers = context.checkers();
    for (schema, default) in defaults(context) {
        let checker = &checkers[&Direction::Either];
        let Some((validator, value)) = checker.prepared(schema, default.to_value()) else {
            continue;
        };
        for Fault { at, what, .. } in all_faults(validator, &value) {
            findings.add(
                position_in(default, &at),
                format!("{}: the default {what}", context.place(&schema.pointer)),
                "mend the default, or take it out",
            );
        }
    }
}

pub(in super::super) fn enum_breaks_type(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        let Some(kind) = schema.node.text("type") else {
            continue;
        };
        for value in schema.node.get("enum").map_or(&[][..], Node::items) {
            let fits = match (&value.content, kind) {
                (Content::Null, _) => schema.node.is_true("nullable"),
                (Content::Text(_), "string") | (Content::Bool(_), "boolean") => true,
                (Content::Number(_), "number")
                | (Content::List(_), "array")
                | (Content::Map(_), "object") => true,
                (Content::Number(number), "integer") => !number.is_f64(),
                _ => false,
            };
            if !fits {
                let mend = match (&value.content, kind) {
                    (Content::Null, _) => "write `nullable: true`, or take it out",
                    (_, "string") => "put it in quotes",
                    _ => "take it out, or change the type",
                };
                findings.add(
                    value.position,
                    format!(
                        "{}: the enum holds {}, which is not of type `{kind}`",
                        context.place(&schema.pointer),
                        value.kind()
                    ),
                    mend,
                );
            }
        }
    }
}

/// What is wrong with a value, without the value: it may be a secret.
struct Fault {
    /// The JSON Pointer of the part that is wrong.
    at: String,
    what: String,
    is_type: bool,
}

fn all_faults(validator: &Validator, value: &Value) -> Vec<Fault> {
    let mut all: Vec<Fault> = validator
        .iter_errors(value)
        .flat_map(|error| faults(&error))
        .collect();
    // What is of the wrong type breaks other keywords too, of which nobody wants to hear.
    let mistyped: Vec<String> = all
        .iter()
        .filter(|fault| fault.is_type)
        .map(|fault| fault.at.clone())
        .collect();
    all.retain(|fault| fault.is_type || !mistyped.contains(&fault.at));
    all
}

fn faults(error: &ValidationError<'_>) -> Vec<Fault> {
    use ValidationErrorKind as Kind;
    let branches = match error.kind() {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => context.as_slice(),
        _ => &[],
    };
    // A branch for another type was not meant; if one branch is left, its faults say more.
    let of_another_type = |branch: &[ValidationError<'_>]| {
        branch.iter().any(|inner| {
            matches!(inner.kind(), Kind::Type { .. })
                && inner.instance_path() == error.instance_path()
        })
    };
    let mut meant = branches.iter().filter(|branch| !of_another_type(branch));
    match (meant.next(), meant.next()) {
        (Some(branch), None) => branch.iter().flat_map(faults).collect(),
        _ => vec![Fault {
            at: inside(&error.instance_path().to_string()),
            what: explain(error),
            is_type: matches!(error.kind(), Kind::Type { .. }),
        }],
    }
}

/// A place without its first token, which is the checker's own.
fn inside(at: &str) -> String {
    let rest = at.get(1..).and_then(|at| at.split_once('/'));
    rest.map_or_else(String::new, |(_, rest)| format!("/{rest}"))
}

fn explain(error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Type { kind } => format!("is {}, not {}", kind_of(error.instance()), wanted(kind)),
        Kind::Required { property } => format!("lacks `{}`", property.as_str().unwrap_or_default()),
        Kind::AdditionalProperties { unexpected } => {
            format!(
                "has `{}`, which the schema forbids",
                unexpected.join("`, `")
            )
        }
        Kind::Enum { options } => format!("is none of {}", list(options)),
        Kind::AnyOf { context } if has_null_branch(context) => {
            "does not fit, and is not null".to_owned()
        }
        Kind::AnyOf { .. } => "fits no branch of `anyOf`".to_owned(),
        Kind::OneOfNotValid { .. } => "fits no branch of `oneOf`".to_owned(),
        Kind::OneOfMultipleValid { .. } => "fits several branches of `oneOf`".to_owned(),
        Kind::Pattern { pattern } => format!("does not match `{pattern}`"),
        Kind::Format { format } => format!("is no `{format}`"),
        Kind::Minimum { limit } => format!("is less than {limit}"),
        Kind::Maximum { limit } => format!("is more than {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("is not more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("is not less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("is no multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("is shorter than {limit} characters"),
        Kind::MaxLength { limit } => format!("is longer than {limit} characters"),
        Kind::MinItems { limit } => format!("has fewer than {limit} items"),
        Kind::MaxItems { limit } => format!("has more than {limit} items"),
        Kind::MinProperties { limit } => format!("has fewer than {limit} properties"),
        Kind::MaxProperties { limit } => format!("has more than {limit} properties"),
        Kind::UniqueItems => "has an item twice".to_owned(),
        other => format!("breaks `{}`", other.keyword()),
    }
}

fn has_null_branch(branches: &[Vec<ValidationError<'_>>]) -> bool {
    matches!(branches, [_, null] if null.iter().any(|error| {
        matches!(error.kind(), ValidationErrorKind::Type { kind: TypeKind::Single(JsonType::Null) })
    }))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn wanted(kind: &TypeKind) -> String {
    let name = |kind: JsonType| match kind {
        JsonType::Null => "null",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "a list",
        JsonType::Object => "an object",
    };
    match kind {
        TypeKind::Single(kind) => name(*kind).to_owned(),
        TypeKind::Multiple(kinds) => kinds.iter().map(name).collect::<Vec<_>>().join(" or "),
    }
}

/// The values of an enum, the first few.
fn list(options: &Value) -> String {
    let options = options.as_array().map_or(&[][..], Vec::as_slice);
    let shown: Vec<String> = options
        .iter()
        .take(8)
        .map(|option| format!("`{}`", text(option)))
        .collect();
    let more = if options.len() > shown.len() {
        ", …"
    } else {
        ""
    };
    format!("{}{more}", shown.join(", "))
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
