//! Which operation a request is.

use std::cmp::Reverse;

use http::{HeaderValue, Method};
use percent_encoding::percent_decode_str;

use crate::Operation;

/// Where an operation is served.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) operation: &'static Operation,
    segments: Vec<Segment>,
}

/// What stands between two slashes: a text, and behind it parameters, each with the text that follows it.
#[derive(Debug)]
struct Segment {
    start: String,
    parameters: Vec<(String, String)>,
}

impl Segment {
    fn read(template: &str) -> Self {
        let mut parts = template.split('{');
        let mut start = parts.next().unwrap_or_default().to_owned();
        let mut parameters: Vec<(String, String)> = Vec::new();
        for part in parts {
            if let Some((name, after)) = part.split_once('}') {
                parameters.push((name.to_owned(), after.to_owned()));
                continue;
            }
            // One brace alone is a text.
            let text = parameters.last_mut().map_or(&mut start, |(_, text)| text);
            text.push('{');
            text.push_str(part);
        }
        Self { start, parameters }
    }

    /// The values of the parameters; `None` where `text` does not fit. Each takes something, and where it is not clear where
    /// it ends, as little as it can.
    fn values<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let mut rest = text.strip_prefix(&*self.start)?;
        let Some(((_, end), others)) = self.parameters.split_last() else {
            return rest.is_empty().then(Vec::new);
        };
        let mut values = Vec::new();
        for (_, after) in others {
            let first = rest.chars().next()?.len_utf8();
            let length = first + rest[first..].find(&**after)?;
            values.push(&rest[..length]);
            rest = &rest[length + after.len()..];
        }
        let last = rest.strip_suffix(&**end)?;
        values.push(last);
        (!last.is_empty()).then_some(values)
    }

    /// How much of it is no value.
    fn text(&self) -> usize {
        let after = self.parameters.iter().map(|(_, after)| after.len());
        self.start.len() + after.sum::<usize>()
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Route {
    /// Where `operation` is served below `root`.
    pub(super) fn new(operation: &'static Operation, root: &str) -> Self {
        let path = format!("{}{}", root.trim_end_matches('/'), operation.path);
        Self {
            operation,
            segments: path.split('/').map(Segment::read).collect(),
        }
    }

    /// The values in a path of these parts; `None` where it is none of this operation.
    fn values<'t>(&self, method: &Method, parts: &[&'t str]) -> Option<Vec<&'t str>> {
        if *method != self.operation.method || parts.len() != self.segments.len() {
            return None;
        }
        let mut values = Vec::new();
        for (segment, part) in self.segments.iter().zip(parts) {
            values.extend(segment.values(part)?);
        }
        Some(values)
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        let parameters = self.segments.iter().flat_map(|segment| &segment.parameters);
        parameters.map(|(name, _)| name)
    }

    /// The less, the more of its path is told by the operation itself.
    fn vagueness(&self) -> (usize, Reverse<usize>) {
        let all = self.segments.iter();
        let vague = all.filter(|segment| !segment.parameters.is_empty());
        let text: usize = self.segments.iter().map(Segment::text).sum();
        (vague.count(), Reverse(text))
    }
}

/// The place of the operation that a request is, with the parameters in its path. Of several the one counts that has the
/// fewest parts with parameters (OpenAPI, "Path Templating Matching"), and then the one that has more text beside them;
/// of those with the same path, the one whose answer is of the media type that is `asked` for.
pub(super) fn find(
    routes: &[Route],
    method: &Method,
    path: &str,
    asked: Option<&HeaderValue>,
) -> Option<(usize, Vec<(String, String)>)> {
    let names = |place: usize| routes[place].names().cloned();
    let parts: Vec<&str> = path.split('/').collect();
    // What is encoded in a value does not end it.
    if let Some((place, values)) = best(routes, method, &parts, asked) {
        let values = values.into_iter().map(decoded);
        return Some((place, names(place).zip(values).collect()));
    }
    // Of the path itself a client may encode something too.
    let texts: Vec<String> = parts.into_iter().map(decoded).collect();
    let parts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (place, values) = best(routes, method, &parts, asked)?;
    let values = values.into_iter().map(str::to_owned);
    Some((place, names(place).zip(values).collect()))
}

fn best<'t>(
    routes: &[Route],
    method: &Method,
    parts: &[&'t str],
    asked: Option<&HeaderValue>,
) -> Option<(usize, Vec<&'t str>)> {
    let fitting = routes
        .iter()
        .enumerate()
        .filter_map(|(place, route)| Some((place, route.values(method, parts)?)));
    fitting.min_by_key(|(place, _)| {
        let route = &routes[*place];
        let answers = route.operation.accept.unwrap_or("application/json");
        let other = asked.is_some_and(|asked| asked != answers);
        (route.vagueness(), other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, Idempotency, Server};

    static SERVER: Server = Server::new(&[], None);

    const fn get(path: &'static str) -> Operation {
        let (safe, evidence) = (Idempotency::Safe, Evidence::Documented);
        Operation::new("test", path, Method::GET, path, &SERVER, safe, evidence)
    }

    static OPERATIONS: [Operation; 7] = [
        get("/files/{name}"),
        get("/files/{name}.{ending}"),
        get("/files/{name}:copy"),
        get("/files/all"),
        get("/files/{name}/pages/{from}-{to}"),
        get("/at({x},{y})"),
        get("/both/{a}{b}"),
    ];

    /// The path of the operation that a request for this is, and what stands in it.
    fn found(path: &str) -> Option<(&'static str, String)> {
        let routes: Vec<Route> = OPERATIONS.iter().map(|it| Route::new(it, "/v1")).collect();
        let (place, parameters) = find(&routes, &Method::GET, &format!("/v1{path}"), None)?;
        let said: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Some((routes[place].operation.path, said.join(" ")))
    }

    #[test]
    fn a_part_of_a_path_may_have_several_parameters_and_text_around_them() {
        for (path, template, said) in [
            ("/files/a", "/files/{name}", "name=a"),
            (
                "/files/a.txt",
                "/files/{name}.{ending}",
                "name=a ending=txt",
            ),
            (
                "/files/a.tar.gz",
                "/files/{name}.{ending}",
                "name=a ending=tar.gz",
            ),
            (
                "/files/a%2Eb.c",
                "/files/{name}.{ending}",
                "name=a.b ending=c",
            ),
            ("/files/.a", "/files/{name}", "name=.a"),
            ("/files/a:copy", "/files/{name}:copy", "name=a"),
            ("/files/a%3Acopy", "/files/{name}", "name=a:copy"),
            ("/files/all", "/files/all", ""),
            (
                "/files/a/pages/1-2",
                "/files/{name}/pages/{from}-{to}",
                "name=a from=1 to=2",
            ),
            (
                "/files/a/pages/%2D1-2",
                "/files/{name}/pages/{from}-{to}",
                "name=a from=-1 to=2",
            ),
            ("/at(1,2)", "/at({x},{y})", "x=1 y=2"),
            ("/at%281%2C2%29", "/at({x},{y})", "x=1 y=2"),
            ("/both/ab", "/both/{a}{b}", "a=a b=b"),
        ] {
            assert_eq!(found(path), Some((template, said.to_owned())), "{path}");
        }
        for path in [
            "/files/",
            "/files/a/pages/1-",
            "/files/a/pages/-2",
            "/both/a",
            "/files/a/b",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
