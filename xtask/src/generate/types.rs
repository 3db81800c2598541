//! The types: typify's, made ready for people. Fields stand in the order of the spec, what the spec does not know
//! survives, what is optional is an `Option`, and all are made without naming every field.

mod discriminated;
mod enums;
pub(super) mod fields;
mod spelling;
mod structs;
mod texts;
mod unions;

pub(super) use discriminated::id_of;
pub(super) use structs::{FieldShape, setter_name};

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenTree;
use quote::quote;
use serde_json::Value;
use syn::{Fields, Ident, Item, ItemEnum, ItemStruct, Lit, Type, visit_mut::VisitMut as _};

use super::{
    docs, format, names,
    skeleton::{Skeleton, Unread},
    syntax,
};
use crate::{
    api::{Api, Evidence, entries, resolve},
    lower,
};

/// The types of a crate, and what the other stages ask about them.
#[derive(Debug)]
pub(super) struct Model {
    items: BTreeMap<String, Item>,
    /// What stands beside each type.
    beside: BTreeMap<String, Beside>,
    /// The schema of each type that comes from `components/schemas`.
    schemas: BTreeMap<String, Value>,
    /// The names of the schemas, in the order of the document.
    order: Vec<String>,
    /// The types that an answer is made of.
    answered: BTreeSet<String>,
    /// The enums of any kind.
    enums: BTreeSet<String>,
    /// The variants of the enums of strings, each with what it is on the wire.
    texts: BTreeMap<String, Vec<(Ident, String)>>,
    /// The enums of several shapes that the kind of JSON tells apart.
    first_fits: BTreeSet<String>,
    /// What the definitions of the types name.
    segments: fields::Segments,
}

/// The blocks and modules of a type.
#[derive(Debug, Default)]
struct Beside {
    /// Those that typify wrote and nobody has replaced yet.
    found: Vec<Unread>,
    /// Those that are made here.
    made: Vec<Item>,
}

impl Beside {
    /// Leaves out what implements one of these traits.
    fn without(&mut self, traits: &[&str]) {
        self.found.retain(|unread| {
            let implemented = unread.implemented.as_deref();
            implemented.is_none_or(|implemented| !traits.contains(&implemented))
        });
    }

    fn items(self) -> syn::Result<Vec<Item>> {
        let mut items = Vec::new();
        for unread in self.found {
            let mut item = unread.read()?;
            fields::Shorten.visit_item_mut(&mut item);
            items.push(item);
        }
        items.extend(self.made);
        Ok(items)
    }
}

impl Model {
    /// Takes the types that progenitor made of the lowered document.
    pub(super) fn new(api: &Api, skeleton: Skeleton) -> Self {
        let schemas: BTreeMap<String, Value> = api
            .schemas()
            .map(|(name, schema)| (names::type_name(name).to_string(), schema.clone()))
            .collect();
        let order = api
            .schemas()
            .map(|(name, _)| names::type_name(name).to_string())
            .collect();
        let mut items = BTreeMap::new();
        for mut item in skeleton.definitions {
            fields::Shorten.visit_item_mut(&mut item);
            if let Item::Struct(ItemStruct { ident, .. }) | Item::Enum(ItemEnum { ident, .. }) =
                &item
            {
                items.insert(ident.to_string(), item);
            }
        }
        let mut beside: BTreeMap<String, Beside> = BTreeMap::new();
        for (name, unread) in skeleton.beside {
            beside.entry(name).or_default().found.push(unread);
        }
        own_types(api, &mut items, &mut beside);
        let is_enum =
            |(name, item): (&String, &Item)| matches!(item, Item::Enum(_)).then(|| name.clone());
        let enums = items.iter().filter_map(is_enum).collect();
        let answered = answered(api);
        let mut model = Self {
            items,
            beside,
            schemas,
            order,
            answered,
            enums,
            texts: BTreeMap::new(),
            first_fits: BTreeSet::new(),
            segments: fields::Segments::default(),
        };
        model.refine(api);
        model.segments = fields::Segments::of(model.items.values());
        model
    }

    /// The names of the enums.
    pub(super) fn enums(&self) -> &BTreeSet<String> {
        &self.enums
    }

