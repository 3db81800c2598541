//! Who a delivery comes from.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use bindery_upvest::{
    Secret,
    webhooks::{
        InvalidSignature, MalformedSignature, WebhookError, sign, unsigned_challenge, verify,
        verify_signature,
    },
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use proptest::prelude::*;

use super::{SECRET, signed};

const ECHO: &str = r#"{"action":"echo.post","webhook_id":"00000000-0000-4000-8000-000000000000","data":{"echo":"Hello, world!"}}"#;
const ECHO_SIGNATURE: &str =
    "sha256=1bdc00a226588d0087cd4b40581461ddc1d9c0183e125d0f082360961c233d14";
const EMPTY_SIGNATURE: &str =
    "sha256=4dbd2292025f21bd07ca900059e19286df5ad14c05c4f00f19a2959f2d1ac56b";

fn header(value: &str) -> HeaderMap {
    let name = HeaderName::from_static("x-up-signature");
    let value = HeaderValue::from_str(value).expect("visible ASCII");
    HeaderMap::from_iter([(name, value)])
}

fn check(headers: &HeaderMap, body: &[u8]) -> Result<(), InvalidSignature> {
    verify_signature(headers, body, [&Secret::from(SECRET)])
}

#[test]
fn known_signatures_hold_and_are_made() {
    for (body, signature) in [(ECHO, ECHO_SIGNATURE), ("", EMPTY_SIGNATURE)] {
        assert_eq!(check(&header(signature), body.as_bytes()), Ok(()));
        let (name, made) = sign(body, &Secret::from(SECRET));
        assert_eq!(name, "x-up-signature");
        assert_eq!(made, signature);
    }
}

#[test]
fn the_header_is_found_however_it_is_spelt() {
    for name in ["X-UP-Signature", "X-Up-Signature", "x-up-signature"] {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        let value = HeaderValue::from_static(ECHO_SIGNATURE);
        let headers = HeaderMap::from_iter([(name, value)]);
        assert_eq!(check(&headers, ECHO.as_bytes()), Ok(()));
    }
}

/// What `openssl` makes of it; `None` where it is not installed, unless this runs as a check of the whole project.
fn by_openssl(secret: &str, body: &[u8]) -> Option<String> {
    let mut openssl = match Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", secret])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
    {
        Ok(openssl) => openssl,
        Err(error) if std::env::var_os("CI").is_some() => panic!("openssl: {error}"),
        Err(_) => return None,
    };
    let mut input = openssl.stdin.take().expect("a pipe");
    input.write_all(body).expect("openssl reads");
    drop(input);
    let output = openssl.wait_with_output().expect("openssl ends");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("text");
    let digits = text
        .trim()
        .rsplit_once(' ')
        .expect("the name of the input goes first")
        .1;
    Some(format!("sha256={digits}"))
}

#[test]
fn what_openssl_signed_holds_and_is_what_we_sign() {
    let long = "x".repeat(100_000);
    for (secret, body) in [
        (SECRET, ECHO),
        (SECRET, "{}"),
        (
            "Ωμέγα 陳大文",
            r#"{"action":"echo.get","data":{"echo":"陳大文"}}"#,
        ),
        (
            &"longer than a block of the hash ".repeat(5),
            "\r\n\t \u{0}",
        ),
        ("a", &long),
    ] {
        let Some(signature) = by_openssl(secret, body.as_bytes()) else {
            return;
        };
        let secret = Secret::from(secret);
        let (_, made) = sign(body, &secret);
        assert_eq!(made, signature.as_str());
        assert_eq!(
            verify_signature(&header(&signature), body, [&secret]),
            Ok(())
        );
    }
}

