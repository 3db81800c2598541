//! What a linted document says, as the generator's later stages want it.
//!
//! Reading never fails: [`lint`](crate::spec::lint()) has seen the document before, so what is missing here is missing there.

mod media_types;
mod reading;
mod schemes;
mod webhooks;

pub use media_types::Framing;
pub(crate) use media_types::{framing, is_json};
pub(crate) use reading::is_typed;
pub use schemes::{Flow, FlowKind, Placement, Scheme};
pub use webhooks::{Challenge, Event, Webhooks};

use serde_json::{Map, Value};

use reading::Reader;

/// One provider's API.
#[derive(Debug)]
pub struct Api {
    /// The name of the spec file without its extension, and of everything made from it.
    pub name: String,
    /// `info.title`.
    pub title: String,
    /// `info.description`.
    pub description: String,
    /// `info.version`.
    pub version: String,
    /// Where the service runs.
    pub servers: Vec<Server>,
    /// `components.securitySchemes`, in order.
    pub schemes: Vec<Scheme>,
    /// `x-error-codes`: what the provider's codes mean.
    pub error_codes: ErrorCodes,
    /// Every operation, in the order of the document.
    pub operations: Vec<Operation>,
    /// `x-webhooks`.
    pub webhooks: Option<Webhooks>,
    /// The document itself.
    pub document: Value,
}

/// One entry of `servers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The URL, without a slash at the end.
    pub url: String,
    /// `x-environment`.
    pub environment: Option<String>,
    /// What is said of it.
    pub description: String,
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path template, as it is sent.
    pub path: String,
    /// The key under `paths`: the path template, and where several operations share method and path what tells them
    /// apart, behind a `#`.
    pub key: String,
    /// `summary`.
    pub summary: String,
    /// `description`.
    pub description: String,
    /// `deprecated`.
    pub deprecated: bool,
    /// The operation's own servers; empty where it is served with the others.
    pub servers: Vec<Server>,
    /// The alternatives of `security`, each a list of schemes with their scopes.
    pub security: Vec<Vec<(String, Vec<String>)>>,
    /// Path, query and header parameters, and the parts of a multipart body.
    pub parameters: Vec<Parameter>,
    /// The body, where it is one value.
    pub body: Option<Body>,
    /// The answer to a success.
    pub success: Success,
    /// The answers to failures, in the order in which they are to be tried.
    pub failures: Vec<Failure>,
    /// `x-error-codes`: what codes mean in this call, where not what they mean elsewhere.
    pub error_codes: ErrorCodes,
    /// `x-idempotency`.
    pub idempotency: Option<String>,
    /// `x-evidence`.
    pub evidence: Option<Evidence>,
    /// `x-pagination`.
    pub pagination: Option<Pagination>,
    /// `x-finality`.
    pub finality: Option<Value>,
    /// `x-lookup`.
    pub lookup: Option<Value>,
    /// Whether the success is a web socket.
    pub websocket: bool,
    /// `x-websocket`.
    pub socket: Option<Value>,
}

/// A parameter, or a part of a multipart body.
#[derive(Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// What the argument is called: the name, unless another parameter or the body has it.
    pub argument: String,
    /// Where it goes.
    pub place: Place,
    /// How it is written where it is more than a text.
    pub style: Style,
    /// Whether the call makes no sense without it.
    pub required: bool,
    /// What is said of it.
    pub description: String,
    /// How sure that is.
    pub evidence: Option<Evidence>,
    /// Its schema.
    pub schema: Value,
    /// An example.
    pub example: Option<Value>,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Into the path.
    Path,
    /// Into the query.
    Query,
    /// Into a header.
    Header,
    /// Into a cookie.
    Cookie,
    /// Into a multipart body.
    Part,
}

/// How lists and objects are written: OpenAPI's `style` and `explode`, or JSON. The run time's style of the same name
/// says what that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Each item, and each field, on its own.
    Exploded,
    /// With commas.
    Commas,
    /// With spaces.
    Spaces,
    /// With bars.
    Pipes,
    /// `key=value`, with commas.
    Pairs,
    /// `name[key]=value`.
    Deep,
    /// With commas, behind a dot.
    Label,
    /// Each item, and each `key=value`, behind a dot.
    LabelExploded,
    /// With commas, behind `;name=`.
    Matrix,
    /// `;name=` before each item, `;key=value` for each field.
    MatrixExploded,
    /// JSON.
    Json,
}

/// A body that is one value.
#[derive(Debug)]
pub struct Body {
    /// How it is written.
    pub encoding: Encoding,
    /// Its media type.
    pub media_type: String,
    /// The fields of a form that have a style of their own.
    pub styles: Vec<(String, Style)>,
    /// Whether the call makes no sense without it.
    pub required: bool,
    /// Its schema.
    pub schema: Value,
    /// What is said of it.
    pub description: String,
    /// Its examples, by name.
    pub examples: Vec<(String, Value)>,
}

/// How a body is written, and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// JSON.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// A text of any other media type.
    Text,
    /// Bytes of any other media type.
    Bytes,
}

/// The answer to a success.
#[derive(Debug, Default)]
pub struct Success {
    /// The schema of the body; `None` where there is none.
    pub schema: Option<Value>,
    /// How the body is read; of no meaning where there is none.
    pub encoding: Encoding,
    /// The media type of the body; empty where there is none.
    pub media_type: String,
    /// How it comes bit by bit, if it does; then all the rest is of one part of it.
    pub stream: Option<Framing>,
    /// Whether another success has no body.
    pub optional: bool,
    /// `x-envelope` of that schema.
    pub envelope: Option<Value>,
    /// Examples of the whole body, by name.
    pub examples: Vec<(String, Value)>,
}

