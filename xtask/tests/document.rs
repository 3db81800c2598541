//! A document keeps what its text says, and knows where.

use std::path::Path;

use serde_json::{Value, json};
use xtask::spec::{Document, Position, lint};

fn document(name: &str, text: &str) -> Document {
    Document::parse(Path::new(name), text).expect("the text is well formed")
}

fn yaml(text: &str) -> Value {
    document("a.yaml", text).value()
}

/// The one finding that keeps a text from being read, as it is printed.
fn refusal(name: &str, text: &str) -> String {
    let findings = Document::parse(Path::new(name), text).expect_err("the text is not well formed");
    assert_eq!(findings.len(), 1);
    findings[0].to_string()
}

#[test]
fn plain_scalars_are_read_by_the_core_schema_of_yaml_1_2() {
    for (text, value) in [
        ("~", json!(null)),
        ("", json!(null)),
        ("True", json!(true)),
        ("yes", json!("yes")),
        ("off", json!("off")),
        ("0", json!(0)),
        ("-7", json!(-7)),
        ("+7", json!(7)),
        ("0x1F", json!(31)),
        ("0o17", json!(15)),
        ("017", json!(17)),
        ("1.5e3", json!(1500.0)),
        (".5", json!(0.5)),
        ("1_000", json!("1_000")),
        ("2024-01-02", json!("2024-01-02")),
        ("1.2.3", json!("1.2.3")),
        ("-", json!("-")),
        ("18446744073709551615", json!(u64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("18446744073709551616", json!(18446744073709551616.0)),
        ("'200'", json!("200")),
        ("\"true\"", json!("true")),
        ("!!str 200", json!("200")),
    ] {
        // A lone dash would begin a list; in a flow list it is text.
        let text = if text == "-" {
            "[a, '-']".to_owned()
        } else {
            format!("[a, {text}]")
        };
        if text != "[a, ]" {
            assert_eq!(yaml(&text)[1], value, "{text}");
        }
    }
    assert_eq!(yaml("a:\nb: 1"), json!({"a": null, "b": 1}));
}

#[test]
fn keys_are_text_in_the_order_of_the_document() {
    let value = yaml("responses:\n  200: a\n  '201': b\n  4XX: c\n  null: d\n");
    let keys: Vec<&String> = value["responses"]
        .as_object()
        .expect("a map")
        .keys()
        .collect();
    assert_eq!(keys, ["200", "201", "4XX", "null"]);
}

#[test]
fn aliases_stand_for_what_their_anchor_names() {
    let document = document("a.yaml", "a: &x\n  b: 1\nc: *x\n");
    assert_eq!(document.value(), json!({"a": {"b": 1}, "c": {"b": 1}}));
    assert_eq!(
        document.position("/c"),
        Position {
            line: 3,
            column: 4,
            file: 0
        }
    );
    assert_eq!(
        document.position("/c/b"),
        Position {
            line: 2,
            column: 6,
            file: 0
        }
    );
}

#[test]
fn the_entries_of_maps_that_are_merged_stand_behind_those_that_are_written() {
    let text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: *a, y: 3}\nd:\n  <<: *a\n  <<: *b\ne: {<<: [*b, *a]}\n";
    let value = yaml(text);
    assert_eq!(value["c"], json!({"y": 3, "x": 1}));
    assert_eq!(value["d"], json!({"x": 1, "y": 1, "z": 2}));
    assert_eq!(value["e"], json!({"y": 2, "z": 2, "x": 1}));
}

#[test]
fn of_two_maps_under_one_key_both_count_and_of_two_values_the_last() {
    for (name, text) in [
        ("a.yaml", "a: {b: 1, c: {d: 1}}\na: {b: 2, c: {e: 2}}\n"),
        (
            "a.json",
            r#"{"a": {"b": 1, "c": {"d": 1}}, "a": {"b": 2, "c": {"e": 2}}}"#,
        ),
    ] {
        let value = document(name, text).value();
        assert_eq!(value["a"], json!({"b": 2, "c": {"d": 1, "e": 2}}), "{name}");
    }
}

#[test]
fn aliases_cannot_fill_the_memory() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    assert_eq!(
        refusal("a.yaml", &text),
        "a.yaml:6:45  syntax-error  aliases repeat more than 1000000 values  — use `$ref` instead of aliases"
    );
}

#[test]
fn nothing_nests_deeper_than_a_stack_can_bear() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for name in ["a.yaml", "a.json"] {
        assert_eq!(
            refusal(name, &deep),
            format!(
                "{name}:1:129  syntax-error  the document nests deeper than 128 levels  — name the \
                 inner schemas in `components/schemas` and refer to them"
            )
        );
    }
    for depth in [300, 100_000] {
        refusal("a.yaml", &"[".repeat(depth));
        refusal("a.yaml", &"- ".repeat(depth));
        refusal("a.json", &"[".repeat(depth));
    }
}

