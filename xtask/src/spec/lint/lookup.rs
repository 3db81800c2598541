//! `x-lookup`: how one finds out what became of a write.

use super::super::{Expression, Node, Position};
use super::body_path::{Step, follow};
use super::context::Context;
use super::extensions::check_pointer;
use super::finality::{check_refusals, is_safe, schema_at, value_at};
use super::findings::Findings;
use super::nearest::did_you_mean;
use super::operation::Operation;
use super::pagination::success_body;
use super::streams;
use super::walk::Object;

const COMPARISONS: &[&str] = &["exact", "caseless", "json"];

pub(super) fn bad(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        if let Some(lookup) = context.field(operation.object, "x-lookup") {
            let place = context.place(&operation.object.pointer);
            Check {
                context,
                operation,
                place,
            }
            .lookup(lookup, findings);
        }
    }
}

/// The extension of one operation, looked at.
struct Check<'s, 'a> {
    context: &'s Context<'a>,
    operation: Operation<'s, 'a>,
    place: String,
}

impl<'s, 'a> Check<'s, 'a> {
    fn lookup(&self, lookup: &'s Object<'a>, findings: &mut Findings<'_>) {
        if is_safe(&self.operation) {
            findings.add(
                lookup.key_position,
                format!("{}: `x-lookup` on a call that changes nothing", self.place),
                "move it to the operation that writes",
            );
        }
        let list = self.context.field(lookup, "list");
        let walk = self.context.field(lookup, "walk");
        let read = self.context.field(lookup, "read");
        if list.is_some() && walk.is_some() || list.is_none() && walk.is_none() && read.is_none() {
            findings.add(
                lookup.key_position,
                format!(
                    "{}: `x-lookup` needs one source of what the write may have left",
                    self.place
                ),
                "write one of `list:` and `walk:`, or `read:` alone",
            );
        }
        if walk.is_some() && read.is_none() {
            findings.add(
                lookup.key_position,
                format!("{}: nothing reads what a block names", self.place),
                "write `read:` with `$candidate` as one of its parameters",
            );
        }
        let has_source = list.is_some() || walk.is_some();
        let listed = list.and_then(|list| self.list(list, findings));
        if let Some(walk) = walk {
            self.walk(walk, findings);
        }
        let read = read.and_then(|read| {
            let target = self.ask(read, &[], has_source, findings)?;
            check_refusals(&self.place, "absent", read, findings);
            success_body(self.context, &target)
        });
        check_refusals(&self.place, "unsure", lookup, findings);
        let matches = self.context.list(lookup, "match");
        if has_source && matches.is_empty() {
            findings.add(
                lookup.key_position,
                format!("{}: nothing tells one candidate from another", self.place),
                "write `match:` with what of a candidate equals what was sent",
            );
        }
        for rule in matches {
            self.rule(rule, read.or(listed), findings);
        }
    }

    /// The schema of the list's items.
    fn list(&self, list: &'s Object<'a>, findings: &mut Findings<'_>) -> Option<&'s Object<'a>> {
        let target = self.ask(list, &[], false, findings)?;
        let Some(pagination) = target.node().get("x-pagination") else {
            if let Some(node) = list.node.get("operation") {
                findings.add(
                    node.position,
                    format!(
                        "{}: the `list` of `x-lookup` has no `x-pagination`",
                        self.place
                    ),
                    "write the operation of a list that has it",
                );
            }
            return None;
        };
        let body = success_body(self.context, &target)?;
        let Step::Schema(items) = follow(self.context, body, pagination.text("items")?) else {
            return None;
        };
        self.context
            .field(self.context.resolve(items)?, "items")
            .and_then(|items| self.context.resolve(items))
    }

    fn walk(&self, walk: &'s Object<'a>, findings: &mut Findings<'_>) {
        let position = walk.node.text("position").unwrap_or_default();
        let Some(target) = self.ask(walk, &[position], false, findings) else {
            return;
        };
        for key in ["number", "time", "candidates"] {
            let Some(node) = walk.node.get(key) else {
                continue;
            };
            let pointed = value_at(self.context, &target, "x-lookup", node, findings);
            let Some(schema) = pointed.and_then(|schema| self.context.resolve(schema)) else {
                continue;
            };
            let wants = if key == "candidates" {
                "array"
            } else {
                "integer"
            };
            if schema.node.text("type").is_some_and(|kind| kind != wants) {
                findings.add(
                    node.position,
                    format!("{}: `{key}` of `x-lookup` leads to no {wants}", self.place),
                    format!("write the pointer of a property with `type: {wants}`"),
                );
            }
        }
        let parameters = target.parameters();
        let names: Vec<&str> = parameters
            .iter()
            .map(|parameter| parameter.name())
            .collect();
        if let Some(node) = walk.node.get("position")
            && !names.contains(&position)
        {
            self.no_parameter(node.position, position, &names, findings);
        }
    }

