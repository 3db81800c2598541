//! What Rust sees of a generated crate, and how two of them differ.

mod seen;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use heck::ToSnakeCase as _;
use quote::ToTokens as _;
use seen::{Seen, code, has, plain, seen, signature};
use syn::{Attribute, Ident, ImplItem, Item, Type};

use super::{Change, Verdict};
use crate::generate::Files;

/// The public items of a crate by what names them.
type Surface = BTreeMap<Name, Seen>;

/// A public item: what it belongs to, and which part of that it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    owner: Owner,
    part: Part,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    /// A call, by its `operationId`.
    Call(String),
    /// A type, by its path below the crate.
    Type(String),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// The thing itself.
    Whole,
    Field(String),
    Variant(String),
    Method(String),
    Trait(String),
}

/// How what callers see of two crates differs.
pub(super) fn changes(before: &Files, after: &Files) -> Vec<Change> {
    // A file that did not change has no changes: each says the whole of what it speaks of.
    let differs = |path: &Path| before.get(path) != after.get(path);
    let (before, after) = (surface(before, differs), surface(after, differs));
    let mut changes = Vec::new();
    for (name, was) in &before {
        match after.get(name) {
            Some(is) if is.code != was.code => changes.push(Change::new(
                Verdict::Breaking,
                name.owner.shown(),
                format!("{} was `{}`, is `{}`", name.shown(), was.shown, is.shown),
            )),
            Some(is) => {
                let same = was.same(is);
                changes.extend(same.into_iter().map(|(verdict, what)| {
                    let what = format!("{} {what}", name.shown());
                    Change::new(verdict, name.owner.shown(), what)
                }));
            }
            // Of something that is gone, nothing else is told.
            None if name.part != Part::Whole && !after.contains_key(&name.whole()) => {}
            None => changes.push(Change::new(
                Verdict::Breaking,
                name.owner.shown(),
                format!("{} is gone", name.shown()),
            )),
        }
    }
    for (name, is) in &after {
        if before.contains_key(name)
            || (name.part != Part::Whole && !before.contains_key(&name.whole()))
        {
            continue;
        }
        let whole = before.get(&name.whole()).is_some_and(|whole| whole.closed);
        let verdict = match name.part {
            Part::Field(_) | Part::Variant(_) if whole => Verdict::Breaking,
            _ => Verdict::Minor,
        };
        let what = match name.part {
            Part::Field(_) => format!("{} is new: `{}`", name.shown(), is.shown),
            _ => format!("{} is new", name.shown()),
        };
        changes.push(Change::new(verdict, name.owner.shown(), what));
    }
    changes
}

impl Name {
    fn whole(&self) -> Self {
        Self {
            owner: self.owner.clone(),
            part: Part::Whole,
        }
    }
}

impl Name {
    /// The part, in words.
    fn shown(&self) -> String {
        match (&self.part, &self.owner) {
            (Part::Whole, Owner::Call(_)) => "the call".to_owned(),
            (Part::Whole, Owner::Type(_)) => "it".to_owned(),
            (Part::Field(name), _) => format!("field `{name}`"),
            (Part::Variant(name), _) => format!("variant `{name}`"),
            (Part::Method(name), _) => format!("method `{name}`"),
            (Part::Trait(name), _) => format!("trait `{name}`"),
        }
    }
}

impl Owner {
    fn shown(&self) -> &str {
        match self {
            Self::Call(name) | Self::Type(name) => name,
        }
    }
}

/// What callers see of those files that are `wanted`.
fn surface(files: &Files, wanted: impl Fn(&Path) -> bool) -> Surface {
    let mut surface = Surface::new();
    for (path, text) in files.iter().filter(|(path, _)| wanted(path)) {
        let in_crate = path.starts_with("crates") && path.extension().is_some_and(|it| it == "rs");
        let Some(file) = in_crate.then(|| syn::parse_file(text).ok()).flatten() else {
            continue;
        };
        let module = path.file_stem().unwrap_or_default().to_string_lossy();
        let exported = matches!(
            &*module,
            "types" | "operations" | "schemes" | "webhooks" | "mock" | "failures"
        );
        let scope = Scope {
            prefix: if exported {
                format!("{module}::")
            } else {
                String::new()
            },
            requests: module == "requests",
        };
        // Whether a type can gain something depends on what stands at the type itself.
        let mut open = HashMap::new();
        for item in &file.items {
            if let Item::Struct(syn::ItemStruct { ident, attrs, .. })
            | Item::Enum(syn::ItemEnum { ident, attrs, .. }) = item
            {
                open.insert(ident.to_string(), has(attrs, "non_exhaustive"));
            }
        }
        for item in file.items {
            scope.add(item, &open, &mut surface);
        }
    }
    surface
}

/// Where the items of a file stand for a caller.
struct Scope {
    prefix: String,
    requests: bool,
}