    /// The variants of an enum of strings, each with what it is on the wire.
    pub(super) fn texts(&self, name: &str) -> Option<&[(Ident, String)]> {
        self.texts.get(name).map(Vec::as_slice)
    }

    /// The type that another module names.
    pub(super) fn of(&self, ty: &Type) -> Option<&Item> {
        self.items.get(&type_ident(ty)?)
    }

    fn refine(&mut self, api: &Api) {
        let secretive = self.secretive();
        // Those of several kinds come last: they look into the types of their kinds.
        let of_kinds = |name: &String| {
            (self.schemas.get(name)).is_some_and(|schema| lower::is_tagged(&api.document, schema))
        };
        let templates = texts::Templates::new();
        let mut names: Vec<String> = self.items.keys().cloned().collect();
        names.sort_by_key(of_kinds);
        for name in names {
            let Some(item) = self.items.remove(&name) else {
                continue;
            };
            let schema = self.schemas.get(&name);
            // The provider may add to what it answers at any time.
            let open = self.answered.contains(&name)
                || schema.is_some_and(|schema| schema["x-open-enum"] == true);
            let mut more = Vec::new();
            let item = match item {
                Item::Struct(structure) => {
                    // Those of ours are read from no text, and so is what stands for one.
                    if structs::stands_for(&structure).is_some_and(|of| self.enums.contains(&of))
                        && let Some(beside) = self.beside.get_mut(&name)
                    {
                        beside.without(&["Display", "FromStr", "TryFrom"]);
                    }
                    Item::Struct(structs::refine(api, structure, schema))
                }
                Item::Enum(mut enumeration) if fields::is_plain(&enumeration) => {
                    self.beside.remove(&name);
                    if open {
                        texts::make_room(&mut enumeration);
                    }
                    self.texts.insert(name.clone(), texts::texts(&enumeration));
                    let (item, impls) = templates.enumeration(&enumeration, schema, open);
                    more.extend(impls);
                    item
                }
                Item::Enum(enumeration)
                    if let Some(schema) =
                        schema.filter(|schema| lower::is_tagged(&api.document, schema)) =>
                {
                    self.beside.remove(&name);
                    let (item, impls) =
                        discriminated::refine(api, &enumeration, schema, &self.items);
                    more.extend(impls);
                    item
                }
                Item::Enum(enumeration) => {
                    if !schema.is_some_and(|schema| unions::is(&api.document, schema)) {
                        self.first_fits.insert(name.clone());
                    }
                    // `Display` of an untagged enum would show secrets, and means nothing to a caller.
                    if let Some(beside) = self.beside.get_mut(&name) {
                        beside.without(&["Display"]);
                    }
                    Item::Enum(enums::untagged(api, enumeration, schema, &self.schemas))
                }
                other => other,
            };
            let item = with_derives(item, !secretive.contains(&name));
            (self.beside.entry(name.clone()).or_default().made).extend(more);
            self.items.insert(name, item);
        }
    }

    /// A type by its name.
    pub(super) fn get(&self, name: &str) -> Option<&Item> {
        self.items.get(name)
    }

    /// Whether any type's definition names this path segment.
    pub(super) fn uses(&self, segment: &str) -> bool {
        self.segments.has(segment)
    }

    /// The module: each type in the order of the spec, with its blocks behind it, which the model gives away.
    pub(super) fn module(&mut self, header: &str, docs: &str) -> Result<String, String> {
        let mut beside = std::mem::take(&mut self.beside);
        let mut beside = |name: &str| {
            let items = beside.remove(name).unwrap_or_default().items();
            items.map_err(|error| format!("progenitor's output is no Rust: {error}"))
        };
        let mut order: Vec<&String> = self
            .order
            .iter()
            .filter(|name| self.items.contains_key(*name))
            .collect();
        let ordered: BTreeSet<&String> = self.order.iter().collect();
        order.extend(self.items.keys().filter(|name| !ordered.contains(name)));
        let mut segments = fields::Segments::default();
        let mut body = format::Body::default();
        let mut write = |items: Vec<Item>| {
            segments.add(&items);
            items.into_iter().for_each(|item| body.push(item));
            segments.has("ConversionError")
        };
        let mut converts = false;
        for name in order {
            let mut items = Vec::new();
            if let Some(item) = self.items.get(name) {
                items.extend(self.written(item.clone()));
            }
            items.extend(beside(name)?);
            if let Some(Item::Struct(structure)) = self.items.get(name) {
                items.extend(structs::constructor(structure, &self.enums));
            }
            converts = write(items);
        }
        if converts {
            write(beside("error")?);
        }
        let uses = fields::uses(&segments);
        Ok(format::whole(header, docs, uses, &body))
    }

