//! What of the original document cannot be reached from the generated client: operations, parameters, bodies, answers and
//! credentials.

use super::{
    original::{Operation, Original, is_success},
    plan::{Leading, place_of},
};
use crate::api::{self, Encoding, is_json};

/// The header parameters that OpenAPI leaves to the media types and the credentials.
const IGNORED: [&str; 3] = ["accept", "content-type", "authorization"];

/// What cannot be reached, each with its place.
pub(super) fn unreachable(original: &Original, leading: &Leading<'_>) -> Vec<String> {
    let mut missing = Vec::new();
    for written in &original.operations {
        let mut looking = Looking {
            written,
            made: leading.made_of(written),
            missing: Vec::new(),
        };
        looking.made.retain(|call| leading.has_method(call));
        looking.look();
        let place = |what| format!("{} {}: {what}", written.method, written.path);
        missing.extend(looking.missing.into_iter().map(place));
    }
    missing
}

struct Looking<'a> {
    written: &'a Operation,
    /// The calls that were made of it.
    made: Vec<&'a api::Operation>,
    missing: Vec<String>,
}

impl Looking<'_> {
    fn look(&mut self) {
        if self.made.is_empty() {
            self.missing.push("there is no method".to_owned());
            return;
        }
        self.parameters();
        self.bodies();
        self.answers();
        self.security();
    }

    fn parameters(&mut self) {
        for (place, name) in &self.written.parameters {
            let is_ignored = place == "header" && IGNORED.contains(&name.to_lowercase().as_str());
            let has = |call: &&api::Operation| {
                let mut parameters = call.parameters.iter();
                parameters.any(|one| one.name == *name && place_of(one.place) == place)
            };
            if !is_ignored && !self.made.iter().all(has) {
                self.missing.push(format!("the {place} parameter `{name}`"));
            }
        }
    }

    fn bodies(&mut self) {
        let bodies = &self.written.bodies;
        let sent: Vec<bool> = (bodies.iter())
            .map(|(media_type, _)| self.sends(media_type))
            .collect();
        for (place, (media_type, schema)) in bodies.iter().enumerate() {
            // What can be sent as one kind need not be sent as another.
            let mut others = bodies.iter().zip(&sent);
            let is_sent = others.any(|((_, other), is_sent)| *is_sent && other == schema);
            if !sent[place] && !is_sent {
                self.missing.push(format!("the body `{media_type}`"));
            }
        }
    }

    /// Whether a call sends a body of this media type.
    fn sends(&self, media_type: &str) -> bool {
        let kind = kind(media_type);
        let has = |call: &&api::Operation| {
            let body = call.body.as_ref();
            let parts = || {
                let mut parameters = call.parameters.iter();
                parameters.any(|one| one.place == api::Place::Part)
            };
            match kind {
                Kind::Parts => parts(),
                Kind::Form => parts() || body.is_some_and(|body| body.encoding == Encoding::Form),
                Kind::Json => body.is_some_and(|body| body.encoding == Encoding::Json),
                Kind::Other => body
                    .is_some_and(|body| matches!(body.encoding, Encoding::Text | Encoding::Bytes)),
            }
        };
        self.made.iter().any(has)
    }

    fn answers(&mut self) {
        let has_success = (self.written.answers.iter()).any(|(status, _)| is_success(status));
        for (status, media_types) in &self.written.answers {
            // HTTP has no body there, whatever is said.
            if media_types.is_empty() || matches!(status.as_str(), "204" | "205" | "304") {
                continue;
            }
            let is_failure = match status.as_str() {
                "default" => has_success,
                status => !is_success(status),
            };
            // What is neither is handled below the calls, as redirections are.
            if is_failure && !status.starts_with(['4', '5', 'd']) {
                continue;
            }
            let has = |call: &&api::Operation| {
                if !is_failure {
                    return !call.success.media_type.is_empty() || call.websocket;
                }
                let number: Option<u16> = status.to_uppercase().replace("XX", "00").parse().ok();
                let mut failures = call.failures.iter();
                failures.any(|failure| {
                    let (from, to) = failure.status;
                    number.is_none_or(|number| (from..=to).contains(&number))
                        && failure.media_type.is_some()
                })
            };
            if !self.made.iter().all(has) {
                self.missing
                    .push(format!("the body of the answer {status}"));
            }
        }
    }

    fn security(&mut self) {
        for alternative in self.written.security.iter().flatten() {
            let has = |call: &&api::Operation| {
                if alternative.is_empty() && call.security.is_empty() {
                    return true;
                }
                call.security.iter().any(|other| {
                    other.len() == alternative.len()
                        && alternative
                            .iter()
                            .all(|name| other.iter().any(|(one, _)| one == name))
                })
            };
            if !self.made.iter().all(has) {
                let names = alternative.join(" and ");
                self.missing.push(format!("the credential `{names}`"));
            }
        }
    }
}

/// How a body is written.
#[derive(Clone, Copy)]
enum Kind {
    Json,
    Form,
    Parts,
    Other,
}

fn kind(media_type: &str) -> Kind {
    if is_json(media_type) || media_type.contains("*/*") {
        Kind::Json
    } else if media_type.starts_with("multipart/") {
        Kind::Parts
    } else if media_type.contains("form") {
        Kind::Form
    } else {
        Kind::Other
    }
}
