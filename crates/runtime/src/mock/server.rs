//! The other end of the wire.

use std::{fmt, sync::Arc};

use http::Response;
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::{
    reply::{Answer, What},
    request::Request,
    script::Script,
    stream::Body,
};

/// Serves every connection until this is dropped, and all of them with it.
pub(super) async fn serve(listener: TcpListener, script: Arc<Script>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&script)));
                }
                Err(error) => {
                    tracing::error!(%error, "the mock is gone");
                    return;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection, and the web socket that it becomes.
async fn connection(stream: TcpStream, script: Arc<Script>) {
    #[cfg(feature = "websocket")]
    let opened = super::socket::Opened::default();
    let service = service_fn(|request| {
        let script = Arc::clone(&script);
        #[cfg(feature = "websocket")]
        let opened = opened.clone();
        async move {
            #[cfg(feature = "websocket")]
            let mut request = request;
            #[cfg(feature = "websocket")]
            let upgrade = hyper::upgrade::on(&mut request);
            let request = whole(request).await.map_err(|_| BrokenOff)?;
            #[cfg(feature = "websocket")]
            let proof = super::socket::proof(request.headers());
            let reply = script.next(request);
            // A timer takes a millisecond even for no time at all.
            if !reply.delay.is_zero() {
                tokio::time::sleep(reply.delay).await;
            }
            match reply.what {
                What::Answer(answer) => Ok(answer.into()),
                What::Hang => std::future::pending().await,
                #[cfg(feature = "websocket")]
                What::Socket(script) => Ok(opened.open(upgrade, proof, script)),
                // Those two were made an answer when the request was looked at.
                What::BreakOff | What::Page(..) | What::Made(_) => Err(BrokenOff),
            }
        }
    });
    let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    #[cfg(feature = "websocket")]
    let serving = serving.with_upgrades();
    // A client that goes away early is the client's affair, and so is one that was hung up on.
    let _ = serving.await;
    #[cfg(feature = "websocket")]
    opened.play().await;
}

async fn whole(request: hyper::Request<Incoming>) -> Result<Request, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let query = head.uri.query().unwrap_or_default();
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned();
    Ok(Request {
        operation: None,
        method: head.method,
        path: head.uri.path().to_owned(),
        parameters: Vec::new(),
        query: query.collect(),
        headers: head.headers,
        body,
    })
}

impl From<Answer> for Response<Body> {
    fn from(answer: Answer) -> Self {
        let mut response = Response::new(Body::new(answer.body, answer.end));
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        response
    }
}

/// What makes the server end a connection without an answer.
#[derive(Debug)]
pub(super) struct BrokenOff;

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed to answer, as the test wants it")
    }
}

impl std::error::Error for BrokenOff {}
