//! What is asked about and done to the types of fields.

use std::collections::{BTreeSet, HashSet};

use quote::quote;
use syn::{
    Fields, ImplItem, Item, ItemEnum, Path, Type, parse_quote,
    visit::{self, Visit},
    visit_mut::VisitMut,
};

use crate::generate::syntax::{self, word};

/// The types of the run time that generated code names by themselves.
pub(crate) const RUNTIME: [&str; 11] = [
    "Address",
    "Base64",
    "Fields",
    "FilePart",
    "Hex",
    "Json",
    "Nullable",
    "Secret",
    "Uint256",
    "UnixTime",
    "UnknownValue",
];

/// Shortens the full paths that typify writes to the names everyone knows.
pub(in crate::generate) struct Shorten;

impl VisitMut for Shorten {
    fn visit_path_mut(&mut self, path: &mut Path) {
        // What may be anything keeps the text it came in.
        if let [krate, name, ..] = path.segments.iter().collect::<Vec<_>>().as_slice()
            && krate.ident == "serde_json"
        {
            *path = if name.ident == "Map" {
                parse_quote!(Fields)
            } else {
                parse_quote!(Json)
            };
            return;
        }
        syn::visit_mut::visit_path_mut(self, path);
        let names: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let keep = match names.as_slice() {
            ["std", "string", "String"]
            | ["std", "option", "Option"]
            | ["std", "vec", "Vec"]
            | ["std", "result", "Result"]
            | ["std", "convert", "From" | "TryFrom"]
            | ["std", "collections", "BTreeMap"]
            | ["std", "boxed", "Box"]
            | ["serde", "Deserialize" | "Serialize"]
            | ["uuid", "Uuid"]
            | ["chrono", "DateTime" | "NaiveDate"]
            | ["bindery_runtime", _]
            | ["bindery_runtime", "generated", "Bytes"] => 1,
            ["chrono", "offset", "Utc"] | ["chrono", "naive", "NaiveDate"] => 1,
            ["std", "fmt" | "str" | "ops" | "borrow" | "error", _] => 3,
            _ => return,
        };
        path.leading_colon = None;
        path.segments = path
            .segments
            .iter()
            .skip(names.len() - keep)
            .cloned()
            .collect();
    }

    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        if attribute.path().is_ident("derive")
            && let Ok(list) = attribute.meta.require_list()
        {
            let text = list.tokens.to_string();
            let known = [
                "Clone",
                "Copy",
                "Debug",
                "PartialEq",
                "Eq",
                "PartialOrd",
                "Ord",
                "Hash",
            ];
            let kept = known
                .into_iter()
                .filter(|name| text.split(',').any(|derived| derived.trim() == *name));
            let names = kept.chain(["Serialize", "Deserialize"]).map(word);
            *attribute = syntax::attribute_with("derive", quote!(#(#names),*));
        }
    }
}

/// The path segments that some syntax names; not those behind a type, such as a variant, which are the type's own.
#[derive(Debug, Default)]
pub(in crate::generate) struct Segments(HashSet<String>);

impl Segments {
    /// Those of the items.
    pub(in crate::generate) fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Self {
        let mut segments = Self::default();
        segments.add(items);
        segments
    }

    /// Adds those of more items.
    pub(in crate::generate) fn add<'a>(&mut self, items: impl IntoIterator<Item = &'a Item>) {
        for item in items {
            self.visit_item(item);
        }
    }

    /// Those of the methods.
    pub(in crate::generate) fn of_methods(methods: &[ImplItem]) -> Self {
        let mut segments = Self::default();
        segments.add_methods(methods);
        segments
    }

    /// Adds those of more methods.
    pub(in crate::generate) fn add_methods(&mut self, methods: &[ImplItem]) {
        for method in methods {
            self.visit_impl_item(method);
        }
    }

    /// Whether this is one of them.
    pub(in crate::generate) fn has(&self, segment: &str) -> bool {
        self.0.contains(segment)
    }
}

