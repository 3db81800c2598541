use axum::body::to_bytes;
use axum::response::IntoResponse;

use super::*;

/// Secret, timestamp, method, signed path, body and signature.
type Vector = (
    &'static str,
    &'static str,
    Method,
    &'static str,
    &'static str,
    &'static str,
);

const PATCH_BODY: &str = r#"{"old_password":"a","new_password":"b"}"#;

/// The algorithm as documented, computed by an implementation of its own.
const VECTORS: [Vector; 12] = [
    (
        "apiSecret",
        "9",
        Method::POST,
        "/1.0/verity",
        r#"{"id":"id"}"#,
        "60892f5652cded1ece1670be6dabd3ecd7adc72eb5a708f6dea9f380f76dd16af7737a8d125d1d9c38e7e3bae099406cb8aaab02b0d9717d531f2654da2722cf",
    ),
    (
        "apiSecret",
        "9",
        Method::POST,
        "/1.0/verity",
        "",
        "f39457979ba4053f37ffe79791debb98f21e28c5ff508b0ed584c66b3d142d8146ee5ffb15087d57d6a168ad19d3376b937ce31c1ed82ff5950d84adc71a2fb3",
    ),
    (
        "apiSecret",
        "9",
        Method::GET,
        "/1.0/verity",
        "",
        "b3ed5a30aa9d72b417df9f830a126fe69e792cc282df6993897af03d1ea5f6d9f8de230de34e77649c1c0497150515fd5bd490a333640e114e4ec1b9db7e20bd",
    ),
    (
        "test-secret",
        "1543315873.80233",
        Method::GET,
        "/1.0/time/",
        "",
        "4dea9debb53f601f130914ca2b9be4028dc608b2e1400c34ae61bbb714f181297c3c4440d57d40d85f8c1064211f6218a0f7b79e6c57880429089ad5bdef9e96",
    ),
    (
        "test-secret",
        "1543315873",
        Method::POST,
        "/1.0/tenancy/echo-signed",
        r#"{"echo":"Hello, world!"}"#,
        "fa96b9f099db925e26394687ec28809757d7ee04b062572426120ab15d07180e054fc3033d488a4778718e60f678227fa66b45b452cda8761c47a3c856b6405d",
    ),
    (
        "test-secret",
        "1543315873",
        Method::GET,
        "/1.0/tenancy/echo-signed?echo=Hello%2C%20world!",
        "",
        "d48aeded7ebac665807522a33a4f0334d3ab3782ecb52c3575ff72e8084840d4fdc08f2cf739a2b82134c72fca784a8a7d60322d0518aad15d28bb229ada458f",
    ),
    (
        "test-secret",
        "1543315873",
        Method::POST,
        "/1.0/tenancy/echo-signed",
        r#"{"echo":"陳大文"}"#,
        "79ec5c37d6efbe3403802033753a2313e31e42553f5fdef7b6691e3565006c0245f4c1c943c2071911e0f6604f04449afbbf8d6560d32794c3cbac4cfc2d854f",
    ),
    (
        "test-secret",
        "1543315873",
        Method::GET,
        "/1.0/tenancy/users/?cursor=cD0yMDE5&page_size=100",
        "",
        "1ff4bb25bdc47dbfef483a1a68cadd6467f75c81f27825eea031756dc3691c61adb4788d1907963b6fb8de312883aa8385257bd0891f9798b992b0a01ecc8699",
    ),
    (
        "test-secret",
        "1543315873",
        Method::PATCH,
        "/1.0/tenancy/users/Jane%20Doe",
        PATCH_BODY,
        "0017ae19fe3ddb559c58e634335f5d9f99fc2eb451954dfae30d198adc47468565749a359d229f5a3e9410a8769d5d0abf9cde818ffa1461cf10f8316caed51f",
    ),
    (
        "test-secret",
        "1543315873",
        Method::DELETE,
        "/1.0/tenancy/users/Jane%20Doe",
        "",
        "4054ee80a852c0b1eb1590a8c0edd4e2bff730cd2c2f448e4af58072716665d628677fea5df112e969fe05b8314d3ed0ed0971b2548c2b56f57b79c8fd66b9d5",
    ),
    (
        "Ωμέγα",
        "1543315873",
        Method::GET,
        "/1.0/assets/",
        "",
        "f4ee89b67b9396542de871e0ca334e290bc3943485cdfb36171f5d7790df97d9c812fac23ba8625c6ee0695c818ac92438639e4d284976c2cf402641cab72211",
    ),
    (
        "test-secret",
        "1543315873",
        Method::GET,
        "1.0/assets/",
        "",
        "5d27930a4537450176c02d0797cd7a1df95335543e1f098252670e85f1e8ca2163d7ba3428be08c42552069c8862599bcef5c9ac3eb51a18574c2cb08ee62154",
    ),
];

