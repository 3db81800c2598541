//! The passes over schemas. Most look at one schema after the other, wherever it stands; `walk` leads them there.
//!
//! Behind them a schema is one of these: a reference (alone, or in an `allOf` with what is said of it), a scalar, a list,
//! a map, or, in `components/schemas` only, an object, an enum of strings, or a union of the others.

pub(super) mod arrays;
pub(super) mod discriminators;
pub(super) mod enums;
pub(super) mod examples;
pub(super) mod formats;
pub(super) mod forms;
pub(super) mod keywords;
pub(super) mod kinds;
mod lifting;
pub(super) mod merging;
pub(super) mod naming;
pub(super) mod nullable;
pub(super) mod objects;
pub(super) mod renaming;
pub(super) mod types;
pub(super) mod unions;
pub(super) mod walk;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use crate::{adopt::adopting::Adopting, spec::Document};

    /// What a pass makes of these schemas of a document, and what it says it did.
    pub(super) fn adopted(pass: fn(&mut Adopting), schemas: &str) -> (Value, Vec<String>) {
        let mut text = String::from("openapi: 3.0.3\ncomponents:\n  schemas:\n");
        for line in schemas.lines() {
            text.push_str("    ");
            text.push_str(line);
            text.push('\n');
        }
        let (document, changes) = whole(pass, &text);
        (document["components"]["schemas"].clone(), changes)
    }

    /// What a pass makes of a document, and what it says it did.
    pub(super) fn whole(pass: fn(&mut Adopting), text: &str) -> (Value, Vec<String>) {
        let document = Document::parse(Path::new("a.yaml"), text).expect("it is well formed");
        let mut adopting = Adopting::new(document);
        pass(&mut adopting);
        let adopted = adopting.finish();
        let changes = adopted.changes.into_iter().map(|change| change.what);
        (adopted.document.value(), changes.collect())
    }
}
