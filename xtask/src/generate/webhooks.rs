//! The webhooks: an enum of the events that the provider posts, and the functions that verify, read and sign them.

use quote::{format_ident, quote};
use syn::{Attribute, Ident, Item, Type, parse_quote};

use super::{docs, names, types::Model};
use crate::api::{Api, Challenge, Webhooks, schema_name};

/// The documentation of the module and its items; `None` where the provider posts nothing.
pub(super) fn module(api: &Api, model: &Model) -> Option<(String, Vec<Item>)> {
    let webhooks = api.webhooks.as_ref()?;
    let events = events(webhooks, model);
    let mut items = imports(webhooks, &events);
    items.push(table(webhooks));
    items.extend(verifying());
    items.extend(unsigned_challenge(webhooks));
    items.push(signing());
    items.extend(delivery(webhooks, &events));
    items.extend(event(webhooks, &events));
    Some((about(api, webhooks), items))
}

/// A kind of event, as a variant.
struct Variant {
    kind: String,
    name: Ident,
    data: Type,
    docs: Vec<Attribute>,
}

fn events(webhooks: &Webhooks, model: &Model) -> Vec<Variant> {
    let variant = |event: &crate::api::Event| {
        let data = schema_name(&event.schema)
            .map(|name| names::type_name(name).to_string())
            .filter(|name| model.get(name).is_some());
        let data: Type = match data {
            Some(name) => {
                let name = format_ident!("{name}");
                parse_quote!(types::#name)
            }
            None => parse_quote!(serde_json::Value),
        };
        let said = format!("`{}`: {}", event.kind, docs::prose(&event.description));
        let evidence = event.evidence.as_ref().map(docs::evidence);
        Variant {
            kind: event.kind.clone(),
            name: names::type_name(&event.kind),
            data,
            docs: docs::attributes(std::iter::once(said).chain(evidence)),
        }
    };
    webhooks.events.iter().map(variant).collect()
}

fn imports(webhooks: &Webhooks, events: &[Variant]) -> Vec<Item> {
    let challenge = webhooks.challenge.as_ref().map(|_| quote!(Challenge,));
    let scheme = webhooks
        .challenge
        .as_ref()
        .map(|_| quote!(ChallengeScheme,));
    let untyped: Type = parse_quote!(serde_json::Value);
    let typed = webhooks.envelope.is_some() || events.iter().any(|event| event.data != untyped);
    let types: Option<Item> = typed.then(|| {
        parse_quote!(
            use crate::types;
        )
    });
    let mut imports = vec![
        parse_quote! {
            pub use bindery_runtime::{
                #challenge InvalidMessage, InvalidSignature, MalformedSignature, SignatureEncoding, UnknownEvent,
                WebhookError,
            };
        },
        parse_quote! {
            use bindery_runtime::{
                #scheme Secret, SignatureAlgorithm, Signing, Webhooks,
                generated::{HeaderMap, HeaderName, HeaderValue},
            };
        },
        parse_quote!(
            use serde::Serialize;
        ),
    ];
    imports.extend(types);
    imports
}

/// What the run time has to know of the spec.
fn table(webhooks: &Webhooks) -> Item {
    // The only form in which a header's name can be written down.
    let header = webhooks.header.to_ascii_lowercase();
    let (prefix, kind) = (&webhooks.prefix, &webhooks.kind);
    let algorithm = format_ident!(
        "{}",
        match webhooks.algorithm.as_str() {
            "hmac-sha512" => "HmacSha512",
            _ => "HmacSha256",
        }
    );
    let encoding = format_ident!(
        "{}",
        match webhooks.encoding.as_str() {
            "base64" => "Base64",
            _ => "Hex",
        }
    );
    let value = match &webhooks.value {
        Some(name) => quote!(Some(#name)),
        None => quote!(None),
    };
    let challenge = match &webhooks.challenge {
        Some(Challenge { kind, value, .. }) => {
            quote!(Some(ChallengeScheme { kind: #kind, field: #value }))
        }
        None => quote!(None),
    };
    parse_quote! {
        static WEBHOOKS: Webhooks = Webhooks {
            signing: Signing {
                header: HeaderName::from_static(#header),
                prefix: #prefix,
                algorithm: SignatureAlgorithm::#algorithm,
                encoding: SignatureEncoding::#encoding,
            },
            kind: #kind,
            value: #value,
            challenge: #challenge,
        };
    }
}

fn verifying() -> Vec<Item> {
    vec![
        parse_quote! {
            /// Checks the signature of what was posted, and reads it.
            ///
            /// `body` has to be the bytes as they came: JSON that was read and written again has another signature. With
            /// several secrets, the old one goes on working while a new one is introduced; all are tried, in constant
            /// time.
            ///
            /// # Errors
            ///
            /// When the signature is missing, malformed or fits no secret: then nothing of the body was looked at. Or when
            /// the body is not what the spec says.
            pub fn verify<'a>(
                headers: &HeaderMap,
                body: impl AsRef<[u8]>,
                secrets: impl IntoIterator<Item = &'a Secret>,
            ) -> Result<Delivery, WebhookError> {
                verify_signature(headers, body.as_ref(), secrets)?;
                Ok(Delivery::read(body)?)
            }
        },
        parse_quote! {
            /// Checks the signature of what was posted, and does not read it.
            ///
            /// # Errors
            ///
            /// When the signature is missing, malformed or fits no secret.
            pub fn verify_signature<'a>(
                headers: &HeaderMap,
                body: impl AsRef<[u8]>,
                secrets: impl IntoIterator<Item = &'a Secret>,
            ) -> Result<(), InvalidSignature> {
                WEBHOOKS.verify_signature(headers, body.as_ref(), secrets)
            }
        },
    ]
}

/// Only where challenges come without a signature.
fn unsigned_challenge(webhooks: &Webhooks) -> Option<Item> {
    let challenge = webhooks
        .challenge
        .as_ref()
        .filter(|challenge| !challenge.signed)?;
    let about = docs::attributes([
        docs::wrap(&format!(
            "The challenge in what was posted without a signature; `None` where there is a signature, for [`verify`] to \
             check, or where it is no `{}`.",
            challenge.kind
        )),
        docs::wrap(
            "A receiver is challenged before it shares a secret with the provider. Answering repeats what the sender \
             knows, and no more; an event is never read without a signature.",
        ),
    ]);
    Some(parse_quote! {
        #(#about)*
        pub fn unsigned_challenge(headers: &HeaderMap, body: impl AsRef<[u8]>) -> Option<Challenge> {
            WEBHOOKS.unsigned_challenge(headers, body.as_ref())
        }
    })
}

fn signing() -> Item {
    parse_quote! {
        /// The header with which the provider would sign `body`: for tests of a receiver.
        pub fn sign(body: impl AsRef<[u8]>, secret: &Secret) -> (HeaderName, HeaderValue) {
            WEBHOOKS.sign(body.as_ref(), secret)
        }
    }
}

fn delivery(webhooks: &Webhooks, events: &[Variant]) -> Vec<Item> {
    let envelope = webhooks
        .envelope
        .as_ref()
        .and_then(schema_name)
        .map(names::type_name);
    let field = envelope.as_ref().map(|name| {
        quote! {
            /// What came beside it.
            pub envelope: types::#name,
        }
    });
    let read = envelope
        .as_ref()
        .map(|_| quote!(envelope: message.envelope()?,));
    let kinds = events.iter().map(|event| &event.kind);
    let variants = events.iter().map(|event| &event.name);
    let challenge = webhooks.challenge.as_ref().map(|Challenge { kind, value, .. }| {
        quote!(#kind => Event::Challenge(message.challenge(#value)?),)
    });
    vec![
        parse_quote! {
            /// What was posted.
            #[derive(Clone, Debug)]
            #[non_exhaustive]
            pub struct Delivery {
                /// What happened.
                pub event: Event,
                #field
            }
        },
        parse_quote! {
            impl Delivery {
                /// Reads what was verified before: by [`verify_signature`], or by whoever put it into the queue it comes
                /// from.
                ///
                /// # Errors
                ///
                /// When it is not JSON, or not what the spec says of an event of its kind.
                pub fn read(body: impl AsRef<[u8]>) -> Result<Self, InvalidMessage> {
                    let message = WEBHOOKS.open(body.as_ref())?;
                    let event = match message.kind() {
                        #(#kinds => Event::#variants(message.value()?),)*
                        #challenge
                        _ => Event::Unknown(message.unknown()),
                    };
                    Ok(Self { event, #read })
                }
            }
        },
    ]
}

fn event(webhooks: &Webhooks, events: &[Variant]) -> Vec<Item> {
    let (kinds, variants): (Vec<_>, Vec<_>) = events
        .iter()
        .map(|event| (&event.kind, &event.name))
        .unzip();
    let (data, about): (Vec<_>, Vec<_>) = events
        .iter()
        .map(|event| (&event.data, &event.docs))
        .unzip();
    let challenge = webhooks.challenge.as_ref().map(|challenge| {
        let about = docs::attributes([docs::wrap(&format!(
            "`{}`: The provider asks whether this address wants its events. Answer with [`Challenge::answer`].",
            challenge.kind
        ))]);
        quote!(#(#about)* Challenge(Challenge),)
    });
    let challenge_kind = webhooks.challenge.as_ref().map(|challenge| {
        let kind = &challenge.kind;
        quote!(Self::Challenge(_) => #kind,)
    });
    vec![
        parse_quote! {
            /// What happened. It serializes as what came with it, without its kind.
            #[derive(Clone, Debug, Serialize)]
            #[serde(untagged)]
            #[non_exhaustive]
            pub enum Event {
                #(#(#about)* #variants(#data),)*
                #challenge
                /// An event that this version of the crate does not know. Compare by [`kind`](Self::kind): it may get a
                /// variant of its own.
                Unknown(UnknownEvent),
            }
        },
        parse_quote! {
            impl Event {
                /// The kind of the event, as the provider calls it.
                pub fn kind(&self) -> &str {
                    match self {
                        #(Self::#variants(_) => #kinds,)*
                        #challenge_kind
                        Self::Unknown(event) => event.kind(),
                    }
                }
            }
        },
    ]
}

/// What the module is for, with an example.
fn about(api: &Api, webhooks: &Webhooks) -> String {
    let krate = names::module(&api.name);
    let mut paragraphs = vec![format!(
        "What {} posts to its callers, and how to tell that it did.",
        api.title
    )];
    paragraphs.extend(webhooks.evidence.as_ref().map(docs::evidence));
    let shortest = webhooks
        .events
        .iter()
        .filter_map(|event| {
            let (_, example) = event.examples.first()?;
            Some((event, webhooks.message(event, example).to_string()))
        })
        .min_by_key(|(_, text)| text.len());
    if let Some((event, text)) = shortest {
        let variant = names::type_name(&event.kind);
        paragraphs.push(format!(
            "```\nuse bindery_{krate}::{{\n    Secret,\n    webhooks::{{self, Event}},\n}};\n\n\
             # fn main() -> Result<(), webhooks::WebhookError> {{\n\
             let secrets = [Secret::from(\"the new one\"), Secret::from(\"the old one\")];\n\
             // What a web server would get:\n\
             let body = r#\"{text}\"#;\n\
             let headers = [webhooks::sign(body, &secrets[1])].into_iter().collect();\n\n\
             let delivery = webhooks::verify(&headers, body, &secrets)?;\n\
             match delivery.event {{\n    \
                 Event::{variant}(data) => println!(\"{{data:?}}\"),\n    \
                 other => println!(\"something else: {{}}\", other.kind()),\n\
             }}\n# Ok(())\n# }}\n```"
        ));
    }
    let lines = paragraphs.join("\n\n");
    lines
        .lines()
        .map(|line| {
            if line.is_empty() {
                "\n//!".to_owned()
            } else {
                format!("\n//! {line}")
            }
        })
        .collect::<String>()
        .trim_start_matches("\n//! ")
        .to_owned()
}

/// What the README says of the webhooks; nothing where there are none.
pub(super) fn readme(api: &Api) -> String {
    let Some(webhooks) = &api.webhooks else {
        return String::new();
    };
    let mut text = "\n## Webhooks\n\n[`webhooks::verify`] checks the signature of what was posted and reads it as a \
                    [`webhooks::Event`]; [`webhooks::sign`] signs what the tests of a receiver post.\n\n\
                    | event | |\n|---|---|\n"
        .to_owned();
    for event in &webhooks.events {
        let said = docs::prose(&event.description)
            .replace('\n', " ")
            .replace('|', "\\|");
        text.push_str(&format!(
            "| [`{}`](webhooks::Event::{}) | {said} |\n",
            event.kind,
            names::type_name(&event.kind)
        ));
    }
    text
}
