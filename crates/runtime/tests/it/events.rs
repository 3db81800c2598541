//! Event streams, against a service whose connections break and whose blocks can be read.

mod chain;
mod complete;
mod keeping;
mod resuming;

use bindery_runtime::{
    BaseUrl, BlockCall, Call, Credential, Error, EventPosition, Events, Evidence, Idempotency,
    Operation, Placement, Replay, Requirement, Scheme, Server, Session, Socket, Step, Target,
};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::chain::Service;
use crate::api::{Renews, Token, at_once};

static SERVER: Server = Server::new(&[], None);
static QUERY: Scheme = Scheme::new("test", "query", Placement::Query("access_token"));
static TAKES_QUERY: &[&[Requirement]] = &[&[Requirement::new(&QUERY, &[])]];

const fn operation(id: &'static str, path: &'static str) -> Operation {
    let method = Method::GET;
    let (safe, evidence) = (Idempotency::Safe, Evidence::Documented);
    Operation::new("test", id, method, path, &SERVER, safe, evidence)
}

pub(crate) static WATCH: Operation =
    operation("watch", "/chains/{chain}/watch").security(TAKES_QUERY);
static GET_BLOCK: Operation = operation("get_block", "/chains/{chain}/blocks/{num}");
static GET_TX: Operation = operation("get_tx", "/chains/{chain}/txs/{id}");

static REPLAY: Replay = Replay {
    kind: "/kind",
    id: "/id",
    alike: &[("/node", "")],
    block: BlockCall {
        operation: &GET_BLOCK,
        number: "num",
        latest: "latest",
        height: "/height",
    },
    steps: &[
        Step::Event {
            kind: "Block",
            when: None,
            text: &[("/id", "block-{height}")],
            value: &[("/content", "block")],
            without: &["/content/change"],
            repeats: false,
        },
        Step::Lost {
            kind: "Change",
            when: Some("block/change"),
            id: "change-{height}-",
        },
        Step::Each {
            list: "block/txs",
            name: "tx_id",
            steps: &[Step::Read {
                operation: &GET_TX,
                with: &[("id", "tx_id")],
                name: "tx",
                steps: &[
                    Step::Event {
                        kind: "Tx",
                        when: None,
                        text: &[("/id", "tx-{height}-{tx_id}")],
                        value: &[("/content", "tx")],
                        without: &[],
                        repeats: false,
                    },
                    Step::Each {
                        list: "tx/payments",
                        name: "payment",
                        steps: &[Step::Event {
                            kind: "Payment",
                            when: None,
                            text: &[("/id", "payment-{height}-{tx_id}")],
                            value: &[("", "payment")],
                            without: &[],
                            repeats: true,
                        }],
                    },
                ],
            }],
        },
    ],
};

pub(crate) static SOCKET: Socket = Socket {
    select: Some(("kinds", "*")),
    replay: Some(&REPLAY),
};

/// An event of the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) node: String,
    pub(crate) content: Value,
}

pub(crate) fn id(event: &Told) -> Option<&str> {
    Some(&event.id)
}

pub(crate) fn session(service: &Service) -> Session {
    let base = BaseUrl::plain_http(&service.url).expect("a URL");
    Session::builder(Target::custom("test", base))
        .shared_credential(Token::new(Renews::Always) as std::sync::Arc<dyn Credential>)
        .retry(at_once())
        .build()
        .expect("a session")
}

pub(crate) fn watch(session: &Session, kinds: &str) -> Call {
    let call = Call::new(session, &WATCH).path("chain", "main");
    if kinds.is_empty() {
        call
    } else {
        call.query("kinds", kinds)
    }
}

pub(crate) async fn open(
    session: &Session,
    kinds: &str,
    position: Option<EventPosition>,
) -> Result<Events<Told>, Error> {
    let call = watch(session, kinds);
    match position {
        None => call.subscribe(&SOCKET, id).await,
        Some(position) => call.subscribe_from(&SOCKET, id, position).await,
    }
}
