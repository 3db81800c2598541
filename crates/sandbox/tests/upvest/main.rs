//! What the sandbox's Upvest promises, over real sockets and in the clients' own terms.

mod client;
mod data;
mod lists;
mod receiver;
mod rotation;
mod tenant;
mod tokens;
mod transactions;
mod users;
mod wallets;
mod webhooks;