impl<'a> Visit<'a> for Segments {
    fn visit_path(&mut self, path: &'a Path) {
        for (place, segment) in path.segments.iter().enumerate() {
            let name = segment.ident.to_string();
            let is_type = name.starts_with(|first: char| first.is_ascii_uppercase());
            // A type of the provider's may be called as one of the run time is.
            let own = place == 0 && name == "types";
            self.0.insert(name);
            if is_type || own {
                break;
            }
        }
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'a syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            // What stands in quotes is a name on the wire, or a path that needs no import.
            for token in list.tokens.clone() {
                if let proc_macro2::TokenTree::Ident(ident) = token {
                    self.0.insert(ident.to_string());
                }
            }
        }
    }
}

/// The imports that items with these segments need.
pub(super) fn uses(segments: &Segments) -> Vec<Item> {
    let group = |from: &str, names: &[&str]| -> Option<Item> {
        let names: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| segments.has(name))
            .collect();
        let list = match names.as_slice() {
            [] => return None,
            [one] => format!("use {from}::{one};"),
            several => format!("use {from}::{{{}}};", several.join(", ")),
        };
        syn::parse_str(&list).ok()
    };
    [
        group("std::collections", &["BTreeMap"]),
        group("bindery_runtime", &RUNTIME),
        group("chrono", &["DateTime", "NaiveDate", "Utc"]),
        group("serde", &["Deserialize", "Serialize"]),
        group("uuid", &["Uuid"]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The names of all types that a type's fields mention.
pub(super) fn mentioned(item: &Item) -> BTreeSet<String> {
    struct Collector(BTreeSet<String>);

    impl<'a> Visit<'a> for Collector {
        fn visit_path(&mut self, path: &'a Path) {
            self.0.extend(
                path.segments
                    .last()
                    .map(|segment| segment.ident.to_string()),
            );
            visit::visit_path(self, path);
        }

        fn visit_attribute(&mut self, _: &'a syn::Attribute) {}
    }

    let mut collector = Collector(BTreeSet::new());
    collector.visit_item(item);
    collector.0
}

/// The names of the types that a type holds in itself, not behind a list, a map or a box.
pub(super) fn held(item: &Item) -> BTreeSet<String> {
    struct Collector(BTreeSet<String>);

    impl<'a> Visit<'a> for Collector {
        fn visit_path(&mut self, path: &'a Path) {
            let last = path
                .segments
                .last()
                .map(|segment| segment.ident.to_string());
            if matches!(last.as_deref(), Some("Vec" | "BTreeMap" | "Map" | "Box")) {
                return;
            }
            self.0.extend(last);
            visit::visit_path(self, path);
        }

        fn visit_attribute(&mut self, _: &'a syn::Attribute) {}
    }

    let mut collector = Collector(BTreeSet::new());
    collector.visit_item(item);
    collector.0
}

/// Whether no variant carries anything.
pub(in crate::generate) fn is_plain(enumeration: &ItemEnum) -> bool {
    enumeration
        .variants
        .iter()
        .all(|variant| matches!(variant.fields, Fields::Unit))
}

/// `T` of a path `Name<T>`.
pub(in crate::generate) fn inner<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    match ty {
        Type::Path(path) => crate::generate::signatures::generic(path, name),
        _ => None,
    }
}

/// Whether the type is this single name.
pub(in crate::generate) fn is(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == name))
}

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;

    use super::*;

    #[test]
    fn the_types_of_days_and_times_have_the_names_that_everyone_knows() {
        for (written, short) in [
            ("::chrono::naive::NaiveDate", "NaiveDate"),
            (
                "::chrono::DateTime<::chrono::offset::Utc>",
                "DateTime < Utc >",
            ),
        ] {
            let mut ty: Type = syn::parse_str(written).expect("a type");
            Shorten.visit_type_mut(&mut ty);
            assert_eq!(ty.to_token_stream().to_string(), short);
        }
    }
}
