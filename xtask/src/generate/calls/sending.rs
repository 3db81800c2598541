//! What sends a call: once, page by page, bit by bit, or as a web socket.

use syn::{Expr, Ident, ImplItem, Item, Type, parse_quote};

use super::{documentation::failure_docs, qualified, shortened};
use crate::{
    api::{Api, Encoding, Framing, Operation, Pagination, text},
    generate::{
        docs,
        failures::{self, Failures},
        names,
        operations::is_safe,
        signatures::Signature,
        sockets,
        syntax::documented,
        types::{FieldShape, Model, fields, id_of, named},
    },
};

/// What sends the call: once, page by page, bit by bit, or as a web socket.
pub(super) fn sending(
    api: &Api,
    model: &Model,
    operation: &Operation,
    signature: &Signature,
    failures: &Failures,
) -> Result<Vec<ImplItem>, String> {
    let refusals = failure_docs(operation);
    let bodies = failures::documentation(api, failures, operation);
    let Some(answer) = &signature.answer else {
        let documentation = docs::attributes(["Sends the call.", "# Errors", &refusals, &bodies]);
        let send = parse_quote! {
            pub async fn send(self) -> Result<Response<()>, Error> {
                self.0.send_for_nothing().await
            }
        };
        return Ok(vec![documented(documentation, send)]);
    };
    let answer = shortened(answer);
    if let Some(framing) = operation.success.stream {
        return Ok(streaming(operation, framing, &answer, &refusals, &bodies));
    }
    if operation.websocket {
        return subscribing(api, model, operation, &answer, &refusals, &bodies);
    }
    let documentation = docs::attributes(["Sends the call.", "# Errors", &refusals, &bodies]);
    let sends: Ident = names::value_name(match operation.success.encoding {
        Encoding::Text => "send_for_text",
        Encoding::Bytes => "send_for_bytes",
        Encoding::Json | Encoding::Form => "send",
    });
    let send = parse_quote! {
        pub async fn send(self) -> Result<Response<#answer>, Error> {
            self.0.#sends().await
        }
    };
    let mut methods = vec![documented(documentation, send)];
    if let Some(pagination) = &operation.pagination {
        let cursor = &pagination.cursor;
        let Paged { reads, takes, item } = paged(api, model, operation, pagination, &answer)?;
        let size = pagination.size.as_ref().map(|size| {
            let setter = names::setter_name(size);
            format!("[`{setter}`](Self::{setter}) sets how many items a page has.")
        });
        let pages = docs::attributes(
            [
                Some("The pages, each got when it is asked for.".to_owned()),
                size,
            ]
            .into_iter()
            .flatten(),
        );
        let refused = docs::attributes(["# Errors", "When the position is one of another list."]);
        methods.push(parse_quote! {
            #(#pages)*
            pub fn pages(self) -> Pages<#answer> {
                Pages::new(self.0, #cursor, #reads)
            }
        });
        methods.push(parse_quote! {
            /// The pages from a position on that was saved ([`Pages::position`]).
            ///
            #(#refused)*
            pub fn pages_from(self, position: PagePosition) -> Result<Pages<#answer>, Error> {
                self.pages().at(position)
            }
        });
        methods.push(parse_quote! {
            /// The items of all pages.
            pub fn items(self) -> Items<#answer, #item> {
                self.pages().items(#takes)
            }
        });
        methods.push(parse_quote! {
            /// The items from a position on that was saved ([`Items::position`]).
            ///
            #(#refused)*
            pub fn items_from(self, position: PagePosition) -> Result<Items<#answer, #item>, Error> {
                self.items().at(position)
            }
        });
    }
    Ok(methods)
}

/// How a page is taken apart.
pub(in crate::generate) struct Paged {
    /// What reads from a page what leads to the next one.
    reads: Expr,
    /// What takes the items out of a page.
    takes: Expr,
    /// The type of an item.
    pub(in crate::generate) item: Type,
}