/// What codes mean: pairs of a key of `x-error-codes` and its codes as texts.
pub type ErrorCodes = Vec<(String, Vec<String>)>;

/// The answer to a failure.
#[derive(Debug)]
pub struct Failure {
    /// The lowest and the highest status.
    pub status: (u16, u16),
    /// What is said of it.
    pub description: String,
    /// The media type of the body.
    pub media_type: Option<String>,
    /// The schema of the body.
    pub schema: Option<Value>,
    /// `x-envelope` of that schema.
    pub envelope: Option<Value>,
    /// Examples of the body, by name.
    pub examples: Vec<(String, Value)>,
}

/// `x-evidence`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// `documented`, `sample`, `sdk` or `inferred`.
    pub level: String,
    /// Where it comes from.
    pub source: String,
    /// What else is to be known.
    pub note: Option<String>,
}

/// `x-pagination`.
#[derive(Debug)]
pub struct Pagination {
    /// The pointer of the items.
    pub items: String,
    /// The pointer of what leads to the next page.
    pub next: String,
    /// The query parameter that takes the cursor.
    pub cursor: String,
    /// The query parameter that takes the size of a page.
    pub size: Option<String>,
}

pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

impl Api {
    /// Reads the document of the spec called `name`.
    pub fn read(name: &str, document: Value) -> Self {
        let info = &document["info"];
        let mut operations = Vec::new();
        for (path, item) in entries(&document["paths"]) {
            for (method, operation) in
                entries(item).filter(|(method, _)| METHODS.contains(&method.as_str()))
            {
                operations.push(
                    Reader {
                        document: &document,
                    }
                    .operation(path, method, item, operation),
                );
            }
        }
        Self {
            name: name.to_owned(),
            title: text(info, "title"),
            description: text(info, "description"),
            version: text(info, "version"),
            servers: servers(&document),
            schemes: schemes::of(&document),
            error_codes: error_codes(&document),
            operations,
            webhooks: Webhooks::of(&document),
            document,
        }
    }

    /// What the provider's codes mean in `operation`: what it says itself comes first.
    pub fn codes_of(&self, operation: &Operation) -> ErrorCodes {
        let mut all = operation.error_codes.clone();
        let own: Vec<&String> = operation
            .error_codes
            .iter()
            .flat_map(|(_, codes)| codes)
            .collect();
        for (class, codes) in &self.error_codes {
            let rest = codes.iter().filter(|code| !own.contains(code)).cloned();
            match all.iter_mut().find(|(known, _)| known == class) {
                Some((_, codes)) => codes.extend(rest),
                None => all.push((class.clone(), rest.collect())),
            }
        }
        all.retain(|(_, codes)| !codes.is_empty());
        all
    }

    /// The schemes that some call takes: what others there are, such as the signature of what the provider posts, is no
    /// credential of a caller's.
    pub fn taken_schemes(&self) -> impl Iterator<Item = &Scheme> {
        self.schemes.iter().filter(|scheme| {
            let alternatives = self
                .operations
                .iter()
                .flat_map(|operation| &operation.security);
            let mut names = alternatives.flatten().map(|(name, _)| name);
            names.any(|name| *name == scheme.name)
        })
    }

    /// What a `$ref` of the document leads to, or the value itself.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        resolve(&self.document, value)
    }

    /// The schemas under `components`.
    pub fn schemas(&self) -> impl Iterator<Item = (&String, &Value)> {
        entries(&self.document["components"]["schemas"])
    }
}

impl Evidence {
    /// Reads `x-evidence` of `node`.
    pub fn of(node: &Value) -> Option<Self> {
        let evidence = node.get("x-evidence")?;
        Some(Self {
            level: text(evidence, "level"),
            source: text(evidence, "source"),
            note: evidence
                .get("note")
                .and_then(Value::as_str)
                .map(|note| note.trim().to_owned()),
        })
    }
}

/// Follows `$ref`s within the document. Gives up on a circle, which lint has refused.
pub fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut found = value;
    for _ in 0..64 {
        let Some(reference) = found.get("$ref").and_then(Value::as_str) else {
            break;
        };
        match reference
            .strip_prefix('#')
            .and_then(|pointer| document.pointer(pointer))
        {
            Some(next) => found = next,
            None => break,
        }
    }
    found
}

/// The name of the component schema that a `$ref` leads to.
pub fn schema_name(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

fn error_codes(node: &Value) -> ErrorCodes {
    let as_text = |code: &Value| match code {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    entries(&node["x-error-codes"])
        .map(|(class, codes)| (class.clone(), items(codes).map(as_text).collect()))
        .collect()
}

fn alternative(alternative: &Value) -> Vec<(String, Vec<String>)> {
    let scopes = |scopes| {
        items(scopes)
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    entries(alternative)
        .map(|(scheme, of)| (scheme.clone(), scopes(of)))
        .collect()
}

fn servers(node: &Value) -> Vec<Server> {
    let server = |server: &Value| Server {
        url: text(server, "url").trim_end_matches('/').to_owned(),
        environment: server
            .get("x-environment")
            .and_then(Value::as_str)
            .map(str::to_owned),
        description: text(server, "description"),
    };
    items(&node["servers"]).map(server).collect()
}

/// The text at a key; empty where there is none.
pub fn text(node: &Value, key: &str) -> String {
    node.get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// The entries of a map; none of anything else.
pub fn entries(node: &Value) -> impl Iterator<Item = (&String, &Value)> {
    node.as_object().into_iter().flat_map(Map::iter)
}

/// The items of a list; none of anything else.
pub fn items(node: &Value) -> impl Iterator<Item = &Value> {
    node.as_array().into_iter().flatten()
}