impl Scope {
    fn owner(&self, name: &str) -> Owner {
        match self.requests {
            // A call in the making belongs to its call.
            true => Owner::Call(name.to_snake_case()),
            false => Owner::Type(format!("{}{name}", self.prefix)),
        }
    }

    fn add(&self, item: Item, open: &HashMap<String, bool>, surface: &mut Surface) {
        match item {
            Item::Struct(item) if seen(&item.vis) => {
                let owner = self.owner(&item.ident.to_string());
                derives(&item.attrs, &owner, surface);
                let generics = item.generics.to_token_stream().to_string();
                let all_public = item.fields.iter().all(|field| seen(&field.vis));
                let mut whole = plain(format!("struct{generics}"), &item.attrs);
                whole.closed = all_public && !has(&item.attrs, "non_exhaustive");
                insert(surface, &owner, Part::Whole, whole);
                for (place, field) in item.fields.iter().enumerate() {
                    if !seen(&field.vis) {
                        continue;
                    }
                    let name = field
                        .ident
                        .as_ref()
                        .map_or_else(|| place.to_string(), ToString::to_string);
                    let is = plain(code(&field.ty), &field.attrs);
                    insert(surface, &owner, Part::Field(name), is);
                }
            }
            Item::Enum(item) if seen(&item.vis) => {
                let owner = self.owner(&item.ident.to_string());
                derives(&item.attrs, &owner, surface);
                let mut whole = plain("enum".to_owned(), &item.attrs);
                whole.closed = !has(&item.attrs, "non_exhaustive");
                if surface.contains_key(&part(&owner, Part::Trait("PartialOrd".to_owned()))) {
                    let variants = item.variants.iter();
                    whole.order = variants.map(|it| it.ident.to_string()).collect();
                }
                insert(surface, &owner, Part::Whole, whole);
                for variant in &item.variants {
                    let types: Vec<String> =
                        variant.fields.iter().map(|field| code(&field.ty)).collect();
                    let is = plain(types.join(", "), &variant.attrs);
                    let name = Part::Variant(variant.ident.to_string());
                    insert(surface, &owner, name, is);
                }
            }
            Item::Impl(item) => self.implementation(item, open, surface),
            Item::Static(item) if seen(&item.vis) => {
                self.typed(&item.ident, &item.ty, &item.attrs, surface);
            }
            Item::Const(item) if seen(&item.vis) => {
                self.typed(&item.ident, &item.ty, &item.attrs, surface);
            }
            Item::Type(item) if seen(&item.vis) => {
                self.typed(&item.ident, &item.ty, &item.attrs, surface);
            }
            Item::Fn(item) if seen(&item.vis) => {
                let is = signature(&item.sig, &item.attrs);
                insert(
                    surface,
                    &self.owner(&item.sig.ident.to_string()),
                    Part::Whole,
                    is,
                );
            }
            _ => {}
        }
    }

    /// Something of which a caller sees its type.
    fn typed(&self, name: &Ident, ty: &Type, attributes: &[Attribute], surface: &mut Surface) {
        let owner = self.owner(&name.to_string());
        insert(surface, &owner, Part::Whole, plain(code(ty), attributes));
    }

    fn implementation(
        &self,
        item: syn::ItemImpl,
        open: &HashMap<String, bool>,
        surface: &mut Surface,
    ) {
        let of = code(&item.self_ty);
        if let Some((of_trait, _)) = &item.trait_ {
            if open.contains_key(&of) {
                let is = plain(String::new(), &[]);
                insert(surface, &self.owner(&of), Part::Trait(code(of_trait)), is);
            }
            return;
        }
        for item in item.items {
            let ImplItem::Fn(function) = item else {
                continue;
            };
            if !seen(&function.vis) {
                continue;
            }
            let is = signature(&function.sig, &function.attrs);
            let name = function.sig.ident.to_string();
            // A method of the client is a call.
            let (owner, part) = match &*of {
                "Client" if !matches!(&*name, "new" | "session") => {
                    (Owner::Call(name), Part::Whole)
                }
                _ => (self.owner(&of), Part::Method(name)),
            };
            insert(surface, &owner, part, is);
        }
    }
}

fn part(owner: &Owner, part: Part) -> Name {
    let owner = owner.clone();
    Name { owner, part }
}

fn insert(surface: &mut Surface, owner: &Owner, of: Part, is: Seen) {
    let name = part(owner, of);
    // The struct of a call in the making says less than the call's own method.
    match surface.get(&name) {
        Some(known) if known.code.len() >= is.code.len() => {}
        _ => {
            surface.insert(name, is);
        }
    }
}

fn derives(attributes: &[Attribute], owner: &Owner, surface: &mut Surface) {
    for attribute in attributes.iter().filter(|it| it.path().is_ident("derive")) {
        let _ = attribute.parse_nested_meta(|derived| {
            let name = code(&derived.path);
            insert(surface, owner, Part::Trait(name), plain(String::new(), &[]));
            Ok(())
        });
    }
}
