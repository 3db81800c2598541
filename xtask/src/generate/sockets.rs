//! What a web socket delivers and how what was missed is read again (`x-websocket`), for the run time to go by.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;
use syn::{Item, parse_quote};

use super::{docs, names};
use crate::api::{Api, Operation, entries, items as list_items, text};

/// The static that describes the socket of `operation`.
pub(super) fn socket_name(operation: &Operation) -> Ident {
    names::static_name(&format!("{} socket", operation.id))
}

/// The statics of all sockets.
pub(super) fn items(api: &Api) -> Vec<Item> {
    let mut items = Vec::new();
    for operation in &api.operations {
        let Some(socket) = &operation.socket else {
            continue;
        };
        let name = socket_name(operation);
        let select = match socket.get("select") {
            Some(select) => {
                let (parameter, all) = (text(select, "parameter"), text(select, "all"));
                quote!(Some((#parameter, #all)))
            }
            None => quote!(None),
        };
        let replay = match socket.get("replay") {
            Some(replay) => {
                let name = names::static_name(&format!("{} replay", operation.id));
                let value = replay_of(replay);
                items.push(parse_quote!(static #name: Replay = #value;));
                quote!(Some(&#name))
            }
            None => quote!(None),
        };
        let about = docs::attributes([format!(
            "What the web socket of `{}` delivers.",
            operation.id
        )]);
        items.push(parse_quote! {
            #(#about)*
            pub static #name: Socket = Socket { select: #select, replay: #replay };
        });
    }
    items
}

fn replay_of(replay: &Value) -> TokenStream {
    let (kind, id) = (text(replay, "kind"), text(replay, "id"));
    let alike = pairs(&replay["alike"]);
    let block = &replay["block"];
    let operation = names::static_name(&text(block, "operation"));
    let (number, latest, height) = (
        text(block, "number"),
        text(block, "latest"),
        text(block, "height"),
    );
    let steps = steps(&replay["events"]);
    quote! {
        Replay {
            kind: #kind,
            id: #id,
            alike: #alike,
            block: BlockCall {
                operation: &#operation,
                number: #number,
                latest: #latest,
                height: #height,
            },
            steps: #steps,
        }
    }
}

fn steps(events: &Value) -> TokenStream {
    let steps = list_items(events).map(step);
    quote!(&[#(#steps),*])
}

fn step(event: &Value) -> TokenStream {
    let name = text(event, "as");
    if event.get("each").is_some() {
        let (list, steps) = (text(event, "each"), steps(&event["events"]));
        return quote!(Step::Each { list: #list, name: #name, steps: #steps });
    }
    if event.get("read").is_some() {
        let operation = names::static_name(&text(event, "read"));
        let (with, steps) = (pairs(&event["with"]), steps(&event["events"]));
        return quote!(Step::Read { operation: &#operation, with: #with, name: #name, steps: #steps });
    }
    let kind = text(event, "kind");
    let when = match event.get("when").and_then(Value::as_str) {
        Some(when) => quote!(Some(#when)),
        None => quote!(None),
    };
    if event.get("lost").is_some() {
        let id = text(event, "lost");
        return quote!(Step::Lost { kind: #kind, when: #when, id: #id });
    }
    let (texts, values) = (pairs(&event["text"]), pairs(&event["value"]));
    let without = list_items(&event["without"]).filter_map(Value::as_str);
    let repeats = event["repeats"] == true;
    quote! {
        Step::Event {
            kind: #kind,
            when: #when,
            text: #texts,
            value: #values,
            without: &[#(#without),*],
            repeats: #repeats,
        }
    }
}

fn pairs(map: &Value) -> TokenStream {
    let pairs = entries(map).map(|(name, value)| {
        let value = value.as_str().unwrap_or_default();
        quote!((#name, #value))
    });
    quote!(&[#(#pairs),*])
}