    /// An item as it stands in the module: what serde's derive cannot do is done by a macro of the run time.
    fn written(&self, item: Item) -> Vec<Item> {
        match item {
            Item::Struct(structure) => {
                structs::written(structure, |ty| spelling::Spelling::of(ty, self))
            }
            Item::Enum(enumeration) if self.first_fits.contains(&enumeration.ident.to_string()) => {
                enums::one_of(enumeration)
            }
            other => vec![other],
        }
    }

    /// The types that hold a secret, directly or inside another type: they have no `PartialEq`, since comparing secrets
    /// byte by byte tells an attacker how far a guess was right.
    fn secretive(&self) -> BTreeSet<String> {
        let mentioned: Vec<(&String, BTreeSet<String>)> = self
            .items
            .iter()
            .map(|(name, item)| (name, fields::mentioned(item)))
            .collect();
        let mut secretive = BTreeSet::new();
        loop {
            let before = secretive.len();
            for (name, mentioned) in &mentioned {
                if mentioned
                    .iter()
                    .any(|held| held == "Secret" || secretive.contains(held))
                {
                    secretive.insert((*name).clone());
                }
            }
            if secretive.len() == before {
                return secretive;
            }
        }
    }
}

/// Puts the types that progenitor did not see into the place of their stand-ins.
fn own_types(api: &Api, items: &mut BTreeMap<String, Item>, beside: &mut BTreeMap<String, Beside>) {
    let own: Vec<(Ident, &Value, lower::Own)> = api
        .schemas()
        .filter_map(|(name, schema)| {
            let own = lower::own(&api.document, schema)?;
            let ident = names::type_name(name);
            items
                .contains_key(&ident.to_string())
                .then_some((ident, schema, own))
        })
        .collect();
    for (name, schema, own) in &own {
        beside.remove(&name.to_string());
        let item = match own {
            lower::Own::Union => unions::outline(name, schema),
            lower::Own::Enum => unions::texts(name, schema),
        };
        items.insert(name.to_string(), Item::Enum(item));
    }
    // Only now is it known which unions lead back to themselves.
    let recursive = unions::recursive(items);
    for (name, schema, own) in own {
        if own == lower::Own::Union {
            let leads_back = recursive
                .get(&name.to_string())
                .cloned()
                .unwrap_or_default();
            let (item, impls) = unions::union(&name, schema, &leads_back);
            items.insert(name.to_string(), Item::Enum(item));
            (beside.entry(name.to_string()).or_default().made).extend(impls);
        }
    }
}

/// What a schema says under a key, where that is more than nothing.
fn said<'a>(schema: &'a Value, key: &str) -> Option<&'a str> {
    schema[key].as_str().filter(|text| !text.trim().is_empty())
}

/// The documentation of a schema: what it says, and how sure that is.
fn documented(api: &Api, schema: Option<&Value>, fallback: &str) -> Vec<String> {
    let Some(schema) = schema else {
        return vec![fallback.to_owned()];
    };
    let described = said(schema, "description")
        .or_else(|| said(schema, "title"))
        .or_else(|| said(resolve(&api.document, schema), "description"));
    let mut paragraphs = vec![docs::prose(described.unwrap_or(fallback))];
    if let Some(default) = schema.get("default").filter(|default| !default.is_null()) {
        paragraphs.push(format!("Left out, the provider takes `{default}`."));
    }
    if schema["deprecated"] == true {
        paragraphs.push("Deprecated by the provider.".to_owned());
    }
    paragraphs.extend(Evidence::of(schema).as_ref().map(docs::evidence));
    paragraphs
}

