//! What a delivery says.

use std::collections::BTreeMap;

use bindery_upvest::{
    Uint256,
    webhooks::{Delivery, Event},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{complaint, delivered};
use crate::{json::differences, provider::UPVEST};

#[test]
fn every_event_of_the_spec_comes_in_whole_and_as_itself() {
    let api = UPVEST.api();
    let webhooks = api.webhooks.as_ref().expect("webhooks");
    assert!(!webhooks.events.is_empty());
    for event in &webhooks.events {
        for (name, example) in &event.examples {
            let mut message = webhooks.message(event, example);
            message["webhook_id"] = json!("0f9a3b1c-6a5d-4a0e-9c59-3f2f6f5f0c11");
            message["retry"] = json!(3);
            let delivery = delivered(&message.to_string());
            assert_eq!(delivery.event.kind(), event.kind);
            assert!(
                !matches!(delivery.event, Event::Unknown(_)),
                "{}",
                event.kind
            );
            let written = serde_json::to_value(&delivery.event).expect("JSON");
            assert_eq!(
                differences(example, &written),
                [""; 0],
                "{} {name}",
                event.kind
            );
            let envelope = serde_json::to_value(&delivery.envelope).expect("JSON");
            let id = "0f9a3b1c-6a5d-4a0e-9c59-3f2f6f5f0c11";
            assert_eq!(envelope, json!({"webhook_id": id, "retry": 3}));
        }
    }
}

#[test]
fn a_delivery_without_the_id_of_its_webhook_is_read() {
    for id in ["", r#","webhook_id":null"#] {
        let body = format!(r#"{{"action":"echo.get","data":{{"echo":"Hello"}}{id}}}"#);
        assert_eq!(delivered(&body).envelope.webhook_id, None);
    }
}

#[test]
fn an_event_nobody_knows_is_kept_to_the_last_digit() {
    let data =
        r#"{"number": 123456789012345678901234567890, "list":[1.10, null], "text":"\u00e9" }"#;
    let body = format!(r#"{{"action":"block.observed","data":{data},"webhook_id":null}}"#);
    let delivery = delivered(&body);
    let Event::Unknown(event) = &delivery.event else {
        panic!("{delivery:?}");
    };
    assert_eq!((event.kind(), event.json()), ("block.observed", data));
    assert_eq!(serde_json::to_string(&delivery.event).expect("JSON"), data);
    let read: BTreeMap<String, Value> = event.read_as().expect("an object");
    assert_eq!(read["text"], "é");
    assert!(!format!("{delivery:?}").contains("12345"));
    let error = event.read_as::<Vec<u8>>().expect_err("no list");
    assert_eq!(
        error.to_string(),
        "failed to read the webhook: `block.observed`: expected a sequence at line 1 column 0"
    );
}

#[test]
fn an_event_nobody_knows_that_says_nothing_in_the_usual_place_is_kept_whole() {
    let body = r#"{"action":"wallet.frozen","wallet":"w1"}"#;
    let Event::Unknown(event) = delivered(body).event else {
        panic!("it is not known");
    };
    assert_eq!(event.json(), body);
}

fn transfer(quantity: &str) -> String {
    format!(
        r#"{{"action":"transfer.observed","data":{{"quantity":{quantity},"txhash":"0x1","sender":"a","recipient":"b",
        "asset":{{"id":"cfc59efb-3b21-5340-ae96-8cadb4ce31a8","name":"Ether","symbol":"ETH","exponent":18}}}}}}"#
    )
}

#[test]
fn a_recovery_kit_does_not_print() {
    let body = r#"{"action":"user.created","data":{"username":"Jane","recoverykit":"hunter2","wallets":[]}}"#;
    let shown = format!("{:?}", delivered(body));
    assert!(
        shown.contains("Jane") && !shown.contains("hunter2"),
        "{shown}"
    );
}

#[test]
fn what_does_not_fit_is_named_with_its_place_and_without_its_value() {
    let bodies = [
        "",
        "hunter2",
        "[\"hunter2\"]",
        "{\"action\": \"echo.get\"",
        "{}",
        "{\n  \"action\": {\"hunter2\": 1}\n}",
        "{\"action\":\"echo.get\"}",
        "{\"action\":\"echo.get\",\"data\":\"hunter2\"}",
        "{\"action\":\"echo.get\",\"data\":{\"ehco\":\"hunter2\"}}",
        "{\n\"action\": \"transaction.processed\",\n\"data\": {\n  \"id\": \"hunter2\", \"status\": \"PENDING\"\n}}",
        "{\"action\":\"url.verify\"}",
        "{\"action\":\"echo.get\",\"data\":{\"echo\":\"Hello\"},\"webhook_id\":\"hunter2\"}",
        &transfer("12.5"),
        &transfer("\"hunter2\""),
        &transfer("1e30"),
    ];
    let complaints = bodies.map(|body| {
        let error = complaint(body);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        format!(
            "{}\n    {error}",
            body.split_whitespace().collect::<Vec<_>>().join(" ")
        )
    });
    insta::assert_snapshot!("complaints", complaints.join("\n"));
    assert!(Delivery::read(b"{\"action\":\"\xff\"}").is_err());
}

#[test]
fn nesting_without_end_is_refused_and_does_not_overflow_the_stack() {
    for depth in [200, 100_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for body in [
            deep.clone(),
            format!(r#"{{"action":"echo.get","data":{{"echo":{deep}}}}}"#),
            format!(r#"{{"action":"wallet.created","data":{{"more":{deep}}}}}"#),
        ] {
            assert!(Delivery::read(body).is_err());
        }
        let unknown = format!(r#"{{"action":"what.ever","data":{deep}}}"#);
        // It is kept as text: nobody looks into it.
        assert!(Delivery::read(unknown).is_ok());
    }
}

proptest! {
    #[test]
    fn a_quantity_of_any_size_arrives_exactly(limbs: [u64; 2], quoted: bool) {
        let digits = (u128::from(limbs[0]) << 64 | u128::from(limbs[1])).to_string();
        let quantity = if quoted { format!("\"{digits}\"") } else { digits.clone() };
        let Event::TransferObserved(transfer) = delivered(&transfer(&quantity)).event else {
            panic!("a transfer");
        };
        prop_assert_eq!(transfer.quantity, digits.parse::<Uint256>().expect("digits"));
        let written = serde_json::to_string(&transfer).expect("JSON");
        let expected = format!("\"quantity\":{quantity},");
        prop_assert!(written.contains(&expected), "{}", written);
    }

    #[test]
    fn no_body_makes_reading_panic(body in r#"(\{"action":"[a-z.]{0,20}","data":)?[-\[\]{}:,"a-z0-9. \n]{0,60}\}?"#) {
        let _ = Delivery::read(body);
    }
}
