//! Writes whose answer gets lost, and finding out about them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bindery_runtime::{
    Call, Evidence, Idempotency, Kind, LookedUp, NoLookup, Operation, Outcome, Placement, Refusal,
    Requirement, Scheme, Secret, Server, Session, Unknown,
    lookup::{Ask, Comparison, Given, List, Lookup, Match, Place, Source, Told, Walk},
};
use http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    api::plain,
    stub::{Reply, Stub},
};

static SERVER: Server = Server::new(&[], None);
static BEARER: Scheme = Scheme::new("test", "bearer", Placement::Bearer);

static TAKES_BEARER: &[&[Requirement]] = &[&[Requirement::new(&BEARER, &[])]];

const fn operation(
    id: &'static str,
    method: Method,
    path: &'static str,
    idempotency: Idempotency,
) -> Operation {
    Operation::new(
        "test",
        id,
        method,
        path,
        &SERVER,
        idempotency,
        Evidence::Documented,
    )
    .security(TAKES_BEARER)
}

static WRITE: Operation = operation(
    "write",
    Method::POST,
    "/ledgers/{ledger}/entries",
    Idempotency::Never,
);
static BLOCK: Operation = operation(
    "block",
    Method::GET,
    "/ledgers/{ledger}/blocks/{number}",
    Idempotency::Safe,
);
static ENTRY: Operation = operation(
    "entry",
    Method::GET,
    "/ledgers/{ledger}/entries/{id}",
    Idempotency::Safe,
);
static ENTRIES: Operation = operation(
    "entries",
    Method::GET,
    "/ledgers/{ledger}/entries",
    Idempotency::Safe,
);

const LEDGER: Given = Given {
    place: Place::Path,
    name: "ledger",
    value: Told::Request(Place::Path, "ledger"),
};
static MATCHES: &[Match] = &[
    Match {
        candidate: "/to",
        request: Told::Body("/to"),
        by: Comparison::Caseless,
    },
    Match {
        candidate: "/input",
        request: Told::Body("/args"),
        by: Comparison::Json,
    },
];

static IN_BLOCKS: Lookup = Lookup {
    source: Source::Walk(Walk {
        ask: Ask {
            operation: &BLOCK,
            given: &[LEDGER],
            absent: &[],
        },
        position: (Place::Path, "number"),
        newest: "latest",
        number: "/number",
        time: "/time",
        candidates: "/entries",
    }),
    read: Some(Ask {
        operation: &ENTRY,
        given: &[
            LEDGER,
            Given {
                place: Place::Path,
                name: "id",
                value: Told::Candidate(""),
            },
        ],
        absent: &[Refusal::Status(404)],
    }),
    matches: MATCHES,
    unsure: &[Refusal::Status(409)],
};

static IN_A_LIST: Lookup = Lookup {
    source: Source::List(List {
        ask: Ask {
            operation: &ENTRIES,
            given: &[LEDGER],
            absent: &[],
        },
        items: "/items",
        next: "/next",
        cursor: "cursor",
    }),
    read: None,
    matches: MATCHES,
    unsure: &[],
};

static BY_NAME: Lookup = Lookup {
    source: Source::Named,
    read: Some(Ask {
        operation: &ENTRY,
        given: &[
            LEDGER,
            Given {
                place: Place::Path,
                name: "id",
                value: Told::Body("/to"),
            },
        ],
        absent: &[Refusal::Status(404)],
    }),
    matches: &[],
    unsure: &[],
};

