//! A service that answers as badly as it can.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

/// What a service sends in return for one request, byte by byte, before it closes the connection.
pub(crate) type Answer = Arc<dyn Fn(&str) -> String + Send + Sync>;

pub(crate) fn service(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for connection in listener.incoming() {
            let (mut connection, answer) = (connection.expect("a connection"), answer.clone());
            thread::spawn(move || {
                let request = read(&mut connection);
                let _ = connection.write_all(answer(&request).as_bytes());
            });
        }
    });
    url
}

fn read(connection: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let length = connection.read(&mut chunk).unwrap_or(0);
        bytes.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let lengths = head
                .lines()
                .filter_map(|line| line.strip_prefix("content-length: "));
            let length = lengths.filter_map(|length| length.parse().ok()).next();
            body.len() >= length.unwrap_or(0)
        });
        if whole || length == 0 {
            return text;
        }
    }
}

pub(crate) fn reply(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

/// Everything that a service may answer to a request with these secrets in it, or issue with these in the answer.
pub(crate) fn failures(secrets: &[&str], good: &str) -> Vec<String> {
    let (all, first) = (secrets.join(" "), secrets[0]);
    let mut answers = Vec::new();
    for status in [400, 401, 403, 404, 429, 500, 503] {
        for body in [
            format!(
                r#"{{"error":"{all}","error_description":"{all}","message":"{all}","code":"{all}"}}"#
            ),
            format!(
                r#"{{"error":"invalid_grant","details":"{all}","success":false,"code":403,"message":"bad {first}"}}"#
            ),
            all.clone(),
        ] {
            let headers =
                format!("x-request-id: {first}\r\nwww-authenticate: Bearer error=\"{first}\"\r\n");
            answers.push(reply(status, &headers, &body));
        }
    }
    let location = format!("location: http://127.0.0.1:1/{first}?access_token={first}\r\n");
    answers.push(reply(302, &location, &all));
    answers.push(reply(307, &location, ""));
    // Cut short, in the body and in the text; of another type; followed by more; no HTTP at all; nothing.
    let whole = reply(200, "", good);
    answers.push(whole[..whole.len() - 3].to_owned());
    answers.push(reply(200, "", &good[..good.len() - 3]));
    answers.push(reply(
        200,
        "",
        &good.replace(":\"", ":[\"").replace("\",", "\"],"),
    ));
    answers.push(reply(200, "", &format!("{good}{all}")));
    answers.push(reply(200, "", &format!("\"{all}\"")));
    answers.push(reply(200, "", &all));
    answers.push(reply(200, &format!("content-encoding: {first}\r\n"), good));
    answers.push(reply(200, "", &good.replace(first, &format!("{first}\\n"))));
    answers.push(reply(200, "", &good.replace(first, "")));
    answers.push(reply(200, "", &format!("{{\"{first}\":{good}}}")));
    answers.push(format!("{all}\r\n\r\n"));
    answers.push(String::new());
    answers
}
