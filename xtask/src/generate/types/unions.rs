//! Unions that the kind of JSON does not tell apart: a field tells which branch a value is, or else what of the value
//! each of them keeps.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToPascalCase as _;
use quote::quote;
use serde_json::Value;
use syn::{Expr, Ident, Item, ItemEnum, Type, parse_quote};

use super::{fields, type_ident};
use crate::{
    api::{entries, schema_name},
    generate::names,
    lower::{self, branches},
    spec,
};

/// A branch.
struct Branch {
    variant: Ident,
    ty: Type,
    /// The component schema, where it is one.
    schema: Option<String>,
}

/// Whether the type of a schema is made here.
pub(super) fn is(document: &Value, schema: &Value) -> bool {
    lower::own(document, schema) == Some(lower::Own::Union)
}

/// The enum of a union, and its impl blocks.
pub(super) fn union(
    name: &Ident,
    schema: &Value,
    recursive: &BTreeSet<String>,
) -> (ItemEnum, Vec<Item>) {
    let branches = read(schema);
    let (item, types, other) = definition(name, &branches, recursive);
    let mut impls = vec![by_macro(name, schema, &branches, &other)];
    impls.extend(conversions(name, &branches, &types));
    (item, impls)
}

/// The enum of a union as far as it can be told while nobody knows which unions lead back to themselves.
pub(super) fn outline(name: &Ident, schema: &Value) -> ItemEnum {
    definition(name, &read(schema), &BTreeSet::new()).0
}

/// The enum, the types that its variants hold, and the variant for what fits no branch.
fn definition(
    name: &Ident,
    branches: &[Branch],
    recursive: &BTreeSet<String>,
) -> (ItemEnum, Vec<Type>, Ident) {
    let (variants, types): (Vec<Ident>, Vec<Type>) = branches
        .iter()
        .map(|branch| {
            let ty = &branch.ty;
            let boxed = type_ident(ty).is_some_and(|name| recursive.contains(&name));
            (
                branch.variant.clone(),
                if boxed {
                    parse_quote!(Box<#ty>)
                } else {
                    ty.clone()
                },
            )
        })
        .unzip();
    let other = free("Other", &variants);
    let item: ItemEnum = parse_quote! {
        #[derive(Clone, Debug)]
        #[cfg_attr(feature = "schemars", schemars(untagged))]
        pub enum #name {
            #(#variants(#types),)*
            #other(Json),
        }
    };
    (item, types, other)
}

/// A `From` for each type that one branch alone has.
fn conversions(name: &Ident, branches: &[Branch], types: &[Type]) -> Vec<Item> {
    let alone = |branch: &&Branch| {
        branches
            .iter()
            .filter(|other| other.ty == branch.ty)
            .count()
            == 1
            && !fields::is(&branch.ty, "Json")
    };
    let made = branches
        .iter()
        .zip(types)
        .filter(|(branch, _)| alone(branch));
    made.map(|(branch, ty)| {
        let (variant, from) = (&branch.variant, &branch.ty);
        let value: Expr = match fields::inner(ty, "Box") {
            Some(_) => parse_quote!(Box::new(value)),
            None => parse_quote!(value),
        };
        parse_quote! {
            impl From<#from> for #name {
                fn from(value: #from) -> Self {
                    Self::#variant(#value)
                }
            }
        }
    })
    .collect()
}