/// How the pages of `operation`, which are `answer`, are taken apart.
pub(in crate::generate) fn paged(
    api: &Api,
    model: &Model,
    operation: &Operation,
    pagination: &Pagination,
    answer: &Type,
) -> Result<Paged, String> {
    let wrong = |what: &str| {
        format!(
            "{}: `{}` has x-pagination, but {what}",
            api.name, operation.id
        )
    };
    let page = model
        .of(answer)
        .ok_or_else(|| wrong("its answer is no object"))?;
    let next = field_at(page, &pagination.next)
        .ok_or_else(|| wrong("`next` is no field of its answer"))?;
    let items = field_at(page, &pagination.items)
        .ok_or_else(|| wrong("`items` is no field of its answer"))?;
    let (Some(next_name), Some(items_name)) = (&next.ident, &items.ident) else {
        return Err(wrong("its answer has no fields"));
    };
    let reads: Expr = match fields::inner(&next.ty, "Option") {
        Some(_) => parse_quote!(|page| page.#next_name.as_deref()),
        None => parse_quote!(|page| Some(page.#next_name.as_str())),
    };
    let (list, takes): (&Type, Expr) = match fields::inner(&items.ty, "Option") {
        Some(list) => (
            list,
            parse_quote!(|page| page.#items_name.unwrap_or_default()),
        ),
        None => (&items.ty, parse_quote!(|page| page.#items_name)),
    };
    let item = fields::inner(list, "Vec").ok_or_else(|| wrong("`items` is no list"))?;
    let item = qualified(item, model);
    Ok(Paged { reads, takes, item })
}

/// What opens an answer that comes bit by bit.
fn streaming(
    operation: &Operation,
    framing: Framing,
    part: &Type,
    refusals: &str,
    bodies: &str,
) -> Vec<ImplItem> {
    let is_text = operation.success.encoding == Encoding::Text;
    let (ty, streams): (Type, &str) = match framing {
        Framing::Events if is_text => (parse_quote!(ServerEvents<#part>), "stream_text_events"),
        Framing::Events => (parse_quote!(ServerEvents<#part>), "stream_events"),
        Framing::Lines => (parse_quote!(Records<#part>), "stream_lines"),
        Framing::Sequence => (parse_quote!(Records<#part>), "stream_sequence"),
    };
    let what = match framing {
        Framing::Events => "Sends the call, and gives the events while they come.",
        Framing::Lines | Framing::Sequence => {
            "Sends the call, and gives the values while they come."
        }
    };
    let documentation = docs::attributes([what, "# Errors", refusals, bodies]);
    let streams = names::value_name(streams);
    let stream = parse_quote! {
        pub async fn stream(self) -> Result<#ty, Error> {
            self.0.#streams().await
        }
    };
    let mut methods = vec![documented(documentation, stream)];
    if framing != Framing::Events || !is_safe(operation) {
        return methods;
    }
    let follows = names::value_name(match is_text {
        true => "follow_text_events",
        false => "follow_events",
    });
    let going_on = docs::wrap(
        "Each loss is an error among the events, behind which they go on: after the last one that came, where the service \
         gives them ids and can, and else with what happens from then on.",
    );
    let documentation = docs::attributes([
        "As [`stream`](Self::stream), and connects anew when the connection is lost.",
        &going_on,
        "# Errors",
        "As [`stream`](Self::stream), where the first connection does not come about.",
    ]);
    let follow = parse_quote! {
        pub async fn follow(self) -> Result<#ty, Error> {
            self.0.#follows().await
        }
    };
    methods.push(documented(documentation, follow));
    if !says_last_event(operation) {
        methods.push(parse_quote! {
            /// Goes on behind the event with this id, where the service can ([`ServerEvents::last_event_id`]).
            pub fn last_event_id(self, id: impl AsRef<str>) -> Self {
                Self(self.0.last_event_id(id))
            }
        });
    }
    methods
}

/// Whether a parameter of the call's own says which event the caller had last.
fn says_last_event(operation: &Operation) -> bool {
    let mut parameters = operation.parameters.iter();
    parameters.any(|parameter| names::setter_name(&parameter.argument) == "last_event_id")
}

/// What opens a web socket.
fn subscribing(
    api: &Api,
    model: &Model,
    operation: &Operation,
    message: &Type,
    refusals: &str,
    bodies: &str,
) -> Result<Vec<ImplItem>, String> {
    let socket = sockets::socket_name(operation);
    let replay = operation
        .socket
        .as_ref()
        .and_then(|socket| socket.get("replay"));
    let id: Expr = match replay {
        None => parse_quote!(|_| None),
        Some(replay) => {
            let pointer = text(replay, "id");
            let id = model.of(message).and_then(|item| id_of(item, &pointer));
            id.ok_or_else(|| {
                format!(
                    "{}: `{}` has x-websocket, but `{pointer}` is no text of its message",
                    api.name, operation.id
                )
            })?
        }
    };
    let opens = docs::attributes([
        "Opens the web socket. The events are those from now on.",
        "# Errors",
        refusals,
        bodies,
    ]);
    let subscribe = parse_quote! {
        pub async fn subscribe(self) -> Result<Events<#message>, Error> {
            self.0.subscribe(&operations::#socket, #id).await
        }
    };
    let mut methods = vec![documented(opens, subscribe)];
    if replay.is_some() {
        let resumes = docs::attributes([
            "Opens the web socket, and goes on behind a position that was saved ([`Events::position`]).",
            "What happened since comes first.",
            "# Errors",
            "As [`subscribe`](Self::subscribe), and where the position is one of another subscription.",
        ]);
        methods.push(parse_quote! {
            #(#resumes)*
            pub async fn subscribe_from(self, position: EventPosition) -> Result<Events<#message>, Error> {
                self.0.subscribe_from(&operations::#socket, #id, position).await
            }
        });
    }
    Ok(methods)
}

pub(in crate::generate) fn field_at<'a>(page: &'a Item, pointer: &str) -> Option<&'a syn::Field> {
    let name = pointer.strip_prefix('/')?;
    let mut fields = named(page)?.named.iter();
    fields.find(|field| FieldShape::of(field).wire() == name)
}
