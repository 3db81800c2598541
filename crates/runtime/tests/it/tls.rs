//! A service over TLS whose certificate no platform knows, speaking HTTP/2.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use h2::{Reason, server::SendResponse};
use http::Response;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
};

/// What the service does with a request that it has received as a whole.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn {
    Answer(u16),
    /// Ends the stream, with this reason.
    Reset(Reason),
    /// Ends the connection without a word.
    HangUp,
    /// Answers, and then says that it takes no more streams on this connection.
    GoAway,
}

pub(crate) struct TlsStub {
    pub(crate) url: String,
    /// The certificate authority that vouches for it, in PEM.
    pub(crate) authority: String,
    turns: Arc<Mutex<Vec<Turn>>>,
    /// The `authorization` of each request.
    received: Arc<Mutex<Vec<String>>>,
}

impl TlsStub {
    /// Takes each of these turns in order, and answers 200 from then on.
    pub(crate) async fn start(turns: impl IntoIterator<Item = Turn>) -> Self {
        let (authority, config) = certified();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let mut turns: Vec<_> = turns.into_iter().collect();
        turns.reverse();
        let stub = Self {
            url: format!("https://{}", listener.local_addr().expect("an address")),
            authority,
            turns: Arc::new(Mutex::new(turns)),
            received: Arc::default(),
        };
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (turns, received) = (Arc::clone(&stub.turns), Arc::clone(&stub.received));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let serving = serve(
                    acceptor.clone(),
                    connection,
                    Arc::clone(&turns),
                    Arc::clone(&received),
                );
                tokio::spawn(serving);
            }
        });
        stub
    }

    pub(crate) fn received(&self) -> Vec<String> {
        self.received.lock().expect("no panic").clone()
    }
}

/// A certificate for this machine, and the authority that signed it.
fn certified() -> (String, ServerConfig) {
    let authority_key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = authority.self_signed(&authority_key).expect("signed").pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let names = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("an address");
    let certificate = names.signed_by(&key, &issuer).expect("signed");
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        )
        .expect("the key of the certificate");
    config.alpn_protocols = vec![b"h2".to_vec()];
    (pem, config)
}

async fn serve(
    acceptor: TlsAcceptor,
    connection: TcpStream,
    turns: Arc<Mutex<Vec<Turn>>>,
    received: Arc<Mutex<Vec<String>>>,
) {
    let Ok(connection) = acceptor.accept(connection).await else {
        return;
    };
    let Ok(mut connection) = h2::server::handshake(connection).await else {
        return;
    };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let authorization = request.headers().get("authorization");
        let authorization = authorization.and_then(|value| value.to_str().ok());
        let authorization = authorization.unwrap_or_default().to_owned();
        received.lock().expect("no panic").push(authorization);
        let turn = turns.lock().expect("no panic").pop();
        match turn.unwrap_or(Turn::Answer(200)) {
            Turn::Answer(status) => answer(respond, status),
            Turn::Reset(reason) => {
                let mut respond = respond;
                respond.send_reset(reason);
            }
            Turn::HangUp => return,
            Turn::GoAway => {
                answer(respond, 200);
                connection.graceful_shutdown();
            }
        }
    }
}

fn answer(mut respond: SendResponse<Bytes>, status: u16) {
    let head = Response::builder().status(status).body(()).expect("a head");
    // A client that goes away early is the client's affair.
    if let Ok(mut body) = respond.send_response(head, false) {
        let _ = body.send_data(Bytes::from_static(b"\"done\""), true);
    }
}
