//! No document makes the front end panic, and every refusal says where.
//!
//! Documents are broken at random, but the same way on every run.

use std::path::Path;

use serde_json::Value;
use xtask::{
    adopt,
    spec::{Document, Finding, Severity, lint},
    trial,
};

const CLEAN: &str = include_str!("../src/spec/lint/tests/clean.yaml");

const VENDOR: &str = include_str!("vendor.yaml");

/// Little enough to be broken thousands of times.
const LITTLE: &str = r##"
openapi: 3.0.0
info: {title: Little, version: "1"}
paths:
  /a/{b}:
    post:
      parameters: [{name: b, in: path, required: true, schema: {type: integer}}]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      responses: {default: {description: all, content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Cat"}}}}}}
components:
  schemas:
    Pet: {oneOf: [{$ref: "#/components/schemas/Cat"}, {type: string, enum: [a, b], nullable: true}, {properties: {c: {const: 1}}}]}
    Cat: {allOf: [{$ref: "#/components/schemas/Base"}, {properties: {d: {type: [number, "null"], default: x}}}], required: [d, e]}
    Base: {type: object, discriminator: {propertyName: k, mapping: {x: Cat}}, properties: {k: {type: string, example: 1}}, additionalProperties: false}
"##;

/// A small generator of numbers (xorshift64*): the same seed gives the same documents.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let value = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(value).expect("31 bits fit") % sides.max(1)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.roll(items.len())]
    }
}

/// Reads and lints a text, and checks what it says.
fn findings(name: &str, text: &str) -> Vec<Finding> {
    let findings = match Document::parse(Path::new(name), text) {
        Ok(document) => lint(&document),
        Err(findings) => findings,
    };
    let lines = text.lines().count() + 1;
    for finding in &findings {
        let printed = finding.to_string();
        assert!((1..=lines).contains(&finding.position.line), "{printed}");
        assert!(finding.position.column >= 1, "{printed}");
        assert_eq!(printed.lines().count(), 1, "{printed}");
        assert!(
            !finding.what.is_empty() && !finding.mend.words().is_empty(),
            "{printed}"
        );
    }
    findings
}

