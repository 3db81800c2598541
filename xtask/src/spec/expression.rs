//! Runtime expressions (OpenAPI 3.0.3, "Link Object"), as far as `x-lookup` has a use for them.

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expression<'a> {
    /// `$request.path.name`: a parameter in the path.
    Path(&'a str),
    /// `$request.query.name`: a parameter in the query.
    Query(&'a str),
    /// `$request.header.name`: a header.
    Header(&'a str),
    /// `$request.body#/pointer`: a place in the body.
    Body(&'a str),
    /// `$candidate` or `$candidate#/pointer`: what a list or a block has of a candidate, or a place in it.
    Candidate(&'a str),
    /// Anything else: this text.
    Text(&'a str),
}

impl<'a> Expression<'a> {
    /// Reads an expression; `None` where it begins like one and is none.
    pub fn parse(text: &'a str) -> Option<Self> {
        let Some(expression) = text.strip_prefix('$') else {
            return Some(Self::Text(text));
        };
        if expression == "candidate" {
            return Some(Self::Candidate(""));
        }
        let (source, rest) = match expression.split_once('#') {
            Some((source, pointer)) => (source, Some(pointer)),
            None => (expression, None),
        };
        let pointer = rest.filter(|pointer| pointer.starts_with('/'));
        match source {
            "candidate" => pointer.map(Self::Candidate),
            "request.body" => pointer.map(Self::Body),
            _ => {
                let (place, name) = expression.strip_prefix("request.")?.split_once('.')?;
                if name.is_empty() {
                    return None;
                }
                match place {
                    "path" => Some(Self::Path(name)),
                    "query" => Some(Self::Query(name)),
                    "header" => Some(Self::Header(name)),
                    _ => None,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Expression::*, *};

    #[test]
    fn expressions_say_where_a_value_comes_from() {
        for (text, expected) in [
            ("$request.path.network", Path("network")),
            ("$request.query.page.size", Query("page.size")),
            ("$request.header.x-network", Header("x-network")),
            (
                "$request.body#/mintMsg/0/tokenId",
                Body("/mintMsg/0/tokenId"),
            ),
            ("$candidate", Candidate("")),
            ("$candidate#/id", Candidate("/id")),
            ("latest", Text("latest")),
            ("", Text("")),
        ] {
            assert_eq!(Expression::parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_begins_like_an_expression_has_to_be_one() {
        for text in [
            "$",
            "$url",
            "$request.body",
            "$request.body#id",
            "$request.path.",
            "$request.cookie.a",
            "$candidates",
            "$candidate#",
            "$response.body#/id",
        ] {
            assert_eq!(Expression::parse(text), None, "{text}");
        }
    }
}
