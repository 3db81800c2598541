//! A receiver of Upvest's webhooks, as it would stand in a web server of the caller's own.

use std::{net::Ipv4Addr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::post,
};
use bindery_upvest::{
    Secret,
    webhooks::{self, Challenge, Delivery, Event},
};
use tokio::{net::TcpListener, sync::mpsc};

/// How many deliveries may wait to be looked at. Those beyond are refused, and the sender tries again.
const WAITING: usize = 1000;

/// A running receiver.
pub(crate) struct Receiver {
    /// Where it receives.
    pub(crate) url: String,
    deliveries: mpsc::Receiver<Delivery>,
}

/// What the handler has to know.
struct Inbox {
    /// The one in use, and while it is being replaced the one before.
    secrets: Vec<Secret>,
    deliveries: mpsc::Sender<Delivery>,
}

impl Receiver {
    /// Listens at a free port of this machine for what is signed with one of `secrets`.
    pub(crate) async fn start(secrets: impl IntoIterator<Item = Secret>) -> std::io::Result<Self> {
        let (sender, deliveries) = mpsc::channel(WAITING);
        let inbox = Inbox {
            secrets: secrets.into_iter().collect(),
            deliveries: sender,
        };
        let router = Router::new()
            .route("/hooks", post(receive))
            .with_state(Arc::new(inbox));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/hooks", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, deliveries })
    }

    /// The next delivery.
    pub(crate) async fn next(&mut self) -> Option<Delivery> {
        self.deliveries.recv().await
    }
}

/// Takes the body as it came: `Json` would read it before anyone knows who sent it.
async fn receive(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> Response {
    match webhooks::verify(&headers, &body, &inbox.secrets) {
        Ok(delivery) => match &delivery.event {
            Event::Challenge(challenge) => answer(challenge),
            // Said to be received once it is where it cannot get lost; here that is a queue.
            _ => match inbox.deliveries.try_send(delivery) {
                Ok(()) => StatusCode::OK.into_response(),
                Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            },
        },
        Err(error) => match webhooks::unsigned_challenge(&headers, &body) {
            Some(challenge) => answer(&challenge),
            None => (error.status(), error.to_string()).into_response(),
        },
    }
}

fn answer(challenge: &Challenge) -> Response {
    ([(CONTENT_TYPE, "application/json")], challenge.answer()).into_response()
}
