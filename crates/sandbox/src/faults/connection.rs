//! The connections, and how they are cut below HTTP.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::{Faults, Provider};

/// Accepts connections, but those that a rule refuses.
pub(crate) struct Doorway {
    listener: TcpListener,
    guard: Option<(Faults, Provider)>,
}

impl Doorway {
    /// A doorway that refuses what the rules for `guard` say; without one, nothing.
    pub(crate) fn new(listener: TcpListener, guard: Option<(Faults, Provider)>) -> Self {
        Self { listener, guard }
    }
}

impl Listener for Doorway {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            // The trait's method, which waits and goes on when the machine is out of descriptors.
            let (stream, address) = Listener::accept(&mut self.listener).await;
            if let Some((faults, provider)) = &self.guard {
                let refused = faults.shared.rules.refuses(*provider);
                faults.shared.journal.note_connection(*provider, refused);
                if refused {
                    // If it fails, the connection is closed in good order, which refuses it too.
                    let _ = stream.set_zero_linger();
                    continue;
                }
            }
            let line = Line::default();
            return (Connection { stream, line }, address);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// The handle by which a connection is cut.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Arc<AtomicU8>);

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// FIN.
    Close,
    /// RST.
    Reset,
}

const OPEN: u8 = 0;
const CLOSE: u8 = 1;
const RESET: u8 = 2;
/// Added to either: not before what has been written so far is with the system.
const ONCE_FLUSHED: u8 = 4;

impl Ending {
    fn mark(self) -> u8 {
        match self {
            Self::Close => CLOSE,
            Self::Reset => RESET,
        }
    }
}

impl Line {
    /// Ends the connection instead of the next byte to be written.
    pub(super) fn cut(&self, ending: Ending) {
        self.0.store(ending.mark(), Ordering::Release);
    }

    /// Ends the connection once everything written so far is sent.
    pub(super) fn cut_once_flushed(&self, ending: Ending) {
        self.0
            .store(ending.mark() | ONCE_FLUSHED, Ordering::Release);
    }

    fn mark(&self) -> u8 {
        self.0.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, Doorway>> for Line {
    fn connect_info(stream: IncomingStream<'_, Doorway>) -> Self {
        stream.io().line.clone()
    }
}

/// A connection that its [`Line`] can cut. It ends when it is dropped, which its server does at the
/// first error.
pub(crate) struct Connection {
    stream: TcpStream,
    line: Line,
}

impl Connection {
    fn cut(&self, mark: u8) -> io::Error {
        if mark & RESET != 0 {
            // If it fails, the connection is still cut, only with FIN.
            let _ = self.stream.set_zero_linger();
        }
        io::Error::new(io::ErrorKind::ConnectionAborted, "cut by a fault rule")
    }

    fn check(&self) -> io::Result<()> {
        match self.line.mark() {
            mark @ (CLOSE | RESET) => Err(self.cut(mark)),
            _ => Ok(()),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        std::task::ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        // The server writes all it holds before it flushes.
        Poll::Ready(match self.line.mark() {
            OPEN => Ok(()),
            mark => Err(self.cut(mark)),
        })
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
