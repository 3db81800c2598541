//! What OpenAPI 3.0.3 and this project's extensions allow where: the table behind every rule that
//! asks "what is this, and may it stand here?".

mod fields;

use Kind::*;
use Shape::*;

/// What an object of a document is, by the place where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
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
    ErrorCodes,
    Pagination,
    WebSocket,
    Webhooks,
    WebhookSignature,
    WebhookEvent,
    WebhookChallenge,
    Finality,
    Lookup,
    LookupList,
    LookupWalk,
    LookupRead,
    LookupMatch,
    Select,
    Replay,
    ReplayBlock,
    ReplayEvent,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
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
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

/// An extension of this project.
#[derive(Debug)]
pub(crate) struct Extension {
    pub(crate) name: &'static str,
    pub(crate) on: &'static [Kind],
    pub(crate) shape: Shape,
}

/// The keywords of a schema that hold what must not be negative. They mean the same in every dialect.
pub(crate) const COUNTS: [&str; 6] = [
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

/// The extensions of `specs/README.md`; any other is refused.
pub(crate) const EXTENSIONS: &[Extension] = &[
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
        name: "x-error-codes",
        on: &[Document, Operation],
        shape: One(ErrorCodes),
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
    Extension {
        name: "x-own-sign-in",
        on: &[SecurityScheme],
        shape: Flag,
    },
    Extension {
        name: "x-webhooks",
        on: &[Components],
        shape: One(Webhooks),
    },
    Extension {
        name: "x-finality",
        on: &[Operation],
        shape: One(Finality),
    },
    Extension {
        name: "x-lookup",
        on: &[Operation],
        shape: One(Lookup),
    },
];

impl Kind {
    /// What to call it in a message.
    pub(crate) fn name(self) -> &'static str {
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
            ErrorCodes => "`x-error-codes`",
            Pagination => "`x-pagination`",
            WebSocket => "`x-websocket`",
            Webhooks => "`x-webhooks`",
            WebhookSignature => "`signature` of `x-webhooks`",
            WebhookEvent => "an event of `x-webhooks`",
            WebhookChallenge => "`challenge` of `x-webhooks`",
            Finality => "`x-finality`",
            Lookup => "`x-lookup`",
            LookupList => "`list` of `x-lookup`",
            LookupWalk => "`walk` of `x-lookup`",
            LookupRead => "`read` of `x-lookup`",
            LookupMatch => "`match` of `x-lookup`",
            Select => "`select` of `x-websocket`",
            Replay => "`replay` of `x-websocket`",
            ReplayBlock => "`block` of `replay`",
            ReplayEvent => "an event of `replay`",
        }
    }

    /// Whether it is part of an extension.
    pub(crate) fn is_extension(self) -> bool {
        matches!(
            self,
            Evidence
                | Envelope
                | EnvelopeTest
                | ErrorCodes
                | Pagination
                | WebSocket
                | Webhooks
                | WebhookSignature
                | WebhookEvent
                | WebhookChallenge
                | Finality
                | Lookup
                | LookupList
                | LookupWalk
                | LookupRead
                | LookupMatch
                | Select
                | Replay
                | ReplayBlock
                | ReplayEvent
        )
    }

    /// The section of `components` that holds such objects, for those that `$ref` may stand for.
    pub(crate) fn section(self) -> Option<&'static str> {
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
    pub(crate) fn names(self) -> Option<Shape> {
        match self {
            Callback => Some(One(PathItem)),
            SecurityRequirement => Some(Texts),
            _ => None,
        }
    }
}

impl Shape {
    /// What to call it in a message.
    pub(crate) fn name(self) -> &'static str {
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