/// The enum of strings that progenitor finds no names for.
pub(super) fn texts(name: &Ident, schema: &Value) -> ItemEnum {
    let mut taken: Vec<Ident> = Vec::new();
    let mut variants: Vec<syn::Variant> = Vec::new();
    for text in schema["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        let variant = free(&spoken(text), &taken);
        taken.push(variant.clone());
        variants.push(parse_quote!(#[serde(rename = #text)] #variant));
    }
    parse_quote! {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum #name { #(#variants),* }
    }
}

/// A name for a text that may be anything.
fn spoken(text: &str) -> String {
    let name = spec::spoken(text).to_pascal_case();
    match name.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("X{name}"),
        false => name,
    }
}

/// The name, or one like it that no other variant has.
fn free(name: &str, taken: &[Ident]) -> Ident {
    let mut ident = names::type_name(name);
    let mut number = 2;
    while taken.contains(&ident) {
        ident = names::type_name(&format!("{name}{number}"));
        number += 1;
    }
    ident
}

fn read(schema: &Value) -> Vec<Branch> {
    let mut taken: Vec<Ident> = Vec::new();
    let mut all = Vec::new();
    for (place, branch) in branches(schema).into_iter().flatten().enumerate() {
        let referred = schema_name(branch).map(str::to_owned);
        let title = branch["title"].as_str().map(spoken);
        let wanted = title
            .or_else(|| referred.clone())
            .unwrap_or_else(|| format!("Variant{}", place + 1));
        let variant = free(&wanted, &taken);
        taken.push(variant.clone());
        all.push(Branch {
            variant,
            ty: rust_type(branch),
            schema: referred,
        });
    }
    all
}

/// The Rust type of a schema that has no name.
fn rust_type(schema: &Value) -> Type {
    let plain = plain_type(schema);
    if schema["nullable"] == true {
        return parse_quote!(Option<#plain>);
    }
    plain
}

fn plain_type(schema: &Value) -> Type {
    let part = schema.get("allOf").and_then(|parts| parts.get(0));
    if let Some(name) = schema_name(schema).or_else(|| schema_name(part?)) {
        let ident = names::type_name(name);
        return parse_quote!(#ident);
    }
    let format = schema["format"].as_str().unwrap_or_default();
    match (schema["type"].as_str().unwrap_or_default(), format) {
        ("string", "uuid") => parse_quote!(Uuid),
        ("string", "date-time") => parse_quote!(DateTime<Utc>),
        ("string", "date") => parse_quote!(NaiveDate),
        ("string", "byte") => parse_quote!(Base64),
        ("string", "password") => parse_quote!(Secret),
        ("string", "hex") => parse_quote!(Hex),
        ("string", "address") => parse_quote!(Address),
        ("string" | "integer" | "number", "unixtime") => parse_quote!(UnixTime),
        ("string" | "integer", "uint256") => parse_quote!(Uint256),
        ("string", _) => parse_quote!(String),
        ("integer", "int32") => parse_quote!(i32),
        ("integer", "uint64") => parse_quote!(u64),
        ("integer", _) => parse_quote!(i64),
        ("number", _) => parse_quote!(f64),
        ("boolean", _) => parse_quote!(bool),
        ("array", _) => {
            let item = rust_type(&schema["items"]);
            parse_quote!(Vec<#item>)
        }
        ("object", _) => match schema
            .get("additionalProperties")
            .filter(|values| values.is_object())
        {
            Some(values) => {
                let value = rust_type(values);
                parse_quote!(BTreeMap<String, #value>)
            }
            None => parse_quote!(Fields),
        },
        _ => parse_quote!(Json),
    }
}

/// The macro that reads and writes it.
fn by_macro(name: &Ident, schema: &Value, branches: &[Branch], other: &Ident) -> Item {
    let variants = branches.iter().map(|branch| &branch.variant);
    let tag = schema["discriminator"]["propertyName"].as_str();
    let tags = tags(schema, branches);
    let told = tag.filter(|_| !tags.is_empty()).map(|tag| {
        let arms = tags.iter().map(|(place, texts)| {
            let variant = &branches[*place].variant;
            quote!(#variant: #(#texts)|*;)
        });
        quote!(by #tag { #(#arms)* })
    });
    parse_quote!(bindery_runtime::one_of!(#name #told best { #(#variants),* } #other);)
}

/// The texts of the tag, by the branch that they tell.
fn tags(schema: &Value, branches: &[Branch]) -> BTreeMap<usize, Vec<String>> {
    let mut tags: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let place = |name: &str| {
        branches
            .iter()
            .position(|branch| branch.schema.as_deref() == Some(name))
    };
    let mut mapped = BTreeSet::new();
    for (text, to) in entries(&schema["discriminator"]["mapping"]) {
        let to = to.as_str().unwrap_or_default();
        if let Some(place) = place(to.strip_prefix("#/components/schemas/").unwrap_or(to)) {
            tags.entry(place).or_default().push(text.clone());
            mapped.insert(text.clone());
        }
    }
    // Without a mapping, the name of the schema is the text.
    for (place, branch) in branches.iter().enumerate() {
        let name = branch.schema.as_ref();
        if let Some(name) = name.filter(|name| !mapped.contains(*name)) {
            tags.entry(place).or_insert_with(|| vec![name.clone()]);
        }
    }
    tags
}

/// The types that lead back to themselves by way of fields, so that a union of them needs a box.
pub(super) fn recursive(items: &BTreeMap<String, Item>) -> BTreeMap<String, BTreeSet<String>> {
    let mut holds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, item) in items {
        holds.insert(name.clone(), fields::held(item));
    }
    let mut recursive = BTreeMap::new();
    for (name, item) in items {
        if !matches!(item, Item::Enum(_)) {
            continue;
        }
        let leads_back = holds[name]
            .iter()
            .filter(|held| leads_to(&holds, held, name))
            .cloned()
            .collect();
        recursive.insert(name.clone(), leads_back);
    }
    recursive
}

fn leads_to(holds: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name.clone()) {
            open.extend(holds.get(&name).into_iter().flatten().cloned());
        }
    }
    false
}
