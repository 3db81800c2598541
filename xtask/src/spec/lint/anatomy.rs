//! What OpenAPI 3.0.3 and this project's extensions allow where: the table behind every rule that
//! asks "what is this, and may it stand here?".

use Kind::*;
use Shape::*;

/// What an object of a document is, by the place where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Document,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    PathItem,
    Operation,
    ExternalDocs,
    Parameter,
    RequestBody,
    MediaType,
    Encoding,
    Response,
    Callback,
    Example,
    Link,
    Header,
    Tag,
    Components,
    Schema,
    Discriminator,
    Xml,
    SecurityScheme,
    OAuthFlows,
    OAuthFlow,
    SecurityRequirement,
    Evidence,
    Envelope,
    EnvelopeTest,
    Pagination,
    WebSocket,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Text,
    Flag,
    Number,
    Count,
    Any,
    Anys,
    Texts,
    TextMap,
    One(Kind),
    /// A boolean or an object.
    FlagOr(Kind),
    List(Kind),
    Map(Kind),
}

/// A field of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
}

const fn may(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        required: false,
    }
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        required: true,
    }
}

/// An extension of this project.
#[derive(Debug)]
pub(super) struct Extension {
    pub(super) name: &'static str,
    pub(super) on: &'static [Kind],
    pub(super) shape: Shape,
}

/// The extensions of `specs/README.md`; any other is refused.
pub(super) const EXTENSIONS: &[Extension] = &[
    Extension {
        name: "x-evidence",
        on: &[Operation, Schema, Parameter],
        shape: One(Evidence),
    },
    Extension {
        name: "x-environment",
        on: &[Server],
        shape: Text,
    },
    Extension {
        name: "x-envelope",
        on: &[Schema],
        shape: One(Envelope),
    },
    Extension {
        name: "x-pagination",
        on: &[Operation],
        shape: One(Pagination),
    },
    Extension {
        name: "x-idempotency",
        on: &[Operation],
        shape: Text,
    },
    Extension {
        name: "x-open-enum",
        on: &[Schema],
        shape: Flag,
    },
    Extension {
        name: "x-websocket",
        on: &[Operation],
        shape: One(WebSocket),
    },
];

