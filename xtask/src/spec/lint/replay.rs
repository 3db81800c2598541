//! `select` and `replay` of `x-websocket`: which events come, and how what was missed is read again.

use std::collections::BTreeMap;

use super::super::{Entry, Node, Position};
use super::body_path::{Step, follow};
use super::context::Context;
use super::extensions::check_pointer;
use super::findings::Findings;
use super::nearest::did_you_mean;
use super::operation::Operation;
use super::pagination::success_body;
use super::streams;
use super::walk::Object;

pub(super) fn bad_select(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        let Some(parameter) = operation
            .node()
            .get("x-websocket")
            .and_then(|socket| socket.get("select")?.get("parameter"))
        else {
            continue;
        };
        let Some(name) = parameter.as_str() else {
            continue;
        };
        let query = names(&operation, "query");
        if !query.contains(&name) {
            findings.add(
                parameter.position,
                format!(
                    "{}: `{name}` of `select` is no query parameter",
                    context.place(&operation.object.pointer)
                ),
                did_you_mean(
                    name,
                    query.iter().copied(),
                    format!("write the parameter `{name}`, `in: query`"),
                ),
            );
        }
    }
}

pub(super) fn bad(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        let socket = context.field(operation.object, "x-websocket");
        let Some(replay) = socket.and_then(|socket| context.field(socket, "replay")) else {
            continue;
        };
        let mut reader = Reader {
            context,
            findings,
            place: context.place(&operation.object.pointer),
            given: names(&operation, "path"),
            id: replay.node.text("id").unwrap_or_default(),
        };
        reader.replay(replay);
    }
}

/// What a name stands for, where that is known.
type Scope<'s, 'a> = BTreeMap<&'a str, Option<&'s Object<'a>>>;

struct Reader<'r, 's, 'a, 'f> {
    context: &'s Context<'a>,
    findings: &'r mut Findings<'f>,
    place: String,
    /// The path parameters of the subscription.
    given: Vec<&'a str>,
    id: &'a str,
}

impl<'s, 'a> Reader<'_, 's, 'a, '_> {
    fn replay(&mut self, replay: &'s Object<'a>) {
        for key in ["kind", "id"] {
            if let Some(node) = replay.node.get(key) {
                check_pointer(&self.place, "`replay`", node, self.findings);
            }
        }
        self.keys_are_pointers(replay.node.get("alike"));
        let mut scope: Scope<'s, 'a> = self.given.iter().map(|name| (*name, None)).collect();
        scope.insert("height", None);
        scope.insert("block", None);
        if let Some(block) = self.context.field(replay, "block") {
            let taken = block.node.get("number");
            let taken = taken.and_then(|node| Some((node.as_str()?, node.position)));
            let answer = self.call(block.node.get("operation"), taken.into_iter().collect());
            if let Some(node) = block.node.get("height")
                && check_pointer(&self.place, "`block`", node, self.findings)
            {
                self.leads_somewhere(answer, node.as_str().unwrap_or_default(), node.position);
            }
            scope.insert("block", answer);
        }
        for event in self.context.list(replay, "events") {
            self.event(event, &scope);
        }
    }

    /// What the call answers; reports what it lacks.
    fn call(
        &mut self,
        node: Option<&Node>,
        taken: Vec<(&str, Position)>,
    ) -> Option<&'s Object<'a>> {
        let (node, name) = node.and_then(|node| Some((node, node.as_str()?)))?;
        let all: Vec<Operation<'s, 'a>> = self.context.operations().collect();
        let ids: Vec<&str> = all
            .iter()
            .filter_map(|operation| operation.node().text("operationId"))
            .collect();
        let called = all
            .iter()
            .find(|operation| operation.node().text("operationId") == Some(name));
        let Some(called) = called else {
            self.add(
                node.position,
                format!("there is no operation `{name}`"),
                did_you_mean(name, ids, "write the `operationId` of a call"),
            );
            return None;
        };
        if streams::comes_as_stream(self.context, called) {
            self.add(
                node.position,
                format!("what was missed cannot be read from `{name}`, a stream"),
                "write the `operationId` of a call whose answer is there as a whole",
            );
        }
        let takes = names(called, "path");
        for (parameter, position) in &taken {
            if !takes.contains(parameter) {
                self.add(
                    *position,
                    format!("`{name}` has no path parameter `{parameter}`"),
                    did_you_mean(parameter, takes.clone(), "write one of its path parameters"),
                );
            }
        }
        for parameter in takes {
            if !taken.iter().any(|(name, _)| *name == parameter) && !self.given.contains(&parameter)
            {
                self.add(
                    node.position,
                    format!("`{name}` takes `{parameter}`, which nothing gives"),
                    format!("write `{parameter}:` under `with`"),
                );
            }
        }
        success_body(self.context, called)
    }

