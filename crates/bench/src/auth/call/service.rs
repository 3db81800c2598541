//! The service that the calls go to.

use std::io;

use crate::stub::{self, Asked, Reply};

/// The access token it issues.
pub(super) const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl";

const ISSUED: Reply = Reply::ok(
    r#"{"access_token":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl","expires_in":86400,"token_type":"Bearer","scope":"read transaction"}"#,
);
const WALLET: Reply = Reply::ok(
    r#"{"id":"8fc19cd0-8f50-4626-becb-c9e284d2315b","address":"0xC4A284E55Ab2F1C2fEb23A0bfC56FcA31B0c94A3","balances":[{"amount":"0","asset_id":"deaaa6bf-d944-57fa-8ec4-2dd45d1f5d3f","exponent":18,"name":"Ether (Ropsten)","symbol":"ETH"}],"index":null,"protocol":"ethereum_ropsten","status":"ACTIVE"}"#,
);
const TRANSACTION: Reply = Reply::ok(
    r#"{"quantity":"37","recipient":"0x342b13903CFAC27aF1133bb29F2E3Fe9Bf4b0B9B","fee":"148249500000000","sender":"0x39e7565B204540f0bD9C474c4e32289b47f9C879","id":"f59dd3cf-3355-4964-ba07-c8e34dcac21e","status":"PENDING","txhash":"0xfd4d6aa4122e3fb34f63e1e9f5a6d422c4f48a9cf409d6d2a11ff756b98d7870","wallet_id":"8fc19cd0-8f50-4626-becb-c9e284d2315b","asset_id":"cfc59efb-3b21-5340-ae96-8cadb4ce31a8","asset_name":"Example coin (Ropsten)","exponent":12}"#,
);
const BLOCK: Reply = Reply::ok(
    r#"{"Success":true,"Result":{"number":281,"hash":"4795bd5ac67db26b8b09e01da4e23b04a95a485914b0731ff5691c759df5725c","create_time":1581581371,"previous_hash":"c5ae9e9385bba2848fe5dc56a5d1185ba41184ce0344dded33c81a9142756c86","transactions":["e49d411a2ff32caa1688b5e0a07a957d2d8a4c8c124554772d07145214b3ba13","53b106675bb5d39b81142c572ec14dba92d9726f1216f96f008aac35be237fda","669e80e03dcc2e90af4494f2f7ada861e2b12b5041078a50065a3657312b558b"]},"Error":{"code":200,"message":"Success","request_id":"313f10a5-bf79-48e1-9cdc-4345c9064a9c"}}"#,
);
const UNKNOWN: Reply = Reply {
    status: "404 Not Found",
    body: "{}",
};

/// Starts it, and tells its URL.
///
/// # Errors
///
/// When no port is free.
pub async fn start() -> io::Result<String> {
    stub::start(|asked| std::future::ready(answer(asked))).await
}

pub(super) fn answer(asked: Asked<'_>) -> Reply {
    let (method, path) = asked.line.split_once(' ').unwrap_or_default();
    match method {
        "POST" if path == "/clientele/oauth2/token" || path == "/token" => ISSUED,
        "POST" if path.ends_with("/transactions/") => TRANSACTION,
        "GET" if path.starts_with("/kms/wallets/") => WALLET,
        "GET" if path.starts_with("/networks/") => BLOCK,
        _ => UNKNOWN,
    }
}