#[test]
fn texts_that_are_cut_doubled_swapped_and_scribbled_on_are_refused_or_linted() {
    let scribbles = [
        "\t", "\"", "'", ":", "- ", "{", "}", "[", "]", "*a", "&a ", "!!int ", "|\n", "#", "\u{0}",
        "é", "\r", "---\n", "? ", "<<: ", "%",
    ];
    let mut dice = Dice(1);
    for _ in 0..1200 {
        let mut lines: Vec<String> = CLEAN.lines().map(str::to_owned).collect();
        for _ in 0..=dice.roll(3) {
            let (one, other) = (dice.roll(lines.len()), dice.roll(lines.len()));
            match dice.roll(6) {
                0 => drop(lines.remove(one)),
                1 => lines.insert(one, lines[other].clone()),
                2 => lines.swap(one, other),
                3 => lines[one] = format!("  {}", lines[one]),
                4 => lines[one] = lines[one].trim_start().to_owned(),
                _ => {
                    let characters: Vec<char> = lines[one].chars().collect();
                    let (before, after) = characters.split_at(dice.roll(characters.len() + 1));
                    lines[one] = before
                        .iter()
                        .chain(dice.pick(&scribbles).chars().collect::<Vec<_>>().iter())
                        .chain(after)
                        .collect();
                }
            }
        }
        let mut text = lines.join("\n");
        if dice.roll(4) == 0 {
            let mut end = dice.roll(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
        findings("a.yaml", &text);
    }
}

#[test]
fn trees_that_are_cut_doubled_swapped_and_tangled_are_linted() {
    let document = Document::parse(Path::new("clean.yaml"), CLEAN).expect("it is well formed");
    let clean = document.value();
    let places = pointers(&clean);
    let values = [
        Value::Null,
        Value::from(-1),
        Value::from(1.5e300),
        Value::from(u64::MAX),
        Value::from(""),
        Value::from("/"),
        Value::from("~"),
        Value::from("{"),
        Value::from("é"),
        Value::from("(?<=a)(b*)*$"),
        Value::from("#/components/schemas/Wallet"),
        Value::Array(Vec::new()),
        Value::Object(serde_json::Map::new()),
        Value::Bool(false),
    ];
    let mut dice = Dice(2);
    let mut faulty = 0;
    for round in 0..1200 {
        let mut tree = clean.clone();
        for _ in 0..=dice.roll(4) {
            let place = dice.pick(&places).clone();
            let other = tree
                .pointer(dice.pick(&places).as_str())
                .cloned()
                .unwrap_or_default();
            let reference = format!("#{}", dice.pick(&places));
            let schemas = tree
                .pointer("/components/schemas")
                .and_then(Value::as_object);
            let names: Vec<String> = schemas
                .into_iter()
                .flatten()
                .map(|(name, _)| name.clone())
                .collect();
            let Some(node) = tree.pointer_mut(&place) else {
                continue;
            };
            match dice.roll(7) {
                0 => *node = dice.pick(&values).clone(),
                1 => *node = other,
                2 => *node = serde_json::json!({ "$ref": reference }),
                // Circles among schemas are the most dangerous of all faults.
                3 if !names.is_empty() => {
                    let schema = format!("/components/schemas/{}", dice.pick(&names));
                    let to = serde_json::json!({ "$ref": format!("#/components/schemas/{}", dice.pick(&names)) });
                    let composed = [
                        to.clone(),
                        serde_json::json!({"allOf": [to]}),
                        serde_json::json!({"not": to}),
                    ];
                    if let Some(schema) = tree.pointer_mut(&schema) {
                        *schema = dice.pick(&composed).clone();
                    }
                }
                4 => remove(&mut tree, &place),
                _ => match node {
                    Value::Object(map) => {
                        map.insert(
                            dice.pick(&["$ref", "x-a", "allOf", "", "example", "nullable"])
                                .to_string(),
                            other,
                        );
                    }
                    Value::Array(list) => list.push(other),
                    scalar => *scalar = Value::String(format!("{scalar}{other}")),
                },
            }
        }
        let text = tree.to_string();
        faulty += usize::from(!findings("a.json", &text).is_empty());
        // The same tree by the other reader.
        if round % 8 == 0 {
            findings("a.yaml", &format!("# not JSON\n{text}"));
        }
    }
    assert!(
        faulty > 1100,
        "hardly any mutation was noticed: {faulty} of 1200"
    );
}

#[test]
fn the_deepest_document_and_the_longest_chain_of_schemas_are_linted() {
    let with_schemas =
        |schemas: &str| CLEAN.replacen("  schemas:\n", &format!("  schemas:\n{schemas}"), 1);
    let depth = 120;
    let deep = format!(
        "{}{{type: string}}{}",
        "{items: ".repeat(depth),
        "}".repeat(depth)
    );
    let example = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    findings(
        "a.yaml",
        &with_schemas(&format!(
            "    Deep: {deep}\n    Value: {{example: {example}}}\n"
        )),
    );

    let chain = |link: &str, example: &str| -> String {
        let links = (0..1500).map(|at| {
            let next = format!("$ref: '#/components/schemas/Link{}'", at + 1);
            let example = if at == 0 { example } else { "" };
            format!(
                "    Link{at}: {{{}{example}}}\n",
                link.replace("NEXT", &next)
            )
        });
        let links: String = links.collect();
        with_schemas(&format!("{links}    Link1500: {{type: string}}\n"))
    };
    let text = chain("properties: {next: {NEXT}}", ", example: {next: {}}");
    assert_eq!(findings("a.yaml", &text), []);
    // A value must fit all of these at once, and no stack is as deep as that.
    let text = chain("allOf: [{NEXT}]", ", example: 1");
    let rules: Vec<&str> = findings("a.yaml", &text)
        .iter()
        .map(|finding| finding.rule)
        .collect();
    assert!(
        !rules.is_empty() && rules.iter().all(|rule| *rule == "reference-cycle"),
        "{rules:?}"
    );
    // Nor is any patience as long as this: each link takes the next one twice.
    let text = chain("allOf: [{NEXT}, {NEXT}]", ", example: 1");
    assert!(
        findings("a.yaml", &text)
            .iter()
            .any(|finding| finding.rule == "reference-cycle")
    );
}

#[test]
fn the_specs_with_any_line_missing_are_refused_or_linted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let mut dice = Dice(3);
    for entry in std::fs::read_dir(folder).expect("the repository has a folder `specs`") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("the spec can be read");
        let lines: Vec<&str> = text.lines().collect();
        for _ in 0..10 {
            let missing = dice.roll(lines.len());
            let kept: Vec<&str> = lines
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != missing)
                .map(|(_, line)| *line)
                .collect();
            findings("a.yaml", &kept.join("\n"));
        }
    }
}

