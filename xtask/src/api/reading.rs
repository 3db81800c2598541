//! Reading an operation: its parameters, its body, and its answers.

use serde_json::Value;

use super::{
    Body, Encoding, Evidence, Failure, Framing, Operation, Pagination, Parameter, Place, Style,
    Success, alternative, entries, error_codes, framing, is_json, items, resolve, servers, text,
};
use crate::spec::snake;

/// What reads the operations of a document.
pub(super) struct Reader<'a> {
    pub(super) document: &'a Value,
}

impl<'a> Reader<'a> {
    pub(super) fn operation(
        &self,
        path: &str,
        method: &str,
        item: &'a Value,
        operation: &'a Value,
    ) -> Operation {
        let key = path;
        let path = path.split('#').next().unwrap_or(path);
        let mut parameters = self.parameters(item, operation);
        // As one reads the path: that is the order in which a caller has them at hand.
        parameters.sort_by_key(|parameter| match parameter.place {
            Place::Path => (
                0,
                path.find(&format!("{{{}}}", parameter.name))
                    .unwrap_or(usize::MAX),
            ),
            Place::Query => (1, 0),
            Place::Header => (2, 0),
            Place::Cookie => (3, 0),
            Place::Part => (4, 0),
        });
        let (body, parts) = self.body(operation);
        parameters.extend(parts);
        name_arguments(&mut parameters, body.is_some());
        let (success, websocket) = self.success(operation);
        let security = operation
            .get("security")
            .unwrap_or(&self.document["security"]);
        Operation {
            id: text(operation, "operationId"),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            key: key.to_owned(),
            summary: text(operation, "summary"),
            description: text(operation, "description"),
            deprecated: operation["deprecated"] == true,
            servers: servers(operation),
            security: items(security).map(alternative).collect(),
            parameters,
            body,
            success,
            failures: self.failures(operation),
            error_codes: error_codes(operation),
            idempotency: operation
                .get("x-idempotency")
                .and_then(Value::as_str)
                .map(str::to_owned),
            evidence: Evidence::of(operation),
            pagination: operation.get("x-pagination").map(|pagination| Pagination {
                items: text(pagination, "items"),
                next: text(pagination, "next"),
                cursor: text(pagination, "cursor"),
                size: pagination
                    .get("size")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            }),
            finality: operation.get("x-finality").cloned(),
            lookup: operation.get("x-lookup").cloned(),
            websocket,
            socket: operation.get("x-websocket").filter(|_| websocket).cloned(),
        }
    }

    /// The parameters of the path item, replaced by those of the operation with the same name and place.
    fn parameters(&self, item: &'a Value, operation: &'a Value) -> Vec<Parameter> {
        let mut all: Vec<Parameter> = Vec::new();
        for parameter in items(&item["parameters"]).chain(items(&operation["parameters"])) {
            let parameter = resolve(self.document, parameter);
            let place = match parameter["in"].as_str() {
                Some("path") => Place::Path,
                Some("header") => Place::Header,
                Some("cookie") => Place::Cookie,
                _ => Place::Query,
            };
            // One that is written in a media type is JSON.
            let content = entries(&parameter["content"])
                .next()
                .map(|(_, content)| content);
            let schema = content.map_or(&parameter["schema"], |content| &content["schema"]);
            let read = Parameter {
                name: text(parameter, "name"),
                argument: String::new(),
                place,
                style: if content.is_some() {
                    Style::Json
                } else {
                    self.style(parameter, schema, place)
                },
                required: parameter["required"] == true,
                description: text(parameter, "description"),
                evidence: Evidence::of(parameter),
                schema: schema.clone(),
                example: self
                    .examples(content.unwrap_or(parameter))
                    .into_iter()
                    .next()
                    .map(|(_, example)| example),
            };
            all.retain(|other| (&other.name, other.place) != (&read.name, read.place));
            all.push(read);
        }
        all
    }