fn with_derives(mut item: Item, comparable: bool) -> Item {
    let attributes = match &mut item {
        Item::Struct(structure) => &mut structure.attrs,
        Item::Enum(enumeration) => &mut enumeration.attrs,
        _ => return item,
    };
    for attribute in attributes
        .iter_mut()
        .filter(|attribute| attribute.path().is_ident("derive") && comparable)
    {
        if let Ok(list) = attribute.meta.require_list() {
            let derived = list.tokens.to_string();
            if !derived.contains("PartialEq") {
                let derived = derived.replace("Debug", "Debug, PartialEq");
                let tokens: proc_macro2::TokenStream = derived.parse().unwrap_or_default();
                *attribute = syntax::attribute_with("derive", tokens);
            }
        }
    }
    let derive = attributes
        .iter()
        .position(|attribute| attribute.path().is_ident("derive"));
    let place = derive.map_or(0, |place| place + 1);
    let for_schemars = quote!(feature = "schemars", derive(schemars::JsonSchema));
    attributes.insert(place, syntax::attribute_with("cfg_attr", for_schemars));
    item
}

/// The types that the answers to the calls lead to, and the messages of web sockets and webhooks; and what no call uses.
fn answered(api: &Api) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let paths = entries(&api.document["paths"]);
    for (_, operation) in paths.flat_map(|(_, item)| entries(item)) {
        for key in ["responses", "x-websocket"] {
            lower::follow(&api.document, &operation[key], &mut reached);
        }
    }
    let webhooks = &api.document["components"]["x-webhooks"];
    lower::follow(&api.document, webhooks, &mut reached);
    // Nobody says whether what no call uses is sent or received.
    for name in lower::unused(&api.document) {
        let schema = serde_json::json!({ "$ref": format!("#/components/schemas/{name}") });
        lower::follow(&api.document, &schema, &mut reached);
    }
    reached
        .iter()
        .map(|name| names::type_name(name).to_string())
        .collect()
}

/// Keeps a lint quiet that asks for a box around what is large: boxes would be in the way of whoever matches.
fn as_large_as_it_is() -> syn::Attribute {
    syn::parse_quote!(
        #[allow(clippy::large_enum_variant, reason = "as large as the messages are")]
    )
}

/// Takes serde's derives and attributes off, where a macro of the run time does their work.
fn without_serde(attributes: &mut Vec<syn::Attribute>) {
    attributes.retain(|attribute| !attribute.path().is_ident("serde"));
    for attribute in attributes {
        if attribute.path().is_ident("derive")
            && let Ok(list) = attribute.meta.require_list()
        {
            let derived = list.tokens.clone().into_iter();
            let others = derived.filter(|token| {
                matches!(token, TokenTree::Ident(word) if word != "Serialize" && word != "Deserialize")
            });
            *attribute = syntax::attribute_with("derive", quote!(#(#others),*));
        }
    }
}

/// The last word of a type's path.
pub(super) fn type_ident(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// The name that a field or variant has on the wire.
fn wire_name(attributes: &[syn::Attribute], ident: &Ident) -> String {
    let serde = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .filter_map(|attribute| attribute.meta.require_list().ok());
    // Looked for among the tokens and not parsed: there is one for nearly every field of a crate.
    let mut renamed = None;
    for list in serde {
        let mut tokens = list.tokens.clone().into_iter();
        while let Some(token) = tokens.next() {
            if matches!(token, TokenTree::Ident(word) if word == "rename")
                && let (Some(_), Some(TokenTree::Literal(name))) = (tokens.next(), tokens.next())
                && let Lit::Str(name) = Lit::new(name)
            {
                renamed = Some(name.value());
            }
        }
    }
    renamed.unwrap_or_else(|| ident.to_string().trim_start_matches("r#").to_owned())
}

/// The fields of a struct with names.
pub(super) fn named(item: &Item) -> Option<&syn::FieldsNamed> {
    match item {
        Item::Struct(ItemStruct {
            fields: Fields::Named(fields),
            ..
        }) => Some(fields),
        _ => None,
    }
}
