//! Names of `components/schemas` that are no names of Rust types, or those of others.

use std::collections::{BTreeMap, HashSet};

use heck::ToPascalCase as _;

use crate::{
    adopt::adopting::Adopting,
    spec::{Content, Node},
};

/// What the generated module of types takes for granted.
const RESERVED: &[&str] = &[
    "Address",
    "Base64",
    "Box",
    "BTreeMap",
    "Bytes",
    "ConversionError",
    "DateTime",
    "Deserialize",
    "Err",
    "Fields",
    "FilePart",
    "From",
    "Hex",
    "Into",
    "Json",
    "Map",
    "NaiveDate",
    "None",
    "Nullable",
    "Ok",
    "Option",
    "Result",
    "Secret",
    "Self",
    "Serialize",
    "Some",
    "String",
    "TryFrom",
    "Uint256",
    "UnixTime",
    "UnknownValue",
    "Utc",
    "Uuid",
    "Value",
    "Vec",
];

/// Whether a type of this name would hide another.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
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
        while RESERVED.contains(&free.as_str()) || taken.contains(&free) {
            free = match (number, RESERVED.contains(&rust.as_str())) {
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
fn repoint(node: &mut Node, renamed: &BTreeMap<String, String>) {
    match &mut node.content {
        Content::Map(entries) => {
            for entry in entries {
                match (entry.key.as_str(), &mut entry.value.content) {
                    ("$ref", Content::Text(text)) => {
                        if let Some(new) = repointed(text, renamed) {
                            *text = new;
                        }
                    }
                    ("mapping", Content::Map(values)) => {
                        for value in values {
                            let Content::Text(text) = &mut value.value.content else {
                                continue;
                            };
                            if let Some(new) =
                                repointed(text, renamed).or_else(|| renamed.get(text).cloned())
                            {
                                *text = new;
                            }
                        }
                    }
                    ("enum" | "default" | "example", _) => {}
                    _ => repoint(&mut entry.value, renamed),
                }
            }
        }
        Content::List(items) => items.iter_mut().for_each(|item| repoint(item, renamed)),
        _ => {}
    }
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
