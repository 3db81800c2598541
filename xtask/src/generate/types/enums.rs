//! Enums: those of strings, open ones with room for values the spec does not know, and those of several shapes.

use std::collections::BTreeMap;

use serde_json::Value;
use syn::{Attribute, Fields, Ident, Item, ItemEnum, parse_quote};

use super::{said, wire_name};
use crate::{api::Api, generate::docs};

/// The variants of an enum of strings, each with what it is on the wire.
pub(super) fn texts(enumeration: &ItemEnum) -> Vec<(Ident, String)> {
    let text = |variant: &syn::Variant| {
        (
            variant.ident.clone(),
            wire_name(&variant.attrs, &variant.ident),
        )
    };
    enumeration.variants.iter().map(text).collect()
}

/// Gives a listed value another name where it has that of the variant for those that are not listed.
pub(super) fn make_room(enumeration: &mut ItemEnum) {
    let mut free = "ListedUnknown".to_owned();
    while enumeration.variants.iter().any(|one| one.ident == free) {
        free.push('_');
    }
    let mut variants = enumeration.variants.iter_mut();
    if let Some(variant) = variants.find(|one| one.ident == "Unknown") {
        let text = wire_name(&variant.attrs, &variant.ident);
        variant.attrs = vec![parse_quote!(#[serde(rename = #text)])];
        variant.ident = Ident::new(&free, variant.ident.span());
    }
}

/// An enum of strings, and its impl blocks.
pub(super) fn plain(
    enumeration: &ItemEnum,
    schema: Option<&Value>,
    open: bool,
) -> (Item, Vec<Item>) {
    let name = &enumeration.ident;
    let described = schema
        .and_then(|schema| said(schema, "description"))
        .map(docs::prose);
    let mut paragraphs = vec![described.unwrap_or_else(|| format!("`{name}`."))];
    paragraphs.extend(
        schema
            .and_then(crate::api::Evidence::of)
            .as_ref()
            .map(docs::evidence),
    );
    if open {
        paragraphs.push("The provider may send values that are not listed here: they are kept, and written back unchanged.".to_owned());
    }
    let documentation = docs::attributes(paragraphs);
    let (idents, texts): (Vec<Ident>, Vec<String>) = texts(enumeration).into_iter().unzip();
    let variant_docs: Vec<Vec<Attribute>> = texts
        .iter()
        .map(|text| docs::attributes([format!("`{text}`.")]))
        .collect();
    if open {
        (
            open_enum(name, &documentation, &idents, &variant_docs),
            open_impls(name, &idents, &texts),
        )
    } else {
        let rename = texts
            .iter()
            .map(|text| -> Attribute { parse_quote!(#[serde(rename = #text)]) });
        let item = parse_quote! {
            #(#documentation)*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            pub enum #name { #(#(#variant_docs)* #rename #idents),* }
        };
        (item, closed_impls(name, &idents, &texts))
    }
}

fn open_enum(
    name: &Ident,
    documentation: &[Attribute],
    idents: &[Ident],
    variant_docs: &[Vec<Attribute>],
) -> Item {
    parse_quote! {
        #(#documentation)*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "schemars", schemars(from = "String", into = "String"))]
        #[non_exhaustive]
        pub enum #name {
            #(#(#variant_docs)* #idents,)*
            /// A value that this version of the crate does not know. Compare by [`as_str`](Self::as_str): it may get a
            /// variant of its own.
            Unknown(UnknownValue),
        }
    }
}

fn open_impls(name: &Ident, idents: &[Ident], texts: &[String]) -> Vec<Item> {
    vec![
        parse_quote!(bindery_runtime::open_enum!(#name);),
        parse_quote! {
            impl #name {
                /// The value as it goes over the wire.
                pub fn as_str(&self) -> &str {
                    match self {
                        #(Self::#idents => #texts,)*
                        Self::Unknown(value) => value.as_str(),
                    }
                }
            }
        },
        parse_quote! {
            impl From<&str> for #name {
                fn from(text: &str) -> Self {
                    match text {
                        #(#texts => Self::#idents,)*
                        _ => Self::Unknown(UnknownValue::unlisted(text)),
                    }
                }
            }
        },
        parse_quote! {
            impl From<String> for #name {
                fn from(text: String) -> Self {
                    text.as_str().into()
                }
            }
        },
        parse_quote! {
            impl From<#name> for String {
                fn from(value: #name) -> Self {
                    value.as_str().to_owned()
                }
            }
        },
        display(name),
    ]
}

fn closed_impls(name: &Ident, idents: &[Ident], texts: &[String]) -> Vec<Item> {
    vec![
        parse_quote! {
            impl #name {
                /// The value as it goes over the wire.
                pub fn as_str(&self) -> &str {
                    match self {
                        #(Self::#idents => #texts,)*
                    }
                }
            }
        },
        display(name),
    ]
}

fn display(name: &Ident) -> Item {
    parse_quote! {
        impl std::fmt::Display for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_value_leaves_the_name_to_those_that_are_not_listed() {
        let mut enumeration: ItemEnum = parse_quote! {
            enum Kind { #[serde(rename = "unknown")] Unknown, Known }
        };
        make_room(&mut enumeration);
        let texts: Vec<(String, String)> = texts(&enumeration)
            .into_iter()
            .map(|(variant, text)| (variant.to_string(), text))
            .collect();
        let both = [("ListedUnknown", "unknown"), ("Known", "Known")];
        assert_eq!(
            texts,
            both.map(|(one, two)| (one.to_owned(), two.to_owned()))
        );
    }
}
