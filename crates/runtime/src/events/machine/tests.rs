//! What is read again after a lost connection, by those who follow seldom events only.

use http::Method;
use serde_json::json;

use super::*;
use crate::{
    Evidence, Idempotency, Server,
    events::socket::{BlockCall, Step},
};

static SERVER: Server = Server::new(&[], None);
static GET_BLOCK: Operation = operation("get_block");
static WATCH: Operation = operation("watch");

const fn operation(id: &'static str) -> Operation {
    let (safe, evidence) = (Idempotency::Safe, Evidence::Documented);
    Operation::new("test", id, Method::GET, "/", &SERVER, safe, evidence)
}

const fn event(
    kind: &'static str,
    when: Option<&'static str>,
    text: &'static [(&'static str, &'static str)],
) -> Step {
    Step::Event {
        kind,
        when,
        text,
        value: &[],
        without: &[],
        repeats: false,
    }
}

static REPLAY: Replay = Replay {
    kind: "/kind",
    id: "/id",
    alike: &[],
    block: BlockCall {
        operation: &GET_BLOCK,
        number: "num",
        latest: "latest",
        height: "/height",
    },
    steps: &[
        event("Block", None, &[("/id", "block-{height}")]),
        event("Fork", Some("block/fork"), &[("/id", "fork-{height}")]),
    ],
};

/// A subscription to forks, or to blocks too, that begins when there are three blocks.
fn machine(kinds: &str) -> Machine {
    let chosen = Chosen::of(Some(kinds), "*");
    let policy = RetryPolicy::new().backoff(Duration::ZERO, Duration::ZERO);
    let mut machine = Machine::new(&WATCH, "/", &[], Some(&REPLAY), chosen, policy);
    assert_eq!(reads(&mut machine, 3), ["latest"]);
    machine
}

/// The blocks that are read before anything else is done, of a chain that has so many.
fn reads(machine: &mut Machine, blocks: u64) -> Vec<String> {
    let mut reads = Vec::new();
    loop {
        match machine.next() {
            Do::Wait(_) => machine.waited(),
            Do::Open => assert!(machine.opened(Ok(())).is_none()),
            Do::HangUp => reads.push("hang up".to_owned()),
            Do::Reconnected(_) => reads.push("reconnected".to_owned()),
            Do::Read(_, with) => {
                let number = with[0].1.clone();
                let height = number.parse().unwrap_or(blocks - 1);
                let block = json!({ "height": height });
                assert!(machine.read(Ok(block)).is_none());
                reads.push(number);
            }
            Do::Kept => {
                reads.push("event".to_owned());
                return reads;
            }
            Do::Listen => return reads,
            other => panic!("{other:?}"),
        }
    }
}

fn lose(machine: &mut Machine) {
    let cause = Error::new(&WATCH, Kind::Connection, "it is gone", Advice::Retry);
    machine.lost(cause);
}

fn numbers(from: u64, to: u64) -> Vec<String> {
    (from..=to).map(|number| number.to_string()).collect()
}

#[test]
fn a_block_that_was_read_is_not_read_again_when_the_connection_is_lost_again() {
    let mut machine = machine("Fork");
    lose(&mut machine);
    let first = reads(&mut machine, 20);
    let expected = [
        &["reconnected".to_owned(), "latest".to_owned()][..],
        &numbers(3, 19),
    ]
    .concat();
    assert_eq!(first, expected);
    assert_eq!(
        machine.position().map(|position| position.height()),
        Some(20)
    );
    lose(&mut machine);
    assert_eq!(
        reads(&mut machine, 22),
        ["reconnected", "latest", "20", "21"]
    );
}

#[test]
fn what_lies_between_seldom_events_is_not_read_once_rest_must_know_what_the_socket_did_not_tell() {
    let mut machine = machine("Fork");
    lose(&mut machine);
    reads(&mut machine, 20);
    // REST may know of blocks late that were there before the socket was.
    assert!(matches!(machine.message(Some("fork-5000")), Take::Keep));
    let read = reads(&mut machine, 5001);
    assert_eq!(
        read,
        [&numbers(20, 19 + telling::LAG)[..], &["event".to_owned()]].concat()
    );
    assert_eq!(reads(&mut machine, 5001), [""; 0]);
    // It was delivered, and so was all that is in front of it.
    assert_eq!(
        machine.position().map(|position| position.height()),
        Some(4999)
    );
    assert!(matches!(machine.message(Some("fork-5000")), Take::Drop));
    assert!(matches!(machine.message(Some("fork-9000")), Take::Deliver));
    assert_eq!(reads(&mut machine, 9001), [""; 0]);
}

#[test]
fn where_every_block_has_an_event_all_that_the_socket_left_out_are_read() {
    let mut machine = machine("Block,Fork");
    lose(&mut machine);
    // Of those that are read, each has been told by the socket before.
    for height in 3..20 {
        machine.ledger.complete(height + 1);
    }
    assert_eq!(reads(&mut machine, 20), ["reconnected", "latest"]);
    assert!(matches!(machine.message(Some("block-120")), Take::Keep));
    assert!(matches!(machine.next(), Do::HangUp));
    assert!(matches!(machine.next(), Do::Read(_, with) if with[0].1 == "20"));
}
