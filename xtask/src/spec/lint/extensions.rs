//! Whether every extension is known, stands where it means something, and is well formed.

use super::super::{Content, Node};
use super::anatomy::{EXTENSIONS, Kind};
use super::context::Context;
use super::findings::Findings;
use super::nearest::{did_you_mean, misspelt_key};
use super::operation::Answer;
use super::walk::Why;

pub(super) const EVIDENCE_LEVELS: &[&str] = &["documented", "sample", "sdk", "inferred"];
const IDEMPOTENCIES: &[&str] = &["safe", "idempotent", "never"];

pub(super) fn unknown(context: &Context<'_>, findings: &mut Findings<'_>) {
    for misfit in &context.misfits {
        if matches!(misfit.why, Why::UnknownExtension) {
            let known = EXTENSIONS.iter().map(|extension| extension.name);
            findings.add(
                misfit.position,
                format!(
                    "{}: there is no extension `{}`",
                    context.place(&misfit.pointer),
                    misfit.key
                ),
                misspelt_key(misfit.key, known, "take it out"),
            );
        }
    }
}

pub(super) fn misplaced(context: &Context<'_>, findings: &mut Findings<'_>) {
    for misfit in &context.misfits {
        if let Why::MisplacedExtension(extension) = misfit.why {
            let places: Vec<&str> = extension.on.iter().map(|kind| kind.name()).collect();
            findings.add(
                misfit.position,
                format!(
                    "{}: `{}` means nothing on {}",
                    context.place(&misfit.pointer),
                    misfit.key,
                    misfit.kind.name()
                ),
                format!("move it to {}", places.join(" or ")),
            );
        }
    }
}

pub(super) fn unknown_key(context: &Context<'_>, findings: &mut Findings<'_>) {
    for misfit in context
        .misfits
        .iter()
        .filter(|misfit| misfit.kind.is_extension())
    {
        if matches!(misfit.why, Why::UnknownKey) {
            let fields: Vec<&str> = misfit
                .kind
                .fields()
                .iter()
                .map(|field| field.name)
                .collect();
            findings.add(
                misfit.position,
                format!(
                    "{}: `{}` is no key of {}",
                    context.place(&misfit.pointer),
                    misfit.key,
                    misfit.kind.name()
                ),
                misspelt_key(
                    misfit.key,
                    fields.iter().copied(),
                    format!("write one of {}", fields.join(", ")),
                ),
            );
        }
    }
}

pub(super) fn bad(context: &Context<'_>, findings: &mut Findings<'_>) {
    for misfit in context
        .misfits
        .iter()
        .filter(|misfit| context.is_about_extension(misfit))
    {
        let place = context.place(&misfit.pointer);
        match misfit.why {
            Why::WrongType {
                wants,
                is,
                text_would_do,
            } => findings.add(
                misfit.position,
                match misfit.kind.is_extension() {
                    true => format!(
                        "{place}: `{}` of {} is {is}, not {wants}",
                        misfit.key,
                        misfit.kind.name()
                    ),
                    false => format!("{place}: `{}` is {is}, not {wants}", misfit.key),
                },
                if text_would_do {
                    "put it in quotes".to_owned()
                } else {
                    format!("write {wants}")
                },
            ),
            Why::Missing => findings.add(
                misfit.position,
                format!("{place}: {} has no `{}`", misfit.kind.name(), misfit.key),
                format!("write `{}:`", misfit.key),
            ),
            _ => {}
        }
    }
}

pub(super) fn missing_evidence(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        if operation.node().get("x-evidence").is_none() {
            findings.add(
                operation.object.key_position,
                format!(
                    "{} does not say how sure we are of it",
                    context.place(&operation.object.pointer)
                ),
                "write `x-evidence:` with `level` and `source`",
            );
        }
    }
}

