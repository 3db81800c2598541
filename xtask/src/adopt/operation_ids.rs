//! Operation ids: missing ones are made of method and path, and of two that would be one method the second is.

use std::collections::HashSet;

use super::{adopting::Adopting, objects};
use crate::spec::{TAKEN_IDS, is_keyword, pascal, snake};

/// Types that the modules of a crate import, or the language brings along: a call in the making is a type too.
const TYPES: [&str; 34] = [
    "AsRef",
    "Base64",
    "Box",
    "Bytes",
    "Call",
    "CallOptions",
    "Client",
    "Clone",
    "DateTime",
    "Debug",
    "Err",
    "Error",
    "Events",
    "FilePart",
    "Into",
    "IntoIterator",
    "Iterator",
    "NaiveDate",
    "None",
    "Ok",
    "Option",
    "Pages",
    "Response",
    "Result",
    "Secret",
    "Self",
    "Send",
    "Some",
    "Stream",
    "String",
    "Style",
    "Uint256",
    "Utc",
    "Uuid",
];

pub(super) fn name_operations(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let mut taken = HashSet::new();
    // An id that is good as it is goes before one that only becomes the same.
    let mut written = HashSet::new();
    objects::each_operation(root, &mut |_, _, operation| {
        if let Some(id) = operation.text("operationId")
            && fits(id)
            && id == name_of(id)
        {
            written.insert(id.to_owned());
        }
    });
    objects::each_operation(root, &mut |path, method, operation| {
        let id = operation.text("operationId").map(str::to_owned);
        let from_path = || {
            let words: Vec<&str> = path
                .split(|character: char| !character.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .collect();
            name_of(&format!("{method} {}", words.join(" ")))
        };
        let wanted = match &id {
            Some(id) if fits(&name_of(id)) => name_of(id),
            Some(id) if begins_as_ours(&name_of(id)) => format!("{method}_{}", name_of(id)),
            Some(id) if name_of(id).starts_with(|first: char| first.is_ascii_lowercase()) => {
                format!("{}_{method}", name_of(id))
            }
            _ => from_path(),
        };
        let is_own = id.as_ref() == Some(&wanted);
        let free = |name: &str, taken: &HashSet<String>| {
            !taken.contains(&pascal(name)) && (is_own || !written.contains(name))
        };
        let mut name = wanted.clone();
        if !free(&name, &taken) {
            name = from_path();
        }
        let mut number = 2;
        while !free(&name, &taken) || !fits(&name) {
            name = format!("{wanted}_v{number}");
            number += 1;
        }
        taken.insert(pascal(&name));
        if id.as_ref() != Some(&name) {
            let what = match &id {
                Some(id) => format!("`{id}` is called `{name}`"),
                None => format!("`{} {path}` is called `{name}`", method.to_uppercase()),
            };
            told.changed(operation.position, what);
            operation.insert("operationId", name.into());
        }
    });
}

/// The method's name.
fn name_of(id: &str) -> String {
    let ascii: String = id
        .chars()
        .map(|character| if character.is_ascii() { character } else { ' ' })
        .collect();
    snake(&ascii)
}

/// Whether a method, a type and a static can have the name.
fn fits(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && !is_keyword(name)
        && !TAKEN_IDS.contains(&name)
        && !TYPES.contains(&pascal(name).as_str())
        && !begins_as_ours(name)
}

/// Whether a name begins as the statics of schemes and servers do.
fn begins_as_ours(name: &str) -> bool {
    name.starts_with("scheme_") || name.starts_with("server_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adopt::adopting::after;

    #[test]
    fn what_is_called_like_a_server_begins_with_the_method() {
        let after = after(
            name_operations,
            "paths: { /a: { get: { operationId: serverOptions }, put: { operationId: Scheme_List } } }\n",
        );
        let item = &after.document["paths"]["/a"];
        assert_eq!(item["get"]["operationId"], "get_server_options");
        assert_eq!(item["put"]["operationId"], "put_scheme_list");
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_that_is_no_word_of_rust() {
        let after = after(
            name_operations,
            "
paths:
  /pets: { get: { operationId: listPets }, post: {} }
  '/pets/{petId}': { get: { operationId: list_pets }, delete: { operationId: '7' }, put: { operationId: LIST-PETS } }
  /things: { get: { operationId: type }, post: { operationId: new }, put: { operationId: call } }
  /größe: { get: {} }
  /a1: { get: {} }
  /a_1: { get: {} }
",
        );
        let mut ids = Vec::new();
        for (_, item) in crate::api::entries(&after.document["paths"]) {
            for (_, operation) in crate::api::entries(item) {
                ids.push(operation["operationId"].as_str().expect("an id").to_owned());
            }
        }
        assert_eq!(
            ids,
            [
                "get_pets",
                "post_pets",
                "list_pets",
                "delete_pets_pet_id",
                "put_pets_pet_id",
                "type_get",
                "new_post",
                "call_put",
                "get_gr_e",
                "get_a1",
                "get_a_1_v2",
            ]
        );
    }
}
