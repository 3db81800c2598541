//! Which media types are JSON, and which come bit by bit.

/// How the parts of an answer that comes bit by bit are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Framing {
    /// Server-sent events.
    Events,
    /// JSON values, each on a line of its own.
    Lines,
    /// JSON values, each behind a record separator (RFC 7464).
    Sequence,
}

/// Whether bodies of this media type are JSON.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence.ends_with("/json") || essence.ends_with("/x-json") || essence.ends_with("+json")
}

/// How answers of this media type come bit by bit, if they do.
pub(crate) fn framing(media_type: &str) -> Option<Framing> {
    let essence = essence(media_type);
    if essence == "text/event-stream" {
        return Some(Framing::Events);
    }
    let (_, subtype) = essence.split_once('/')?;
    // What was written before a media type was registered, or what a vendor's own ends in.
    let name = subtype.strip_prefix("x-").unwrap_or(subtype);
    let name = name.rsplit('+').next().unwrap_or(name);
    match name {
        "ndjson" | "jsonl" | "jsonlines" | "json-lines" | "json-stream" | "ldjson" => {
            Some(Framing::Lines)
        }
        "json" if subtype == "stream+json" => Some(Framing::Lines),
        "json-seq" => Some(Framing::Sequence),
        _ => None,
    }
}

fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_bit_by_bit_goes_by_many_names() {
        for (media_type, framed) in [
            ("text/event-stream;charset=UTF-8", Some(Framing::Events)),
            ("application/x-ndjson", Some(Framing::Lines)),
            ("application/jsonl", Some(Framing::Lines)),
            ("application/stream+json", Some(Framing::Lines)),
            ("application/x-json-stream", Some(Framing::Lines)),
            ("application/vnd.chain.block+jsonl", Some(Framing::Lines)),
            ("application/json-seq", Some(Framing::Sequence)),
            ("application/geo+json-seq", Some(Framing::Sequence)),
            ("application/json", None),
            ("application/hal+json", None),
            ("application/json;stream=watch", None),
            ("text/plain", None),
            ("json", None),
        ] {
            assert_eq!(framing(media_type), framed, "{media_type}");
        }
        assert!(is_json("application/hal+json; charset=utf-8") && !is_json("application/x-ndjson"));
    }
}
