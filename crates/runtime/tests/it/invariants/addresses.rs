//! Which addresses are taken.

use bindery_runtime::{BaseUrl, InvalidBaseUrl};
use proptest::prelude::*;

use super::for_all;

/// Names and numbers of this machine, and what only looks like them.
const HOSTS: [&str; 24] = [
    "127.0.0.1",
    "127.0.0.1.evil.example",
    "127.0.0.1.",
    "127.1",
    "0x7f.1",
    "2130706433",
    "0177.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost.evil.example",
    "evil-localhost",
    "\u{24db}\u{24de}\u{24d2}\u{24d0}\u{24db}\u{24d7}\u{24de}\u{24e2}\u{24e3}",
    "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
    "xn--localhost-9za.example",
    "b\u{fc}cher.example",
    "api.example",
    "10.0.0.1",
    "https",
];

fn urls() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec![
        "http", "HTTP", "hTTp", " http", "ht\ntp", "https", "HTTPS", "ws", "wss", "ftp", "file",
        "httpx", "",
    ]);
    let separator = prop::sample::select(vec!["://", ":", ":/", ":///", ":\\\\", "://\t"]);
    let user = prop::sample::select(vec![
        "",
        "",
        "",
        "user@",
        "user:pw@",
        "127.0.0.1@",
        "@",
        ":@",
    ]);
    let port = prop::sample::select(vec!["", ":80", ":443", ":8080", ":", ":0", ":99999"]);
    let rest = prop::sample::select(vec![
        "",
        "/",
        "/api/v1",
        "//",
        "/../",
        "?q",
        "#f",
        "/@127.0.0.1",
        "\\@127.0.0.1",
    ]);
    let host = prop::sample::select(HOSTS.to_vec());
    (scheme, separator, user, host, port, rest).prop_map(
        |(scheme, separator, user, host, port, rest)| {
            format!("{scheme}{separator}{user}{host}{port}{rest}")
        },
    )
}

#[test]
fn i15_nothing_but_https_is_taken_unless_plain_http_was_allowed() {
    for_all(4096, urls(), |text| {
        if let Ok(base) = BaseUrl::https(&text) {
            prop_assert!(base.as_str().starts_with("https://"), "{text:?}");
            prop_assert_eq!(BaseUrl::plain_http(&text), Ok(base));
        }
        // What is told apart by its scheme alone: no host is exempt, least of all one that looks like this machine.
        if let Ok(base) = BaseUrl::plain_http(&text) {
            let plain = base.as_str().starts_with("http://");
            let refused = BaseUrl::https(&text) == Err(InvalidBaseUrl::PlainHttp);
            prop_assert_eq!(plain, refused, "{:?}", text);
        }
        Ok(())
    });
}

#[test]
fn i15_an_address_that_was_allowed_is_the_one_that_is_called() {
    for_all(4096, urls(), |text| {
        let Ok(base) = BaseUrl::plain_http(&text) else {
            return Ok(());
        };
        let url = url::Url::parse(&text).expect("a base URL is a URL");
        prop_assert_eq!(base.origin(), url.origin());
        let bare = url.username().is_empty() && url.password().is_none();
        prop_assert!(bare && url.query().is_none() && url.fragment().is_none());
        let origin = base.origin().ascii_serialization();
        prop_assert!(base.as_str().starts_with(&origin), "{text:?}");
        Ok(())
    });
}
