//! What is read is written back to the byte, whatever came, as long as nobody changes it.

use bindery_runtime::{Base64, Fields, Json, Nullable, UnknownValue, object, one_of, open_enum};
use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq)]
struct Account {
    id: String,
    kind: Kind,
    owner: Option<String>,
    limit: Nullable<i64>,
    parent: Option<Box<Account>>,
    rate: Option<f64>,
    memo: Option<Vec<Memo>>,
    any: Option<Json>,
    whole: Option<Fields>,
    extra: Fields,
}

object! {
    Account with extra {
        id: required text "id";
        kind: required text "kind";
        owner: required text "owner";
        limit: optional plain "limit";
        parent: optional plain "parent";
        rate: optional spelled "rate";
        memo: optional text "memo";
        any: optional plain "any";
        whole: optional plain "whole";
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Checking,
    Unknown(UnknownValue),
}

impl Kind {
    fn as_str(&self) -> &str {
        match self {
            Self::Checking => "checking",
            Self::Unknown(value) => value.as_str(),
        }
    }
}

impl From<&str> for Kind {
    fn from(text: &str) -> Self {
        match text {
            "checking" => Self::Checking,
            _ => Self::Unknown(UnknownValue::unlisted(text)),
        }
    }
}

open_enum!(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Memo {
    Bytes(Base64),
    Account(Account),
}

one_of!(Memo { Bytes, Account });

/// With all that can go another way than the type would write it.
const ODD: &str = r#"{"z":{"b":1.50,"a":[1e3,10000000000000000000000]},"owner":null,"kind":"sav\u0069ngs","rate":2.50,"id":"a\/1","limit":null,"parent":{"kind":"checking","id":"a2","owner":"J\u00e4ne","new":[{}]},"memo":["aGk\/",{"id":"","kind":"k","owner":null,"x":"\ud83d\ude00"}],"any":{"2":1.0,"1":null},"whole":{"b":1E5,"a":[]},"a":"\u0041"}"#;

fn through<T: Serialize + DeserializeOwned>(text: &str) -> String {
    let read: T = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    serde_json::to_string(&read).expect("what was read")
}

#[test]
fn whatever_came_is_written_back_to_the_byte() {
    let canonical = r#"{"id":"a","kind":"checking","owner":"Jane","limit":3,"rate":1.5}"#;
    let null = r#"{"id":"a","kind":"new","owner":null,"limit":null,"parent":null,"rate":null}"#;
    let twice = r#"{"x":1,"id":"a","kind":"","owner":null,"x":1,"whole":{"y":1,"y":2}}"#;
    for text in [canonical, null, ODD, twice] {
        assert_eq!(through::<Account>(text), text);
        let list = format!("[{text},{text}]");
        assert_eq!(through::<Vec<Account>>(&list), list);
    }
}

#[test]
fn what_is_not_described_is_at_hand() {
    let account: Account = serde_json::from_str(ODD).expect("an account");
    assert_eq!(account.kind.as_str(), "savings");
    assert_eq!(account.limit, Nullable::Null);
    let names: Vec<&str> = account.extra.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["z", "a"]);
    assert_eq!(
        account
            .extra
            .parse::<String>("a")
            .expect("it is there")
            .expect("a text"),
        "A"
    );
    assert!(
        account
            .extra
            .parse::<i64>("a")
            .expect("it is there")
            .is_err()
    );
    assert!(account.extra.get("id").is_none());
    assert_eq!(format!("{:?}", account.extra), r#"{"z", "a"}"#);
}

#[test]
fn what_is_changed_is_written_as_changed_and_the_rest_as_it_came() {
    let text =
        r#"{"x":1,"owner":"\u004a","id":"a\/1","kind":"checking","rate":2.50,"parent":null,"y":2}"#;
    let mut account: Account = serde_json::from_str(text).expect("an account");
    account.owner = Some("Joe".to_owned());
    account.rate = None;
    account.limit = 7.into();
    account.extra.remove("x");
    account.extra.insert("y", "z");
    account.extra.insert("new", json!([1]));
    assert_eq!(
        serde_json::to_string(&account).expect("an account"),
        r#"{"owner":"Joe","id":"a\/1","kind":"checking","limit":7,"parent":null,"y":"z","new":[1]}"#
    );
}

#[test]
fn what_is_made_here_has_the_order_of_its_type_and_other_fields_behind() {
    let mut account = Account {
        id: "a".to_owned(),
        kind: "checking".into(),
        owner: None,
        limit: Nullable::Absent,
        parent: None,
        rate: Some(1.0),
        memo: None,
        any: None,
        whole: None,
        extra: Fields::new(),
    };
    account.extra.insert("more", true);
    assert_eq!(
        serde_json::to_string(&account).expect("an account"),
        r#"{"id":"a","kind":"checking","owner":null,"rate":1.0,"more":true}"#
    );
}

#[test]
fn order_and_spelling_make_no_difference_to_equality_but_unknown_fields_do() {
    let read = |text: &str| serde_json::from_str::<Account>(text).expect("an account");
    let one = read(r#"{"id":"A","kind":"k","owner":null,"x":{"a":1,"b":2}}"#);
    assert_eq!(
        one,
        read(r#"{"x":{"b":2,"a":1},"kind":"k","id":"\u0041","owner":null}"#)
    );
    assert_ne!(
        one,
        read(r#"{"id":"A","kind":"k","owner":null,"x":{"a":1,"b":3}}"#)
    );
    assert_ne!(one, read(r#"{"id":"A","kind":"k","owner":null}"#));
}

#[test]
fn a_fault_is_told_with_what_was_expected_and_where() {
    let fault = |text: &str| {
        serde_json::from_str::<Account>(text)
            .expect_err("a fault")
            .to_string()
    };
    assert_eq!(
        fault(r#"{"id":"a","owner":null}"#),
        "missing field `kind` at line 1 column 23"
    );
    assert_eq!(
        fault(r#"{"id":"a","kind":"k"}"#),
        "missing field `owner` at line 1 column 21"
    );
    assert_eq!(
        fault(r#"{"id":"a","id":"b"}"#),
        "duplicate field `id` at line 1 column 14"
    );
    assert_eq!(
        fault(r#"{"id":1}"#),
        "invalid type: integer `1`, expected a string at line 1 column 8"
    );
    assert_eq!(
        fault(r#"{"memo":[1]}"#),
        "no shape fits, expected one of those of Memo at line 1 column 12"
    );
    assert_eq!(
        fault(r#"{"parent":[]}"#),
        "invalid type: sequence, expected struct Account at line 1 column 12"
    );
}

#[test]
fn other_formats_get_the_same_fields_in_their_own_spelling() {
    let account: Account = serde_json::from_str(ODD).expect("an account");
    let tree = serde_json::to_value(&account).expect("a tree");
    assert_eq!(tree, serde_json::from_str::<Value>(ODD).expect("a tree"));
    assert_eq!(
        serde_json::from_value::<Account>(tree).expect("an account"),
        account
    );

    // What serde buffers is another format, too.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Callers {
        Account(Box<Account>),
    }
    let buffered: Callers = serde_json::from_str(ODD).expect("an account");
    assert_eq!(buffered, Callers::Account(Box::new(account)));
}

const TEXT: &str = r#""([a-z ]|\\u00[0-9a-f]{2}|\\/|\\n|ä){0,6}""#;

/// JSON as services write it: keys in any order, numbers and texts in any spelling.
fn any_json() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?",
        TEXT,
    ];
    let json = leaf.prop_recursive(3, 16, 4, |inner| {
        let fields = prop::collection::vec(("[f-i]{1,3}", inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            fields.prop_map(|fields| object_of(&fields)),
        ]
    });
    json.boxed()
}

fn object_of<N: std::fmt::Display>(fields: &[(N, String)]) -> String {
    let fields = fields
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

/// An account with its fields in any order and others between them.
fn any_account() -> BoxedStrategy<String> {
    let bottom = Just("null".to_owned());
    let account = bottom.prop_recursive(3, 8, 1, |parent| {
        let null = || Just("null".to_owned());
        let known = (
            TEXT,
            TEXT,
            prop_oneof![null(), TEXT],
            prop::option::of(prop_oneof![null(), "[1-9][0-9]{0,17}"]),
            prop::option::of(parent.clone()),
            prop::option::of("-?[1-9][0-9]{0,4}(\\.[0-9]{1,5})?([eE][+-]?[0-9])?"),
            prop::option::of(prop_oneof![TEXT, parent]),
            prop::option::of(any_json()),
        );
        let others = prop::collection::vec(("_[a-z]{1,4}", any_json()), 0..4);
        (known, others)
            .prop_map(
                |((id, kind, owner, limit, parent, rate, memo, any), others)| {
                    let memo = memo.filter(|memo| memo != "null");
                    let known = [
                        ("id", Some(id)),
                        ("kind", Some(kind)),
                        ("owner", Some(owner)),
                        ("limit", limit),
                        ("parent", parent),
                        ("rate", rate),
                        ("memo", memo.map(|memo| format!("[{memo}]"))),
                        ("any", any),
                    ];
                    let known = known
                        .into_iter()
                        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
                    known.chain(others).collect::<Vec<_>>()
                },
            )
            .prop_shuffle()
            .prop_map(|fields| object_of(&fields))
    });
    account
        .prop_filter("an account", |account| account != "null")
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_account_is_written_back_to_the_byte(text in any_account()) {
        prop_assert_eq!(through::<Account>(&text), text);
    }
}