#[test]
fn during_a_rotation_either_secret_holds_wherever_it_stands() {
    let secrets = ["newest", SECRET, "oldest"].map(Secret::from);
    for rotated in 0..secrets.len() {
        let mut secrets = secrets.clone();
        secrets.rotate_left(rotated);
        assert_eq!(verify_signature(&signed(ECHO), ECHO, &secrets), Ok(()));
    }
    let others = ["newest", "oldest"].map(Secret::from);
    assert_eq!(
        verify_signature(&signed(ECHO), ECHO, &others),
        Err(InvalidSignature::Mismatch)
    );
}

#[test]
fn an_empty_secret_is_none_since_anyone_could_sign_with_it() {
    let empty = Secret::from("");
    let headers = HeaderMap::from_iter([sign(ECHO, &empty)]);
    for secrets in [vec![], vec![empty.clone()]] {
        assert_eq!(
            verify_signature(&headers, ECHO, &secrets),
            Err(InvalidSignature::NoSecret)
        );
    }
    assert_eq!(
        verify_signature(&headers, ECHO, [&empty, &Secret::from(SECRET)]),
        Err(InvalidSignature::Mismatch)
    );
}

#[test]
fn each_fault_of_the_header_has_its_name_and_none_is_read_as_a_signature() {
    let digits = &ECHO_SIGNATURE["sha256=".len()..];
    let twice = {
        let mut headers = header(ECHO_SIGNATURE);
        let (name, value) = sign(ECHO, &Secret::from(SECRET));
        headers.append(name, value);
        headers
    };
    let mut messages = Vec::new();
    let mut tell = |headers: &HeaderMap| {
        let error = check(headers, ECHO.as_bytes()).expect_err("a fault");
        messages.push(error.to_string());
        error
    };
    let name = HeaderName::from_static("x-up-signature");
    assert_eq!(tell(&HeaderMap::new()), InvalidSignature::Missing(name));
    for (headers, fault) in [
        (twice, MalformedSignature::Several),
        (header(""), MalformedSignature::Prefix("sha256=")),
        (header(digits), MalformedSignature::Prefix("sha256=")),
        (
            header(&format!("SHA256={digits}")),
            MalformedSignature::Prefix("sha256="),
        ),
        (
            header(&format!("sha1={digits}")),
            MalformedSignature::Prefix("sha256="),
        ),
        (header("sha256="), MalformedSignature::Length(32)),
        (
            header(&format!("sha256={}", &digits[2..])),
            MalformedSignature::Length(32),
        ),
        (
            header(&format!("sha256={digits}00")),
            MalformedSignature::Length(32),
        ),
    ] {
        match tell(&headers) {
            InvalidSignature::Malformed(_, found) => assert_eq!(found, fault),
            other => panic!("{other:?}"),
        }
    }
    for not_hex in [
        format!("sha256={}", digits.to_uppercase()),
        format!("sha256={}", &digits[1..]),
        format!("sha256= {digits}"),
        format!("{ECHO_SIGNATURE},{ECHO_SIGNATURE}"),
        format!("sha256=0x{digits}"),
    ] {
        let error = tell(&header(&not_hex));
        assert!(
            matches!(
                error,
                InvalidSignature::Malformed(_, MalformedSignature::Encoding(_))
            ),
            "{not_hex}: {error:?}"
        );
    }
    let other = header(EMPTY_SIGNATURE);
    assert_eq!(tell(&other), InvalidSignature::Mismatch);
    messages.dedup();
    insta::assert_snapshot!("faults-of-the-header", messages.join("\n"));
}