#[derive(Serialize)]
struct Entry {
    to: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<[&'static str; 2]>,
    password: Secret,
}

const ENTRY_TO_WRITE: fn() -> Entry = || Entry {
    to: "0xAb",
    args: Some(["put", "a \"key\""]),
    password: Secret::from("hunter2"),
};

fn write(session: &Session, body: &Entry) -> Call {
    Call::new(session, &WRITE).path("ledger", "a/b").json(body)
}

/// Writes, and loses the answer.
async fn lose(stub: &Stub, lookup: &'static Lookup, body: &Entry) -> Unknown<Value> {
    stub.play([Reply::nothing()]);
    let outcome = write(&plain(stub), body)
        .submit::<Value, Value>(Some(lookup))
        .await;
    match outcome.expect("not a failure") {
        Outcome::Unknown(unknown) => unknown,
        Outcome::Done(answer) => panic!("{answer:?}"),
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_secs() as i64
}

fn reply(body: Value) -> Reply {
    Reply::new(200, "", &body.to_string())
}

/// A block, from a service whose clock goes right.
fn block(number: i64, time: i64, entries: &[&str]) -> Reply {
    let body = json!({"number": number, "time": time, "entries": entries});
    let date = httpdate::fmt_http_date(SystemTime::now());
    Reply::new(200, &format!("date: {date}\r\n"), &body.to_string())
}

fn fits(id: &str) -> Value {
    json!({"id": id, "to": "0xaB", "input": r#"["put", "a \"key\""]"#})
}

fn another() -> Value {
    json!({"id": "x", "to": "0xaB", "input": r#"["put","another"]"#})
}

fn asked(stub: &Stub) -> Vec<String> {
    let received = stub.received();
    received
        .iter()
        .map(|request| request.line().to_owned())
        .collect()
}

#[tokio::test]
async fn a_lost_answer_is_an_unknown_outcome_and_nothing_is_sent_again() {
    for lost in [
        Reply::nothing(),
        Reply::cut_off(),
        Reply::status(500),
        Reply::status(502),
        Reply::status(504),
        Reply::new(200, "", "<html>"),
    ] {
        let stub = Stub::script([lost, Reply::ok()]).await;
        let outcome = write(&plain(&stub), &ENTRY_TO_WRITE())
            .submit::<Value, NoLookup>(None)
            .await;
        let Ok(Outcome::Unknown(unknown)) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!((unknown.attempts(), stub.count()), (1, 1));
        assert!(unknown.sent_at() <= SystemTime::now());
    }
}

#[tokio::test]
async fn what_is_no_json_is_submitted_as_it_is() {
    let done = || Reply::new(200, "", "not json");
    let stub = Stub::script([done(), done(), Reply::nothing()]).await;
    let session = plain(&stub);
    let call = || write(&session, &ENTRY_TO_WRITE());
    let text = call().submit_for_text::<NoLookup>(None).await;
    let Ok(Outcome::Done(text)) = text else {
        panic!("{text:?}");
    };
    assert_eq!(text.into_inner(), "not json");
    let bytes = call().submit_for_bytes::<NoLookup>(None).await;
    let Ok(Outcome::Done(bytes)) = bytes else {
        panic!("{bytes:?}");
    };
    assert_eq!(bytes.into_inner(), "not json");
    let lost = call().submit_for_text::<NoLookup>(None).await;
    assert!(matches!(lost, Ok(Outcome::Unknown(_))), "{lost:?}");
}

#[tokio::test]
async fn a_time_out_is_an_unknown_outcome() {
    let stub = Stub::script([Reply::Silence]).await;
    let options = bindery_runtime::CallOptions::new().attempt_timeout(Duration::from_millis(50));
    let call = write(&plain(&stub), &ENTRY_TO_WRITE()).with_options(options);
    let outcome = call.submit_for_nothing::<NoLookup>(None).await;
    let Ok(Outcome::Unknown(unknown)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(unknown.error().kind(), Kind::Timeout);
}

#[tokio::test]
async fn a_refusal_and_a_request_that_was_never_sent_are_failures() {
    for refused in [400, 401, 403, 404, 409, 429] {
        let stub = Stub::script([Reply::status(refused)]).await;
        let outcome = write(&plain(&stub), &ENTRY_TO_WRITE())
            .submit::<Value, NoLookup>(None)
            .await;
        let error = outcome.expect_err("a refusal");
        assert_eq!(error.kind(), Kind::Refused);
    }
    let stub = Stub::script([Reply::ok()]).await;
    let call = Call::new(&plain(&stub), &WRITE).path("ledger", "..");
    let outcome = call.submit::<Value, NoLookup>(None).await;
    assert_eq!(outcome.expect_err("no such path").kind(), Kind::Request);
    assert_eq!(stub.count(), 0);
}

#[tokio::test]
async fn a_refusal_that_says_nothing_of_the_outcome_leaves_it_unknown() {
    let stub = Stub::script([Reply::status(409)]).await;
    let outcome = write(&plain(&stub), &ENTRY_TO_WRITE())
        .submit::<Value, Value>(Some(&IN_BLOCKS))
        .await;
    assert!(matches!(outcome, Ok(Outcome::Unknown(_))), "{outcome:?}");
}

#[tokio::test]
async fn an_answer_is_an_answer() {
    let stub = Stub::script([Reply::ok()]).await;
    let outcome = write(&plain(&stub), &ENTRY_TO_WRITE())
        .submit::<Value, NoLookup>(None)
        .await;
    let answer = outcome.expect("a success").done().expect("it is done");
    assert_eq!(*answer, "done");
}

#[tokio::test]
async fn what_was_sent_is_kept_without_its_secrets() {
    let stub = Stub::script([Reply::nothing()]).await;
    let unknown = lose(&stub, &IN_BLOCKS, &ENTRY_TO_WRITE()).await;
    let sent = unknown.sent();
    assert_eq!(
        (sent.operation(), sent.parameter("ledger")),
        ("write", Some("a/b"))
    );
    assert_eq!(
        sent.body(),
        Some(&json!({"to": "0xAb", "args": ["put", "a \"key\""], "password": null}))
    );
    let shown = format!("{unknown:?}");
    for value in ["hunter2", "0xAb", "a/b", "key"] {
        assert!(!shown.contains(value), "{shown}");
    }
}

#[tokio::test]
async fn blocks_are_walked_back_to_the_time_of_sending() {
    let stub = Stub::script([Reply::nothing()]).await;
    let mut unknown = lose(&stub, &IN_BLOCKS, &ENTRY_TO_WRITE()).await;
    stub.play([
        block(9, now(), &["e1", "e2"]),
        reply(another()),
        Reply::status(404),
        block(8, now() + 1, &[]),
        block(7, now(), &["e3"]),
        reply(fits("e3")),
        block(6, now() - 3600, &["e4"]),
    ]);
    let found = unknown.look_up().await.expect("it can be looked up");
    assert_eq!(found, LookedUp::One(fits("e3")));
    let base = "GET /ledgers/a%2Fb";
    assert_eq!(
        asked(&stub),
        [
            format!("{base}/blocks/latest"),
            format!("{base}/entries/e1"),
            format!("{base}/entries/e2"),
            format!("{base}/blocks/8"),
            format!("{base}/blocks/7"),
            format!("{base}/entries/e3"),
            format!("{base}/blocks/6"),
        ]
    );
}

#[tokio::test]
async fn after_nothing_was_found_only_newer_blocks_are_read() {
    let stub = Stub::script([Reply::nothing()]).await;
    let mut unknown = lose(&stub, &IN_BLOCKS, &ENTRY_TO_WRITE()).await;
    stub.play([block(9, now(), &[]), block(8, now() - 3600, &[])]);
    let LookedUp::Nothing(horizon) = unknown.look_up().await.expect("an answer") else {
        panic!("there is nothing");
    };
    assert_eq!((horizon.newest, horizon.complete), (Some(9), true));
    stub.play([
        block(10, now(), &["e"]),
        reply(fits("e")),
        block(9, now(), &["never asked for"]),
    ]);
    let found = unknown.look_up().await.expect("an answer");
    assert_eq!(found, LookedUp::One(fits("e")));
    assert_eq!(stub.count(), 3);
}

#[tokio::test]
async fn a_block_whose_entries_cannot_be_read_yet_is_read_again() {
    let stub = Stub::script([Reply::nothing()]).await;
    let mut unknown = lose(&stub, &IN_BLOCKS, &ENTRY_TO_WRITE()).await;
    stub.play([block(0, now(), &["e"]), Reply::status(404)]);
    let found = unknown.look_up().await.expect("an answer");
    assert!(matches!(found, LookedUp::Nothing(horizon) if !horizon.complete));
    stub.play([block(0, now(), &["e"]), reply(fits("e"))]);
    let found = unknown.look_up().await.expect("an answer");
    assert_eq!(found, LookedUp::One(fits("e")));
}

#[tokio::test]
async fn what_may_have_been_there_before_is_not_called_certain() {
    let stub = Stub::script([Reply::nothing()]).await;
    let mut unknown = lose(&stub, &IN_BLOCKS, &ENTRY_TO_WRITE()).await;
    let without_date = json!({"number": 0, "time": now(), "entries": ["e"]});
    for a_block in [block(0, now() - 10, &["e"]), reply(without_date)] {
        stub.play([a_block, reply(fits("e"))]);
        let found = unknown.look_up().await.expect("an answer");
        assert_eq!(found, LookedUp::Several(vec![fits("e")]));
    }
}

#[tokio::test]
async fn the_walk_goes_by_the_clock_of_the_service() {
    let stub = Stub::script([Reply::nothing()]).await;
    let mut unknown = lose(&stub, &IN_BLOCKS, &ENTRY_TO_WRITE()).await;
    // The service lives in 1994.
    let there = 784_111_777;
    let newest = json!({"number": 2, "time": there, "entries": ["e"]}).to_string();
    stub.play([
        Reply::new(200, "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", &newest),
        reply(fits("e")),
        block(1, there - 3600, &["earlier"]),
    ]);
    let found = unknown.look_up().await.expect("an answer");
    assert_eq!(found, LookedUp::One(fits("e")));
}

#[tokio::test]
async fn the_first_block_ends_the_walk() {
    let stub = Stub::script([Reply::nothing()]).await;
    let mut unknown = lose(&stub, &IN_BLOCKS, &ENTRY_TO_WRITE()).await;
    stub.play([block(1, now(), &[]), block(0, now(), &[])]);
    let found = unknown.look_up().await.expect("an answer");
    assert!(matches!(found, LookedUp::Nothing(horizon) if horizon.complete));
    assert_eq!(stub.count(), 2);
}

#[tokio::test]
async fn equal_writes_cannot_be_told_apart() {
    let stub = Stub::script([Reply::nothing()]).await;
    let mut unknown = lose(&stub, &IN_BLOCKS, &ENTRY_TO_WRITE()).await;
    stub.play([
        block(0, now(), &["e1", "e2"]),
        reply(fits("e1")),
        reply(fits("e2")),
    ]);
    let found = unknown.look_up().await.expect("an answer");
    assert_eq!(found, LookedUp::Several(vec![fits("e1"), fits("e2")]));
}

#[tokio::test]
async fn what_was_not_sent_is_not_compared_and_nothing_is_certain_then() {
    let stub = Stub::script([Reply::nothing()]).await;
    let without_args = Entry {
        args: None,
        ..ENTRY_TO_WRITE()
    };
    let mut unknown = lose(&stub, &IN_BLOCKS, &without_args).await;
    stub.play([block(0, now(), &["x"]), reply(another())]);
    let found = unknown.look_up().await.expect("an answer");
    assert_eq!(found, LookedUp::Several(vec![another()]));
}

#[tokio::test]
async fn a_list_is_read_to_its_end_and_may_hold_what_was_there_before() {
    let stub = Stub::script([Reply::nothing()]).await;
    let mut unknown = lose(&stub, &IN_A_LIST, &ENTRY_TO_WRITE()).await;
    stub.play([
        reply(json!({"items": [another()], "next": "https://elsewhere.example/?cursor=c%3D1"})),
        reply(json!({"items": [fits("e")], "next": null})),
    ]);
    let found = unknown.look_up().await.expect("an answer");
    assert_eq!(found, LookedUp::Several(vec![fits("e")]));
    let base = "GET /ledgers/a%2Fb/entries";
    assert_eq!(
        asked(&stub),
        [base.to_owned(), format!("{base}?cursor=c%3D1")]
    );
}

#[tokio::test]
async fn a_list_that_goes_in_circles_is_no_loop() {
    let stub = Stub::script([Reply::nothing()]).await;
    let mut unknown = lose(&stub, &IN_A_LIST, &ENTRY_TO_WRITE()).await;
    stub.play([reply(json!({"items": [], "next": "again"}))]);
    let found = unknown.look_up().await.expect("an answer");
    assert!(matches!(found, LookedUp::Nothing(horizon) if !horizon.complete));
    assert_eq!(stub.count(), 2);
}

#[tokio::test]
async fn what_the_request_names_is_read_by_its_name() {
    let stub = Stub::script([Reply::nothing()]).await;
    let mut unknown = lose(&stub, &BY_NAME, &ENTRY_TO_WRITE()).await;
    stub.play([Reply::status(404), reply(json!("it is there"))]);
    let found = unknown.look_up().await.expect("an answer");
    assert!(matches!(found, LookedUp::Nothing(_)));
    let found = unknown.look_up().await.expect("an answer");
    assert_eq!(found, LookedUp::One(json!("it is there")));
    assert_eq!(asked(&stub), ["GET /ledgers/a%2Fb/entries/0xAb"; 2]);
}

#[tokio::test]
async fn a_look_that_fails_is_an_error_and_can_be_repeated() {
    let stub = Stub::script([Reply::nothing()]).await;
    let mut unknown = lose(&stub, &IN_BLOCKS, &ENTRY_TO_WRITE()).await;
    stub.play([reply(json!({"number": 9}))]);
    let error = unknown.look_up().await.expect_err("a block without a time");
    assert_eq!(
        error.to_string(),
        "test block: failed to read the answer: nothing that fits stands at `/time`; the spec and the service disagree, \
         so report it"
    );
    stub.play([Reply::status(403)]);
    let error = unknown.look_up().await.expect_err("a refusal");
    assert_eq!(error.kind(), Kind::Refused);
    stub.play([block(0, now(), &["e"]), reply(fits("e"))]);
    let found = unknown.look_up().await.expect("an answer");
    assert_eq!(found, LookedUp::One(fits("e")));
}
