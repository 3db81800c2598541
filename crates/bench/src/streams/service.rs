//! The service that the streams come from: events without an end, and a list in pages.

mod events;

use std::{
    borrow::Cow,
    fmt::Write as _,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use uuid::Uuid;

use crate::stub::{self, Asked, Reply};

pub use events::BLOCKS_OF_PIECE;

/// How many items a page has.
pub const PAGE: u64 = 100;

const ISSUED: Reply =
    Reply::ok(r#"{"access_token":"token","expires_in":86400,"token_type":"Bearer"}"#);
/// The block in front of the first event.
const NEWEST: Reply = Reply::ok(
    r#"{"Success":true,"Result":{"number":0,"hash":"","create_time":1581581371,"previous_hash":"","transactions":[]},"Error":{"code":200,"message":"Success","request_id":"313f10a5-bf79-48e1-9cdc-4345c9064a9c"}}"#,
);

/// The service.
#[derive(Debug)]
pub struct Service {
    url: String,
    pages: Arc<AtomicU64>,
}

impl Service {
    /// Starts it. It runs for as long as the runtime does.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub async fn start() -> io::Result<Self> {
        let pages = Arc::new(AtomicU64::new(0));
        let url = stub::start({
            let pages = Arc::clone(&pages);
            move |asked| {
                let reply = answer(asked);
                if asked.line.starts_with(LIST) {
                    pages.fetch_add(1, Ordering::SeqCst);
                }
                std::future::ready(reply)
            }
        })
        .await?;
        Ok(Self { url, pages })
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many requests for a page came so far.
    pub fn pages(&self) -> u64 {
        self.pages.load(Ordering::SeqCst)
    }
}

const LIST: &str = "GET /kms/wallets/?";

fn answer(asked: Asked<'_>) -> Reply {
    let (method, target) = asked.line.split_once(' ').unwrap_or_default();
    match method {
        "POST" if target.ends_with("token") => ISSUED,
        "GET" if target.contains("/events/subscribe?") => match key(asked.text) {
            Some(key) => upgraded(key),
            None => Reply::UNKNOWN,
        },
        "GET" if target.ends_with("/blocks/latest") => NEWEST,
        "GET" if asked.line.starts_with(LIST) => Reply::Json {
            status: "200 OK",
            body: Cow::Owned(page(target)),
        },
        _ => Reply::UNKNOWN,
    }
}

fn key(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_key = name.eq_ignore_ascii_case("sec-websocket-key");
        is_key.then(|| value.trim())
    })
}

fn upgraded(key: &str) -> Reply {
    let proof = derive_accept_key(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {proof}\r\n\r\n"
    );
    Reply::Endless {
        head,
        piece: events::piece,
    }
}

/// A page of a list of as many items as its cursor says. The cursor is where the page begins, and where the list ends:
/// `300of1000`. Of a list that was asked for without one, there is one page.
fn page(target: &str) -> String {
    let cursor = target
        .split(['?', '&'])
        .find_map(|pair| pair.strip_prefix("cursor="));
    let place = cursor.and_then(|cursor| cursor.split_once("of"));
    let (begin, end) = place
        .and_then(|(begin, end)| Some((begin.parse().ok()?, end.parse().ok()?)))
        .unwrap_or((0, PAGE));
    let behind = end.min(begin + PAGE);
    let mut page = String::from(r#"{"previous":null,"next":"#);
    let next = if behind < end {
        format!(r#""https://api.example/1.0/kms/wallets/?cursor={behind}of{end}&page_size={PAGE}""#)
    } else {
        "null".to_owned()
    };
    page.push_str(&next);
    page.push_str(r#","results":["#);
    for item in begin..behind {
        let separator = if item == begin { "" } else { "," };
        let id = Uuid::from_u128(u128::from(item));
        // Writing to a `String` cannot fail.
        let _ = write!(
            page,
            r#"{separator}{{"id":"{id}","address":"0xC4A284E55Ab2F1C2fEb23A0bfC56FcA31B0c94A3","balances":[{{"amount":"{item}","asset_id":"deaaa6bf-d944-57fa-8ec4-2dd45d1f5d3f","exponent":18,"name":"Ether (Ropsten)","symbol":"ETH"}}],"index":null,"protocol":"ethereum_ropsten","status":"ACTIVE"}}"#
        );
    }
    page.push_str("]}");
    page
}

#[cfg(test)]
mod tests {
    use bindery_upvest::types::WalletPage;

    use super::*;

    #[test]
    fn a_page_leads_to_the_next_until_the_end() {
        let read = |target: &str| -> (usize, Option<String>) {
            let page: WalletPage = serde_json::from_str(&page(target)).expect("a page");
            (page.results.len(), page.next)
        };
        let (items, next) = read("/kms/wallets/?page_size=100&cursor=0of150");
        assert_eq!(items, 100);
        assert!(next.is_some_and(|next| next.contains("cursor=100of150&")));
        assert_eq!(read("/kms/wallets/?cursor=100of150"), (50, None));
    }
}
