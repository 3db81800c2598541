//! The events of a channel, as the published samples have them: each block holds two transactions, and each transaction
//! emits one event of its contract.

/// How many blocks the service tells of at once, so that what it sends goes out in large pieces.
pub const BLOCKS_OF_PIECE: u64 = 32;

/// The web socket frames of a piece.
pub(super) fn piece(number: u64) -> Vec<u8> {
    let mut frames = Vec::with_capacity(128 * 1024);
    let first = number * BLOCKS_OF_PIECE + 1;
    for height in first..first + BLOCKS_OF_PIECE {
        for message in messages(height) {
            frame(&mut frames, message.as_bytes());
        }
    }
    frames
}

/// One text, whole and without a mask (RFC 6455 section 5.2), of fewer than 65,536 bytes.
fn frame(frames: &mut Vec<u8>, text: &[u8]) {
    frames.push(0x81);
    match u8::try_from(text.len()) {
        Ok(length @ 0..126) => frames.push(length),
        _ => {
            frames.push(126);
            frames.extend((text.len() as u16).to_be_bytes());
        }
    }
    frames.extend(text);
}

fn messages(height: u64) -> [String; 5] {
    let all =
        r#""platform":"Fabric","instance_id":"csi-potato20-hs51a74qevzj","network":"channel2""#;
    let (one, two) = (transaction(height, 1), transaction(height, 2));
    let tx = |id: &str| {
        format!(
            r#"{{"type":"Tx",{all},"id":"tx-{height}-{id}","name":"{id}","content":{{"id":"{id}","state":"VALID","from":"potato20MSP.octopus_26842_12345678901234","to":"taskmgr","input":"[\"create\",\"task-{height}\",\"{{\\n  \\\"requires\\\": [\\\"e2ehmfqasthMSP.octopus_26842_12345678901234\\\"]\\n}}\"]","events":["event-create-task"]}}}}"#
        )
    };
    let contract = |id: &str| {
        format!(
            r#"{{"type":"Contract",{all},"id":"contract-{height}-{id}","name":"event-create-task","content":"eyJuYW1lIjoidGFzay0xNTgwOTcxODQyOTM3IiwiY3JlYXRvciI6ImUyZWhtZnFhc3RoTVNQLm9jdG9wdXNfMjY4NDJfMTIzNDU2Nzg5MDEyMzQiLCJhcHByb3ZlZCI6bnVsbH0="}}"#
        )
    };
    let block = format!(
        r#"{{"type":"Block",{all},"id":"block-{height}","name":"{height}","content":{{"number":{height},"hash":"{}","create_time":1585319773,"previous_hash":"{}","transactions":["{one}","{two}"]}}}}"#,
        transaction(height, 0),
        transaction(height - 1, 0),
    );
    [block, tx(&one), contract(&one), tx(&two), contract(&two)]
}

/// The hash of a transaction: as long as one, and no other's.
fn transaction(height: u64, place: u64) -> String {
    format!("{height:032x}{place:032x}")
}

#[cfg(test)]
mod tests {
    use bindery_alibaba_baas::types::Event;

    use super::*;

    #[test]
    fn every_message_is_of_the_kind_that_it_says() {
        for message in messages(7) {
            let event: Event = serde_json::from_str(&message).expect("an event");
            assert!(!matches!(event, Event::Unknown(_)), "{message}");
            assert_eq!(serde_json::to_string(&event).expect("JSON"), message);
        }
    }

    #[test]
    fn a_frame_says_how_long_it_is() {
        let mut frames = Vec::new();
        frame(&mut frames, b"ab");
        frame(&mut frames, &[b'a'; 300]);
        assert_eq!(frames[..4], [0x81, 2, b'a', b'b']);
        assert_eq!(frames[4..8], [0x81, 126, 1, 44]);
        assert_eq!(frames.len(), 4 + 4 + 300);
    }
}