#[test]
fn a_position_is_that_of_the_value_or_of_its_nearest_ancestor() {
    let at = |line, column| Position {
        line,
        column,
        file: 0,
    };
    let yaml = document("a.yaml", "ä: {b: 1}\n/p/{id}:\n  - ü: x\n    c~: y\n");
    let json = document(
        "a.json",
        "{\"ä\": {\"b\": 1},\n\"/p/{id}\":\n  [ {\"ü\": \"x\",\n    \"c~\": \"y\"}]}",
    );
    assert_eq!(
        (yaml.position("/ä"), json.position("/ä")),
        (at(1, 4), at(1, 7))
    );
    assert_eq!(
        (yaml.position("/ä/b"), json.position("/ä/b")),
        (at(1, 8), at(1, 13))
    );
    for document in [yaml, json] {
        assert_eq!(document.position("/ä/b/none"), document.position("/ä/b"));
        assert_eq!(document.position("/none"), document.position(""));
        assert_eq!(document.key_position("/~1p~1{id}"), at(2, 1));
        assert_eq!(document.key_position("/~1p~1{id}/0/c~0"), at(4, 5));
    }
}

#[test]
fn json_is_read_with_tabs_and_surrogate_pairs_whatever_the_file_is_called() {
    let text = "\u{feff}{\n\t\"a\":\t[1, -2.5e1, true, null],\n\t\"b\": \"\\ud83d\\ude00 \\/ \\u00e9\"\n}\n";
    for name in ["a.json", "a.yaml"] {
        assert_eq!(
            document(name, text).value(),
            json!({"a": [1, -25.0, true, null], "b": "😀 / é"})
        );
    }
}

#[test]
fn json_that_is_none_is_refused_where_it_goes_wrong() {
    let refusals: Vec<String> = [
        "",
        "{",
        "{\"a\": 1,}",
        "{\"a\" 1}",
        "{'a': 1}",
        "[1 2]",
        "[01]",
        "[1e999]",
        "[nul]",
        "{\"a\": \"x\ny\"}",
        "[\"\\q\"]",
        "[\"open",
        "{} {}",
    ]
    .iter()
    .map(|text| refusal("a.json", text))
    .collect();
    insta::assert_snapshot!("json_refusals", refusals.join("\n"));
}

#[test]
fn what_is_no_text_is_refused() {
    let folder = std::env::temp_dir().join(format!("xtask-document-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let path = folder.join("latin1.yaml");
    std::fs::write(&path, b"openapi: 3.0.3\ninfo:\n  title: Gr\xfcn\n")
        .expect("the file can be written");
    let findings = Document::load(&path).expect_err("the file is not UTF-8");
    assert_eq!(findings[0].rule, "not-utf-8");
    assert_eq!(
        findings[0].position,
        Position {
            line: 3,
            column: 12,
            file: 0,
        }
    );

    let findings = Document::load(&folder.join("none.yaml")).expect_err("there is no such file");
    assert_eq!(findings[0].rule, "unreadable-file");
    let findings = Document::load(&folder).expect_err("a folder is no file");
    assert_eq!(findings[0].rule, "unreadable-file");
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}

#[test]
fn a_key_that_stands_twice_is_found_with_all_other_faults_and_counts_once() {
    for (name, text) in [
        ("a.yaml", "openapi: 3.0.3\nopenapi: 3.0.2\n"),
        (
            "a.json",
            "{\"openapi\": \"3.0.3\",\n\"openapi\": \"3.0.2\"}",
        ),
    ] {
        let document = document(name, text);
        assert_eq!(document.value(), json!({"openapi": "3.0.2"}));
        let rules: Vec<&str> = lint(&document).iter().map(|finding| finding.rule).collect();
        assert_eq!(
            rules,
            ["missing-key", "missing-key", "duplicate-key"],
            "{name}"
        );
    }
}

#[test]
fn quoted_text_that_is_not_indented_reads_as_other_readers_read_it() {
    let text = "a:\n  b: \"one\ntwo \\\" three\n\n  four\"\n  c: 'x\n y''z'\n  d: 1\n";
    let document = document("a.yaml", text);
    assert_eq!(
        document.value(),
        json!({"a": {"b": "one two \" three\nfour", "c": "x y'z", "d": 1}})
    );
    assert_eq!(
        document.position("/a/d"),
        Position {
            line: 8,
            column: 6,
            file: 0
        }
    );
    assert_eq!(document.text(), text);
}
