//! The front end: an OpenAPI document in, a tree with positions and a list of faults out.
//!
//! `source` reads a file, `json` or `yaml` turns its text into [`node`]s, [`document`] holds them,
//! [`lint`](lint()) looks for what would make the generator fail or a caller suffer, and
//! [`finding`] says so. `mending` makes the changes that mend what needs nobody's judgement; [`expression`] reads what
//! stands in some of the texts; `write` makes a text of a tree again.

mod brackets;
mod core_schema;
pub mod document;
pub mod expression;
pub mod finding;
mod json;
pub mod lint;
mod mending;
pub mod node;
pub mod position;
mod quoted_text;
mod source;
mod write;
mod yaml;

pub use document::Document;
pub use expression::Expression;
pub use finding::{Edit, Finding, Mend, Severity};
pub(crate) use lint::{
    COUNTS, EXTENSIONS, Kind, Shape, TAKEN_IDS, is_keyword, lint_for, nearest, needs_name, pascal,
    snake, spoken,
};
pub use lint::{lint, rules, suffers};
pub use mending::{Change, Mended, mended};
pub use node::{Content, Entry, Node};
pub use position::Position;
pub use write::to_yaml;
