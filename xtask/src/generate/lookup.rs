//! Finding out what became of a write whose answer got lost (`x-lookup`).

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{ImplItem, Item, Type, parse_quote};

use super::{
    calls::{field_at, qualified, shortened},
    docs,
    finality::refusals,
    names,
    signatures::Generated,
    syntax,
    types::{Model, fields},
};
use crate::{
    api::{Api, Encoding, Operation, Place, entries, items as list_items},
    spec::Expression,
};

/// What the spec says of looking up what became of `operation`.
pub(super) fn table(api: &Api, operation: &Operation, lookup: &Value) -> Result<Item, String> {
    let table = Table { api, operation };
    let source = if let Some(list) = lookup.get("list") {
        table.list(list)?
    } else if let Some(walk) = lookup.get("walk") {
        table.walk(walk)?
    } else {
        quote!(Source::Named)
    };
    let read = match lookup.get("read") {
        Some(read) => {
            let absent = match read.get("absent") {
                Some(absent) => refusals(absent),
                None => quote!(Refusal::Status(404)),
            };
            let ask = table.ask(read, &absent)?;
            quote!(Some(#ask))
        }
        None => quote!(None),
    };
    let matches = list_items(&lookup["match"]).map(|rule| {
        let candidate = text(rule, "candidate");
        let request = told(text(rule, "request"));
        let by = match text(rule, "as") {
            "json" => quote!(Json),
            "caseless" => quote!(Caseless),
            _ => quote!(Exact),
        };
        quote!(Match { candidate: #candidate, request: #request, by: Comparison::#by })
    });
    let unsure = refusals(&lookup["unsure"]);
    let name = lookup_name(operation);
    let about = docs::attributes([format!("What became of `{}`.", operation.id)]);
    Ok(parse_quote! {
        #(#about)*
        pub(crate) static #name: Lookup = Lookup {
            source: #source,
            read: #read,
            matches: &[#(#matches),*],
            unsure: &[#unsure],
        };
    })
}

/// What the tables name.
pub(super) const NAMES: &[&str] = &[
    "Ask",
    "Comparison",
    "Given",
    "List",
    "Lookup",
    "Match",
    "Place",
    "Source",
    "Told",
    "Walk",
];

/// The method that tells an outcome that nobody knows from a failure.
pub(super) fn submit(
    api: &Api,
    model: &Model,
    generated: &Generated,
    operation: &Operation,
    answer: Option<&Type>,
) -> Result<ImplItem, String> {
    let answer_type: Type = match answer {
        Some(answer) => answer.clone(),
        None => parse_quote!(()),
    };
    let sends: Ident = match (answer, operation.success.encoding) {
        (None, _) => parse_quote!(submit_for_nothing),
        (_, Encoding::Text) => parse_quote!(submit_for_text),
        (_, Encoding::Bytes) => parse_quote!(submit_for_bytes),
        _ => parse_quote!(submit),
    };
    let (outcome, looked_up): (Type, TokenStream) = match &operation.lookup {
        Some(lookup) => {
            let candidate = candidate(api, model, generated, operation, lookup)?;
            let name = lookup_name(operation);
            (
                parse_quote!(Outcome<#answer_type, #candidate>),
                quote!(Some(&finality::#name)),
            )
        }
        None => (parse_quote!(Outcome<#answer_type>), quote!(None)),
    };
    let about = match &operation.lookup {
        Some(lookup) => format!(
            "Where the answer gets lost, the outcome is [`Outcome::Unknown`], and `look_up` of that finds out: {}.",
            how(lookup)
        ),
        None => "Where the answer gets lost, the outcome is [`Outcome::Unknown`]. The spec knows no way to look it up."
            .to_owned(),
    };
    let documentation = docs::attributes([
        "Sends the call, and tells a failure from an outcome that nobody knows.".to_owned(),
        docs::wrap(&about),
        "# Errors".to_owned(),
        "As [`send`](Self::send), where it is sure that the call was not carried out.".to_owned(),
        "# Examples".to_owned(),
        example(api, operation),
    ]);
    let submit = parse_quote! {
        pub async fn submit(self) -> Result<#outcome, Error> {
            self.0.#sends(#looked_up).await
        }
    };
    Ok(syntax::documented(documentation, submit))
}

/// The type of what a look-up finds.
fn candidate(
    api: &Api,
    model: &Model,
    generated: &Generated,
    operation: &Operation,
    lookup: &Value,
) -> Result<Type, String> {
    let wrong = |what: &str| format!("{}: `{}` has x-lookup, but {what}", api.name, operation.id);
    let answer_of = |ask: &Value| {
        let signature = generated.calls.get(text(ask, "operation"));
        let answer = signature.and_then(|signature| signature.answer.as_ref());
        answer
            .map(shortened)
            .ok_or_else(|| wrong("what reads a candidate answers nothing"))
    };
    if let Some(read) = lookup.get("read") {
        return answer_of(read);
    }
    let list = &lookup["list"];
    let page = answer_of(list)?;
    let items = Table { api, operation }
        .target(list)?
        .pagination
        .as_ref()
        .map(|pagination| pagination.items.as_str())
        .unwrap_or_default();
    let page = model
        .of(&page)
        .ok_or_else(|| wrong("a page is no object"))?;
    let items = field_at(page, items).ok_or_else(|| wrong("a page has no items"))?;
    let list = fields::inner(&items.ty, "Option").unwrap_or(&items.ty);
    let item = fields::inner(list, "Vec").ok_or_else(|| wrong("the items are no list"))?;
    Ok(qualified(item, model))
}

/// How it is looked up, for the documentation.
fn how(lookup: &Value) -> String {
    let called = |ask: &Value| {
        let id = text(ask, "operation");
        format!("[`{id}`](crate::Client::{})", names::value_name(id))
    };
    let compared: Vec<String> = list_items(&lookup["match"])
        .map(|rule| format!("`{}`", text(rule, "candidate")))
        .collect();
    let compared = match compared.as_slice() {
        [] => String::new(),
        compared => format!(", compared by {}", compared.join(" and ")),
    };
    let read = lookup.get("read");
    if let Some(list) = lookup.get("list") {
        let read = read.map(|read| format!(", each read by {}", called(read)));
        let read = read.unwrap_or_default();
        format!("in the list of {}{read}{compared}", called(list))
    } else if let Some(walk) = lookup.get("walk") {
        let read = read.map(|read| format!(", which {} reads", called(read)));
        let read = read.unwrap_or_default();
        format!(
            "among what {} has since the time of sending{read}{compared}",
            called(walk)
        )
    } else {
        let read = read.map(called).unwrap_or_default();
        format!("by {read}{compared}")
    }
}

fn example(api: &Api, operation: &Operation) -> String {
    let krate = format!("bindery_{}", names::module(&api.name));
    let request = names::type_name(&operation.id);
    let (imports, unknown) = if operation.lookup.is_some() {
        (
            "LookedUp, Outcome",
            "Outcome::Unknown(mut unknown) => match unknown.look_up().await? {\n        \
             LookedUp::Nothing(_) => println!(\"not yet, ask again\"),\n        \
             found => println!(\"{found:?}\"),\n    },",
        )
    } else {
        (
            "Outcome",
            "Outcome::Unknown(unknown) => println!(\"{}\", unknown.error()),",
        )
    };
    let imports = if imports.contains(',') {
        format!("{{{imports}}}")
    } else {
        imports.to_owned()
    };
    format!(
        "```no_run\n# async fn example(call: {krate}::requests::{request}) -> Result<(), {krate}::Error> {{\nuse \
         {krate}::{imports};\n\nmatch call.submit().await? {{\n    Outcome::Done(answer) => \
         println!(\"{{answer:?}}\"),\n    {unknown}\n}}\n# Ok(())\n# }}\n```"
    )
}

struct Table<'a> {
    api: &'a Api,
    operation: &'a Operation,
}

impl<'a> Table<'a> {
    fn list(&self, list: &Value) -> Result<TokenStream, String> {
        let ask = self.ask(list, &TokenStream::new())?;
        let pagination = self.target(list)?.pagination.as_ref().ok_or_else(|| {
            format!(
                "{}: `{}` has x-lookup with a list that has no x-pagination",
                self.api.name, self.operation.id
            )
        })?;
        let (items, next, cursor) = (&pagination.items, &pagination.next, &pagination.cursor);
        Ok(quote! {
            Source::List(List { ask: #ask, items: #items, next: #next, cursor: #cursor })
        })
    }

    fn walk(&self, walk: &Value) -> Result<TokenStream, String> {
        let ask = self.ask(walk, &TokenStream::new())?;
        let position = text(walk, "position");
        let place = place(self.target(walk)?, position);
        let (newest, number) = (text(walk, "newest"), text(walk, "number"));
        let (time, candidates) = (text(walk, "time"), text(walk, "candidates"));
        Ok(quote! {
            Source::Walk(Walk {
                ask: #ask,
                position: (Place::#place, #position),
                newest: #newest,
                number: #number,
                time: #time,
                candidates: #candidates,
            })
        })
    }

    /// A call that looks; of one that reads a candidate, `absent` means that there is none.
    fn ask(&self, ask: &Value, absent: &TokenStream) -> Result<TokenStream, String> {
        let target = self.target(ask)?;
        let operation = names::static_name(&target.id);
        let given = entries(&ask["parameters"]).map(|(name, value)| {
            let place = place(target, name);
            let value = told(value.as_str().unwrap_or_default());
            quote!(Given { place: Place::#place, name: #name, value: #value })
        });
        Ok(quote! {
            Ask { operation: &operations::#operation, given: &[#(#given),*], absent: &[#absent] }
        })
    }

    fn target(&self, ask: &Value) -> Result<&'a Operation, String> {
        let id = text(ask, "operation");
        let mut operations = self.api.operations.iter();
        operations
            .find(|operation| operation.id == id)
            .ok_or_else(|| {
                format!(
                    "{}: `{}` has x-lookup with `{id}`, which is no operation",
                    self.api.name, self.operation.id
                )
            })
    }
}

fn place(operation: &Operation, parameter: &str) -> Ident {
    let mut parameters = operation.parameters.iter();
    let found = parameters.find(|other| other.name == parameter);
    match found.map(|parameter| parameter.place) {
        Some(Place::Query) => format_ident!("Query"),
        Some(Place::Header) => format_ident!("Header"),
        _ => format_ident!("Path"),
    }
}

fn told(expression: &str) -> TokenStream {
    match Expression::parse(expression) {
        Some(Expression::Path(name)) => quote!(Told::Request(Place::Path, #name)),
        Some(Expression::Query(name)) => quote!(Told::Request(Place::Query, #name)),
        Some(Expression::Header(name)) => quote!(Told::Request(Place::Header, #name)),
        Some(Expression::Body(pointer)) => quote!(Told::Body(#pointer)),
        Some(Expression::Candidate(pointer)) => quote!(Told::Candidate(#pointer)),
        Some(Expression::Text(_)) | None => quote!(Told::Text(#expression)),
    }
}

fn lookup_name(operation: &Operation) -> Ident {
    names::static_name(&format!("{} lookup", operation.id))
}

fn text<'v>(node: &'v Value, key: &str) -> &'v str {
    node.get(key).and_then(Value::as_str).unwrap_or_default()
}
