//! Which operation a request is.

use http::Method;
use percent_encoding::percent_decode_str;

use crate::Operation;

/// Where an operation is served.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) operation: &'static Operation,
    segments: Vec<Segment>,
}

/// What stands between two slashes: a text, perhaps with a parameter in it.
#[derive(Debug)]
struct Segment {
    before: String,
    name: Option<String>,
    after: String,
}

impl Segment {
    fn read(template: &str) -> Self {
        let inside = template.split_once('{').and_then(|(before, rest)| {
            let (name, after) = rest.split_once('}')?;
            Some((before, name, after))
        });
        let (before, name, after) = match inside {
            Some((before, name, after)) => (before, Some(name.to_owned()), after),
            None => (template, None, ""),
        };
        Self {
            before: before.to_owned(),
            name,
            after: after.to_owned(),
        }
    }

    /// The value of the parameter, or the empty text where there is none; `None` where `text` does not fit.
    fn value<'t>(&self, text: &'t str) -> Option<&'t str> {
        let value = text
            .strip_prefix(&*self.before)?
            .strip_suffix(&*self.after)?;
        (self.name.is_none() == value.is_empty()).then_some(value)
    }
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

    /// The parameters in `path`, where that is a path of this operation.
    pub(super) fn parameters(&self, method: &Method, path: &str) -> Option<Vec<(String, String)>> {
        let texts: Vec<String> = path
            .split('/')
            .map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned())
            .collect();
        if *method != self.operation.method || texts.len() != self.segments.len() {
            return None;
        }
        let mut parameters = Vec::new();
        for (segment, text) in self.segments.iter().zip(&texts) {
            let value = segment.value(text)?;
            if let Some(name) = &segment.name {
                parameters.push((name.clone(), value.to_owned()));
            }
        }
        Some(parameters)
    }
}

/// The place of the operation that a request is, with the parameters in its path. Of several the one with the fewest
/// parameters counts (OpenAPI, "Path Templating Matching").
pub(super) fn find(
    routes: &[Route],
    method: &Method,
    path: &str,
) -> Option<(usize, Vec<(String, String)>)> {
    let fitting = routes
        .iter()
        .enumerate()
        .filter_map(|(place, route)| Some((place, route.parameters(method, path)?)));
    fitting.min_by_key(|(_, parameters)| parameters.len())
}
