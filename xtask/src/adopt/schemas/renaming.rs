//! Names of `components/schemas` that are no names of Rust types, or those of others.

use std::collections::{BTreeMap, HashSet};

use heck::ToPascalCase as _;

use crate::{
    adopt::{adopting::Adopting, objects},
    generate::RUNTIME,
    spec::{Content, Kind, Node},
};

/// What the generated module of types takes for granted, beside the types of the run time.
const RESERVED: &[&str] = &[
    "AsRef",
    "Box",
    "BTreeMap",
    "Bytes",
    "ConversionError",
    "DateTime",
    "Deserialize",
    "Err",
    "From",
    "Into",
    "IntoIterator",
    "Map",
    "NaiveDate",
    "None",
    "Ok",
    "Option",
    "Result",
    "Self",
    "Serialize",
    "Some",
    "String",
    "TryFrom",
    "Utc",
    "Uuid",
    "Value",
    "Vec",
];

/// Whether a type of this name would hide another.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || RUNTIME.contains(&name)
}

pub(in crate::adopt) fn rename_schemas(adopting: &mut Adopting) {
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let mut notes = Vec::new();
    let schemas = adopting
        .root()
        .get_mut("components")
        .and_then(|components| components.get_mut("schemas"));
    let Some(schemas) = schemas else {
        return;
    };
    // The first to come has the name, but one that needs another name makes room for those that do not.
    let mut taken: HashSet<String> = HashSet::new();
    let mut wanting = Vec::new();
    for entry in schemas.entries() {
        let rust = words(&entry.key).to_pascal_case();
        if is_fine(&entry.key, &rust) && taken.insert(rust) {
            continue;
        }
        wanting.push((entry.key.clone(), entry.key_position));
    }
    for (name, position) in wanting {
        let rust = clean(&name);
        let mut free = rust.clone();
        let mut number = 2;
        while is_reserved(&free) || taken.contains(&free) {
            free = match (number, is_reserved(&rust)) {
                (2, true) => format!("{rust}Data"),
                (_, true) => format!("{rust}Data{}", number - 1),
                _ => format!("{rust}{number}"),
            };
            number += 1;
        }
        taken.insert(free.clone());
        notes.push((position, format!("the schema `{name}` is called `{free}`")));
        renamed.insert(name, free);
    }
    if renamed.is_empty() {
        return;
    }
    for entry in schemas.entries_mut() {
        if let Some(name) = renamed.get(&entry.key) {
            entry.key.clone_from(name);
        }
    }
    repoint(adopting.root(), &renamed);
    adopting.renamed(&renamed);
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

fn is_fine(name: &str, rust: &str) -> bool {
    rust.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && !is_reserved(rust)
}

fn words(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}

fn clean(name: &str) -> String {
    let rust = words(name).to_pascal_case();
    match rust.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => rust,
        false => format!("Schema{rust}"),
    }
}

/// Makes all references to schemas lead to their new names.
fn repoint(root: &mut Node, renamed: &BTreeMap<String, String>) {
    objects::each(root, Kind::Document, &mut |kind, node| {
        if let Some(Content::Text(text)) = node.get_mut("$ref").map(|node| &mut node.content)
            && let Some(new) = repointed(text, renamed)
        {
            *text = new;
        }
        let mapping = node
            .get_mut("discriminator")
            .filter(|_| kind == Kind::Schema)
            .and_then(|discriminator| discriminator.get_mut("mapping"));
        for entry in mapping.into_iter().flat_map(Node::entries_mut) {
            if let Content::Text(text) = &mut entry.value.content
                && let Some(new) = repointed(text, renamed).or_else(|| renamed.get(text).cloned())
            {
                *text = new;
            }
        }
    });
}

fn repointed(reference: &str, renamed: &BTreeMap<String, String>) -> Option<String> {
    const SCHEMAS: &str = "#/components/schemas/";
    let rest = reference.strip_prefix(SCHEMAS)?;
    let (name, below) = match rest.split_once('/') {
        Some((name, below)) => (name, format!("/{below}")),
        None => (rest, String::new()),
    };
    let plain = decoded(name);
    match renamed.get(&plain) {
        Some(new) => Some(format!("{SCHEMAS}{new}{below}")),
        // A name need not be escaped as it is.
        None => (plain != name && below.is_empty()).then(|| format!("{SCHEMAS}{plain}")),
    }
}

/// A token of a pointer in a URL, as the key it stands for.
fn decoded(token: &str) -> String {
    let mut bytes = Vec::with_capacity(token.len());
    let mut rest = token.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match (
            first,
            hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()),
        ) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes)
        .replace("~1", "/")
        .replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn references_of_fields_with_any_name_are_followed() {
        let (schemas, _) = adopted(
            super::rename_schemas,
            "value: {type: string}\nA: {properties: {default: {$ref: '#/components/schemas/value'}, mapping: {$ref: '#/components/schemas/value'}, example: {$ref: '#/components/schemas/value'}}}",
        );
        let to = json!({"$ref": "#/components/schemas/ValueData"});
        assert_eq!(
            schemas["A"]["properties"],
            json!({"default": to, "mapping": to, "example": to})
        );
    }

    #[test]
    fn the_types_of_the_run_time_keep_their_names() {
        let (schemas, _) = adopted(
            super::rename_schemas,
            "Address: {type: object}\nB: {properties: {a: {$ref: '#/components/schemas/Address'}}}",
        );
        assert_eq!(
            schemas["B"]["properties"]["a"],
            json!({"$ref": "#/components/schemas/AddressData"})
        );
    }

    #[test]
    fn every_schema_has_a_name_of_its_own_in_rust() {
        let (schemas, changes) = adopted(
            super::rename_schemas,
            "value: {type: string}\nfoo_bar: {type: string}\nFooBar: {properties: {a: {$ref: '#/components/schemas/value'}, b: {$ref: '#/components/schemas/Page%3CA%3E'}}}\n'Page<A>': {type: string}\n1st: {type: string}",
        );
        let names: Vec<&String> = schemas.as_object().expect("a map").keys().collect();
        assert_eq!(
            names,
            ["ValueData", "foo_bar", "FooBar2", "PageA", "Schema1st"]
        );
        let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        assert_eq!(
            schemas["FooBar2"]["properties"],
            json!({"a": to("ValueData"), "b": to("PageA")})
        );
        assert_eq!(changes.len(), 4);
    }
}
