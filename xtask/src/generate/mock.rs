//! The service in process (feature `mock`): a method for each operation, in the types that its call takes and answers.

use serde_json::Value;
use syn::{Expr, Ident, ImplItem, Item, Type, parse_quote};

use super::{
    calls::{foreign_uses, paged, qualified, shortened, signature},
    docs, names,
    signatures::Generated,
    syntax::{self, Takes, word},
    types::{Model, fields},
};
use crate::api::{Api, Encoding, Framing, Operation, Pagination, items as list_items};

/// The module's documentation and its items.
pub(super) fn module(
    api: &Api,
    model: &Model,
    generated: &Generated,
) -> Result<(String, Vec<Item>), String> {
    let mut methods: Vec<ImplItem> = Vec::new();
    for operation in api
        .operations
        .iter()
        .filter(|operation| speaks_json(operation))
    {
        methods.push(method(api, model, generated, operation)?);
    }
    let segments = fields::Segments::of_methods(&methods);
    let mock = [
        "Mocked",
        "MockedEvents",
        "MockedList",
        "MockedRecords",
        "MockedSocket",
        "Paging",
    ];
    let mut mock: Vec<Ident> = mock
        .into_iter()
        .filter(|name| segments.has(name))
        .map(names::type_name)
        .collect();
    mock.push(names::type_name("Service"));
    let mut runtime: Vec<&str> = vec!["SessionBuilder"];
    runtime.extend(
        fields::RUNTIME
            .into_iter()
            .filter(|name| segments.has(name)),
    );
    runtime.sort_unstable();
    let runtime: Vec<Ident> = runtime.into_iter().map(names::type_name).collect();
    let mut items: Vec<Item> =
        vec![parse_quote!(use bindery_runtime::{#(#runtime,)* mock::{#(#mock),*}};)];
    items.extend(foreign_uses(&segments));
    items.push(match segments.has("types") {
        true => parse_quote!(
            use crate::{Client, Environment, operations, types};
        ),
        false => parse_quote!(
            use crate::{Client, Environment, operations};
        ),
    });
    let whole = docs::attributes([
        format!(
            "{} in process. Dropped, it hangs up and is gone.",
            api.title
        ),
        "Its calls are those of [`Client`]; each method gives what one of them is answered."
            .to_owned(),
    ]);
    let feed = segments
        .has("MockedSocket")
        .then(|| names::type_name("Feed"));
    let feed = feed.into_iter();
    items.push(parse_quote! {
        pub use bindery_runtime::mock::{#(#feed,)* Received, Request};
    });
    items.push(parse_quote! {
        #(#whole)*
        #[derive(Debug)]
        pub struct Mock(Service);
    });
    items.push(parse_quote! {
        impl Mock {
            /// Listens on a free port of the loopback interface.
            ///
            /// # Panics
            ///
            /// When there is no free port, or no runtime of tokio.
            pub async fn start() -> Self {
                Self(Service::start(operations::ALL).await)
            }

            /// A client whose calls come here. It has a credential for every call, and waits no time between its attempts.
            pub fn client(&self) -> Client {
                Client::new(self.0.open())
            }

            /// The start of the session of such a client, for other retries and limits.
            pub fn session(&self) -> SessionBuilder {
                self.0.session()
            }

            /// Where it is, for a session that signs in as it would with the service.
            pub fn environment(&self) -> Environment {
                Environment::Custom(self.0.base_url().clone())
            }

            /// Everything that came, in the order in which it came.
            pub fn requests(&self) -> Vec<Request> {
                self.0.requests()
            }

            /// Checks that no answer is left over, and that there was one to every call.
            ///
            /// # Panics
            ///
            /// When that is not so; the message names the operations.
            #[track_caller]
            pub fn assert_all_used(&self) {
                self.0.assert_all_used();
            }
        }
    });
    items.push(Item::Impl(syntax::block(None, &word("Mock"), methods)));
    Ok((about(api), items))
}

fn method(
    api: &Api,
    model: &Model,
    generated: &Generated,
    operation: &Operation,
) -> Result<ImplItem, String> {
    let signature = signature(generated, operation)?;
    let name = names::mocked_name(&operation.id);
    let table = names::static_name(&operation.id);
    let body: Type = match (&operation.body, &signature.body) {
        (Some(body), Some(ty)) if body.required => shortened(ty),
        (Some(_), Some(ty)) => {
            let ty = shortened(ty);
            parse_quote!(Option<#ty>)
        }
        _ => parse_quote!(()),
    };
    let answer: Type = match &signature.answer {
        Some(answer) => shortened(answer),
        None => parse_quote!(()),
    };
    let (ty, value): (Type, Expr) = if operation.websocket {
        (
            parse_quote!(MockedSocket<#answer>),
            parse_quote!(self.0.socket(&operations::#table)),
        )
    } else if let Some(framing) = operation.success.stream {
        match (framing, operation.success.encoding) {
            (Framing::Events, Encoding::Text) => (
                parse_quote!(MockedEvents<#body, #answer>),
                parse_quote!(self.0.text_events(&operations::#table)),
            ),
            (Framing::Events, _) => (
                parse_quote!(MockedEvents<#body, #answer>),
                parse_quote!(self.0.events(&operations::#table)),
            ),
            (Framing::Lines | Framing::Sequence, _) => (
                parse_quote!(MockedRecords<#body, #answer>),
                parse_quote!(self.0.records(&operations::#table)),
            ),
        }
    } else if let Some(pagination) = &operation.pagination {
        let item = paged(api, model, operation, pagination, &answer)?.item;
        let item = qualified(&item, model);
        let paging = paging(api, operation, pagination);
        (
            parse_quote!(MockedList<#body, #answer, #item>),
            parse_quote!(self.0.list(&operations::#table, #paging)),
        )
    } else {
        let table = syntax::value(syntax::path([&word("operations"), &table]));
        let service: Expr = parse_quote!(self.0);
        let once = syntax::method_call(service, &word("once"), [syntax::reference(table)]);
        (parse_quote!(Mocked<#body, #answer>), once)
    };
    let about = docs::attributes([docs::wrap(&format!(
        "`{} {}`: {}",
        operation.method,
        operation.path,
        docs::prose(&operation.summary)
    ))]);
    let mut method = syntax::method(
        &name,
        Takes::Reference,
        [],
        ty,
        vec![syntax::at_last(value)],
    );
    method.attrs = about;
    Ok(ImplItem::Fn(method))
}

fn paging(api: &Api, operation: &Operation, pagination: &Pagination) -> Expr {
    let (cursor, next, items) = (&pagination.cursor, &pagination.next, &pagination.items);
    let schema = operation.success.schema.as_ref();
    let schema = schema.map_or(&Value::Null, |schema| api.resolve(schema));
    let required = list_items(&schema["required"]).filter_map(Value::as_str);
    let rest = required
        .map(|name| format!("/{name}"))
        .filter(|at| at != next && at != items);
    parse_quote!(Paging { cursor: #cursor, next: #next, items: #items, rest: &[#(#rest),*] })
}

/// What the module is for, with an example.
fn about(api: &Api) -> String {
    let krate = names::module(&api.name);
    let mut text = format!(
        "{} in process, for the tests of whoever calls it.",
        api.title
    );
    let mut calls = api.operations.iter();
    let once = |operation: &&Operation| {
        !operation.websocket && operation.success.stream.is_none() && speaks_json(operation)
    };
    if let Some(operation) = calls.find(once) {
        let name = names::mocked_name(&operation.id);
        let lines = format!(
            "What it says is told it call by call, in the types of the client; [`Mocked`] has all there is to say.\n\n\
             ```no_run\n\
             use bindery_{krate}::mock::Mock;\n\n\
             # async fn example() {{\n\
             let mock = Mock::start().await;\n\
             // The first call is refused, and the second gets no answer.\n\
             let calls = mock.{name}().refuses(503).retry_after(1).breaks_off();\n\
             let client = mock.client();\n\
             // What is to be tested goes here, with this client.\n\
             # drop(client);\n\
             assert_eq!(calls.calls(), 2);\n\
             # }}\n\
             ```"
        );
        for line in std::iter::once("").chain(lines.lines()) {
            text.push_str("\n//!");
            if !line.is_empty() {
                text.push(' ');
                text.push_str(line);
            }
        }
    }
    text
}

/// Whether the mock has words for a call: its bodies are told in types, which texts and bytes have none of, unless the
/// texts are those of events.
pub(super) fn speaks_json(operation: &Operation) -> bool {
    let plain = |encoding| matches!(encoding, Encoding::Text | Encoding::Bytes);
    let body = operation.body.as_ref().map(|body| body.encoding);
    let answers = operation.success.stream.is_some() || !plain(operation.success.encoding);
    answers && !body.is_some_and(plain)
}
