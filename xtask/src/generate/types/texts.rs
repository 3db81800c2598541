//! Enums of strings: those whose values are all listed, and open ones with room for values that the spec does not know.

use serde_json::Value;
use syn::{Arm, Fields, Ident, ImplItem, ImplItemFn, Item, ItemEnum, Path, Variant, parse_quote};

use super::{said, wire_name};
use crate::generate::{
    docs,
    syntax::{self, word},
};

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

/// The listed values of an enum, each with what it is on the wire.
type Listed = [(Ident, String)];

/// What enums of strings are made from: parsed once, since a crate has hundreds of them.
#[derive(Debug)]
pub(super) struct Templates {
    /// The enums themselves, without a name and the listed values.
    closed: ItemEnum,
    open: ItemEnum,
    /// The functions in the blocks of an enum, without what is its own.
    as_str: ImplItemFn,
    from_str: ImplItemFn,
    from_string: ImplItem,
    into_string: ImplItemFn,
    fmt: ImplItem,
    /// The traits that these belong to.
    from: [Path; 2],
    display: Path,
    /// What the blocks of an open enum say of values that are not listed.
    unknown_as_str: Arm,
    unknown_from_str: Arm,
}

impl Templates {
    pub(super) fn new() -> Self {
        Self {
            closed: parse_quote! {
                #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
                pub enum Closed {}
            },
            open: parse_quote! {
                #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
                #[cfg_attr(feature = "schemars", schemars(from = "String", into = "String"))]
                #[non_exhaustive]
                pub enum Open {
                    /// A value that this version of the crate does not know. Compare by [`as_str`](Self::as_str): it may get a
                    /// variant of its own.
                    Unknown(UnknownValue),
                }
            },
            as_str: parse_quote! {
                /// The value as it goes over the wire.
                pub fn as_str(&self) -> &str {}
            },
            from_str: parse_quote!(
                fn from(text: &str) -> Self {}
            ),
            from_string: parse_quote! {
                fn from(text: String) -> Self {
                    text.as_str().into()
                }
            },
            into_string: parse_quote! {
                fn from() -> Self {
                    value.as_str().to_owned()
                }
            },
            fmt: parse_quote! {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(self.as_str())
                }
            },
            from: [parse_quote!(From<&str>), parse_quote!(From<String>)],
            display: parse_quote!(std::fmt::Display),
            unknown_as_str: parse_quote!(Self::Unknown(value) => value.as_str(),),
            unknown_from_str: parse_quote!(_ => Self::Unknown(UnknownValue::unlisted(text)),),
        }
    }

    /// An enum of strings, and its impl blocks.
    pub(super) fn enumeration(
        &self,
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
        let listed = texts(enumeration);
        let (mut item, impls) = match open {
            true => (self.open.clone(), self.open_impls(name, &listed)),
            false => (self.closed.clone(), self.closed_impls(name, &listed)),
        };
        item.ident = name.clone();
        syntax::put_before(&mut item.attrs, docs::attributes(paragraphs));
        let variants = listed.iter().map(|(ident, text)| {
            let mut attrs = docs::attributes([format!("`{text}`.")]);
            if !open {
                attrs.push(parse_quote!(#[serde(rename = #text)]));
            }
            Variant {
                attrs,
                ident: ident.clone(),
                fields: Fields::Unit,
                discriminant: None,
            }
        });
        item.variants = variants.chain(item.variants).collect();
        (Item::Enum(item), impls)
    }

    fn open_impls(&self, name: &Ident, listed: &Listed) -> Vec<Item> {
        let mut texts = to_texts(listed);
        texts.push(self.unknown_as_str.clone());
        let itself = word("Self");
        let from_texts = listed.iter().map(|(ident, text)| {
            let variant = syntax::value(syntax::path([&itself, ident]));
            syntax::arm_of_text(text, variant)
        });
        let from_texts = from_texts.chain([self.unknown_from_str.clone()]).collect();
        let from_str = telling("text", from_texts, &self.from_str);
        let mut into_string = self.into_string.clone();
        let value = syntax::argument(&word("value"), syntax::ty(name.clone()));
        into_string.sig.inputs.push(value);
        let [from_text, from_string] = &self.from;
        let from_enum = syntax::generic("From", syntax::ty(name.clone()));
        vec![
            parse_quote!(bindery_runtime::open_enum!(#name);),
            self.as_str(name, texts),
            block(Some(from_text), name, ImplItem::Fn(from_str)),
            block(Some(from_string), name, self.from_string.clone()),
            block(Some(&from_enum), &word("String"), ImplItem::Fn(into_string)),
            self.display(name),
        ]
    }

    fn closed_impls(&self, name: &Ident, listed: &Listed) -> Vec<Item> {
        vec![self.as_str(name, to_texts(listed)), self.display(name)]
    }

    fn as_str(&self, name: &Ident, arms: Vec<Arm>) -> Item {
        let as_str = telling("self", arms, &self.as_str);
        block(None, name, ImplItem::Fn(as_str))
    }

    fn display(&self, name: &Ident) -> Item {
        block(Some(&self.display), name, self.fmt.clone())
    }
}

fn to_texts(listed: &Listed) -> Vec<Arm> {
    let itself = word("Self");
    let arm = |(ident, text): &(Ident, String)| {
        syntax::arm_of_path(syntax::path([&itself, ident]), syntax::text(text))
    };
    listed.iter().map(arm).collect()
}

/// A function that tells an argument of it apart.
fn telling(argument: &str, arms: Vec<Arm>, function: &ImplItemFn) -> ImplItemFn {
    let by_argument = syntax::match_on(syntax::value(word(argument)), arms);
    let mut function = function.clone();
    function.block.stmts = vec![syntax::at_last(by_argument)];
    function
}

fn block(of: Option<&Path>, name: &Ident, function: ImplItem) -> Item {
    Item::Impl(syntax::block(of.cloned(), name, vec![function]))
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
