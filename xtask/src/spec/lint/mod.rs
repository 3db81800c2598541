//! What would make the generator fail or a caller suffer.
//!
//! A `context` takes the document apart once, by the table in `anatomy`. A rule is a function
//! that looks at it and adds what it finds; it names the operation or the schema, and says what to
//! write instead. Every rule runs on every document, so that all faults come out in one run.

mod anatomy;
mod bodies;
mod body_path;
mod context;
mod documentation;
mod envelope;
mod error_codes;
mod examples;
mod extensions;
mod finality;
mod findings;
mod lookup;
mod made_of;
mod names;
mod nearest;
mod operation;
mod operation_ids;
mod pagination;
mod parameters;
mod place;
mod references;
mod replay;
mod responses;
mod rust_name;
mod schemas;
mod security;
mod servers;
mod streams;
mod structure;
mod suffers;
mod walk;
mod webhooks;

#[cfg(test)]
mod tests;

use super::{Document, Finding, Severity};
use crate::deep_stack::on_deep_stack;
use context::Context;
use findings::Findings;

pub(crate) use anatomy::{COUNTS, EXTENSIONS, Kind, Shape};
pub(crate) use nearest::nearest;
pub(crate) use operation_ids::TAKEN_IDS;
pub(crate) use rust_name::{is_keyword, pascal, snake, spoken};
pub(crate) use schemas::needs_name;
pub use suffers::suffers;

/// All faults of a document, by position.
///
/// A document in another dialect than OpenAPI 3.0 gets that one finding: nothing else in it means
/// what it seems to.
pub fn lint(document: &Document) -> Vec<Finding> {
    lint_for(document, |_| true)
}

/// The faults that some of the rules look for, by position.
pub(crate) fn lint_for(document: &Document, asked: fn(&str) -> bool) -> Vec<Finding> {
    on_deep_stack(|| {
        let context = Context::new(document);
        let other_dialect = structure::speaks_another_dialect(&context);
        let rules = if other_dialect { &RULES[..1] } else { RULES };
        Findings::collect(document, rules, |rule, findings| {
            if asked(rule.name) {
                (rule.check)(&context, findings)
            }
        })
    })
}

/// One thing to look for.
#[derive(Debug)]
struct Rule {
    name: &'static str,
    severity: Severity,
    check: fn(&Context<'_>, &mut Findings<'_>),
}

const fn error(name: &'static str, check: fn(&Context<'_>, &mut Findings<'_>)) -> Rule {
    Rule {
        name,
        severity: Severity::Error,
        check,
    }
}

const fn warning(name: &'static str, check: fn(&Context<'_>, &mut Findings<'_>)) -> Rule {
    Rule {
        name,
        severity: Severity::Warning,
        check,
    }
}

