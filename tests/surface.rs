//! What a caller sees of each generated crate: a change here is a change of its API.

use std::{fmt::Write as _, fs, path::Path};

use bindery_runtime::{Expected, Idempotency, Operation, Placement, Places, Requirement};
use syn::{Attribute, Fields, ImplItem, Item, Visibility, parse_quote};
use xtask::api;

use crate::{
    exercise::for_each_provider,
    provider::{self, Provider},
    snapshots, specs,
};

/// The public items of a crate's source, without bodies and documentation, in the order of the files' names and of what
/// stands in them.
fn surface(provider: &Provider) -> String {
    let source = source_of(provider);
    let entries = fs::read_dir(&source).expect("the crate's source");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    let mut listing = String::new();
    for path in files {
        let mut file = parse(&path);
        file.attrs.clear();
        file.items = file.items.into_iter().filter_map(public).collect();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let _ = writeln!(listing, "// {name}\n{}", prettyplease::unparse(&file));
    }
    listing
}

fn source_of(provider: &Provider) -> std::path::PathBuf {
    specs::root().join("crates").join(provider.name).join("src")
}

fn parse(path: &Path) -> syn::File {
    let text = fs::read_to_string(path).expect("a source file");
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The item as a caller sees it; nothing of it where a caller does not.
fn public(mut item: Item) -> Option<Item> {
    match &mut item {
        Item::Struct(it) if seen(&it.vis) => {
            keep_telling(&mut it.attrs);
            match &mut it.fields {
                Fields::Named(fields) => {
                    let kept = fields
                        .named
                        .iter()
                        .filter(|field| seen(&field.vis))
                        .cloned();
                    fields.named = kept.collect();
                    fields
                        .named
                        .iter_mut()
                        .for_each(|field| keep_telling(&mut field.attrs));
                }
                Fields::Unnamed(fields) => {
                    fields
                        .unnamed
                        .iter_mut()
                        .for_each(|field| keep_telling(&mut field.attrs));
                }
                Fields::Unit => {}
            }
        }
        Item::Enum(it) if seen(&it.vis) => {
            keep_telling(&mut it.attrs);
            it.variants
                .iter_mut()
                .for_each(|variant| keep_telling(&mut variant.attrs));
        }
        Item::Impl(it) => {
            keep_telling(&mut it.attrs);
            let of_trait = it.trait_.is_some();
            it.items.retain_mut(|item| match item {
                ImplItem::Fn(function) => {
                    keep_telling(&mut function.attrs);
                    function.block = parse_quote!({});
                    seen(&function.vis) && !of_trait
                }
                ImplItem::Type(_) => true,
                _ => false,
            });
            if it.items.is_empty() && !of_trait {
                return None;
            }
        }
        // The operations table has a snapshot of its own.
        Item::Static(it) if seen(&it.vis) => {
            keep_telling(&mut it.attrs);
            *it.expr = parse_quote!(_);
        }
        Item::Mod(it) if seen(&it.vis) => keep_telling(&mut it.attrs),
        Item::Use(it) if seen(&it.vis) => keep_telling(&mut it.attrs),
        Item::Fn(it) if seen(&it.vis) => {
            keep_telling(&mut it.attrs);
            *it.block = parse_quote!({});
        }
        Item::Const(it) if seen(&it.vis) => keep_telling(&mut it.attrs),
        Item::Type(it) if seen(&it.vis) => keep_telling(&mut it.attrs),
        // Reading and writing, which is implemented either way.
        Item::Macro(_) => return None,
        Item::Trait(_) | Item::Union(_) => {
            panic!("generated code has items that this listing does not know")
        }
        _ => return None,
    }
    Some(item)
}

fn seen(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Attributes that a caller notices; not documentation, and not how the wire format or its schema come about.
fn keep_telling(attributes: &mut Vec<Attribute>) {
    let telling = ["derive", "cfg", "deprecated", "must_use", "non_exhaustive"];
    attributes.retain(|attribute| telling.iter().any(|name| attribute.path().is_ident(name)));
}

fn the_public_surface_is_this(provider: &Provider) {
    if snapshots::are_kept("surface", provider.name) {
        insta::assert_snapshot!(provider.name, surface(provider));
    }
}

#[test]
fn there_is_one_method_for_each_operation_and_no_other() {
    for provider in provider::ALL {
        let client = parse(&source_of(provider).join("client.rs"));
        let mut methods = Vec::new();
        for item in client.items {
            let Item::Impl(block) = item else { continue };
            methods.extend(block.items.into_iter().filter_map(|item| match item {
                ImplItem::Fn(function) if seen(&function.vis) => {
                    Some(function.sig.ident.to_string())
                }
                _ => None,
            }));
        }
        methods.retain(|name| name != "new" && name != "session");
        let api = provider.api();
        let operations: Vec<_> = api
            .operations
            .iter()
            .map(|operation| operation.id.as_str())
            .collect();
        assert_eq!(methods.len(), operations.len(), "{}", provider.name);
        assert_eq!(methods, operations, "{}", provider.name);
    }
}

/// The operations table, as text.
fn table(provider: &Provider) -> String {
    let mut text = String::new();
    for operation in provider.operations {
        let Operation {
            provider,
            id,
            method,
            path,
            idempotency,
            evidence,
            ..
        } = operation;
        let _ = writeln!(text, "{id}: {method} {path}");
        let _ = writeln!(text, "  provider: {provider}");
        let _ = writeln!(text, "  servers: {}", servers(operation));
        let _ = writeln!(text, "  security: {}", security(operation.security));
        let _ = writeln!(text, "  idempotency: {idempotency:?}");
        let _ = writeln!(text, "  evidence: {evidence:?}");
        if let Some(envelope) = operation.envelope {
            let _ = writeln!(text, "  value: {:?}", envelope.value);
            for check in envelope.success {
                let is: Vec<_> = check.is.iter().map(expected).collect();
                let optional = if check.optional { ", or absent" } else { "" };
                let _ = writeln!(
                    text,
                    "  success: {} is {}{optional}",
                    check.at,
                    is.join(" or ")
                );
                if let Some(own) = check.places {
                    let _ = writeln!(text, "    else {}", places(own));
                }
            }
            let _ = writeln!(text, "  {}", places(envelope.places));
        }
        for failure in operation.failures {
            let (from, to) = (failure.status.from, failure.status.to);
            let _ = writeln!(text, "  failure {from} to {to}: {}", places(failure.places));
        }
        for known in operation.error_codes {
            let codes = known.codes.join(" or ");
            let _ = writeln!(text, "  {:?}: {codes}", known.class);
        }
        text.push('\n');
    }
    text
}

fn servers(operation: &Operation) -> String {
    let urls = operation
        .server
        .urls
        .iter()
        .map(|(name, url)| format!("{name}={url}"));
    let mut urls: Vec<_> = urls.collect();
    urls.extend(
        operation
            .server
            .path
            .map(|path| format!("elsewhere={path:?}")),
    );
    if urls.is_empty() {
        "the caller's".to_owned()
    } else {
        urls.join(" ")
    }
}

fn security(alternatives: &[&[Requirement]]) -> String {
    let one = |requirement: &Requirement| {
        let place = match requirement.scheme.placement {
            Placement::Header(name) => format!("header {name}"),
            Placement::Query(name) => format!("query {name}"),
            other => format!("{other:?}").to_lowercase(),
        };
        format!(
            "{} ({place}) {:?}",
            requirement.scheme.name, requirement.scopes
        )
    };
    let all = alternatives
        .iter()
        .map(|all| all.iter().map(one).collect::<Vec<_>>().join(" and "));
    let all: Vec<_> = all.collect();
    if all.is_empty() {
        "none".to_owned()
    } else {
        all.join(" or ")
    }
}

fn expected(expected: &Expected) -> String {
    match expected {
        Expected::Bool(value) => value.to_string(),
        Expected::Integer(value) => value.to_string(),
        Expected::String(value) => format!("{value:?}"),
        other => panic!("the table has a value that this listing does not know: {other:?}"),
    }
}

fn places(places: &Places) -> String {
    let list = |all: &[&str]| {
        if all.is_empty() {
            "nowhere".to_owned()
        } else {
            all.join(" or ")
        }
    };
    format!(
        "code at {}; message at {}; details at {}; request id at {}",
        list(places.code),
        list(places.message),
        list(places.details),
        list(places.request_id)
    )
}

fn the_operations_table_is_this(provider: &Provider) {
    let name = format!("{}-operations", provider.name);
    if snapshots::are_kept("surface", &name) {
        insta::assert_snapshot!(name, table(provider));
    }
}

macro_rules! tests {
    ($($provider:ident)*) => {
        /// A module for each provider.
        mod of {$(
            mod $provider {
                use crate::exercise::$provider::PROVIDER;

                #[test]
                fn the_public_surface_is_this() {
                    super::super::the_public_surface_is_this(&PROVIDER);
                }

                #[test]
                fn the_operations_table_is_this() {
                    super::super::the_operations_table_is_this(&PROVIDER);
                }
            }
        )*}
    };
}

for_each_provider!(tests);

#[test]
fn the_operations_table_says_what_the_spec_says() {
    for provider in provider::IN_PROFILE {
        let api = provider.api();
        assert_eq!(api.operations.len(), provider.operations.len());
        for (written, generated) in api.operations.iter().zip(provider.operations) {
            let place = format!("{} {}", provider.name, written.id);
            assert_eq!(generated.provider, provider.name, "{place}");
            assert_eq!(generated.id, written.id, "{place}");
            assert_eq!(generated.method.as_str(), written.method, "{place}");
            assert_eq!(generated.path, written.path, "{place}");
            assert_eq!(generated_security(generated), written.security, "{place}");
            assert_eq!(generated.idempotency, idempotency(written), "{place}");
            let level = written
                .evidence
                .as_ref()
                .map(|evidence| evidence.level.clone());
            let shown = format!("{:?}", generated.evidence).to_lowercase();
            assert_eq!(Some(shown), level, "{place}");
            let success = written.success.envelope.as_ref();
            let checks = success
                .and_then(|envelope| envelope["success"].as_array())
                .map(Vec::len);
            let generated_checks = generated.envelope.map(|envelope| envelope.success.len());
            assert_eq!(
                generated_checks,
                success.map(|_| checks.unwrap_or_default()),
                "{place}"
            );
            let failures: Vec<_> = generated
                .failures
                .iter()
                .map(|failure| (failure.status.from, failure.status.to))
                .collect();
            let described: Vec<_> = written
                .failures
                .iter()
                .filter(|failure| failure.envelope.is_some())
                .map(|failure| failure.status)
                .collect();
            assert_eq!(failures, described, "{place}");
        }
    }
}

fn generated_security(operation: &Operation) -> Vec<Vec<(String, Vec<String>)>> {
    let scopes = |requirement: &Requirement| {
        requirement
            .scopes
            .iter()
            .map(|scope| (*scope).to_owned())
            .collect()
    };
    let one = |requirement: &Requirement| (requirement.scheme.name.to_owned(), scopes(requirement));
    operation
        .security
        .iter()
        .map(|all| all.iter().map(one).collect())
        .collect()
}

/// What `specs/README.md` says of a call that may be sent again.
fn idempotency(operation: &api::Operation) -> Idempotency {
    match (operation.idempotency.as_deref(), operation.method.as_str()) {
        (Some("safe"), _) | (None, "GET" | "HEAD") => Idempotency::Safe,
        (Some("idempotent"), _) | (None, "PUT" | "DELETE") => Idempotency::Idempotent,
        (Some("never"), _) => Idempotency::Never,
        (None, _) => Idempotency::Unknown,
        (Some(other), _) => panic!("{}: `{other}` is no idempotency", operation.id),
    }
}
