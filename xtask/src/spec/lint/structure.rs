//! Whether the document is an OpenAPI 3.0 document at all, in all its parts.

use super::anatomy::{EXTENSIONS, Kind};
use super::context::Context;
use super::findings::Findings;
use super::nearest::{instead_of, misspelt_key};
use super::walk::Why;

/// The dialect that the generator takes, and whether the document speaks another.
pub(super) fn speaks_another_dialect(context: &Context<'_>) -> bool {
    context.root.get("swagger").is_some()
        || context.root.text("openapi").is_some_and(|version| {
            version.starts_with(|c: char| c.is_ascii_digit()) && !version.starts_with("3.0")
        })
}

pub(super) fn not_openapi_3_0(context: &Context<'_>, findings: &mut Findings<'_>) {
    let mend = "write `openapi: 3.0.3`, and the document in that dialect";
    if let Some(swagger) = context.root.entry("swagger") {
        findings.add(swagger.key_position, "this is a Swagger 2.0 document", mend);
        return;
    }
    match context.root.get("openapi") {
        None => findings.add(
            context.root.position,
            "nothing says that this is an OpenAPI document",
            mend,
        ),
        Some(version) => {
            let text = version.as_str();
            let patch = text.and_then(|text| text.strip_prefix("3.0."));
            if !patch
                .is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit()))
            {
                let is = text.map_or_else(|| version.kind().to_owned(), |text| format!("`{text}`"));
                findings.add(
                    version.position,
                    format!("`openapi` is {is}, not 3.0.x"),
                    mend,
                );
            }
        }
    }
}

pub(super) fn wrong_type(context: &Context<'_>, findings: &mut Findings<'_>) {
    if context.root.entries().is_empty() {
        findings.add(
            context.root.position,
            format!(
                "the document is {}, not a map of `openapi`, `info` and `paths`",
                context.root.kind()
            ),
            "begin with `openapi: 3.0.3`",
        );
        return;
    }
    for misfit in context
        .misfits
        .iter()
        .filter(|misfit| !context.is_about_extension(misfit))
    {
        if misfit.kind == Kind::Document && misfit.key == "openapi" {
            continue;
        }
        if let Why::WrongType {
            wants,
            is,
            text_would_do,
        } = misfit.why
        {
            let field = if misfit.key.is_empty() {
                "an item".to_owned()
            } else {
                format!("`{}`", misfit.key)
            };
            findings.add(
                misfit.position,
                format!(
                    "{}: {field} is {is}, not {wants}",
                    context.place(&misfit.pointer)
                ),
                if text_would_do {
                    "put it in quotes".to_owned()
                } else {
                    format!("write {wants}")
                },
            );
        }
    }
}

pub(super) fn unknown_key(context: &Context<'_>, findings: &mut Findings<'_>) {
    for misfit in &context.misfits {
        if matches!(misfit.why, Why::UnknownKey) && !misfit.kind.is_extension() {
            // `evidence` may be a misspelt key or an extension without its `x-`.
            let extensions = EXTENSIONS.iter().map(|extension| extension.name);
            let prefixed = format!("x-{}", misfit.key);
            let fields = misfit.kind.fields().iter().map(|field| field.name);
            let mend = match extensions.into_iter().find(|name| **name == prefixed) {
                Some(extension) => instead_of(misfit.key, extension),
                None => misspelt_key(misfit.key, fields, "take it out"),
            };
            findings.add(
                misfit.position,
                format!(
                    "{}: `{}` is no key of {}",
                    context.place(&misfit.pointer),
                    misfit.key,
                    misfit.kind.name()
                ),
                mend,
            );
        }
    }
}

pub(super) fn missing_key(context: &Context<'_>, findings: &mut Findings<'_>) {
    for misfit in &context.misfits {
        let said_elsewhere = matches!(misfit.key, "openapi") || context.root.entries().is_empty();
        if matches!(misfit.why, Why::Missing) && !misfit.kind.is_extension() && !said_elsewhere {
            let place = context.place(&misfit.pointer);
            let subject = match misfit.kind {
                Kind::Document
                | Kind::Info
                | Kind::Server
                | Kind::Operation
                | Kind::Parameter
                | Kind::RequestBody
                | Kind::Response
                | Kind::Tag
                | Kind::SecurityScheme => place,
                part => format!("{place}: {}", part.name()),
            };
            findings.add(
                misfit.position,
                format!("{subject} has no `{}`", misfit.key),
                format!("write `{}:`", misfit.key),
            );
        }
    }
}