/// A document with some of its values deleted, doubled, swapped, cut short or replaced.
fn mutant(tree: &Value, places: &[String], dice: &mut Dice) -> Value {
    let values = [
        Value::Null,
        Value::from(-1),
        Value::from(1.5e300),
        Value::from(""),
        Value::from("null"),
        Value::from("#/components/schemas/Pet"),
        Value::Array(Vec::new()),
        Value::Object(serde_json::Map::new()),
        Value::Bool(true),
    ];
    let mut tree = tree.clone();
    for _ in 0..=dice.roll(3) {
        let place = dice.pick(places).clone();
        let other = dice.pick(places).clone();
        let there = tree.pointer(&other).cloned().unwrap_or_default();
        let Some(node) = tree.pointer_mut(&place) else {
            continue;
        };
        match dice.roll(7) {
            0 => remove(&mut tree, &place),
            1 => *node = there,
            2 => {
                let here = std::mem::replace(node, there);
                if let Some(node) = tree.pointer_mut(&other) {
                    *node = here;
                }
            }
            3 => *node = dice.pick(&values).clone(),
            4 => match node {
                Value::Object(map) => {
                    let kept = dice.roll(map.len() + 1);
                    let keys: Vec<String> = map.keys().skip(kept).cloned().collect();
                    keys.iter().for_each(|key| drop(map.shift_remove(key)));
                }
                Value::Array(list) => list.truncate(dice.roll(list.len() + 1)),
                Value::String(text) => {
                    *text = text.chars().take(dice.roll(text.len() + 1)).collect()
                }
                _ => *node = Value::Null,
            },
            5 => match node {
                Value::Object(map) => {
                    let key = *dice.pick(&[
                        "type",
                        "allOf",
                        "oneOf",
                        "items",
                        "properties",
                        "enum",
                        "nullable",
                        "$ref",
                        "required",
                        "default",
                    ]);
                    map.insert(key.to_owned(), there);
                }
                Value::Array(list) => list.push(there),
                node => *node = there,
            },
            _ => *node = serde_json::json!({ "$ref": format!("#{}", dice.pick(places)) }),
        }
    }
    tree
}

#[test]
fn ten_thousand_broken_documents_are_adopted_or_refused_with_a_place() {
    let [vendor, little] = [VENDOR, LITTLE].map(|text| {
        let document = Document::parse(Path::new("a.yaml"), text).expect("it is well formed");
        let places = pointers(&document.value());
        (document.value(), places)
    });
    let mut dice = Dice(4);
    let mut refused = 0;
    for round in 0..10_000 {
        let (whole, places) = if round % 20 == 0 { &vendor } else { &little };
        let text = mutant(whole, places, &mut dice).to_string();
        let Ok(document) = Document::parse(Path::new("a.json"), &text) else {
            panic!("a tree is well formed: {text}");
        };
        // A document that is generated costs ten times as much as one that is not.
        if round % 25 == 0 {
            let attempt = trial::attempt_text("a", &text);
            assert_eq!(attempt.failure, None, "round {round}: {text}");
            let is_error = |finding: &Finding| finding.severity == Severity::Error;
            let is_refused = attempt.findings.iter().any(is_error);
            assert!(
                is_refused || attempt.is_generated(),
                "round {round}: {text}"
            );
            refused += usize::from(is_refused);
            continue;
        }
        let adopted = adopt::adopt(document);
        for finding in adopted.findings.iter().chain(&lint(&adopted.document)) {
            assert_eq!(finding.position.line, 1, "round {round}: {finding}");
            assert!(
                finding.position.column <= text.chars().count() + 1,
                "{finding}"
            );
        }
    }
    assert!(
        refused < 350,
        "{refused} of 400 were refused: too few are brought into the profile"
    );
}

/// The JSON Pointers of all values.
fn pointers(tree: &Value) -> Vec<String> {
    fn add(value: &Value, pointer: &str, all: &mut Vec<String>) {
        all.push(pointer.to_owned());
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    let token = key.replace('~', "~0").replace('/', "~1");
                    add(value, &format!("{pointer}/{token}"), all);
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    add(value, &format!("{pointer}/{index}"), all);
                }
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    add(tree, "", &mut all);
    all
}

fn remove(tree: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    match tree.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            drop(map.shift_remove(&key.replace("~1", "/").replace("~0", "~")))
        }
        Some(Value::Array(list)) => drop(key.parse().map(|index: usize| list.remove(index))),
        _ => {}
    }
}
