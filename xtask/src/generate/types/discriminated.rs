//! Messages of several kinds, told apart by one of their fields (`anyOf` with a `discriminator`).

use std::collections::BTreeMap;

use quote::quote;
use serde_json::Value;
use syn::{Attribute, Ident, Item, ItemEnum, Type, parse_quote};

use super::{FieldShape, documented, fields, named};
use crate::{
    api::{Api, entries, schema_name},
    generate::{docs, names},
};

/// An enum with a variant for each kind and one for those that nobody knows, and its impl blocks.
pub(super) fn refine(
    api: &Api,
    enumeration: &ItemEnum,
    schema: &Value,
    types: &BTreeMap<String, Item>,
) -> (Item, Vec<Item>) {
    let name = &enumeration.ident;
    let kinds = kinds(name, schema);
    let mut documentation = docs::attributes(documented(api, Some(schema), &format!("`{name}`.")));
    documentation.push(parse_quote!(#[derive(Clone, Debug)]));
    let (variants, types_of): (Vec<&Ident>, Vec<&Ident>) =
        kinds.iter().map(|kind| (&kind.variant, &kind.ty)).unzip();
    let about: Vec<Vec<Attribute>> = kinds
        .iter()
        .map(|kind| {
            let schema = &api.document["components"]["schemas"][&kind.schema];
            docs::attributes(documented(api, Some(schema), &format!("`{}`.", kind.ty)).drain(..1))
        })
        .collect();
    let as_large = super::as_large_as_it_is();
    let item: ItemEnum = parse_quote! {
        #(#documentation)*
        #[cfg_attr(feature = "schemars", schemars(untagged))]
        #as_large
        #[non_exhaustive]
        pub enum #name {
            #(#(#about)* #variants(#types_of),)*
            /// A kind that this version of the crate does not know, whole. It may get a variant of its own.
            Unknown(Fields),
        }
    };
    let mut impls = reading(name, schema, &kinds);
    impls.extend(accessors(name, &kinds, types));
    impls.extend(kinds.iter().map(|kind| -> Item {
        let (variant, ty) = (&kind.variant, &kind.ty);
        parse_quote! {
            impl From<#ty> for #name {
                fn from(value: #ty) -> Self {
                    Self::#variant(value)
                }
            }
        }
    }));
    (Item::Enum(item), impls)
}

/// One kind of message.
struct Kind {
    variant: Ident,
    ty: Ident,
    schema: String,
}

fn kinds(name: &Ident, schema: &Value) -> Vec<Kind> {
    let branches = schema["anyOf"].as_array().into_iter().flatten();
    let kind = |branch: &Value| {
        let schema = schema_name(branch)?.to_owned();
        let ty = names::type_name(&schema);
        let full = ty.to_string();
        // `Event::Block`, not `Event::BlockEvent`.
        let short = full
            .strip_suffix(&name.to_string())
            .filter(|short| !short.is_empty());
        let variant = names::type_name(short.unwrap_or(&full));
        Some(Kind {
            variant,
            ty,
            schema,
        })
    };
    branches.filter_map(kind).collect()
}

/// The macro that reads and writes it.
fn reading(name: &Ident, schema: &Value, kinds: &[Kind]) -> Vec<Item> {
    let discriminator = &schema["discriminator"];
    let tag = discriminator["propertyName"].as_str().unwrap_or_default();
    let mapping: Vec<(&str, String)> = entries(&discriminator["mapping"])
        .map(|(tag, target)| {
            let target = target.as_str().unwrap_or_default();
            let target = target.rsplit('/').next().unwrap_or(target);
            (tag.as_str(), target.to_owned())
        })
        .collect();
    let arms = kinds.iter().filter_map(|kind| {
        let tags: Vec<&str> = mapping
            .iter()
            .filter(|(_, target)| *target == kind.schema)
            .map(|(tag, _)| *tag)
            .collect();
        let variant = &kind.variant;
        (!tags.is_empty()).then(|| quote!(#variant: #(#tags)|*;))
    });
    vec![parse_quote!(bindery_runtime::tagged!(#name by #tag { #(#arms)* });)]
}

/// A method for each text that all kinds have.
fn accessors(name: &Ident, kinds: &[Kind], types: &BTreeMap<String, Item>) -> Option<Item> {
    let mut all = kinds
        .iter()
        .map(|kind| types.get(&kind.ty.to_string()).and_then(named));
    let first = all.next()??;
    let others: Option<Vec<_>> = all.collect();
    let others = others?;
    let variants: Vec<&Ident> = kinds.iter().map(|kind| &kind.variant).collect();
    let mut methods: Vec<syn::ImplItem> = Vec::new();
    for field in &first.named {
        let ident = field.ident.as_ref()?;
        let same = |fields: &syn::FieldsNamed| {
            fields
                .named
                .iter()
                .any(|other| other.ident == field.ident && other.ty == field.ty)
        };
        let wire = FieldShape::of(field).wire();
        let optional = fields::inner(&field.ty, "Option");
        if !fields::is(optional.unwrap_or(&field.ty), "String")
            || !others.iter().all(|fields| same(fields))
        {
            continue;
        }
        let value: syn::Expr = match optional {
            Some(_) => parse_quote!(event.#ident.as_deref()),
            None => parse_quote!(Some(&event.#ident)),
        };
        let about = docs::attributes([format!(
            "The field `{wire}`, which every kind has; an unknown kind may lack it."
        )]);
        methods.push(parse_quote! {
            #(#about)*
            pub fn #ident(&self) -> Option<&str> {
                match self {
                    #(Self::#variants(event) => #value,)*
                    Self::Unknown(event) => event.parse(#wire)?.ok(),
                }
            }
        });
    }
    (!methods.is_empty()).then(|| {
        parse_quote! {
            impl #name {
                #(#methods)*
            }
        }
    })
}

/// The field of a message's type that holds what it is known by, as an expression that is a function.
pub(in crate::generate) fn id_of(message: &Item, pointer: &str) -> Option<syn::Expr> {
    let wire = pointer.strip_prefix('/')?;
    match message {
        Item::Enum(enumeration) => {
            let (name, method) = (&enumeration.ident, names::value_name(wire));
            Some(parse_quote!(types::#name::#method))
        }
        Item::Struct(_) => {
            let field = named(message)?
                .named
                .iter()
                .find(|field| FieldShape::of(field).wire() == wire)?;
            let (ident, ty): (_, &Type) = (field.ident.as_ref()?, &field.ty);
            match fields::inner(ty, "Option") {
                Some(inner) => fields::is(inner, "String")
                    .then(|| parse_quote!(|message| message.#ident.as_deref())),
                None => fields::is(ty, "String")
                    .then(|| parse_quote!(|message| Some(message.#ident.as_str()))),
            }
        }
        _ => None,
    }
}