/// Every rule; the first one stands alone where the dialect is another.
static RULES: &[Rule] = &[
    error("not-openapi-3-0", structure::not_openapi_3_0),
    error("wrong-type", structure::wrong_type),
    error("unknown-key", structure::unknown_key),
    error("missing-key", structure::missing_key),
    error("unknown-reference", references::unknown_reference),
    error("misplaced-reference", references::misplaced_reference),
    error("beside-reference", references::beside_reference),
    error("reference-cycle", references::reference_cycle),
    error("missing-operation-id", operation_ids::missing),
    error("colliding-operation-id", operation_ids::colliding),
    error("operation-id-not-snake-case", operation_ids::not_snake_case),
    warning("missing-summary", documentation::missing_summary),
    warning("missing-tags", documentation::missing_tags),
    error("unknown-extension", extensions::unknown),
    error("misplaced-extension", extensions::misplaced),
    error("unknown-extension-key", extensions::unknown_key),
    error("bad-extension", extensions::bad),
    warning("missing-evidence", extensions::missing_evidence),
    error("bad-evidence", extensions::bad_evidence),
    error("bad-idempotency", extensions::bad_idempotency),
    error("bad-open-enum", extensions::bad_open_enum),
    error("bad-websocket", extensions::bad_websocket),
    error("bad-select", replay::bad_select),
    error("bad-replay", replay::bad),
    error("misplaced-envelope", envelope::misplaced),
    error("bad-envelope", envelope::bad),
    error("bad-error-codes", error_codes::bad),
    error("bad-pagination", pagination::bad),
    error("bad-webhooks", webhooks::bad),
    error("bad-finality", finality::bad),
    error("bad-lookup", lookup::bad),
    error("missing-environment", servers::missing_environment),
    error("bad-environment", servers::bad_environment),
    error("duplicate-environment", servers::duplicate_environment),
    error("unknown-environment", servers::unknown_environment),
    error("bad-server-url", servers::bad_url),
    error("missing-security", security::missing),
    error("unknown-security-scheme", security::unknown_scheme),
    error("unknown-scope", security::unknown_scope),
    error("scopes-without-oauth2", security::scopes_without_oauth2),
    error("incomplete-security-scheme", security::incomplete_scheme),
    error("unknown-credential-place", security::unknown_place),
    warning("missing-token-url", security::missing_token_url),
    error("bad-path", parameters::bad_path),
    warning("colliding-paths", parameters::colliding_paths),
    error(
        "undeclared-path-parameter",
        parameters::undeclared_path_parameter,
    ),
    error("unused-path-parameter", parameters::unused_path_parameter),
    error(
        "optional-path-parameter",
        parameters::optional_path_parameter,
    ),
    error("duplicate-parameter", parameters::duplicate),
    warning("colliding-parameters", parameters::colliding),
    error("unsupported-parameter-place", parameters::unsupported_place),
    error("unsupported-style", parameters::unsupported_style),
    error("parameter-without-schema", parameters::missing_schema),
    error("ignored-header", parameters::ignored_header),
    warning("unusable-parameter-name", parameters::unusable_name),
    error("several-media-types", bodies::several_media_types),
    error("unsupported-media-type", bodies::unsupported_media_type),
    error("media-type-without-schema", bodies::missing_schema),
    error("body-without-media-type", bodies::missing_content),
    error("form-not-object", bodies::form_not_object),
    error("misplaced-binary", bodies::misplaced_binary),
    error("default-response", responses::default_response),
    error("unknown-status", responses::unknown_status),
    error("missing-success-response", responses::missing_success),
    error("several-success-types", responses::several_success_types),
    warning("missing-error-response", responses::missing_error),
    error("missing-websocket", responses::missing_websocket),
    error("bad-stream", streams::bad),
    error("bad-discriminator", schemas::bad_discriminator),
    error("unknown-type", schemas::unknown_type),
    error("missing-items", schemas::missing_items),
    error("unnamed-schema", schemas::unnamed),
    error("missing-title", schemas::missing_title),
    error("closed-answer", schemas::closed_answer),
    error("number-without-format", schemas::number_without_format),
    error("unknown-format", schemas::unknown_format),
    error("empty-enum", schemas::empty_enum),
    error("unknown-required-property", schemas::unknown_required),
    error("colliding-schemas", names::colliding_schemas),
    error("reserved-schema-name", names::reserved_schema),
    warning("colliding-properties", names::colliding_properties),
    warning("colliding-enum-values", names::colliding_enum_values),
    warning("missing-example", examples::missing),
    error("invalid-example", examples::invalid_example),
    error("undeclared-example-field", examples::undeclared_field),
    error("default-breaks-schema", examples::default_breaks_schema),
    error("enum-breaks-type", examples::enum_breaks_type),
    error("bad-pattern", examples::bad_pattern),
];

/// What each rule looks for: its name, how bad its findings are, and what a caller would suffer.
pub fn rules() -> impl Iterator<Item = (&'static str, Severity, &'static str)> {
    RULES
        .iter()
        .map(|rule| (rule.name, rule.severity, suffers(rule.name)))
}