    /// The body as one value, or its parts where it is a multipart body.
    fn body(&self, operation: &'a Value) -> (Option<Body>, Vec<Parameter>) {
        let Some(body) = operation.get("requestBody") else {
            return (None, Vec::new());
        };
        let body = resolve(self.document, body);
        let Some((media_type, content)) = entries(&body["content"]).next() else {
            return (None, Vec::new());
        };
        let examples = self.examples(content);
        if media_type.starts_with("multipart/") {
            let required = body.get("required").is_none_or(|required| required == true);
            let mut parts = Vec::new();
            self.parts(&content["schema"], examples.first(), required, &mut parts);
            return (None, parts);
        }
        let encoding = self.encoding(media_type, &content["schema"]);
        let styles = entries(&content["encoding"]).filter_map(|(name, encoding)| {
            let schema = resolve(self.document, &content["schema"])["properties"].get(name)?;
            encoding.get("style")?;
            Some((name.clone(), self.style(encoding, schema, Place::Query)))
        });
        let body = Body {
            encoding,
            media_type: media_type.clone(),
            styles: styles.filter(|_| encoding == Encoding::Form).collect(),
            required: body["required"] == true,
            schema: content["schema"].clone(),
            description: text(body, "description"),
            examples,
        };
        (Some(body), Vec::new())
    }

    /// The parts of a multipart body, those of all schemas that it is made of.
    fn parts(
        &self,
        schema: &'a Value,
        example: Option<&(String, Value)>,
        body_required: bool,
        parts: &mut Vec<Parameter>,
    ) {
        let schema = resolve(self.document, schema);
        for of in items(&schema["allOf"]) {
            self.parts(of, example, body_required, parts);
        }
        let required: Vec<&str> = items(&schema["required"])
            .filter_map(Value::as_str)
            .collect();
        for part in parts.iter_mut() {
            part.required |= body_required && required.contains(&part.name.as_str());
        }
        for (name, property) in entries(&schema["properties"]) {
            parts.retain(|other| other.name != *name);
            parts.push(Parameter {
                name: name.clone(),
                argument: String::new(),
                place: Place::Part,
                style: Style::Exploded,
                required: body_required && required.contains(&name.as_str()),
                description: text(resolve(self.document, property), "description"),
                evidence: Evidence::of(property),
                schema: property.clone(),
                example: example.and_then(|(_, example)| example.get(name)).cloned(),
            });
        }
    }

    /// How a value of this schema is written where `node` says its style.
    fn style(&self, node: &Value, schema: &Value, place: Place) -> Style {
        let written = node["style"].as_str();
        let in_query = matches!(place, Place::Query | Place::Cookie);
        let usual = written.is_none_or(|style| style == "form") && in_query;
        let explode = node.get("explode").map_or(usual, |explode| explode == true);
        let resolved = resolve(self.document, schema);
        let is_list = resolved["type"] == "array";
        match (written, place) {
            (Some("label"), Place::Path) if explode => Style::LabelExploded,
            (Some("label"), Place::Path) => Style::Label,
            (Some("matrix"), Place::Path) if explode => Style::MatrixExploded,
            (Some("matrix"), Place::Path) => Style::Matrix,
            (_, Place::Path | Place::Header) if explode && !is_list => Style::Pairs,
            (_, Place::Path | Place::Header) => Style::Commas,
            // A cookie has one value.
            (_, Place::Cookie) if is_list => Style::Commas,
            (Some("deepObject"), _) => Style::Deep,
            _ if explode => Style::Exploded,
            (Some("spaceDelimited"), _) => Style::Spaces,
            (Some("pipeDelimited"), _) => Style::Pipes,
            _ => Style::Commas,
        }
    }

    /// How a body of this media type is read and written.
    fn encoding(&self, media_type: &str, schema: &Value) -> Encoding {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if essence == "application/x-www-form-urlencoded" {
            Encoding::Form
        } else if is_json(essence) {
            Encoding::Json
        } else if resolve(self.document, schema)["format"] == "binary" {
            Encoding::Bytes
        } else {
            Encoding::Text
        }
    }