fn credentials(secret: &str) -> Credentials {
    Credentials {
        api_key: "apiKey".to_owned(),
        api_secret: secret.to_owned(),
        api_passphrase: "apiPassphrase".to_owned(),
        ..Credentials::random()
    }
}

fn at(now: &str, within: Duration) -> Tolerance {
    let now = now.parse().expect("a time");
    Tolerance {
        within,
        now,
        wall: now,
    }
}

fn check(vector: &Vector, uri: &str, tolerance: Tolerance) -> Result<(), Refusal> {
    let (secret, timestamp, method, signed_path, body, signature) = vector;
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-up-api-key", "apiKey"),
        ("x-up-api-passphrase", "apiPassphrase"),
        ("x-up-api-timestamp", timestamp),
        ("x-up-api-signature", signature),
        ("x-up-api-signed-path", signed_path),
    ] {
        headers.insert(name, value.parse().expect("a header"));
    }
    let uri: Uri = uri.parse().expect("a URI");
    let request = Signed {
        method,
        uri: &uri,
        headers: &headers,
        body: body.as_bytes(),
    };
    verify(request, &credentials(secret), tolerance)
}

fn absolute(signed_path: &str) -> String {
    format!("/{}", signed_path.trim_start_matches('/'))
}

#[test]
fn every_vector_is_accepted() {
    let ever = at("2018-11-27T10:51:13Z", Duration::MAX);
    for vector in &VECTORS {
        let verdict = check(vector, &absolute(vector.3), ever);
        assert!(verdict.is_ok(), "{}: {verdict:?}", vector.3);
    }
}

#[test]
fn a_signature_is_good_for_its_own_path_and_query_only() {
    let ever = at("2018-11-27T10:51:13Z", Duration::MAX);
    for uri in ["/1.0/tenancy/users/", "/1.0/tenancy/users/John%20Doe"] {
        assert!(check(&VECTORS[9], uri, ever).is_err(), "{uri}");
    }
    let with_query = &VECTORS[7];
    assert!(
        check(
            with_query,
            "/1.0/tenancy/users/?cursor=other&page_size=100",
            ever
        )
        .is_err()
    );
    assert!(check(with_query, "/1.0/tenancy/users/", ever).is_err());
    // One that leaves the query out is good for any, as clients in the field need it.
    assert!(check(&VECTORS[10], "/1.0/assets/?page_size=2", ever).is_ok());
}

#[test]
fn a_timestamp_is_judged_by_either_clock() {
    let minute = Duration::minutes(1);
    let path = VECTORS[4].3;
    assert!(check(&VECTORS[4], path, at("2018-11-27T10:52:00Z", minute)).is_ok());
    assert!(check(&VECTORS[4], path, at("2018-11-27T10:50:00Z", minute)).is_err());
    let mut moved = at("2018-11-27T10:51:13Z", minute);
    moved.now += Duration::hours(10);
    assert!(check(&VECTORS[4], path, moved).is_ok());
}

#[tokio::test]
async fn a_mismatch_hints_at_every_part_and_keeps_the_secret() {
    let mut vector = VECTORS[4].clone();
    vector.4 = r#"{"echo":"Hello, World!"}"#;
    let ever = at("2018-11-27T10:51:13Z", Duration::MAX);
    let refusal = check(&vector, vector.3, ever).expect_err("another body");
    let response = refusal.into_response();
    assert_eq!(response.status(), 403);
    let body = to_bytes(response.into_body(), 10_000)
        .await
        .expect("a body");
    let text = String::from_utf8(body.to_vec()).expect("UTF-8");
    assert!(!text.contains("test-secret"));
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let hint = &json["error"]["details"][0];
    assert_eq!(hint["reason"], "debugHint");
    assert_eq!(hint["location"], SIGNATURE);
    let parts = &hint["value"]["message_parts"];
    assert_eq!(parts["body"]["canonicalized"], vector.4);
    assert_eq!(parts["body"]["sha512"], hex(Sha512::digest(vector.4)));
    assert_eq!(parts["signed_path"]["canonicalized"], vector.3);
    assert_eq!(parts["timestamp"]["canonicalized"], "1543315873");
    assert_eq!(parts["method"]["canonicalized"], "POST");
}

#[test]
fn what_is_no_timestamp_is_refused() {
    assert!(instant("1543315873.80233").is_some());
    for text in [
        "",
        "-1",
        "1.",
        ".5",
        "1e9",
        "1543315873.8.0",
        "99999999999999999999",
    ] {
        assert_eq!(instant(text), None, "{text}");
    }
}