    fn event(&mut self, event: &'s Object<'a>, scope: &Scope<'s, 'a>) {
        const EVENT: &[&str] = &["kind", "when", "value", "text", "without", "repeats"];
        const LOST: &[&str] = &["kind", "when", "lost"];
        const EACH: &[&str] = &["each", "as", "events"];
        const READ: &[&str] = &["read", "with", "as", "events"];
        let node = event.node;
        let has = |key| node.get(key).is_some();
        let (fits, must) = if has("each") {
            (EACH, EACH)
        } else if has("read") {
            (READ, READ)
        } else if has("lost") {
            (LOST, &["kind"][..])
        } else {
            (EVENT, &["kind", "text"][..])
        };
        for entry in node.entries() {
            if !fits.contains(&entry.key.as_str()) {
                self.add(
                    entry.key_position,
                    format!("an event with `{}` has no `{}`", fits[0], entry.key),
                    format!("write {} only", fits.join(", ")),
                );
            }
        }
        for key in must {
            if !has(key) {
                self.add(
                    event.key_position,
                    format!("an event of `replay` has no `{key}`"),
                    format!("write `{key}:`"),
                );
            }
        }
        if let Some(when) = node.get("when") {
            self.expression(when, when.as_str().unwrap_or_default(), scope);
        }
        if let Some(lost) = node.get("lost") {
            self.tells_its_height(lost);
            self.template(lost, scope);
        }
        if let Some(texts) = node.get("text") {
            self.keys_are_pointers(Some(texts));
            texts
                .entries()
                .iter()
                .for_each(|entry| self.template(&entry.value, scope));
            match texts.get(self.id) {
                Some(id) => self.tells_its_height(id),
                None => self.add(
                    texts.position,
                    format!("an event without `{}`, by which events are known", self.id),
                    format!("write `{}:`", self.id),
                ),
            }
        }
        for Entry { value, .. } in node.get("value").map_or(&[][..], Node::entries) {
            self.expression(value, value.as_str().unwrap_or_default(), scope);
        }
        let name = node.text("as").unwrap_or_default();
        let mut inside = scope.clone();
        if let Some(list) = node.get("each") {
            let list = self.expression(list, list.as_str().unwrap_or_default(), scope);
            let item = list
                .and_then(|list| self.context.resolve(list))
                .and_then(|list| self.context.field(list, "items"));
            inside.insert(name, item);
        } else if has("read") {
            let with = node.get("with").map_or(&[][..], Node::entries);
            for Entry { value, .. } in with {
                self.expression(value, value.as_str().unwrap_or_default(), scope);
            }
            let taken = with
                .iter()
                .map(|entry| (entry.key.as_str(), entry.key_position));
            let answer = self.call(node.get("read"), taken.collect());
            inside.insert(name, answer);
        }
        for event in self.context.list(event, "events") {
            self.event(event, &inside);
        }
    }

    /// Without its height, nobody can tell whether an event was missed.
    fn tells_its_height(&mut self, id: &Node) {
        let text = id.as_str().unwrap_or_default();
        if text.find("{height}").is_none_or(|at| at == 0) {
            self.add(
                id.position,
                format!("the id `{text}` does not tell the height of its block"),
                "write `{height}` into it, with a word of its own before it",
            );
        }
    }

    fn template(&mut self, node: &Node, scope: &Scope<'s, 'a>) {
        let mut rest = node.as_str().unwrap_or_default();
        while let Some((_, behind)) = rest.split_once('{') {
            let Some((expression, behind)) = behind.split_once('}') else {
                self.add(
                    node.position,
                    "a brace is not closed".to_owned(),
                    "write `}` behind the name",
                );
                return;
            };
            self.expression(node, expression, scope);
            rest = behind;
        }
    }

    /// The schema of what an expression leads to, where it is known.
    fn expression(
        &mut self,
        node: &Node,
        expression: &str,
        scope: &Scope<'s, 'a>,
    ) -> Option<&'s Object<'a>> {
        let (name, pointer) = match expression.find('/') {
            Some(slash) => expression.split_at(slash),
            None => (expression, ""),
        };
        let Some(schema) = scope.get(name) else {
            self.add(
                node.position,
                format!("nothing is called `{name}`"),
                did_you_mean(name, scope.keys().copied(), "write a name that is given"),
            );
            return None;
        };
        self.leads_somewhere(*schema, pointer, node.position)
    }

    fn leads_somewhere(
        &mut self,
        schema: Option<&'s Object<'a>>,
        pointer: &str,
        position: Position,
    ) -> Option<&'s Object<'a>> {
        match follow(self.context, schema?, pointer) {
            Step::Schema(found) => Some(found),
            Step::Open => None,
            Step::Nowhere(token, known) => {
                self.add(
                    position,
                    format!("`{pointer}` leads nowhere, since nothing has `{token}`"),
                    did_you_mean(
                        &token,
                        known,
                        "write the pointer of a property of the answer",
                    ),
                );
                None
            }
        }
    }

    fn keys_are_pointers(&mut self, map: Option<&Node>) {
        for entry in map.map_or(&[][..], Node::entries) {
            if !entry.key.starts_with('/') {
                self.add(
                    entry.key_position,
                    format!("`{}` of `replay` is no JSON Pointer", entry.key),
                    format!("write `/{}`", entry.key),
                );
            }
        }
    }

    fn add(&mut self, position: Position, what: String, mend: impl Into<String>) {
        let what = format!("{}: {what}", self.place);
        self.findings.add(position, what, mend);
    }
}

/// The parameters of an operation in one place.
fn names<'a>(operation: &Operation<'_, 'a>, place: &str) -> Vec<&'a str> {
    let parameters = operation.parameters().into_iter();
    parameters
        .filter(|parameter| parameter.place() == place)
        .map(|parameter| parameter.name())
        .collect()
}