    fn success(&self, operation: &'a Value) -> (Success, bool) {
        let successes = || {
            entries(&operation["responses"])
                .filter(|(status, _)| status.starts_with('2') || *status == "101")
        };
        let with_body = successes().find(|(status, response)| {
            *status == "101"
                || entries(&resolve(self.document, response)["content"])
                    .next()
                    .is_some()
        });
        let Some((status, response)) = with_body.or_else(|| successes().next()) else {
            return (Success::default(), false);
        };
        if status == "101" {
            let message = operation["x-websocket"]["message"].clone();
            return (
                Success {
                    schema: Some(message),
                    ..Success::default()
                },
                true,
            );
        }
        let (schema, envelope, examples) = self.content(response);
        let content = entries(&resolve(self.document, response)["content"]).next();
        let media_type = content.map(|(media_type, _)| media_type.clone());
        let media_type = media_type.unwrap_or_default();
        let stream = framing(&media_type);
        let encoding = match (&schema, stream) {
            (None, _) => Encoding::default(),
            (Some(schema), Some(framing)) if is_typed(self.document, framing, schema) => {
                Encoding::Json
            }
            (Some(_), Some(_)) => Encoding::Text,
            (Some(schema), None) => self.encoding(&media_type, schema),
        };
        // A stream without a body is one that has ended.
        let optional = schema.is_some()
            && stream.is_none()
            && successes().any(|(_, other)| {
                entries(&resolve(self.document, other)["content"])
                    .next()
                    .is_none()
            });
        (
            Success {
                schema,
                encoding,
                media_type,
                stream,
                optional,
                envelope,
                examples,
            },
            false,
        )
    }

    fn failures(&self, operation: &'a Value) -> Vec<Failure> {
        let mut failures: Vec<Failure> = entries(&operation["responses"])
            .filter_map(|(status, response)| {
                let status = failure_range(status)?;
                let (schema, envelope, examples) = self.content(response);
                let resolved = resolve(self.document, response);
                let media_type = entries(&resolved["content"]).next();
                Some(Failure {
                    status,
                    description: text(resolved, "description"),
                    media_type: media_type.map(|(name, _)| name.clone()),
                    schema,
                    envelope,
                    examples,
                })
            })
            .collect();
        // An exact status goes before the range it lies in.
        failures.sort_by_key(|failure| (failure.status.1 - failure.status.0, failure.status.0));
        failures
    }

    fn content(&self, response: &'a Value) -> (Option<Value>, Option<Value>, Vec<(String, Value)>) {
        let response = resolve(self.document, response);
        let Some((_, content)) = entries(&response["content"]).next() else {
            return (None, None, Vec::new());
        };
        let schema = &content["schema"];
        let envelope = resolve(self.document, schema).get("x-envelope").cloned();
        (Some(schema.clone()), envelope, self.examples(content))
    }

    fn examples(&self, node: &'a Value) -> Vec<(String, Value)> {
        examples(self.document, node)
    }
}

/// Whether the parts of a stream are read as a type: events may be texts.
pub(crate) fn is_typed(document: &Value, framing: Framing, schema: &Value) -> bool {
    framing != Framing::Events || resolve(document, schema)["type"] != "string"
}

/// Gives each parameter an argument's name that no other has, nor the body.
fn name_arguments(parameters: &mut [Parameter], has_body: bool) {
    let mut taken: Vec<String> = Vec::new();
    taken.extend(has_body.then(|| "body".to_owned()));
    for parameter in parameters {
        let place = match parameter.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
            Place::Cookie => "cookie",
            Place::Part => "part",
        };
        let is_name = |name: &str| snake(name).starts_with(|first: char| first.is_alphabetic());
        let ascii: String = parameter.name.chars().filter(char::is_ascii).collect();
        let mut name = if is_name(&ascii) && snake(&ascii) != "self" {
            ascii
        } else {
            format!("{place}_{ascii}")
        };
        if taken.contains(&snake(&name)) {
            name = format!("{name}_{place}");
        }
        let wanted = name.clone();
        let mut number = 2;
        while taken.contains(&snake(&name)) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        taken.push(snake(&name));
        parameter.argument = name;
    }
}

/// The examples that stand on a node, by name.
pub(super) fn examples(document: &Value, node: &Value) -> Vec<(String, Value)> {
    if let Some(example) = node.get("example") {
        return vec![("example".to_owned(), example.clone())];
    }
    let named = entries(&node["examples"]);
    named
        .map(|(name, example)| (name.clone(), resolve(document, example)["value"].clone()))
        .collect()
}

fn failure_range(status: &str) -> Option<(u16, u16)> {
    match status {
        "4XX" => Some((400, 499)),
        "5XX" => Some((500, 599)),
        _ => status
            .parse()
            .ok()
            .filter(|status| *status >= 300)
            .map(|status| (status, status)),
    }
}