#[test]
fn a_wrong_signature_is_refused_before_the_body_is_read() {
    let secret = Secret::from(SECRET);
    for body in ["not JSON", "", "{\"action\":"] {
        let error = verify(&header(ECHO_SIGNATURE), body, [&secret]).expect_err("another body");
        assert_eq!(error, WebhookError::Signature(InvalidSignature::Mismatch));
        assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
        let error = verify(&signed(body), body, [&secret]).expect_err("no message");
        assert!(matches!(error, WebhookError::Message(_)), "{error:?}");
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
    }
    let error = verify(&signed(ECHO), ECHO, []).expect_err("no secret");
    assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[test]
fn a_challenge_is_answered_without_a_signature_and_an_event_is_not() {
    let challenge = r#"{"action":"url.verify","challenge":"a1b2"}"#;
    let found = unsigned_challenge(&HeaderMap::new(), challenge).expect("a challenge");
    assert_eq!(found.answer(), r#"{"challenge":"a1b2"}"#);
    for value in [
        "12345678901234567890123",
        "null",
        "[1,2]",
        r#"{"a":"ü\u0000"}"#,
    ] {
        let body = format!(r#"{{"challenge":{value},"action":"url.verify"}}"#);
        let found = unsigned_challenge(&HeaderMap::new(), &body).expect("a challenge");
        assert_eq!(found.answer(), format!(r#"{{"challenge":{value}}}"#));
    }
    // What is signed is for `verify` to judge, even where the signature is wrong.
    assert!(unsigned_challenge(&header(ECHO_SIGNATURE), challenge).is_none());
    for body in [
        ECHO,
        "",
        "{}",
        "[]",
        r#"{"action":"url.verify"}"#,
        r#"{"challenge":"a1b2"}"#,
    ] {
        assert!(
            unsigned_challenge(&HeaderMap::new(), body).is_none(),
            "{body}"
        );
    }
}

#[test]
fn no_error_holds_a_secret_a_signature_or_the_body() {
    let secret = Secret::from("hunter2-hunter2");
    let body = r#"{"action":"user.created","data":{"recoverykit":"hunter2"}}"#;
    let right = HeaderMap::from_iter([sign(body, &secret)]);
    let digits = "deadbeef".repeat(8);
    let faulty = [
        verify(&header(&format!("sha256={digits}")), body, [&secret]),
        verify(&header(&digits), body, [&secret]),
        verify(&right, body, [&secret]),
    ];
    for error in faulty.map(|outcome| outcome.expect_err("a fault")) {
        let shown = format!("{error} {error:?}");
        for hidden in ["hunter2", "deadbeef"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
}

proptest! {
    #[test]
    fn a_delivery_with_any_bit_flipped_is_refused(in_header: bool, at: prop::sample::Index, bit in 0..8_u8) {
        let (mut value, mut body) = (ECHO_SIGNATURE.as_bytes().to_vec(), ECHO.as_bytes().to_vec());
        let bytes = if in_header { &mut value } else { &mut body };
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            let headers = HeaderMap::from_iter([(HeaderName::from_static("x-up-signature"), value)]);
            prop_assert!(check(&headers, &body).is_err());
        }
    }

    #[test]
    fn no_header_and_no_body_makes_it_panic_or_hold(
        value in prop::collection::vec(any::<u8>(), 0..100),
        prefixed: bool,
        body in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let value = if prefixed { [b"sha256=".as_slice(), &value].concat() } else { value };
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            let headers = HeaderMap::from_iter([(HeaderName::from_static("x-up-signature"), value)]);
            prop_assert!(verify(&headers, &body, [&Secret::from(SECRET)]).is_err());
        }
        prop_assert!(unsigned_challenge(&HeaderMap::new(), &body).is_none());
    }

    #[test]
    fn what_is_signed_holds_under_its_secret_and_no_other(
        secret in "\\PC{1,80}", other in "\\PC{1,80}", body in prop::collection::vec(any::<u8>(), 0..1000),
    ) {
        prop_assume!(secret != other);
        let headers = HeaderMap::from_iter([sign(&body, &Secret::from(secret.as_str()))]);
        prop_assert_eq!(verify_signature(&headers, &body, [&Secret::from(secret)]), Ok(()));
        prop_assert_eq!(
            verify_signature(&headers, &body, [&Secret::from(other)]),
            Err(InvalidSignature::Mismatch)
        );
    }
}
