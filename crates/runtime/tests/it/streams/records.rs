//! JSON values that come one behind another.

use bindery_runtime::{Call, Kind, Records};
use tokio::join;

use super::{
    Block, EXPORT, builder, call,
    service::{Asked, Service},
};

const LINES: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\n";

async fn opened() -> (Records<Block>, Asked) {
    let service = Service::start().await;
    let (records, asked) = join!(
        call(&service, &EXPORT).stream_lines(),
        service.answers(LINES)
    );
    (records.expect("a stream"), asked)
}

async fn height(records: &mut Records<Block>) -> u64 {
    records
        .next()
        .await
        .expect("more")
        .expect("a record")
        .height
}

#[tokio::test]
async fn each_line_comes_when_it_is_said_and_the_last_one_needs_no_end() {
    let (mut records, mut asked) = opened().await;
    assert_eq!(asked.header("accept"), Some("application/x-ndjson"));
    asked.says("{\"height\":1}\n{\"hei").await;
    assert_eq!(height(&mut records).await, 1);
    asked.says("ght\":2}\r\n\n\r\n{\"height\":3}").await;
    assert_eq!(height(&mut records).await, 2);
    asked.ends().await;
    assert_eq!(height(&mut records).await, 3);
    assert!(records.next().await.is_none());
    assert!(records.next().await.is_none());
}

#[tokio::test]
async fn a_line_that_does_not_fit_is_named_by_its_number_and_the_stream_goes_on() {
    let (mut records, mut asked) = opened().await;
    asked
        .says("{\"height\":1}\n\n{\"height\":true}\n{\"height\":3}\n")
        .await;
    assert_eq!(height(&mut records).await, 1);
    let error = records.next().await.expect("more").expect_err("no number");
    assert_eq!(
        error.to_string(),
        "test export: failed to read record 2: expected u64 at line 1 column 14, in `/height`; the spec and the service \
         disagree, so report it"
    );
    assert_eq!(error.body(), Some(&b"{\"height\":true}"[..]));
    assert_eq!(height(&mut records).await, 3);
}

#[tokio::test]
async fn a_line_that_is_cut_off_is_an_error_and_no_record() {
    let (mut records, mut asked) = opened().await;
    asked.says("{\"height\":1}\n{\"height\":2}").await;
    assert_eq!(height(&mut records).await, 1);
    drop(asked);
    let error = records.next().await.expect("more").expect_err("cut off");
    assert_eq!(error.kind(), Kind::Connection);
    assert!(records.next().await.is_none());
}

#[tokio::test]
async fn a_line_that_is_too_long_ends_the_stream() {
    let service = Service::start().await;
    let session = builder(&service).max_response_bytes(20).build();
    let exporting = Call::new(&session.expect("a session"), &EXPORT);
    let (records, mut asked) = join!(exporting.stream_lines::<Block>(), service.answers(LINES));
    let mut records = records.expect("a stream");
    asked.says("{\"height\":1}\n".repeat(10)).await;
    for _ in 0..10 {
        assert_eq!(height(&mut records).await, 1);
    }
    asked.says(" ".repeat(21)).await;
    let error = records.next().await.expect("more").expect_err("too long");
    assert_eq!(error.kind(), Kind::TooLarge);
    assert!(records.next().await.is_none());
    asked.hears_the_end().await;
}

#[tokio::test]
async fn a_sequence_is_told_apart_by_its_separators() {
    let service = Service::start().await;
    let (records, mut asked) = join!(
        call(&service, &EXPORT).stream_sequence::<Block>(),
        service.answers("HTTP/1.1 200 OK\r\ncontent-type: application/json-seq\r\n")
    );
    let mut records = records.expect("a stream");
    asked.says("\u{1e}{\"height\":1}\n").await;
    assert_eq!(height(&mut records).await, 1);
    asked
        .says("\u{1e}{\n  \"height\": 2\n}\n\u{1e}{\"hei\u{1e}{\"height\":4}\n")
        .await;
    assert_eq!(height(&mut records).await, 2);
    let error = records.next().await.expect("more").expect_err("cut off");
    assert_eq!(error.kind(), Kind::Decode);
    assert_eq!(height(&mut records).await, 4);
    asked.ends().await;
    assert!(records.next().await.is_none());
}