pub(super) fn bad_evidence(context: &Context<'_>, findings: &mut Findings<'_>) {
    for evidence in context.all(Kind::Evidence) {
        let place = context.place(&evidence.pointer);
        if let Some(level) = evidence.node.get("level")
            && let Some(text) = level.as_str()
            && !EVIDENCE_LEVELS.contains(&text)
        {
            findings.add(
                level.position,
                format!("{place}: there is no level of evidence `{text}`"),
                one_of(text, EVIDENCE_LEVELS),
            );
        }
        if let Some(source) = evidence.node.get("source")
            && source.as_str().is_some_and(|text| text.trim().is_empty())
        {
            findings.add(
                source.position,
                format!("{place}: the evidence names no source"),
                "write where it can be read up",
            );
        }
        if evidence.node.text("level") == Some("inferred") && evidence.node.get("note").is_none() {
            findings.add(
                evidence.key_position,
                format!("{place}: `inferred` without saying how"),
                "write `note:` with what it was deduced from",
            );
        }
    }
}

pub(super) fn bad_idempotency(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        if let Some(node) = operation.node().get("x-idempotency")
            && let Some(text) = node.as_str()
            && !IDEMPOTENCIES.contains(&text)
        {
            findings.add(
                node.position,
                format!(
                    "{}: there is no idempotency `{text}`",
                    context.place(&operation.object.pointer)
                ),
                one_of(text, IDEMPOTENCIES),
            );
        }
    }
}

pub(super) fn bad_open_enum(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        let Some(entry) = schema.node.entry("x-open-enum") else {
            continue;
        };
        let place = context.place(&schema.pointer);
        if schema.node.text("type") != Some("string") || schema.node.get("enum").is_none() {
            findings.add(
                entry.key_position,
                format!("{place}: `x-open-enum` on what is no enum of strings"),
                "write `type: string` and `enum:` beside it, or take it out",
            );
        } else if matches!(entry.value.content, Content::Bool(false)) {
            findings.add(
                entry.value.position,
                format!("{place}: `x-open-enum: false` says nothing"),
                "write `true`, or take it out",
            );
        }
    }
}

pub(super) fn bad_websocket(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        let Some(entry) = operation.node().entry("x-websocket") else {
            continue;
        };
        let place = context.place(&operation.object.pointer);
        let switches = operation
            .answers()
            .iter()
            .any(|answer: &Answer<'_, '_>| answer.status == "101");
        if operation.method != "get" {
            findings.add(
                entry.key_position,
                format!("{place}: a web socket opens with GET"),
                "move it to a `get`",
            );
        } else if !switches && !operation.has_broken_answers() {
            findings.add(
                entry.key_position,
                format!("{place}: a web socket answers with 101"),
                "write the response `101` in place of the other success response",
            );
        }
        if let Some(message) = entry.value.get("message")
            && matches!(message.content, Content::Map(_))
            && message.reference().is_none()
        {
            findings.add(
                message.position,
                format!("{place}: the message of the socket has no name"),
                "move its schema to `components/schemas` and refer to it",
            );
        }
    }
}

pub(super) fn one_of(word: &str, known: &[&str]) -> String {
    did_you_mean(
        word,
        known.iter().copied(),
        format!("write one of {}", known.join(", ")),
    )
}

/// A JSON Pointer must be empty or begin with `/`.
pub(super) fn check_pointer(
    place: &str,
    of: &str,
    node: &Node,
    findings: &mut Findings<'_>,
) -> bool {
    let Some(pointer) = node.as_str() else {
        return false;
    };
    let bad_escape = pointer
        .split('~')
        .skip(1)
        .any(|rest| !rest.starts_with(['0', '1']));
    if !pointer.starts_with('/') {
        findings.add(
            node.position,
            format!("{place}: `{pointer}` of {of} is no JSON Pointer"),
            format!("write `/{pointer}`"),
        );
    } else if bad_escape {
        findings.add(
            node.position,
            format!("{place}: `{pointer}` of {of} is no JSON Pointer"),
            "write `~0` for `~` and `~1` for `/`",
        );
    } else {
        return true;
    }
    false
}
