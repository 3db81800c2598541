//! What is more than a text, or no JSON, as it goes over the wire.

use bindery_runtime::{Evidence, FilePart, Idempotency, Operation, Response, Server, Style};
use http::Method;
use serde_json::{Value, json};

use crate::{
    api::{call, plain},
    stub::{Reply, Stub},
};

static SERVER: Server = Server::new(&[], None);

const fn operation(method: Method, path: &'static str) -> Operation {
    Operation::new(
        "test",
        "styled",
        method,
        path,
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
}

static STYLED: Operation = operation(Method::GET, "/days/{days}/of/{range}");
static POSTED: Operation = operation(Method::POST, "/things");
static TABLE: Operation = operation(Method::GET, "/table").accept("text/csv");

#[tokio::test]
async fn lists_and_objects_stand_where_openapi_says() {
    let stub = Stub::script([Reply::ok()]).await;
    let session = plain(&stub);
    call(&session, &STYLED)
        .path_styled("days", Style::Commas, &["a/b", "c"])
        .path_styled("range", Style::Pairs, &json!({ "from": 1 }))
        .query_styled("kinds", Style::Pipes, &["x", "y z"])
        .query_styled("when", Style::Deep, &json!({ "from": 1 }))
        .query_styled("where", Style::Json, &json!({ "a": [1] }))
        .query_styled("gone", Style::Deep, &Value::Null)
        .header_styled("x-days", Style::Commas, &["1", "2"])
        .cookie("session", Style::Exploded, &"a b;c")
        .cookie("days", Style::Commas, &["1", "2"])
        .send_for_nothing()
        .await
        .expect("a success");
    let received = &stub.received()[0];
    assert_eq!(
        received.line(),
        "GET /days/a%2Fb,c/of/from=1?kinds=x%7Cy%20z&when%5Bfrom%5D=1&where=%7B%22a%22%3A%5B1%5D%7D"
    );
    assert_eq!(received.all("x-days"), ["1,2"]);
    assert_eq!(received.all("cookie"), ["session=a%20b%3Bc; days=1,2"]);
    assert_eq!(received.all("accept"), ["application/json"]);
}

#[tokio::test]
async fn labels_and_matrices_are_segments_of_the_path_and_no_value_leads_out_of_it() {
    static FILE: Operation = operation(Method::GET, "/files/{id}{kind}");
    let stub = Stub::script([Reply::ok()]).await;
    let session = plain(&stub);
    call(&session, &FILE)
        .path_styled("id", Style::MatrixExploded, &["a/b", "c"])
        .path_styled("kind", Style::Label, &"pdf")
        .send_for_nothing()
        .await
        .expect("a success");
    assert_eq!(stub.received()[0].line(), "GET /files/;id=a%2Fb;id=c.pdf");
    for value in ["", "."] {
        let call = call(&session, &FILE).path_styled("kind", Style::Label, &value);
        let error = call.send_for_nothing().await.expect_err("a refusal");
        assert!(
            error.to_string().contains("cannot stand in a path"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_value_given_again_replaces_the_one_before() {
    let stub = Stub::script([Reply::ok()]).await;
    let session = plain(&stub);
    call(&session, &POSTED)
        .query_styled("when", Style::Deep, &json!({ "from": 1 }))
        .query_styled("kinds", Style::Commas, &["x"])
        .query_styled("when", Style::Deep, &json!({ "from": 2 }))
        .query_styled("kinds", Style::Commas, &["y"])
        .send_for_nothing()
        .await
        .expect("a success");
    assert_eq!(
        stub.received()[0].line(),
        "POST /things?when%5Bfrom%5D=2&kinds=y"
    );
}

#[tokio::test]
async fn texts_and_bytes_are_sent_as_they_are() {
    let stub = Stub::script([Reply::ok(), Reply::ok(), Reply::ok()]).await;
    let session = plain(&stub);
    let sent = [
        call(&session, &POSTED).text("text/plain", "a house"),
        call(&session, &POSTED).bytes("application/cbor", &b"\x00\xff"[..]),
        call(&session, &POSTED).json_as("application/merge-patch+json", &json!({ "a": null })),
    ];
    for call in sent {
        call.send_for_nothing().await.expect("a success");
    }
    let received = stub.received();
    let bodies: Vec<(&str, &[u8])> = received
        .iter()
        .map(|received| (received.all("content-type")[0], &*received.body))
        .collect();
    assert_eq!(
        bodies,
        [
            ("text/plain", &b"a house"[..]),
            ("application/cbor", b"\x00\xff"),
            ("application/merge-patch+json", br#"{"a":null}"#),
        ]
    );
}

#[tokio::test]
async fn answers_that_are_no_json_are_asked_for_and_read_as_they_come() {
    let stub = Stub::script([
        Reply::new(200, "", "id,amount"),
        Reply::new(200, "", "id,amount"),
        Reply::new(204, "", ""),
    ])
    .await;
    let session = plain(&stub);
    let text = call(&session, &TABLE).send_for_text().await.expect("text");
    assert_eq!(text.into_inner(), "id,amount");
    let bytes = call(&session, &TABLE).send_for_bytes().await;
    assert_eq!(bytes.expect("bytes").into_inner(), "id,amount");
    let nothing: Response<Option<Value>> = call(&session, &POSTED).send().await.expect("nothing");
    assert_eq!(nothing.into_inner(), None);
    let received = stub.received();
    assert_eq!(received[0].all("accept"), ["text/csv"]);
    assert_eq!(received[2].all("accept"), ["application/json"]);
}

#[tokio::test]
async fn a_form_has_lists_and_objects_and_a_multipart_body_json() {
    let stub = Stub::script([Reply::ok(), Reply::ok(), Reply::ok()]).await;
    let session = plain(&stub);
    let fields = json!({ "kinds": ["a", "b c"], "none": null, "range": { "from": 1 } });
    let sent = [
        call(&session, &POSTED).form(&fields),
        call(&session, &POSTED).form_styled(&fields, &[("kinds", Style::Commas)]),
        call(&session, &POSTED)
            .part_json("range", &json!({ "from": 1 }))
            .parts("kinds", &["a", "b"])
            .files(
                "scans",
                [FilePart::from(b"1".to_vec()), FilePart::from(b"2".to_vec())],
            ),
    ];
    for call in sent {
        call.send_for_nothing().await.expect("a success");
    }
    let received = stub.received();
    let text = |place: usize| String::from_utf8_lossy(&received[place].body).into_owned();
    assert_eq!(text(0), "kinds=a&kinds=b%20c&range%5Bfrom%5D=1");
    assert_eq!(text(1), "kinds=a,b%20c&range%5Bfrom%5D=1");
    let multipart = text(2);
    assert!(
        multipart.contains("name=\"range\"\r\nContent-Type: application/json\r\n\r\n{\"from\":1}"),
        "{multipart}"
    );
    assert_eq!(multipart.matches("name=\"kinds\"").count(), 2);
    assert_eq!(multipart.matches("name=\"scans\"").count(), 2);
}