    /// Looks at a call that looks, whose parameters are given but for those `besides`; the operation that it makes.
    fn ask(
        &self,
        ask: &'s Object<'a>,
        besides: &[&str],
        has_candidate: bool,
        findings: &mut Findings<'_>,
    ) -> Option<Operation<'s, 'a>> {
        let node = ask.node.get("operation")?;
        let id = node.as_str()?;
        let found = self
            .context
            .operations()
            .find(|operation| operation.node().text("operationId") == Some(id));
        let Some(target) = found else {
            let known: Vec<&str> = self
                .context
                .operations()
                .filter_map(|operation| operation.node().text("operationId"))
                .collect();
            findings.add(
                node.position,
                format!(
                    "{}: there is no operation `{id}` for `x-lookup`",
                    self.place
                ),
                did_you_mean(id, known, "write the `operationId` of one that reads"),
            );
            return None;
        };
        if !is_safe(&target) {
            findings.add(
                node.position,
                format!("{}: looking by `{id}` would change something", self.place),
                "write the `operationId` of one that only reads",
            );
        }
        if streams::comes_as_stream(self.context, &target) {
            findings.add(
                node.position,
                format!("{}: nothing is found in `{id}`, a stream", self.place),
                "write the `operationId` of one whose answer is there as a whole",
            );
        }
        let parameters = target.parameters();
        let names: Vec<&str> = parameters
            .iter()
            .map(|parameter| parameter.name())
            .collect();
        let given = ask.node.get("parameters").map_or(&[][..], Node::entries);
        for entry in given {
            if !names.contains(&entry.key.as_str()) {
                self.no_parameter(entry.key_position, &entry.key, &names, findings);
            }
            self.expression(&entry.value, has_candidate, findings);
        }
        for parameter in &parameters {
            let name = parameter.name();
            let is_given = given.iter().any(|entry| entry.key == name) || besides.contains(&name);
            if parameter.object.node.is_true("required") && !is_given {
                findings.add(
                    ask.key_position,
                    format!("{}: `x-lookup` does not say `{name}` of `{id}`", self.place),
                    format!("write `{name}:` under `parameters:`"),
                );
            }
        }
        Some(target)
    }

    fn no_parameter(
        &self,
        position: Position,
        name: &str,
        known: &[&str],
        findings: &mut Findings<'_>,
    ) {
        let otherwise = match known {
            [] => "take it out, since that call has none".to_owned(),
            known => format!("write one of {}", known.join(", ")),
        };
        findings.add(
            position,
            format!(
                "{}: `{name}` of `x-lookup` is no parameter of that call",
                self.place
            ),
            did_you_mean(name, known.iter().copied(), otherwise),
        );
    }

    fn rule(
        &self,
        rule: &'s Object<'a>,
        candidate: Option<&'s Object<'a>>,
        findings: &mut Findings<'_>,
    ) {
        if let Some(node) = rule.node.get("candidate")
            && check_pointer(&self.place, "`x-lookup`", node, findings)
            && let Some(schema) = candidate
        {
            schema_at(
                self.context,
                &self.place,
                "x-lookup",
                schema,
                node,
                findings,
            );
        }
        if let Some(node) = rule.node.get("request") {
            self.expression(node, false, findings);
        }
        if let Some(node) = rule.node.get("as")
            && let Some(text) = node.as_str()
            && !COMPARISONS.contains(&text)
        {
            findings.add(
                node.position,
                format!("{}: there is no comparison `{text}`", self.place),
                did_you_mean(
                    text,
                    COMPARISONS.iter().copied(),
                    format!("write one of {}", COMPARISONS.join(", ")),
                ),
            );
        }
    }

    /// What is told has to be something that the request carries.
    fn expression(&self, node: &Node, has_candidate: bool, findings: &mut Findings<'_>) {
        let Some(text) = node.as_str() else { return };
        let mut complain = |what: String, mend: String| {
            findings.add(node.position, format!("{}: {what}", self.place), mend);
        };
        let (kind, name) = match Expression::parse(text) {
            None => {
                return complain(
                    format!("`{text}` of `x-lookup` says nothing"),
                    "write `$request.path.name`, `$request.query.name`, `$request.header.name`, `$request.body#/pointer` \
                     or `$candidate`"
                        .to_owned(),
                );
            }
            Some(Expression::Text(_)) => return,
            Some(Expression::Candidate(_)) if has_candidate => return,
            Some(Expression::Candidate(_)) => {
                return complain(
                    format!("there is no candidate yet to take `{text}` from"),
                    "write what of the request it is".to_owned(),
                );
            }
            Some(Expression::Body(pointer)) => {
                let Some(media) = self.json_body() else {
                    return complain(
                        format!("`{text}` of `x-lookup`, but the request has no JSON body"),
                        "write a parameter of the request".to_owned(),
                    );
                };
                let schema = self.context.field(media, "schema");
                // One that leads nowhere is reported elsewhere.
                if let Some(schema) = schema.and_then(|schema| self.context.resolve(schema))
                    && let Step::Nowhere(token, known) = follow(self.context, schema, pointer)
                {
                    complain(
                        format!(
                            "`{text}` of `x-lookup` leads nowhere, since nothing has `{token}`"
                        ),
                        did_you_mean(&token, known, "write the pointer of a property of the body"),
                    );
                }
                return;
            }
            Some(Expression::Path(name)) => ("path", name),
            Some(Expression::Query(name)) => ("query", name),
            Some(Expression::Header(name)) => ("header", name),
        };
        let parameters = self.operation.parameters();
        let known: Vec<&str> = parameters
            .iter()
            .filter(|parameter| parameter.place() == kind)
            .map(|parameter| parameter.name())
            .collect();
        if !known.contains(&name) {
            complain(
                format!("`{name}` of `x-lookup` is no {kind} parameter of the request"),
                did_you_mean(name, known, "write one that it has"),
            );
        }
    }

    fn json_body(&self) -> Option<&'s Object<'a>> {
        let content = self.context.list(self.operation.request_body()?, "content");
        let mut content = content.into_iter();
        content.find(|media| media.key == "application/json")
    }
}
