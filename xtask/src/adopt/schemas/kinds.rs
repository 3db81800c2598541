//! Discriminators on unions: `anyOf` is for kinds of which each has the field that tells them apart, and a value of it.

use super::walk::{self, Named};
use crate::{
    adopt::adopting::Adopting,
    spec::{Node, Position},
};

pub(in crate::adopt) fn settle_kinds(adopting: &mut Adopting) {
    let named = Named::of(adopting.root());
    let mut notes: Vec<(Position, String)> = Vec::new();
    walk::every(adopting.root(), &mut |schema| {
        let Some(position) = schema
            .entry("discriminator")
            .map(|entry| entry.key_position)
        else {
            return;
        };
        if schema.get("oneOf").is_some() {
            return;
        }
        let Some(branches) = schema.get("anyOf") else {
            schema.remove("discriminator");
            notes.push((
                position,
                "a discriminator of nothing is left out".to_owned(),
            ));
            return;
        };
        if branches
            .items()
            .iter()
            .all(|branch| is_kind(schema, branch, &named))
        {
            return;
        }
        if let Some(branches) = schema.remove("anyOf") {
            schema.insert("oneOf", branches.value.content);
            notes.push((
                position,
                "not every branch has the discriminator and a value of it: the others are told by what they describe"
                    .to_owned(),
            ));
        }
    });
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

fn is_kind(schema: &Node, branch: &Node, named: &Named) -> bool {
    let discriminator = schema.get("discriminator");
    let tag = discriminator.and_then(|node| node.text("propertyName"));
    let (Some(tag), Some(reference)) = (tag, branch.reference()) else {
        return false;
    };
    let mapping = discriminator
        .and_then(|node| node.get("mapping"))
        .map_or(&[][..], Node::entries);
    let short = reference.rsplit('/').next().unwrap_or(reference);
    let kind = named.resolve(branch);
    let told: Vec<&str> = mapping
        .iter()
        .filter(|entry| {
            let to = entry.value.as_str().unwrap_or_default();
            to == reference || to == short
        })
        .map(|entry| entry.key.as_str())
        .collect();
    // Where it may say that it is of another kind, what it describes counts.
    let declared = kind.get("properties").and_then(|all| all.get(tag));
    let values = declared
        .map(|declared| named.resolve(declared))
        .and_then(|declared| declared.get("enum"))
        .map_or(&[][..], Node::items);
    let is_sure = (values.iter().filter_map(Node::as_str)).all(|value| told.contains(&value));
    let mut required = kind.get("required").map_or(&[][..], Node::items).iter();
    !told.is_empty()
        && is_sure
        && required.any(|name| name.as_str() == Some(tag))
        && declared.is_some()
}

#[cfg(test)]
mod tests {
    use crate::adopt::schemas::tests::adopted;

    const KINDS: &str = "Cat: {type: object, required: [kind], properties: {kind: {type: string}}}\nDog: {type: object, properties: {kind: {type: string}}}\n";

    fn of(pet: &str) -> (serde_json::Value, usize) {
        let (schemas, changes) = adopted(super::settle_kinds, &format!("{KINDS}Pet: {pet}"));
        (schemas["Pet"].clone(), changes.len())
    }

    #[test]
    fn kinds_that_all_have_the_tag_stay() {
        let (pet, changes) = of(
            "{anyOf: [{$ref: '#/components/schemas/Cat'}], discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat'}}}",
        );
        assert!(pet.get("anyOf").is_some(), "{pet}");
        assert_eq!(changes, 0);
    }

    #[test]
    fn branches_that_may_lack_it_are_a_union() {
        let (pet, changes) = of(
            "{anyOf: [{$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind, mapping: {dog: '#/components/schemas/Dog'}}}",
        );
        assert!(pet.get("oneOf").is_some(), "{pet}");
        assert!(pet.get("anyOf").is_none(), "{pet}");
        assert_eq!(changes, 1);
        let (pet, _) = of(
            "{anyOf: [{$ref: '#/components/schemas/Cat'}], discriminator: {propertyName: kind}}",
        );
        assert!(pet.get("oneOf").is_some(), "{pet}");
    }

    #[test]
    fn one_that_may_say_that_it_is_of_another_kind_is_a_branch_of_a_union() {
        let schemas = "Kind: {type: string, enum: [a, b]}\nA: {type: object, required: [kind], properties: {kind: {$ref: '#/components/schemas/Kind'}}}\nPet: {anyOf: [{$ref: '#/components/schemas/A'}], discriminator: {propertyName: kind, mapping: {a: '#/components/schemas/A'}}}";
        let (schemas, _) = adopted(super::settle_kinds, schemas);
        assert!(schemas["Pet"].get("oneOf").is_some(), "{schemas}");
    }

    #[test]
    fn a_discriminator_of_nothing_is_left_out() {
        let (pet, changes) = of("{type: object, discriminator: {propertyName: kind}}");
        assert!(pet.get("discriminator").is_none(), "{pet}");
        assert_eq!(changes, 1);
    }
}
