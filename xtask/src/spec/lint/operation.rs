//! An operation with its references followed.

use super::super::{Node, Position};
use super::anatomy::Kind;
use super::context::Context;
use super::walk::Object;

/// An operation under `paths`.
#[derive(Debug, Clone)]
pub(super) struct Operation<'s, 'a> {
    pub(super) context: &'s Context<'a>,
    pub(super) object: &'s Object<'a>,
    pub(super) item: &'s Object<'a>,
    /// The path template.
    pub(super) path: &'a str,
    /// The method, in lower case.
    pub(super) method: &'a str,
}

/// A parameter as an operation uses it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter<'s, 'a> {
    /// Where the operation, or its path, names it.
    pub(super) used: &'s Object<'a>,
    /// What it is.
    pub(super) object: &'s Object<'a>,
}

/// A response as an operation uses it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer<'s, 'a> {
    /// The status as written: `200`, `4XX`, `default`.
    pub(super) status: &'a str,
    pub(super) position: Position,
    pub(super) object: &'s Object<'a>,
}

impl<'s, 'a> Operation<'s, 'a> {
    /// The operation that stands in `object`; `None` for one of a callback.
    pub(super) fn new(context: &'s Context<'a>, object: &'s Object<'a>) -> Option<Self> {
        let item = context.parent(object)?;
        let under_paths = item.field == "paths" && context.parent(item)?.kind == Kind::Document;
        under_paths.then_some(Self {
            context,
            object,
            item,
            path: item.key,
            method: object.key,
        })
    }

    pub(super) fn node(&self) -> &'a Node {
        self.object.node
    }

    /// Its parameters, its own before those of the path that it does not replace.
    pub(super) fn parameters(&self) -> Vec<Parameter<'s, 'a>> {
        let resolved = |used: &'s Object<'a>| {
            self.context
                .resolve(used)
                .map(|object| Parameter { used, object })
        };
        let mut parameters: Vec<Parameter<'s, 'a>> = self
            .context
            .list(self.object, "parameters")
            .into_iter()
            .filter_map(resolved)
            .collect();
        let own: Vec<_> = parameters.iter().map(Parameter::identity).collect();
        let shared = self
            .context
            .list(self.item, "parameters")
            .into_iter()
            .filter_map(resolved);
        parameters.extend(shared.filter(|parameter| !own.contains(&parameter.identity())));
        parameters
    }

    pub(super) fn request_body(&self) -> Option<&'s Object<'a>> {
        self.context
            .field(self.object, "requestBody")
            .and_then(|body| self.context.resolve(body))
    }

    /// Its responses whose references lead somewhere.
    pub(super) fn answers(&self) -> Vec<Answer<'s, 'a>> {
        let responses = self.context.list(self.object, "responses").into_iter();
        responses
            .filter_map(|used| {
                let object = self.context.resolve(used)?;
                Some(Answer {
                    status: used.key,
                    position: used.key_position,
                    object,
                })
            })
            .collect()
    }

    /// Whether a response is missing from [`answers`](Self::answers), being faulty itself.
    pub(super) fn has_broken_answers(&self) -> bool {
        let written = self
            .node()
            .get("responses")
            .map_or(0, |responses| responses.entries().len());
        written != self.answers().len()
    }
}

impl<'a> Parameter<'_, 'a> {
    /// What makes a parameter the same as another: its name and its place.
    pub(super) fn identity(&self) -> (&'a str, &'a str) {
        (self.name(), self.place())
    }

    pub(super) fn name(&self) -> &'a str {
        self.object.node.text("name").unwrap_or_default()
    }

    pub(super) fn place(&self) -> &'a str {
        self.object.node.text("in").unwrap_or_default()
    }
}

impl Answer<'_, '_> {
    pub(super) fn is_success(&self) -> bool {
        self.status.starts_with('2') || self.status == "101"
    }

    pub(super) fn is_error(&self) -> bool {
        self.status.starts_with('4') || self.status.starts_with('5')
    }
}
