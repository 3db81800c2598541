//! Enums of several shapes, which what fits tells apart.

use std::collections::BTreeMap;

use serde_json::Value;
use syn::{Attribute, Fields, Item, ItemEnum, parse_quote};

use super::said;
use crate::{api::Api, generate::docs};

/// An enum of several shapes, told apart by what fits.
///
/// `schemas` are those of the document, by the names of their types.
pub(super) fn untagged(
    api: &Api,
    mut enumeration: ItemEnum,
    schema: Option<&Value>,
    schemas: &BTreeMap<String, Value>,
) -> ItemEnum {
    let rest = enumeration
        .attrs
        .into_iter()
        .filter(|attribute| !attribute.path().is_ident("doc"));
    let rest: Vec<Attribute> = rest.collect();
    enumeration.attrs = docs::attributes(super::documented(
        api,
        schema,
        &format!("`{}`.", enumeration.ident),
    ));
    enumeration.attrs.extend(rest);
    let held = super::fields::mentioned(&Item::Enum(enumeration.clone()));
    if held.iter().any(|name| schemas.contains_key(name)) {
        enumeration.attrs.push(super::as_large_as_it_is());
    }
    enumeration.attrs.push(parse_quote!(#[non_exhaustive]));
    let branches = schema.and_then(|schema| schema.get("oneOf").or_else(|| schema.get("anyOf")));
    for (place, variant) in enumeration.variants.iter_mut().enumerate() {
        let branch = branches.and_then(|branches| branches.get(place));
        let known = branches
            .and_then(Value::as_array)
            .map_or(usize::MAX, Vec::len);
        let fallback = match &variant.fields {
            Fields::Unnamed(_) if place >= known => {
                "A shape that the spec does not know, kept whole.".to_owned()
            }
            Fields::Unnamed(_) => format!("As {}.", spoken(&variant.ident.to_string())),
            _ => format!("`{}`.", variant.ident),
        };
        let described = branch
            .and_then(|branch| said(branch, "description"))
            .map(docs::prose);
        variant
            .attrs
            .retain(|attribute| !attribute.path().is_ident("doc"));
        variant
            .attrs
            .splice(0..0, docs::attributes([described.unwrap_or(fallback)]));
    }
    enumeration
}

/// The enum without serde's derives, and the macro that reads and writes it.
pub(super) fn one_of(mut enumeration: ItemEnum) -> Vec<Item> {
    super::without_serde(&mut enumeration.attrs);
    enumeration
        .attrs
        .push(parse_quote!(#[cfg_attr(feature = "schemars", schemars(untagged))]));
    let name = &enumeration.ident;
    let shapes = enumeration.variants.iter().map(|variant| &variant.ident);
    let by_macro = parse_quote!(bindery_runtime::one_of!(#name { #(#shapes),* }););
    vec![Item::Enum(enumeration), by_macro]
}

fn spoken(variant: &str) -> String {
    let word = variant.to_ascii_lowercase();
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {word}")
}
