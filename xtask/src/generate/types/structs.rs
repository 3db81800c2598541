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
    generate::{
        calls::{converted, taken_as},
        docs,
        syntax::{self, Takes, word},
    },
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
        structure.attrs.push(syntax::attribute("non_exhaustive"));
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
        let mut all: Vec<(usize, Field)> = std::mem::take(&mut named.named)
            .into_iter()
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
            let mut extra = syntax::public_field(ident, syntax::ty(word("Fields")));
            extra.attrs = documentation;
            (extra.attrs).push(syntax::attribute_with("serde", quote!(skip)));
            named.named.push(extra);
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
    let [flattened, skipped, defaulted] =
        has_serde(&field.attrs, ["flatten", "skip_serializing_if", "default"]);
    let absent = skipped || defaulted;
    let documentation = if flattened {
        vec!["Everything else in the message: it may hold more than is known.".to_owned()]
    } else {
        documented(api, property, &format!("`{name}`."))
    };
    let mut attributes = docs::attributes(documentation);
    if flattened {
        attributes.push(syntax::attribute_with("serde", quote!(flatten)));
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
        attributes.extend(
            match (rename, absent) {
                (None, false) => None,
                (None, true) => Some(quote!(skip_serializing_if = "Option::is_none")),
                (Some(name), false) => Some(quote!(rename = #name)),
                (Some(name), true) => {
                    Some(quote!(rename = #name, skip_serializing_if = "Option::is_none"))
                }
            }
            .map(|said| syntax::attribute_with("serde", said)),
        );
        if optional.is_some() && !absent {
            // Present, but perhaps null.
            let said = quote!(deserialize_with = "Option::deserialize");
            attributes.push(syntax::attribute_with("serde", said));
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
    let shapes: Vec<FieldShape<'_>> = fields.clone().into_iter().map(FieldShape::of).collect();
    let mut said: Vec<TokenStream> = Vec::new();
    if (fields.into_iter()).any(|field| has_serde(&field.attrs, ["deserialize_with"]) == [true]) {
        let required = shapes
            .iter()
            .filter(|shape| !shape.optional && !shape.extra);
        let names = required.map(FieldShape::wire);
        said.push(quote!("required" = [#(#names),*]));
    }
    if shapes.iter().any(|shape| shape.flattened) {
        said.push(quote!("additionalProperties" = true));
    }
    (!said.is_empty()).then(|| for_schemars(quote!(extend(#(#said),*))))
}

/// An attribute for the JSON Schema alone.
fn for_schemars(said: TokenStream) -> Attribute {
    syntax::attribute_with("cfg_attr", quote!(feature = "schemars", schemars(#said)))
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
        let (wire, is_extra, is_optional) = (shape.wire(), shape.extra, shape.optional);
        field
            .attrs
            .retain(|attribute| !attribute.path().is_ident("serde"));
        let Some(ident) = field.ident.clone() else {
            continue;
        };
        if is_extra {
            field.attrs.push(for_schemars(quote!(skip)));
            extra = Some(ident);
            continue;
        }
        let mut schema: Vec<TokenStream> = Vec::new();
        if ident.to_string().trim_start_matches("r#") != wire {
            schema.push(quote!(rename = #wire));
        }
        if let Some(inner) = fields::inner(&field.ty, "Nullable") {
            let optional = quote!(Option<#inner>).to_string().replace(' ', "");
            schema.push(quote!(with = #optional));
        }
        if !schema.is_empty() {
            field.attrs.push(for_schemars(quote!(#(#schema),*)));
        }
        let presence = word(if is_optional { "optional" } else { "required" });
        let spelling = word(spelling(&field.ty).word());
        lines.extend(quote!(#ident: #presence #spelling #wire;));
    }
    let rows = quote!(#name with #extra { #lines });
    let by_macro = syntax::macro_call([&word("bindery_runtime"), &word("object")], rows);
    super::without_serde(&mut structure.attrs);
    vec![Item::Struct(structure), by_macro]
}

/// What a refined field is on the wire.
#[derive(Debug)]
pub(in crate::generate) struct FieldShape<'a> {
    field: &'a Field,
    /// Whether it may be absent.
    pub(in crate::generate) optional: bool,
    /// Whether it holds everything that has no field.
    pub(in crate::generate) extra: bool,
    /// Whether the spec says that there is more than it describes.
    pub(in crate::generate) flattened: bool,
}

impl<'a> FieldShape<'a> {
    /// Reads the shape off the field's attributes.
    pub(in crate::generate) fn of(field: &'a Field) -> Self {
        let [optional, flattened, skipped] =
            has_serde(&field.attrs, ["skip_serializing_if", "flatten", "skip"]);
        Self {
            field,
            optional,
            extra: flattened || skipped,
            flattened,
        }
    }

    /// The field's name on the wire.
    pub(in crate::generate) fn wire(&self) -> String {
        let ident = self.field.ident.as_ref();
        ident.map_or_else(String::new, |ident| wire_name(&self.field.attrs, ident))
    }
}

/// Which of these words serde's attributes have.
fn has_serde<const N: usize>(attributes: &[Attribute], words: [&str; N]) -> [bool; N] {
    let mut has = [false; N];
    let serde = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .filter_map(|attribute| attribute.meta.require_list().ok());
    for token in serde.flat_map(|list| list.tokens.clone()) {
        if let TokenTree::Ident(token) = token {
            for (has, word) in has.iter_mut().zip(words) {
                *has |= token == word;
            }
        }
    }
    has
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
        Some(_) => (syntax::impl_into(ty.clone()), converted(ident)),
        None => taken_as(ty, ident, enums),
    }
}

/// `new` with what is required, and a setter for each field that is not.
pub(super) fn constructor(structure: &ItemStruct, enums: &BTreeSet<String>) -> Option<Item> {
    let Fields::Named(named) = &structure.fields else {
        return None;
    };
    let (itself, itself_type) = (word("self"), word("Self"));
    let mut arguments: Vec<syn::FnArg> = Vec::new();
    let mut initial: Vec<syn::FieldValue> = Vec::new();
    let mut setters: Vec<syn::ImplItem> = Vec::new();
    for field in &named.named {
        let ident = field.ident.as_ref()?;
        let shape = FieldShape::of(field);
        if shape.extra {
            let none = syntax::call(syntax::path([&word("Fields"), &word("new")]), []);
            initial.push(syntax::field_value(ident, none));
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
            let (absent, argument, value) = match fields::inner(&field.ty, "Option") {
                Some(inner) => {
                    let (argument, value) = argument(inner, ident, enums);
                    let absent = syntax::value(word("None"));
                    (absent, argument, syntax::call(word("Some"), [value]))
                }
                None => {
                    let absent = syntax::path([&word("Nullable"), &word("Absent")]);
                    let argument = syntax::impl_into(field.ty.clone());
                    (syntax::value(absent), argument, converted(ident))
                }
            };
            initial.push(syntax::field_value(ident, absent));
            let place = syntax::field(syntax::value(itself.clone()), ident);
            let mut setter = syntax::method(
                &setter_name(ident),
                Takes::ItselfToChange,
                [syntax::argument(ident, argument)],
                syntax::ty(itself_type.clone()),
                vec![
                    syntax::assign(place, value),
                    syntax::at_last(syntax::value(itself.clone())),
                ],
            );
            let documentation = field.attrs.iter();
            let documentation = documentation.filter(|attribute| attribute.path().is_ident("doc"));
            setter.attrs.extend(documentation.cloned());
            setter.attrs.push(syntax::attribute("must_use"));
            setters.push(syn::ImplItem::Fn(setter));
        } else {
            let (argument, value) = argument(&field.ty, ident, enums);
            arguments.push(syntax::argument(ident, argument));
            initial.push(syntax::field_value(ident, value));
        }
    }
    let makes = match arguments.len() {
        0 => "Makes one with nothing set.",
        _ => "Makes one of what is required.",
    };
    let lint: Option<syn::Attribute> = match arguments.len() {
        0 => Some(
            parse_quote!(#[expect(clippy::new_without_default, reason = "`new` is how every type is made")]),
        ),
        1..=7 => None,
        _ => Some(
            parse_quote!(#[expect(clippy::too_many_arguments, reason = "so many are required")]),
        ),
    };
    let made = syntax::made_of(itself_type.clone(), initial);
    let mut new = syntax::function(
        &word("new"),
        arguments,
        syntax::ty(itself_type),
        vec![syntax::at_last(made)],
    );
    new.attrs = docs::attributes([makes]);
    new.attrs.extend(lint);
    let mut methods = vec![syn::ImplItem::Fn(new)];
    methods.extend(setters);
    Some(Item::Impl(syntax::block(None, &structure.ident, methods)))
}
