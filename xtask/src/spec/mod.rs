//! The front end: an OpenAPI document in, a tree with positions and a list of faults out.
//!
//! `source` reads a file, `json` or `yaml` turns its text into [`node`]s, [`document`] holds them,
//! [`lint`](lint()) looks for what would make the generator fail or a caller suffer, and
//! [`finding`] says so; [`expression`] reads what stands in some of the texts.

mod core_schema;
pub mod document;
pub mod expression;
pub mod finding;
mod json;
pub mod lint;
pub mod node;
pub mod position;
mod quoted_text;
mod source;
mod yaml;

pub use document::Document;
pub use expression::Expression;
pub use finding::{Finding, Severity};
pub use lint::lint;
pub use node::{Content, Entry, Node};
pub use position::Position;
