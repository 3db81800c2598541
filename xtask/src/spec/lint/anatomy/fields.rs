//! The fields of every kind of object.

use super::Field;
use super::Kind::{self, *};
use super::Shape::{self, *};

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

impl Kind {
    /// Its fields.
    pub(crate) fn fields(self) -> &'static [Field] {
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
                        may("details", Texts),
                        may("request_id", Texts),
                    ]
                }
            }
            EnvelopeTest => {
                const {
                    &[
                        must("at", Text),
                        must("is", Anys),
                        may("optional", Flag),
                        may("code", Texts),
                        may("message", Texts),
                    ]
                }
            }
            ErrorCodes => {
                const {
                    &[
                        may("authentication", Anys),
                        may("permission", Anys),
                        may("not_found", Anys),
                        may("conflict", Anys),
                        may("invalid_request", Anys),
                        may("rate_limited", Anys),
                        may("outage", Anys),
                    ]
                }
            }
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
            WebSocket => {
                const {
                    &[
                        must("message", One(Schema)),
                        may("select", One(Select)),
                        may("replay", One(Replay)),
                    ]
                }
            }
            Select => const { &[must("parameter", Text), must("all", Text)] },
            Replay => {
                const {
                    &[
                        must("kind", Text),
                        must("id", Text),
                        may("alike", TextMap),
                        must("block", One(ReplayBlock)),
                        must("events", List(ReplayEvent)),
                    ]
                }
            }
            ReplayBlock => {
                const {
                    &[
                        must("operation", Text),
                        must("number", Text),
                        must("latest", Text),
                        must("height", Text),
                    ]
                }
            }
            ReplayEvent => {
                const {
                    &[
                        may("kind", Text),
                        may("when", Text),
                        may("value", TextMap),
                        may("text", TextMap),
                        may("without", Texts),
                        may("repeats", Flag),
                        may("lost", Text),
                        may("each", Text),
                        may("read", Text),
                        may("with", TextMap),
                        may("as", Text),
                        may("events", List(ReplayEvent)),
                    ]
                }
            }
            Webhooks => {
                const {
                    &[
                        must("signature", One(WebhookSignature)),
                        must("kind", Text),
                        may("value", Text),
                        may("envelope", One(Schema)),
                        must("events", Map(WebhookEvent)),
                        may("challenge", One(WebhookChallenge)),
                        must("x-evidence", One(Evidence)),
                    ]
                }
            }
            WebhookSignature => {
                const {
                    &[
                        must("header", Text),
                        must("algorithm", Text),
                        must("encoding", Text),
                        may("prefix", Text),
                    ]
                }
            }
            WebhookEvent => {
                const {
                    &[
                        must("description", Text),
                        must("schema", One(Schema)),
                        may("example", Any),
                        may("examples", Map(Example)),
                        may("x-evidence", One(Evidence)),
                    ]
                }
            }
            WebhookChallenge => {
                const {
                    &[
                        must("kind", Text),
                        must("value", Text),
                        must("signed", Flag),
                    ]
                }
            }
            Finality => {
                const {
                    &[
                        must("state", Text),
                        must("done", Texts),
                        may("failed", Texts),
                        may("absent", Anys),
                        may("requires", Texts),
                    ]
                }
            }
            Lookup => {
                const {
                    &[
                        may("list", One(LookupList)),
                        may("walk", One(LookupWalk)),
                        may("read", One(LookupRead)),
                        may("match", List(LookupMatch)),
                        may("unsure", Anys),
                    ]
                }
            }
            LookupList => const { &[must("operation", Text), may("parameters", TextMap)] },
            LookupWalk => {
                const {
                    &[
                        must("operation", Text),
                        may("parameters", TextMap),
                        must("position", Text),
                        must("newest", Text),
                        must("number", Text),
                        must("time", Text),
                        must("candidates", Text),
                    ]
                }
            }
            LookupRead => {
                const {
                    &[
                        must("operation", Text),
                        may("parameters", TextMap),
                        may("absent", Anys),
                    ]
                }
            }
            LookupMatch => {
                const {
                    &[
                        must("candidate", Text),
                        must("request", Text),
                        may("as", Text),
                    ]
                }
            }
        }
    }
}
