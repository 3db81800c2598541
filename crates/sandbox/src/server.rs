//! One provider's HTTP server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::faults::{Doorway, Gate, Line, Post, pass};

/// How long [`Server::stop`] lets open requests finish.
const GRACE: Duration = Duration::from_secs(2);

/// A running server on 127.0.0.1. Dropping it stops it without waiting.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: watch::Sender<()>,
    accepting: JoinHandle<io::Result<()>>,
}

/// Binds 127.0.0.1 at `port` (0 picks a free one) and serves `router` on it, behind `gate`.
pub(crate) async fn serve(port: u16, router: Router, gate: Option<Gate>) -> io::Result<Server> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let (stop, mut stopped) = watch::channel(());
    let doorway = Doorway::new(listener, gate.as_ref().map(Gate::guard));
    let router = match gate {
        None => router,
        Some(gate) => {
            let stop = stopped.clone();
            let post = Arc::new(Post { gate, stop });
            router.layer(middleware::from_fn_with_state(post, pass))
        }
    };
    let service = router.into_make_service_with_connect_info::<Line>();
    let accepting = tokio::spawn(async move {
        axum::serve(doorway, service)
            .with_graceful_shutdown(async move {
                // Nothing is ever sent: the sender goes, and with it the server.
                while stopped.changed().await.is_ok() {}
            })
            .await
    });
    Ok(Server {
        address,
        stop,
        accepting,
    })
}

impl Server {
    /// Where the server listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting, lets open requests finish for up to two seconds, then gives up on them.
    ///
    /// Web sockets are not waited for: once upgraded, a connection is no longer the server's.
    pub(crate) async fn stop(self) {
        let Self {
            stop,
            mut accepting,
            ..
        } = self;
        drop(stop);
        if timeout(GRACE, &mut accepting).await.is_err() {
            accepting.abort();
        }
    }
}
