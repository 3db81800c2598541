//! The operations table: what the spec says of each call, for the run time to go by.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Item, ItemStatic, parse_quote};

use super::{docs, names, schemes::Schemes, sockets, syntax};
use crate::api::{Api, Encoding, Failure, Operation, Server, items as list_items, schema_name};

/// The table.
pub(super) fn items(api: &Api) -> Vec<Item> {
    // A document may describe webhooks or types alone.
    if api.operations.is_empty() {
        return vec![
            parse_quote!(
                use bindery_runtime::Operation;
            ),
            parse_quote! {
                /// Every call: there is none.
                pub static ALL: &[&Operation] = &[];
            },
        ];
    }
    let schemes = Schemes::of(api);
    let mut table = Table::default();
    let operations: Vec<Item> = api
        .operations
        .iter()
        .map(|operation| table.operation(api, &schemes, operation))
        .collect();
    let statics: Vec<Ident> = api
        .operations
        .iter()
        .map(|operation| names::static_name(&operation.id))
        .collect();
    let sockets = sockets::items(api);
    let used: TokenStream = table.used(&operations, &sockets);
    let mut items: Vec<Item> = vec![parse_quote!(use bindery_runtime::{#used, generated::Method};)];
    if !schemes.is_empty() {
        items.push(parse_quote!(
            use crate::schemes;
        ));
    }
    items.push(parse_quote! {
        /// Every call, in the order of the spec.
        pub static ALL: &[&Operation] = &[#(&#statics),*];
    });
    items.extend(operations);
    items.extend(sockets);
    items.extend(table.servers(api, schemes.use_server()));
    items.extend(table.shared.into_iter().map(|(_, item)| item));
    items
}

/// What several operations share.
#[derive(Default)]
struct Table {
    servers: Vec<(Vec<Server>, Ident)>,
    shared: Vec<(Ident, Item)>,
}

impl Table {
    fn operation(&mut self, api: &Api, schemes: &Schemes<'_>, operation: &Operation) -> Item {
        let name = names::static_name(&operation.id);
        let (id, path, provider) = (&operation.id, &operation.path, &api.name);
        let method = format_ident!("{}", operation.method);
        let server = self.server(&operation.servers);
        let idempotency = idempotency(operation);
        let evidence = match operation
            .evidence
            .as_ref()
            .map(|evidence| evidence.level.as_str())
        {
            Some("documented") => quote!(Documented),
            Some("sample") => quote!(Sample),
            Some("sdk") => quote!(Sdk),
            _ => quote!(Inferred),
        };
        let mut value = quote! {
            Operation::new(
                #provider,
                #id,
                Method::#method,
                #path,
                &#server,
                Idempotency::#idempotency,
                Evidence::#evidence,
            )
        };
        if !operation.security.is_empty() {
            let alternatives = operation.security.iter().map(|alternative| {
                let requirements = alternative.iter().filter_map(|(scheme, scopes)| {
                    let scheme = schemes.name(scheme)?;
                    Some(quote!(Requirement::new(&schemes::#scheme, &[#(#scopes),*])))
                });
                quote!(&[#(#requirements),*])
            });
            value.extend(quote!(.security(&[#(#alternatives),*])));
        }
        if let Some(envelope) = &operation.success.envelope {
            let envelope = self.envelope(operation, envelope);
            value.extend(quote!(.envelope(&#envelope)));
        }
        let success = &operation.success;
        if success.encoding != Encoding::Json
            || !matches!(success.media_type.as_str(), "" | "application/json")
        {
            let media_type = &success.media_type;
            value.extend(quote!(.accept(#media_type)));
        }
        let failures: Vec<TokenStream> = operation
            .failures
            .iter()
            .filter_map(|failure| self.failure(failure))
            .collect();
        if !failures.is_empty() {
            value.extend(quote!(.failures(&[#(#failures),*])));
        }
        if let Some(codes) = self.error_codes(api, operation) {
            value.extend(quote!(.error_codes(#codes)));
        }
        let about = docs::attributes([format!(
            "`{} {}`: {}",
            operation.method,
            operation.path,
            docs::prose(&operation.summary)
        )]);
        let mut item: ItemStatic = parse_quote!(pub static #name: Operation = #value;);
        syntax::put_before(&mut item.attrs, about);
        Item::Static(item)
    }

    fn server(&mut self, servers: &[Server]) -> Ident {
        if servers.is_empty() {
            return format_ident!("SERVER");
        }
        if let Some((_, name)) = self.servers.iter().find(|(known, _)| known == servers) {
            return name.clone();
        }
        let wanted = format!("server {}", host(&servers[0].url));
        let mut name = names::static_name(&wanted);
        let mut number = 2;
        // The same host may serve these calls in one environment, and those in two.
        while self.servers.iter().any(|(_, known)| *known == name) {
            name = names::static_name(&format!("{wanted} {number}"));
            number += 1;
        }
        self.servers.push((servers.to_vec(), name.clone()));
        name
    }

    /// The provider's first host, and the others that operations brought along.
    fn servers(&self, api: &Api, shared: bool) -> Vec<Item> {
        let mut items = Vec::new();
        // Where every call has a host of its own, none may be sent there.
        if shared || (api.operations.iter()).any(|operation| operation.servers.is_empty()) {
            let mut first = server(&format_ident!("SERVER"), &api.servers, false);
            if let Item::Static(item) = &mut first
                && shared
            {
                item.vis = parse_quote!(pub(crate));
            }
            items.push(first);
        }
        items.extend(
            self.servers
                .iter()
                .map(|(servers, name)| server(name, servers, true)),
        );
        items
    }

    fn failure(&mut self, failure: &Failure) -> Option<TokenStream> {
        let places = places(failure.envelope.as_ref()?);
        let schema = failure
            .schema
            .as_ref()
            .and_then(schema_name)
            .unwrap_or("failure");
        let name = self.share(schema, |name| parse_quote!(static #name: Places = #places;));
        let (from, to) = (
            Literal::u16_unsuffixed(failure.status.0),
            Literal::u16_unsuffixed(failure.status.1),
        );
        Some(quote!(Failure::new(#from, #to, &#name)))
    }

    fn error_codes(&mut self, api: &Api, operation: &Operation) -> Option<Ident> {
        let codes = api.codes_of(operation);
        if codes.is_empty() {
            return None;
        }
        let codes = codes.iter().map(|(class, codes)| {
            let class = names::type_name(class);
            quote!(ErrorCodes { class: Class::#class, codes: &[#(#codes),*] })
        });
        let codes: Vec<TokenStream> = codes.collect();
        let about = if operation.error_codes.is_empty() {
            "error codes".to_owned()
        } else {
            format!("error codes of {}", operation.id)
        };
        Some(self.share(
            &about,
            |name| parse_quote!(static #name: &[ErrorCodes] = &[#(#codes),*];),
        ))
    }

    fn envelope(&mut self, operation: &Operation, envelope: &Value) -> Ident {
        let value = envelope["value"].as_str().unwrap_or_default();
        let checks = list_items(&envelope["success"]).map(|check| {
            let at = check["at"].as_str().unwrap_or_default();
            let is = list_items(&check["is"]).filter_map(expected);
            let optional = check["optional"] == true;
            let own = ["code", "message"]
                .iter()
                .any(|key| check.get(key).is_some());
            let places = if own {
                let places = places(check);
                quote!(Some(&#places))
            } else {
                quote!(None)
            };
            quote!(Check { at: #at, is: &[#(#is),*], optional: #optional, places: #places })
        });
        let checks: Vec<TokenStream> = checks.collect();
        let places = places(envelope);
        let schema = operation
            .success
            .schema
            .as_ref()
            .and_then(schema_name)
            .unwrap_or("answer");
        self.share(schema, |name| {
            parse_quote! {
                static #name: Envelope = Envelope { value: #value, success: &[#(#checks),*], places: &#places };
            }
        })
    }

    /// The static that is called after `schema`, made at its first use. Two that differ get two names.
    fn share(&mut self, schema: &str, make: impl Fn(&Ident) -> Item) -> Ident {
        for number in 1_u32.. {
            let name = if number == 1 {
                schema.to_owned()
            } else {
                format!("{schema} {number}")
            };
            let name = names::static_name(&name);
            let item = make(&name);
            match self.shared.iter().find(|(known, _)| *known == name) {
                Some((_, known)) if *known != item => {}
                Some(_) => return name,
                None => {
                    self.shared.push((name.clone(), item));
                    return name;
                }
            }
        }
        names::static_name(schema)
    }

    /// The names that the table imports from the run time.
    fn used(&self, operations: &[Item], sockets: &[Item]) -> TokenStream {
        let shared = self.shared.iter().map(|(_, item)| item);
        let mut words = BTreeSet::new();
        let all = operations.iter().chain(sockets);
        for item in all.chain(shared) {
            add_words(quote!(#item), &mut words);
        }
        let names = [
            "BlockCall",
            "Check",
            "Class",
            "Envelope",
            "ErrorCodes",
            "Evidence",
            "Expected",
            "Failure",
            "Idempotency",
            "Operation",
            "Places",
            "Replay",
            "Requirement",
            "Server",
            "Socket",
            "Step",
        ];
        let used = names
            .into_iter()
            .filter(|name| *name == "Server" || words.contains(*name));
        let used = used.map(|name| format_ident!("{name}"));
        quote!(#(#used),*)
    }
}

/// Adds the identifiers of a text of Rust: what stands in quotes is prose.
fn add_words(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(words.insert(ident.to_string())),
            TokenTree::Group(group) => add_words(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn places(envelope: &Value) -> TokenStream {
    let pointers = |key: &str| -> Vec<String> {
        list_items(&envelope[key])
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let (code, message, details, request_id) = (
        pointers("code"),
        pointers("message"),
        pointers("details"),
        pointers("request_id"),
    );
    quote! {
        Places {
            code: &[#(#code),*],
            message: &[#(#message),*],
            details: &[#(#details),*],
            request_id: &[#(#request_id),*],
        }
    }
}

/// Whether the call changes nothing, so that it may be made again and again.
pub(super) fn is_safe(operation: &Operation) -> bool {
    idempotency(operation) == "Safe"
}

fn idempotency(operation: &Operation) -> Ident {
    match (operation.idempotency.as_deref(), operation.method.as_str()) {
        (Some("safe"), _) | (None, "GET" | "HEAD" | "OPTIONS" | "TRACE") => format_ident!("Safe"),
        (Some("idempotent"), _) | (None, "PUT" | "DELETE") => format_ident!("Idempotent"),
        (Some(_), _) => format_ident!("Never"),
        (None, _) => format_ident!("Unknown"),
    }
}

fn expected(value: &Value) -> Option<TokenStream> {
    match value {
        Value::Bool(value) => Some(quote!(Expected::Bool(#value))),
        Value::Number(value) => {
            let value: TokenStream = value.as_i64()?.to_string().parse().ok()?;
            Some(quote!(Expected::Integer(#value)))
        }
        Value::String(value) => Some(quote!(Expected::String(#value))),
        _ => None,
    }
}

/// Only servers of named environments: one with variables has no URL to send anything to.
fn server(name: &Ident, servers: &[Server], other_host: bool) -> Item {
    let urls = servers
        .iter()
        .filter(|server| !server.url.contains('{'))
        .map(|server| {
            let (environment, url) = (
                server.environment.as_deref().unwrap_or_default(),
                &server.url,
            );
            quote!((#environment, #url))
        });
    let path = match servers.first().filter(|_| other_host) {
        Some(server) => {
            let path = path(&server.url);
            quote!(Some(#path))
        }
        None => quote!(None),
    };
    parse_quote! {
        static #name: Server = Server::new(&[#(#urls),*], #path);
    }
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |slash| &rest[slash..])
}
