//! The service in process, for the tests of whoever calls it (feature `mock`).
//!
//! A [`Service`] listens on a port of its own on the loopback interface, so that a test goes through the whole client, down
//! to the socket. It knows the operations table that was generated from the spec, and from it how to tell calls apart and
//! what an answer or a failure looks like; what it says is up to the test. The `mock` module of a provider's crate has a
//! method for each operation, which gives its [`Mocked`].
//!
//! `route` tells which operation a request is, `request` keeps it, `script` knows what is said next, `body` writes that as
//! the provider would, and `server`, `stream` and `socket` bring it across.

mod body;
mod credential;
#[cfg(feature = "websocket")]
mod feed;
mod mocked;
mod reply;
mod request;
mod route;
mod script;
mod server;
mod service;
#[cfg(feature = "websocket")]
mod socket;
mod stream;
#[cfg(feature = "streams")]
mod streamed;

#[cfg(feature = "websocket")]
pub use feed::Feed;
pub use mocked::{List, Mocked, MockedList, Once, Paging};
#[cfg(feature = "websocket")]
pub use mocked::{MockedSocket, Socket};
pub use request::{Received, Request};
pub use service::Service;
#[cfg(feature = "streams")]
pub use streamed::{EventStream, MockedEvents, MockedRecords, RecordStream};