impl Kind {
    /// What to call it in a message.
    pub(super) fn name(self) -> &'static str {
        match self {
            Document => "the document",
            Info => "`info`",
            Contact => "`contact`",
            License => "`license`",
            Server => "a server",
            ServerVariable => "a server variable",
            PathItem => "a path",
            Operation => "an operation",
            ExternalDocs => "`externalDocs`",
            Parameter => "a parameter",
            RequestBody => "a request body",
            MediaType => "a media type",
            Encoding => "an encoding",
            Response => "a response",
            Callback => "a callback",
            Example => "an example object",
            Link => "a link",
            Header => "a header",
            Tag => "a tag",
            Components => "`components`",
            Schema => "a schema",
            Discriminator => "a discriminator",
            Xml => "`xml`",
            SecurityScheme => "a security scheme",
            OAuthFlows => "`flows`",
            OAuthFlow => "an OAuth flow",
            SecurityRequirement => "a security requirement",
            Evidence => "`x-evidence`",
            Envelope => "`x-envelope`",
            EnvelopeTest => "`success` of `x-envelope`",
            Pagination => "`x-pagination`",
            WebSocket => "`x-websocket`",
        }
    }

    /// Whether it is part of an extension.
    pub(super) fn is_extension(self) -> bool {
        matches!(
            self,
            Evidence | Envelope | EnvelopeTest | Pagination | WebSocket
        )
    }

    /// The section of `components` that holds such objects, for those that `$ref` may stand for.
    pub(super) fn section(self) -> Option<&'static str> {
        Some(match self {
            Schema => "schemas",
            Response => "responses",
            Parameter => "parameters",
            Example => "examples",
            RequestBody => "requestBodies",
            Header => "headers",
            SecurityScheme => "securitySchemes",
            Link => "links",
            Callback => "callbacks",
            _ => return None,
        })
    }

    /// What any other key of it holds, for the kinds whose keys are names.
    pub(super) fn names(self) -> Option<Shape> {
        match self {
            Callback => Some(One(PathItem)),
            SecurityRequirement => Some(Texts),
            _ => None,
        }
    }

    /// Its fields.
    pub(super) fn fields(self) -> &'static [Field] {
        match self {
            Document => {
                const {
                    &[
                        must("openapi", Text),
                        must("info", One(Info)),
                        must("paths", Map(PathItem)),
                        may("servers", List(Server)),
                        may("components", One(Components)),
                        may("security", List(SecurityRequirement)),
                        may("tags", List(Tag)),
                        may("externalDocs", One(ExternalDocs)),
                    ]
                }
            }
            Info => {
                const {
                    &[
                        must("title", Text),
                        must("version", Text),
                        must("description", Text),
                        may("termsOfService", Text),
                        may("contact", One(Contact)),
                        may("license", One(License)),
                    ]
                }
            }
            Contact => const { &[may("name", Text), may("url", Text), may("email", Text)] },
            License => const { &[must("name", Text), may("url", Text)] },
            Server => {
                const {
                    &[
                        must("url", Text),
                        may("description", Text),
                        may("variables", Map(ServerVariable)),
                    ]
                }
            }
            ServerVariable => {
                const {
                    &[
                        must("default", Text),
                        may("enum", Texts),
                        may("description", Text),
                    ]
                }
            }
            PathItem => {
                const {
                    &[
                        may("$ref", Text),
                        may("summary", Text),
                        may("description", Text),
                        may("get", One(Operation)),
                        may("put", One(Operation)),
                        may("post", One(Operation)),
                        may("delete", One(Operation)),
                        may("options", One(Operation)),
                        may("head", One(Operation)),
                        may("patch", One(Operation)),
                        may("trace", One(Operation)),
                        may("servers", List(Server)),
                        may("parameters", List(Parameter)),
                    ]
                }
            }
            Operation => {
                const {
                    &[
                        may("operationId", Text),
                        may("summary", Text),
                        may("description", Text),
                        may("tags", Texts),
                        may("externalDocs", One(ExternalDocs)),
                        may("parameters", List(Parameter)),
                        may("requestBody", One(RequestBody)),
                        must("responses", Map(Response)),
                        may("callbacks", Map(Callback)),
                        may("deprecated", Flag),
                        may("security", List(SecurityRequirement)),
                        may("servers", List(Server)),
                    ]
                }
            }
            ExternalDocs => const { &[must("url", Text), may("description", Text)] },
            Parameter => {
                const {
                    &[
                        must("name", Text),
                        must("in", Text),
                        may("description", Text),
                        may("required", Flag),
                        may("deprecated", Flag),
                        may("allowEmptyValue", Flag),
                        may("style", Text),
                        may("explode", Flag),
                        may("allowReserved", Flag),
                        may("schema", One(Schema)),
                        may("content", Map(MediaType)),
                        may("example", Any),
                        may("examples", Map(Example)),
                    ]
                }
            }
            RequestBody => {
                const {
                    &[
                        must("content", Map(MediaType)),
                        may("description", Text),
                        may("required", Flag),
                    ]
                }
            }
            MediaType => {
                const {
                    &[
                        may("schema", One(Schema)),
                        may("example", Any),
                        may("examples", Map(Example)),
                        may("encoding", Map(Encoding)),
                    ]
                }
            }
            Encoding => {
                const {
                    &[
                        may("contentType", Text),
                        may("headers", Map(Header)),
                        may("style", Text),
                        may("explode", Flag),
                        may("allowReserved", Flag),
                    ]
                }
            }
            Response => {
                const {
                    &[
                        must("description", Text),
                        may("headers", Map(Header)),
                        may("content", Map(MediaType)),
                        may("links", Map(Link)),
                    ]
                }
            }
            Callback => &[],
            Example => {
                const {
                    &[
                        may("summary", Text),
                        may("description", Text),
                        may("value", Any),
                        may("externalValue", Text),
                    ]
                }
            }
            Link => {
                const {
                    &[
                        may("operationRef", Text),
                        may("operationId", Text),
                        may("parameters", Any),
                        may("requestBody", Any),
                        may("description", Text),
                        may("server", One(Server)),
                    ]
                }
            }
            Header => {
                const {
                    &[
                        may("description", Text),
                        may("required", Flag),
                        may("deprecated", Flag),
                        may("allowEmptyValue", Flag),
                        may("style", Text),
                        may("explode", Flag),
                        may("allowReserved", Flag),
                        may("schema", One(Schema)),
                        may("content", Map(MediaType)),
                        may("example", Any),
                        may("examples", Map(Example)),
                    ]
                }
            }
            Tag => {
                const {
                    &[
                        must("name", Text),
                        may("description", Text),
                        may("externalDocs", One(ExternalDocs)),
                    ]
                }
            }
            Components => {
                const {
                    &[
                        may("schemas", Map(Schema)),
                        may("responses", Map(Response)),
                        may("parameters", Map(Parameter)),
                        may("examples", Map(Example)),
                        may("requestBodies", Map(RequestBody)),
                        may("headers", Map(Header)),
                        may("securitySchemes", Map(SecurityScheme)),
                        may("links", Map(Link)),
                        may("callbacks", Map(Callback)),
                    ]
                }
            }
            Schema => {
                const {
                    &[
                        may("title", Text),
                        may("description", Text),
                        may("type", Text),
                        may("format", Text),
                        may("nullable", Flag),
                        may("enum", Anys),
                        may("default", Any),
                        may("example", Any),
                        may("properties", Map(Schema)),
                        may("required", Texts),
                        may("additionalProperties", FlagOr(Schema)),
                        may("items", One(Schema)),
                        may("allOf", List(Schema)),
                        may("oneOf", List(Schema)),
                        may("anyOf", List(Schema)),
                        may("not", One(Schema)),
                        may("discriminator", One(Discriminator)),
                        may("pattern", Text),
                        may("minLength", Count),
                        may("maxLength", Count),
                        may("minimum", Number),
                        may("maximum", Number),
                        may("exclusiveMinimum", Flag),
                        may("exclusiveMaximum", Flag),
                        may("multipleOf", Number),
                        may("minItems", Count),
                        may("maxItems", Count),
                        may("uniqueItems", Flag),
                        may("minProperties", Count),
                        may("maxProperties", Count),
                        may("readOnly", Flag),
                        may("writeOnly", Flag),
                        may("deprecated", Flag),
                        may("externalDocs", One(ExternalDocs)),
                        may("xml", One(Xml)),
                    ]
                }
            }
            Discriminator => const { &[must("propertyName", Text), may("mapping", TextMap)] },
            Xml => {
                const {
                    &[
                        may("name", Text),
                        may("namespace", Text),
                        may("prefix", Text),
                        may("attribute", Flag),
                        may("wrapped", Flag),
                    ]
                }
            }
            SecurityScheme => {
                const {
                    &[
                        must("type", Text),
                        may("description", Text),
                        may("name", Text),
                        may("in", Text),
                        may("scheme", Text),
                        may("bearerFormat", Text),
                        may("flows", One(OAuthFlows)),
                        may("openIdConnectUrl", Text),
                    ]
                }
            }
            OAuthFlows => {
                const {
                    &[
                        may("implicit", One(OAuthFlow)),
                        may("password", One(OAuthFlow)),
                        may("clientCredentials", One(OAuthFlow)),
                        may("authorizationCode", One(OAuthFlow)),
                    ]
                }
            }
            OAuthFlow => {
                const {
                    &[
                        may("authorizationUrl", Text),
                        may("tokenUrl", Text),
                        may("refreshUrl", Text),
                        must("scopes", TextMap),
                    ]
                }
            }
            SecurityRequirement => &[],
            Evidence => const { &[must("level", Text), must("source", Text), may("note", Text)] },
            Envelope => {
                const {
                    &[
                        may("value", Text),
                        may("success", List(EnvelopeTest)),
                        may("code", Texts),
                        may("message", Texts),
                        may("request_id", Texts),
                    ]
                }
            }
            EnvelopeTest => const { &[must("at", Text), must("is", Anys), may("optional", Flag)] },
            Pagination => {
                const {
                    &[
                        must("items", Text),
                        must("next", Text),
                        must("cursor", Text),
                        may("size", Text),
                    ]
                }
            }
            WebSocket => const { &[must("message", One(Schema))] },
        }
    }
}

impl Shape {
    /// What to call it in a message.
    pub(super) fn name(self) -> &'static str {
        match self {
            Text => "a string",
            Flag => "`true` or `false`",
            Number => "a number",
            Count => "a whole number from 0 up",
            Any => "anything",
            Anys => "a list",
            Texts => "a list of strings",
            TextMap => "a map of strings",
            One(_) | Map(_) => "a map",
            FlagOr(_) => "`true`, `false` or a map",
            List(_) => "a list of maps",
        }
    }
}
