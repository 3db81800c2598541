//! What a caller of the generated crate would suffer, rule by rule.

/// What callers get from a document with a fault that this rule finds, to be read after “callers get”. Empty where
/// there is no such rule.
pub fn suffers(rule: &str) -> &'static str {
    match rule {
        "unreadable-file" | "not-utf-8" | "syntax-error" | "not-openapi-3-0" => "no client at all",
        "duplicate-key" | "merge-key" | "unknown-tag" | "no-json-number" => {
            "a client that follows one of two readings of the document"
        }
        "outdented-text" => "the same client, but other tools refuse the document",
        "wrong-type"
        | "unknown-key"
        | "unknown-extension"
        | "unknown-extension-key"
        | "misplaced-extension"
        | "bad-extension"
        | "beside-reference" => "a client without what the line means to say",
        "missing-key" | "missing-items" | "unknown-type" | "empty-enum" => {
            "a value of which nothing is known, or no client"
        }
        "unknown-reference" | "misplaced-reference" => "a type that does not exist",
        "reference-cycle" => "a type of endless size",
        "missing-operation-id" => "a call without a name",
        "colliding-operation-id" => "only one of two calls",
        "operation-id-not-snake-case" => "a method with another name than in the documentation",
        "missing-summary" | "missing-tags" => {
            "a method whose documentation does not say what it does"
        }
        "missing-evidence" | "bad-evidence" => "no way to tell a documented fact from a guess",
        "bad-idempotency" => "a write that is sent twice, or a read that is not tried again",
        "bad-open-enum" => "an answer that fails to decode on the day a value is added",
        "bad-websocket" | "missing-websocket" => "a subscription without typed messages",
        "bad-stream" => "a stream that nothing comes of, or a word that says nothing",
        "bad-select" => "a subscription that gets other events than it asked for",
        "bad-replay" => "events that are lost with a connection, without a word",
        "bad-discriminator" => "messages of which one kind cannot be told from another",
        "misplaced-envelope" | "bad-envelope" => {
            "failures that look like successes, or values wrapped in something"
        }
        "bad-finality" => "waits that end too early, or never",
        "bad-lookup" => "no way to find out what became of a write whose answer was lost",
        "bad-error-codes" => "errors of the wrong class",
        "bad-webhooks" => "webhooks that cannot be verified, or events without types",
        "bad-pagination" => "lists that end after their first page",
        "missing-environment"
        | "bad-environment"
        | "duplicate-environment"
        | "unknown-environment"
        | "bad-server-url" => "requests that go to the wrong host, or nowhere",
        "missing-security"
        | "unknown-security-scheme"
        | "incomplete-security-scheme"
        | "unknown-credential-place" => "requests without the credential they need",
        "missing-token-url" => "a sign-in that does not know where to ask",
        "unknown-scope" | "scopes-without-oauth2" => {
            "tokens that do not allow what they were asked for"
        }
        "bad-path"
        | "colliding-paths"
        | "undeclared-path-parameter"
        | "unused-path-parameter"
        | "optional-path-parameter" => "requests to a path that the service does not have",
        "duplicate-parameter" | "colliding-parameters" | "unusable-parameter-name" => {
            "a parameter that cannot be given"
        }
        "unsupported-parameter-place"
        | "unsupported-style"
        | "parameter-without-schema"
        | "ignored-header" => "a parameter that is sent in a way the service does not read",
        "several-media-types"
        | "unsupported-media-type"
        | "media-type-without-schema"
        | "body-without-media-type"
        | "form-not-object"
        | "misplaced-binary" => "a body that cannot be sent or read",
        "default-response"
        | "unknown-status"
        | "missing-success-response"
        | "several-success-types" => "no telling success from failure",
        "missing-error-response" => "failures of which neither code nor message is known",
        "unnamed-schema" | "missing-title" => "types with names that nobody chose",
        "closed-answer" => "an answer that fails to decode on the day a field is added",
        "number-without-format" | "unknown-format" | "number-too-large" => {
            "numbers that overflow, or that are rounded"
        }
        "unknown-required-property" => "a type that demands what it does not have",
        "colliding-schemas"
        | "reserved-schema-name"
        | "colliding-properties"
        | "colliding-enum-values" => "only one of two things, or a name that nobody chose",
        "missing-example" => "a method without an example, and no test that its types fit",
        "invalid-example" | "undeclared-example-field" => {
            "an example that misleads, or a type that does not fit what is sent"
        }
        "default-breaks-schema" | "enum-breaks-type" | "bad-pattern" => {
            "a value that the service itself would refuse"
        }
        _ => "",
    }
}
