//! Structs: fields in the order of the spec, each an `Option` where it may be absent, room for those that the spec does
//! not know, and a constructor.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use serde_json::Value;
use syn::{Attribute, Field, Fields, Ident, Item, ItemStruct, Type, parse_quote};

use super::{documented, fields, spelling::Spelling, wire_name};
use crate::{
    api::{Api, resolve},
    generate::{calls::taken_as, docs},
    lower,
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
        let written = schema.and_then(|schema| resolve(&api.document, schema).as_object());
        let renamed = written.map(lower::fields::renamed).unwrap_or_default();
        let on_the_wire = |name: String| {
            let mut renamed = renamed.iter();
            let known = renamed.find(|(_, field)| **field == name);
            known.map_or(name, |(wire, _)| wire.clone())
        };
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
                    .map(|ident| on_the_wire(wire_name(&field.attrs, ident)))
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
        if !named.named.iter().any(|field| FieldShape::of(field).extra) {
            let ident = extra_name(&named.named);
            let documentation = docs::attributes([UNDESCRIBED]);
            named
                .named
                .push(parse_quote!(#(#documentation)* #[serde(skip)] pub #ident: Fields));
        }
        structure.attrs.extend(schema_of(&named.named));
    }
    structure
}

/// The type that a struct of one field without a name stands for.
pub(super) fn stands_for(structure: &ItemStruct) -> Option<String> {
    match &structure.fields {
        Fields::Unnamed(inner) => super::type_ident(&inner.unnamed.first()?.ty),
        _ => None,
    }
}

/// What the documentation says of the room for other fields.
const UNDESCRIBED: &str =
    "What came and is not described here, and what it takes to write all of it back as it came.";

/// A name for the room for other fields that no field has.
fn extra_name<'a>(fields: impl IntoIterator<Item = &'a Field> + Clone) -> Ident {
    let mut name = "extra".to_owned();
    let taken = |name: &str| {
        let mut idents = fields
            .clone()
            .into_iter()
            .filter_map(|field| field.ident.as_ref());
        idents.any(|ident| ident == name)
    };
    while taken(&name) {
        name.push('_');
    }
    Ident::new(&name, Span::call_site())
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
        attributes.push(parse_quote!(#[serde(flatten)]));
        field.ty = parse_quote!(Fields);
    } else {
        let ident = field
            .ident
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let rename = (ident.trim_start_matches("r#") != name).then_some(name);
        // What holds itself is in a box, if it is there at all.
        if let Some(inner) = fields::inner(&field.ty, "Box")
            && let Some(inner) = fields::inner(inner, "Option").cloned()
        {
            field.ty = parse_quote!(Option<Box<#inner>>);
        }
        let optional = fields::inner(&field.ty, "Option").cloned();
        if absent {
            let ty = optional.as_ref().unwrap_or(&field.ty);
            field.ty = if property.is_some_and(|property| nullable(api, property)) {
                parse_quote!(Nullable<#ty>)
            } else {
                // An empty list or map that was sent is not the same as one that was not.
                parse_quote!(Option<#ty>)
            };
        }
        attributes.extend(match (rename, absent) {
            (None, false) => None,
            (None, true) => Some(parse_quote!(#[serde(skip_serializing_if = "Option::is_none")])),
            (Some(name), false) => Some(parse_quote!(#[serde(rename = #name)])),
            (Some(name), true) => Some(
                parse_quote!(#[serde(rename = #name, skip_serializing_if = "Option::is_none")]),
            ),
        });
        if optional.is_some() && !absent {
            // Present, but perhaps null.
            attributes.push(parse_quote!(#[serde(deserialize_with = "Option::deserialize")]));
        }
    }
    field.attrs = attributes;
}

/// Whether the values of a schema may be `null`.
fn nullable(api: &Api, schema: &Value) -> bool {
    let own = schema["nullable"] == true;
    own || resolve(&api.document, schema)["nullable"] == true
}

/// What the JSON Schema says beside the fields: which are required, where one of those may be null, since `schemars` takes
/// every `Option` for a field that may be absent; and whether there are others.
fn schema_of<'a>(fields: impl IntoIterator<Item = &'a Field> + Clone) -> Option<Attribute> {
    let shapes: Vec<FieldShape> = fields.clone().into_iter().map(FieldShape::of).collect();
    let mut said: Vec<TokenStream> = Vec::new();
    if (fields.into_iter()).any(|field| has_serde(&field.attrs, "deserialize_with")) {
        let required = shapes
            .iter()
            .filter(|shape| !shape.optional && !shape.extra);
        let names = required.map(|shape| &shape.wire);
        said.push(quote!("required" = [#(#names),*]));
    }
    if shapes.iter().any(|shape| shape.flattened) {
        said.push(quote!("additionalProperties" = true));
    }
    (!said.is_empty())
        .then(|| parse_quote!(#[cfg_attr(feature = "schemars", schemars(extend(#(#said),*)))]))
}

/// The struct without what only the generator reads, and the macro that reads and writes it.
pub(super) fn written(
    mut structure: ItemStruct,
    spelling: impl Fn(&Type) -> Spelling,
) -> Vec<Item> {
    let Fields::Named(named) = &mut structure.fields else {
        return vec![Item::Struct(structure)];
    };
    let name = &structure.ident;
    let mut extra = None;
    let mut lines = TokenStream::new();
    for field in &mut named.named {
        let shape = FieldShape::of(field);
        field
            .attrs
            .retain(|attribute| !attribute.path().is_ident("serde"));
        let Some(ident) = field.ident.clone() else {
            continue;
        };
        if shape.extra {
            field
                .attrs
                .push(parse_quote!(#[cfg_attr(feature = "schemars", schemars(skip))]));
            extra = Some(ident);
            continue;
        }
        let wire = &shape.wire;
        let mut schema: Vec<TokenStream> = Vec::new();
        if ident.to_string().trim_start_matches("r#") != *wire {
            schema.push(quote!(rename = #wire));
        }
        if let Some(inner) = fields::inner(&field.ty, "Nullable") {
            let optional = quote!(Option<#inner>).to_string().replace(' ', "");
            schema.push(quote!(with = #optional));
        }
        if !schema.is_empty() {
            field
                .attrs
                .push(parse_quote!(#[cfg_attr(feature = "schemars", schemars(#(#schema),*))]));
        }
        let presence = Ident::new(
            if shape.optional {
                "optional"
            } else {
                "required"
            },
            ident.span(),
        );
        let spelling = Ident::new(spelling(&field.ty).word(), ident.span());
        lines.extend(quote!(#ident: #presence #spelling #wire;));
    }
    let by_macro = parse_quote!(bindery_runtime::object! { #name with #extra { #lines } });
    super::without_serde(&mut structure.attrs);
    vec![Item::Struct(structure), by_macro]
}

/// What a refined field is on the wire.
#[derive(Debug)]
pub(in crate::generate) struct FieldShape {
    /// Its name there.
    pub(in crate::generate) wire: String,
    /// Whether it may be absent.
    pub(in crate::generate) optional: bool,
    /// Whether it holds everything that has no field.
    pub(in crate::generate) extra: bool,
    /// Whether the spec says that there is more than it describes.
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
            extra: has_serde(&field.attrs, "flatten") || has_serde(&field.attrs, "skip"),
            flattened: has_serde(&field.attrs, "flatten"),
        }
    }
}

fn has_serde(attributes: &[Attribute], key: &str) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .filter_map(|attribute| attribute.meta.require_list().ok())
        .flat_map(|list| list.tokens.clone())
        .any(|token| matches!(token, TokenTree::Ident(word) if word == key))
}

/// The name of a field's setter: another one where every type has a function of that name.
pub(in crate::generate) fn setter_name(field: &Ident) -> Ident {
    if field == "new" || field == "with" {
        return Ident::new(&format!("{field}_"), field.span());
    }
    field.clone()
}

/// What a caller gives for a field of this type, and how it becomes one: nobody has to put it into a box.
fn argument(ty: &Type, ident: &Ident, enums: &BTreeSet<String>) -> (Type, syn::Expr) {
    match fields::inner(ty, "Box") {
        Some(_) => (parse_quote!(impl Into<#ty>), parse_quote!(#ident.into())),
        None => taken_as(ty, ident, enums),
    }
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
        let shape = FieldShape::of(field);
        if shape.extra {
            initial.push(parse_quote!(#ident: Fields::new()));
            setters.extend(shape.flattened.then(|| -> syn::ImplItem {
                parse_quote! {
                    /// Adds a field that the spec does not know.
                    #[must_use]
                    pub fn with(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
                        self.#ident.insert(name, value);
                        self
                    }
                }
            }));
        } else if shape.optional {
            let (absent, argument, value): (syn::Expr, Type, syn::Expr) =
                match fields::inner(&field.ty, "Option") {
                    Some(inner) => {
                        let (argument, value) = argument(inner, ident, enums);
                        (parse_quote!(None), argument, parse_quote!(Some(#value)))
                    }
                    None => {
                        let ty = &field.ty;
                        let absent = parse_quote!(Nullable::Absent);
                        (
                            absent,
                            parse_quote!(impl Into<#ty>),
                            parse_quote!(#ident.into()),
                        )
                    }
                };
            let documentation = field
                .attrs
                .iter()
                .filter(|attribute| attribute.path().is_ident("doc"))
                .cloned();
            initial.push(parse_quote!(#ident: #absent));
            let setter = setter_name(ident);
            let mut setter: syn::ImplItemFn = parse_quote! {
                #[must_use]
                pub fn #setter(mut self, #ident: #argument) -> Self {
                    self.#ident = #value;
                    self
                }
            };
            // Put there, and not parsed once more.
            setter.attrs.splice(0..0, documentation);
            setters.push(syn::ImplItem::Fn(setter));
        } else {
            let (argument, value) = argument(&field.ty, ident, enums);
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
    let lint: Option<syn::Attribute> = match arguments.len() {
        0 => Some(
            parse_quote!(#[expect(clippy::new_without_default, reason = "`new` is how every type is made")]),
        ),
        1..=7 => None,
        _ => Some(
            parse_quote!(#[expect(clippy::too_many_arguments, reason = "so many are required")]),
        ),
    };
    let mut block: syn::ItemImpl = parse_quote! {
        impl #name {
            #(#makes)*
            #lint
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#initial),* }
            }
        }
    };
    // Put there, and not parsed once more.
    block.items.extend(setters);
    Some(Item::Impl(block))
}
