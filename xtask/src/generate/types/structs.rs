//! Structs: fields in the order of the spec, each an `Option` where it may be absent, and a constructor for those that
//! requests are made of.

use std::collections::BTreeSet;

use serde_json::Value;
use syn::{Attribute, Field, Fields, Item, ItemStruct, Type, parse_quote};

use super::{documented, fields, wire_name};
use crate::{
    api::{Api, resolve},
    generate::{calls::taken_as, docs},
};

pub(super) fn refine(api: &Api, mut structure: ItemStruct, schema: Option<&Value>) -> ItemStruct {
    let fallback = format!("`{}`.", structure.ident);
    let rest = structure
        .attrs
        .into_iter()
        .filter(|attribute| !attribute.path().is_ident("doc"));
    let rest: Vec<Attribute> = rest.collect();
    structure.attrs = docs::attributes(documented(api, schema, &fallback));
    structure.attrs.extend(rest);
    if let Fields::Named(named) = &mut structure.fields {
        structure.attrs.push(parse_quote!(#[non_exhaustive]));
        let properties = schema.map(|schema| &resolve(&api.document, schema)["properties"]);
        let order: Vec<&String> = properties
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|map| map.keys())
            .collect();
        let mut all: Vec<(usize, Field)> = named
            .named
            .iter()
            .cloned()
            .map(|mut field| {
                let name = field
                    .ident
                    .as_ref()
                    .map(|ident| wire_name(&field.attrs, ident))
                    .unwrap_or_default();
                let property = properties.and_then(|properties| properties.get(&name));
                refine_field(api, &mut field, &name, property);
                (
                    order
                        .iter()
                        .position(|other| **other == name)
                        .unwrap_or(usize::MAX),
                    field,
                )
            })
            .collect();
        all.sort_by_key(|(place, _)| *place);
        named.named = all.into_iter().map(|(_, field)| field).collect();
        structure.attrs.extend(required(&named.named));
    }
    structure
}

fn refine_field(api: &Api, field: &mut Field, name: &str, property: Option<&Value>) {
    let flattened = has_serde(&field.attrs, "flatten");
    let absent =
        has_serde(&field.attrs, "skip_serializing_if") || has_serde(&field.attrs, "default");
    let documentation = if flattened {
        vec!["Everything else in the message: it may hold more than is known.".to_owned()]
    } else {
        documented(api, property, &format!("`{name}`."))
    };
    let mut attributes = docs::attributes(documentation);
    if flattened {
        // Under a name of its own it cannot be mistaken for a field of the message.
        attributes.push(parse_quote!(#[serde(flatten)]));
        field.ty = parse_quote!(Map<String, Value>);
    } else {
        let ident = field
            .ident
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let rename = (ident.trim_start_matches("r#") != name).then_some(name);
        let optional = fields::inner(&field.ty, "Option").is_some();
        if absent && !optional {
            // An empty list or map that was sent is not the same as one that was not.
            let ty = &field.ty;
            field.ty = parse_quote!(Option<#ty>);
        }
        attributes.extend(match (rename, absent) {
            (None, false) => None,
            (None, true) => Some(parse_quote!(#[serde(skip_serializing_if = "Option::is_none")])),
            (Some(name), false) => Some(parse_quote!(#[serde(rename = #name)])),
            (Some(name), true) => Some(
                parse_quote!(#[serde(rename = #name, skip_serializing_if = "Option::is_none")]),
            ),
        });
        if optional && !absent {
            // Present, but perhaps null: without this, serde takes its absence for null too.
            attributes.push(parse_quote!(#[serde(deserialize_with = "Option::deserialize")]));
        }
    }
    field.attrs = attributes;
}

/// The list of required properties in the JSON Schema, where a field of the list may be null: `schemars` takes every
/// `Option` for a field that may be absent.
fn required<'a>(fields: impl IntoIterator<Item = &'a Field> + Clone) -> Option<Attribute> {
    fields
        .clone()
        .into_iter()
        .find(|field| has_serde(&field.attrs, "deserialize_with"))?;
    let shapes = fields.into_iter().map(FieldShape::of);
    let names = shapes
        .filter(|shape| !shape.optional && !shape.flattened)
        .map(|shape| shape.wire);
    Some(
        parse_quote!(#[cfg_attr(feature = "schemars", schemars(extend("required" = [#(#names),*])))]),
    )
}

/// What a refined field is on the wire.
#[derive(Debug)]
pub(in crate::generate) struct FieldShape {
    /// Its name there.
    pub(in crate::generate) wire: String,
    /// Whether it may be absent.
    pub(in crate::generate) optional: bool,
    /// Whether it holds everything that has no field.
    pub(in crate::generate) flattened: bool,
}

impl FieldShape {
    /// Reads the shape off the field's attributes.
    pub(in crate::generate) fn of(field: &Field) -> Self {
        Self {
            wire: field
                .ident
                .as_ref()
                .map(|ident| wire_name(&field.attrs, ident))
                .unwrap_or_default(),
            optional: has_serde(&field.attrs, "skip_serializing_if"),
            flattened: has_serde(&field.attrs, "flatten"),
        }
    }
}

fn has_serde(attributes: &[Attribute], key: &str) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .any(|attribute| {
            attribute.meta.require_list().is_ok_and(|list| {
                list.tokens
                    .to_string()
                    .split([',', '=', ' '])
                    .any(|word| word == key)
            })
        })
}

/// `new` with what is required, and a setter for each field that is not.
pub(super) fn constructor(structure: &ItemStruct, enums: &BTreeSet<String>) -> Option<Item> {
    let Fields::Named(named) = &structure.fields else {
        return None;
    };
    let name = &structure.ident;
    let mut arguments: Vec<syn::FnArg> = Vec::new();
    let mut initial: Vec<syn::FieldValue> = Vec::new();
    let mut setters: Vec<syn::ImplItem> = Vec::new();
    for field in &named.named {
        let ident = field.ident.as_ref()?;
        if has_serde(&field.attrs, "flatten") {
            initial.push(parse_quote!(#ident: Map::new()));
            setters.push(parse_quote! {
                /// Adds a field that the spec does not know.
                #[must_use]
                pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
                    self.#ident.insert(name.into(), value.into());
                    self
                }
            });
        } else if has_serde(&field.attrs, "skip_serializing_if") {
            let inner: &Type = fields::inner(&field.ty, "Option")?;
            let (argument, value) = taken_as(inner, ident, enums);
            let documentation: Vec<_> = field
                .attrs
                .iter()
                .filter(|attribute| attribute.path().is_ident("doc"))
                .collect();
            initial.push(parse_quote!(#ident: None));
            // Two functions of one name would be one too many.
            let setter = match ident == "new" || ident == "with" {
                true => syn::Ident::new(&format!("{ident}_"), ident.span()),
                false => ident.clone(),
            };
            setters.push(parse_quote! {
                #(#documentation)*
                #[must_use]
                pub fn #setter(mut self, #ident: #argument) -> Self {
                    self.#ident = Some(#value);
                    self
                }
            });
        } else {
            let (argument, value) = taken_as(&field.ty, ident, enums);
            arguments.push(parse_quote!(#ident: #argument));
            let same: syn::Expr = parse_quote!(#ident);
            initial.push(if value == same {
                parse_quote!(#ident)
            } else {
                parse_quote!(#ident: #value)
            });
        }
    }
    let makes = match arguments.len() {
        0 => "Makes one with nothing set.",
        _ => "Makes one of what is required.",
    };
    let makes = docs::attributes([makes]);
    let default: Option<syn::Attribute> =
        arguments.is_empty().then(|| parse_quote!(#[expect(clippy::new_without_default, reason = "`new` is how every request is made")]));
    Some(parse_quote! {
        impl #name {
            #(#makes)*
            #default
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#initial),* }
            }

            #(#setters)*
        }
    })
}
