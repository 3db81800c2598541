//! The manifests that name every provider: the workspace's, and that of the tests across crates.

use toml_edit::{DocumentMut, Item, Key, Table, TomlError, Value};

/// What the names of all crates here begin with.
const OURS: &str = "bindery-";

/// The manifest with a dependency more, among the others of ours, by name. Comments stay where they are.
///
/// # Errors
///
/// When the text is no TOML.
pub(super) fn with(
    text: &str,
    table: &[&str],
    name: &str,
    value: &str,
) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let mut value: Value = value.parse()?;
    value.decor_mut().set_prefix(" ");
    let Some(dependencies) = table_of(&mut document, table) else {
        return Ok(text.to_owned());
    };
    let mut order: Vec<String> = dependencies.iter().map(|(key, _)| key.to_owned()).collect();
    let ours = |key: &String| key.starts_with(OURS);
    let next = order
        .iter()
        .position(|key| ours(key) && key.as_str() > name);
    let last = order.iter().rposition(ours).map(|place| place + 1);
    let place = next.or(last).unwrap_or(order.len());
    order.insert(place, name.to_owned());
    let mut key = Key::new(name);
    // What stands above the first of ours stands above all of them.
    let is_first = !order[..place].iter().any(ours);
    if is_first
        && let Some(mut first) = order
            .get(place + 1)
            .and_then(|first| dependencies.key_mut(first))
    {
        if let Some(prefix) = first.leaf_decor().prefix().cloned() {
            key.leaf_decor_mut().set_prefix(prefix);
        }
        first.leaf_decor_mut().set_prefix("");
    }
    dependencies.insert_formatted(&key, Item::Value(value));
    sort(dependencies, &order);
    Ok(document.to_string())
}

/// The manifest without a dependency.
///
/// # Errors
///
/// When the text is no TOML.
pub(super) fn without(text: &str, table: &[&str], name: &str) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let Some(dependencies) = table_of(&mut document, table) else {
        return Ok(text.to_owned());
    };
    let order: Vec<String> = dependencies.iter().map(|(key, _)| key.to_owned()).collect();
    let Some(place) = order.iter().position(|key| key == name) else {
        return Ok(text.to_owned());
    };
    let is_first = !order[..place].iter().any(|key| key.starts_with(OURS));
    let above = dependencies
        .key(name)
        .and_then(|key| key.leaf_decor().prefix().cloned());
    dependencies.remove(name);
    let next = order.get(place + 1).filter(|next| next.starts_with(OURS));
    if is_first
        && let (Some(above), Some(next)) = (above, next)
        && let Some(mut next) = dependencies.key_mut(next)
    {
        next.leaf_decor_mut().set_prefix(above);
    }
    Ok(document.to_string())
}

/// Whether a manifest has a dependency on a package, in any of its tables of dependencies.
pub(super) fn depends(text: &str, name: &str) -> bool {
    let Ok(document) = text.parse::<DocumentMut>() else {
        return false;
    };
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .iter()
        .any(|table| {
            document
                .get(table)
                .is_some_and(|table| table.get(name).is_some())
        })
}

/// What a package stands on: the names under `[dependencies]` and `[dev-dependencies]`.
///
/// # Errors
///
/// When the text is no TOML.
pub(super) fn dependencies(text: &str) -> Result<Vec<String>, TomlError> {
    let document: DocumentMut = text.parse()?;
    let tables = ["dependencies", "dev-dependencies"].map(|name| document.get(name));
    let tables = tables.into_iter().flatten().filter_map(Item::as_table);
    let mut names: Vec<_> = tables.flatten().map(|(name, _)| name.to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// The version of all crates, from the workspace's manifest.
///
/// # Errors
///
/// When the text is no TOML.
pub(super) fn version(text: &str) -> Result<String, TomlError> {
    let document: DocumentMut = text.parse()?;
    let version = (document.get("workspace"))
        .and_then(|workspace| workspace.get("package")?.get("version")?.as_str());
    Ok(version.unwrap_or("0.0.0").to_owned())
}

fn table_of<'a>(document: &'a mut DocumentMut, path: &[&str]) -> Option<&'a mut Table> {
    let mut table = document.as_table_mut();
    for key in path {
        table = table.get_mut(key)?.as_table_mut()?;
    }
    Some(table)
}

fn sort(table: &mut Table, order: &[String]) {
    let place = |key: &Key| order.iter().position(|other| other == key.get());
    table.sort_values_by(|one, _, other, _| place(one).cmp(&place(other)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"# The workspace.
[workspace]
members = ["crates/*"] # all

[workspace.dependencies]
# Ours.
bindery-auth = { path = "crates/auth" }
bindery-hive = { path = "crates/hive" } # by hand

# Others.
serde = "1"
arc-swap = { version = "1" }

[profile.dev]
debug = 1
"#;

    #[test]
    fn a_dependency_is_entered_by_name_below_the_comment_and_taken_out_to_the_byte() {
        let table = ["workspace", "dependencies"];
        for name in ["bindery-acme", "bindery-basis", "bindery-zoo"] {
            let with = with(MANIFEST, &table, name, "{ path = \"x\" }").expect("TOML");
            assert_ne!(with, MANIFEST);
            let again = without(&with, &table, name).expect("TOML");
            assert_eq!(again, MANIFEST);
        }
        let both = with(MANIFEST, &table, "bindery-acme", "{ path = \"a\" }").expect("TOML");
        let both = with(&both, &table, "bindery-zoo", "{ path = \"z\" }").expect("TOML");
        insta::assert_snapshot!(both, @r#"
        # The workspace.
        [workspace]
        members = ["crates/*"] # all

        [workspace.dependencies]
        # Ours.
        bindery-acme = { path = "a" }
        bindery-auth = { path = "crates/auth" }
        bindery-hive = { path = "crates/hive" } # by hand
        bindery-zoo = { path = "z" }

        # Others.
        serde = "1"
        arc-swap = { version = "1" }

        [profile.dev]
        debug = 1
        "#);
    }
}
