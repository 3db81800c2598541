//! `oneOf` and `anyOf`: branches that Rust can tell apart, each with a name.

use super::walk::{self, Named, PROSE, allows_anything};
use crate::{
    adopt::adopting::Adopting,
    spec::{Content, Entry, Node, Position, pascal},
};

type Notes = Vec<(Position, String)>;

pub(in crate::adopt) fn settle_unions(adopting: &mut Adopting) {
    let named = Named::of(adopting.root());
    let mut notes = Notes::new();
    walk::every_inside_out(adopting.root(), &mut |schema| {
        settle(schema, &named, &mut notes)
    });
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

fn settle(schema: &mut Node, named: &Named, notes: &mut Notes) {
    let Some(key) = ["oneOf", "anyOf"]
        .into_iter()
        .find(|key| schema.get(key).is_some())
    else {
        return;
    };
    let Some(Entry {
        key_position: position,
        value,
        ..
    }) = schema.remove(key)
    else {
        return;
    };
    let Content::List(branches) = value.content else {
        schema.insert(key, value.content);
        return;
    };
    let before = branches.len();
    let mut flat = Vec::new();
    let mut nullable = false;
    for mut branch in branches {
        // A union within the union.
        let inner = ["oneOf", "anyOf"]
            .into_iter()
            .find(|key| branch.get(key).is_some());
        if branch.get("title").is_none()
            && branch.get("discriminator").is_none()
            && let Some(inner) = inner
            && let Some(Entry {
                value:
                    Node {
                        content: Content::List(inner),
                        ..
                    },
                ..
            }) = branch.remove(inner)
        {
            nullable |= branch.is_true("nullable");
            flat.extend(inner);
        } else {
            flat.push(branch);
        }
    }
    for branch in &mut flat {
        if let Some(entry) = branch.remove("nullable") {
            nullable |= matches!(entry.value.content, Content::Bool(true));
        }
        // It is the whole that may be left out.
        if let Some(default) = branch.remove("default")
            && schema.get("default").is_none()
        {
            schema.put("default", default.value);
        }
        // With the word gone, the reference may stand alone.
        if let [only] = branch.entries()
            && only.key == "allOf"
            && let [part] = only.value.items()
            && part.reference().is_some()
        {
            *branch = part.clone();
        }
    }
    let mut branches: Vec<Node> = Vec::new();
    for branch in flat {
        if !branches.iter().any(|other| same(other, &branch)) {
            branches.push(branch);
        }
    }
    let has_mapping = schema.get("discriminator").is_some();
    if !has_mapping {
        strings(&mut branches, named, notes);
        numbers(&mut branches, named, notes);
    }
    if nullable {
        schema.insert("nullable", true.into());
    }
    if let Some(anything) = branches
        .iter()
        .find(|branch| allows_anything(named.resolve(branch)) && branch.reference().is_none())
    {
        notes.push((
            anything.position,
            format!("a branch of `{key}` allows anything, so all of it does"),
        ));
        schema.remove("type");
        schema.remove("discriminator");
        return;
    }
    match branches.len() {
        0 => notes.push((
            position,
            format!("`{key}` has no branch: anything is allowed"),
        )),
        1 if !has_mapping => {
            schema.remove("type");
            notes.push((position, format!("`{key}` of one schema is that schema")));
            one(schema, branches.remove(0));
        }
        _ => {
            schema.remove("type");
            titles(&mut branches, named, notes);
            if branches.len() != before {
                notes.push((
                    position,
                    format!("of the {before} branches, {} differ", branches.len()),
                ));
            }
            schema.insert(key, Content::List(branches));
        }
    }
}

/// Makes the whole what its only branch is; what is said around it holds.
fn one(schema: &mut Node, branch: Node) {
    if branch.reference().is_some() {
        match schema.entries().is_empty() {
            true => schema.content = branch.content,
            false => schema.insert("allOf", Content::List(vec![branch])),
        }
        return;
    }
    if let (Content::Map(entries), Content::Map(own)) = (&mut schema.content, branch.content) {
        for entry in own {
            if !entries.iter().any(|other| other.key == entry.key) {
                entries.push(entry);
            }
        }
    }
}

/// Whether two branches have the same values.
fn same(one: &Node, other: &Node) -> bool {
    fn bare(node: &Node) -> serde_json::Value {
        let mut node = node.clone();
        for key in PROSE {
            node.remove(key);
        }
        node.to_value()
    }
    bare(one) == bare(other)
}

/// Branches of strings that Rust cannot tell apart are one: an enum where all list their values, an open one where
/// some do, and text otherwise.
fn strings(branches: &mut Vec<Node>, named: &Named, notes: &mut Notes) {
    let is_string = |branch: &Node| {
        let resolved = named.resolve(branch);
        let typed = matches!(
            resolved.text("format"),
            Some(
                "uuid"
                    | "date-time"
                    | "date"
                    | "byte"
                    | "password"
                    | "uint256"
                    | "hex"
                    | "address"
                    | "unixtime"
            )
        );
        resolved.text("type") == Some("string") && !typed
    };
    let found: Vec<usize> = (0..branches.len())
        .filter(|place| is_string(&branches[*place]))
        .collect();
    let inline = found
        .iter()
        .any(|place| branches[*place].reference().is_none());
    if found.len() < 2 || !inline {
        return;
    }
    let mut values: Vec<Node> = Vec::new();
    let mut open = false;
    for place in &found {
        let resolved = named.resolve(&branches[*place]);
        open |= resolved.get("enum").is_none() || resolved.is_true("x-open-enum");
        for value in resolved.get("enum").map_or(&[][..], Node::items) {
            if !values.iter().any(|other| other.as_str() == value.as_str()) {
                values.push(value.clone());
            }
        }
    }
    let first = &branches[found[0]];
    let position = first.position;
    let mut merged = walk::map(position, [("type", "string".into())]);
    if let Some(described) = found
        .iter()
        .find_map(|place| branches[*place].text("description"))
    {
        merged.insert("description", described.into());
    }
    let what = if values.is_empty() {
        "text that Rust cannot tell apart is one branch"
    } else {
        merged.insert("enum", Content::List(values));
        if open {
            merged.insert("x-open-enum", true.into());
            "values beside any text are an open enum"
        } else {
            "lists of values are one list"
        }
    };
    notes.push((position, what.to_owned()));
    let mut place = 0;
    branches.retain(|_| {
        place += 1;
        !found[1..].contains(&(place - 1))
    });
    branches[found[0]] = merged;
}

/// Numbers of several sizes are one branch, of the widest.
fn numbers(branches: &mut Vec<Node>, named: &Named, notes: &mut Notes) {
    let is_number = |branch: &Node| {
        matches!(
            named.resolve(branch).text("type"),
            Some("integer" | "number")
        )
    };
    let found: Vec<usize> = (0..branches.len())
        .filter(|place| is_number(&branches[*place]))
        .collect();
    if found.len() < 2 {
        return;
    }
    let fraction = found
        .iter()
        .any(|place| named.resolve(&branches[*place]).text("type") == Some("number"));
    let unsigned = found
        .iter()
        .any(|place| named.resolve(&branches[*place]).text("format") == Some("uint64"));
    let position = branches[found[0]].position;
    let large = found
        .iter()
        .any(|place| named.resolve(&branches[*place]).text("format") == Some("uint256"));
    let (kind, format) = match (fraction, unsigned) {
        (true, _) => ("number", "double"),
        _ if large => ("integer", "uint256"),
        (false, true) => ("integer", "uint64"),
        (false, false) => ("integer", "int64"),
    };
    notes.push((
        position,
        "numbers of several sizes are one branch, of the widest".to_owned(),
    ));
    let merged = walk::map(position, [("type", kind.into()), ("format", format.into())]);
    let mut place = 0;
    branches.retain(|_| {
        place += 1;
        !found[1..].contains(&(place - 1))
    });
    branches[found[0]] = merged;
}

/// Gives each branch that is no reference a title of its own.
fn titles(branches: &mut [Node], named: &Named, notes: &mut Notes) {
    let mut taken: Vec<String> = branches
        .iter()
        .map(|branch| {
            branch
                .text("title")
                .map_or_else(|| walk::branch_name(branch, 0), str::to_owned)
        })
        .collect();
    for place in 0..branches.len() {
        let telling = telling(branches, place, named);
        let branch = &mut branches[place];
        if branch.reference().is_some() {
            continue;
        }
        let written = branch.text("title").map(str::to_owned);
        let kept = written.as_ref().filter(|title| {
            title.len() <= 40
                && title.starts_with(|c: char| c.is_ascii_alphabetic())
                && !taken[..place].contains(title)
        });
        if kept.is_some() {
            continue;
        }
        let word = match branch.text("type") {
            Some("string") if branch.get("enum").is_some() => "Known",
            Some("string") => match branch.text("format") {
                Some("date-time" | "date") => "Time",
                Some("uuid") => "Uuid",
                Some("byte") => "Base64",
                _ => "Text",
            },
            Some("integer") => "Integer",
            Some("number") => "Number",
            Some("boolean") => "Flag",
            Some("array") => "List",
            _ if branch.get("properties").is_some() => telling.as_deref().unwrap_or("Object"),
            _ => "Map",
        };
        let mut name = word.to_owned();
        let mut number = 2;
        while taken.contains(&name) {
            name = format!("{word}{number}");
            number += 1;
        }
        notes.push((branch.position, format!("the branch is called `{name}`")));
        branch.insert("title", name.as_str().into());
        taken[place] = name;
    }
}

/// A name for an object among the branches: the value of a field that has another one in each of the others, or else a
/// field that it requires and no other branch has.
fn telling(branches: &[Node], place: usize, named: &Named) -> Option<String> {
    let properties = |branch: &Node| {
        let properties = named.resolve(branch).get("properties");
        properties.map_or(&[][..], Node::entries).to_vec()
    };
    let only_value = |schema: &Node| match named.resolve(schema).get("enum")?.items() {
        [value] => value.as_str().map(str::to_owned),
        _ => None,
    };
    let own = properties(&branches[place]);
    let others: Vec<Vec<Entry>> = (0..branches.len())
        .filter(|other| *other != place)
        .map(|other| properties(&branches[other]))
        .collect();
    let of_other = |other: &[Entry], key: &str| {
        let entry = other.iter().find(|entry| entry.key == key);
        entry.map(|entry| only_value(&entry.value))
    };
    let by_value = own.iter().find_map(|entry| {
        let value = only_value(&entry.value)?;
        let tells = others.iter().all(|other| {
            of_other(other, &entry.key).is_some_and(|theirs| theirs.is_some_and(|it| it != value))
        });
        tells.then_some(value)
    });
    let required = branches[place].get("required").map_or(&[][..], Node::items);
    let by_field = || {
        let names = required.iter().filter_map(Node::as_str);
        let mut names = names.filter(|name| own.iter().any(|entry| entry.key == *name));
        let tells = |name: &&str| others.iter().all(|other| of_other(other, name).is_none());
        names.find(tells).map(str::to_owned)
    };
    let name = pascal(&by_value.or_else(by_field)?);
    (name.len() <= 40 && name.starts_with(|c: char| c.is_ascii_alphabetic())).then_some(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn an_enum_beside_any_text_is_an_open_enum() {
        let (schemas, changes) = adopted(
            super::settle_unions,
            "Color: {type: string, enum: [red]}\nA: {anyOf: [{$ref: '#/components/schemas/Color'}, {type: string}]}\nB: {oneOf: [{type: string, enum: [a]}, {type: string, enum: [b]}]}",
        );
        assert_eq!(
            schemas["A"],
            json!({"type": "string", "enum": ["red"], "x-open-enum": true})
        );
        assert_eq!(schemas["B"], json!({"type": "string", "enum": ["a", "b"]}));
        assert!(!changes.is_empty());
    }

    #[test]
    fn an_object_without_a_name_is_called_after_what_tells_it_from_the_others() {
        let (schemas, _) = adopted(
            super::settle_unions,
            "A: {oneOf: [{properties: {kind: {enum: [hot_wallet]}}}, {properties: {kind: {enum: [cold]}}}]}\nB: {oneOf: [{required: [id, key], properties: {id: {}, key: {}}}, {required: [id], properties: {id: {}, path: {}}}]}",
        );
        let titles = |name: &str| {
            let branches = schemas[name]["oneOf"].as_array().expect("a list");
            let titles = branches.iter().map(|branch| branch["title"].as_str());
            titles.flatten().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(titles("A"), ["HotWallet", "Cold"]);
        assert_eq!(titles("B"), ["Key", "Object"]);
    }

    #[test]
    fn the_default_of_a_branch_is_that_of_the_whole() {
        let (schemas, _) = adopted(
            super::settle_unions,
            "A: {oneOf: [{type: boolean, default: false}, {type: string, enum: [on], default: on}]}",
        );
        assert_eq!(
            schemas["A"],
            json!({"default": false, "oneOf": [
                {"type": "boolean", "title": "Flag"},
                {"type": "string", "enum": ["on"], "title": "Known"},
            ]})
        );
    }

    #[test]
    fn every_branch_has_a_name_and_one_branch_is_none() {
        let (schemas, _) = adopted(
            super::settle_unions,
            "A: {oneOf: [{type: string}, {type: array, items: {}}, {type: object, properties: {a: {}}}, {type: string}]}\nB: {anyOf: [{type: integer, format: int64, nullable: true}]}\nC: {anyOf: [{type: string}, {}]}\nD: {oneOf: [{$ref: '#/components/schemas/A'}], description: one}",
        );
        let titles: Vec<&str> = schemas["A"]["oneOf"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|branch| branch["title"].as_str())
            .collect();
        assert_eq!(titles, ["Text", "List", "Object"]);
        assert_eq!(
            schemas["B"],
            json!({"nullable": true, "type": "integer", "format": "int64"})
        );
        assert_eq!(schemas["C"], json!({}));
        assert_eq!(
            schemas["D"]["allOf"],
            json!([{"$ref": "#/components/schemas/A"}])
        );
    }
}
