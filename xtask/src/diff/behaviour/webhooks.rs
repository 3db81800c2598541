//! What is posted: how it is signed, and what stands where.

use heck::ToPascalCase as _;

use super::super::{Change, Verdict};
use crate::api::{Event, Webhooks};

/// How what is posted differs. Events that are new or gone are told by what Rust sees of them.
pub(super) fn changes(was: &Webhooks, is: &Webhooks, changes: &mut Vec<Change>) {
    let mut told = |verdict, what: String| changes.push(Change::new(verdict, "webhooks", what));
    let signed =
        |it: &Webhooks| [&it.header, &it.prefix, &it.algorithm, &it.encoding].map(String::clone);
    if signed(was) != signed(is) {
        told(
            Verdict::Breaking,
            "the signature is another, or stands elsewhere".to_owned(),
        );
    }
    let challenged = |it: &Webhooks| {
        let challenge = it.challenge.as_ref()?;
        Some((challenge.kind.clone(), challenge.value.clone()))
    };
    if (&was.kind, &was.value, challenged(was)) != (&is.kind, &is.value, challenged(is)) {
        told(
            Verdict::Patch,
            "what is read of a message stands elsewhere in it".to_owned(),
        );
    }
    if was.evidence != is.evidence {
        told(Verdict::Patch, "their evidence changed".to_owned());
    }
    for event in &is.events {
        let named = |other: &&Event| other.kind.to_pascal_case() == event.kind.to_pascal_case();
        let Some(other) = was.events.iter().find(named) else {
            continue;
        };
        if other.kind != event.kind {
            told(
                Verdict::Patch,
                format!("`{}` is called `{}` on the wire", other.kind, event.kind),
            );
        }
        if (&other.description, &other.evidence) != (&event.description, &event.evidence) {
            told(
                Verdict::Patch,
                format!("the documentation of `{}` changed", event.kind),
            );
        }
    }
}
