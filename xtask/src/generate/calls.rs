//! The calls: a method of the client for each, and what it returns to set optional parameters on and send.

mod arguments;
mod documentation;
mod sending;

pub(super) use arguments::{by_reference, converted, taken_as};
pub(super) use sending::{field_at, paged};

use syn::{Expr, Ident, ImplItem, ImplItemFn, Item, ItemStruct, Type, parse_quote};

use super::{
    docs,
    failures::Failures,
    finality, names,
    signatures::{Generated, Signature},
    syntax::{self, Takes, word},
    types::{Model, fields},
};
use crate::api::{Api, Operation};
use arguments::{body_taken_as, put, put_body, sent_as};
use documentation::{method_docs, parameter_docs};
use sending::sending;

/// The client.
pub(super) fn client(api: &Api, model: &Model, generated: &Generated) -> Result<Vec<Item>, String> {
    let mut methods: Vec<ImplItem> = Vec::new();
    for operation in &api.operations {
        methods.push(method(
            api,
            model,
            operation,
            signature(generated, operation)?,
        ));
    }
    let segments = fields::Segments::of_methods(&methods);
    let about = docs::attributes([
        format!("A client of {}.", api.title),
        "Cheap to clone: all clones share the session, its connections and its tokens.".to_owned(),
    ]);
    let calls = !methods.is_empty();
    let mut runtime = vec!["Session"];
    runtime.extend(calls.then_some("Call"));
    runtime.extend(
        fields::RUNTIME
            .into_iter()
            .chain(["Style"])
            .filter(|name| segments.has(name)),
    );
    runtime.sort_unstable();
    let runtime: Vec<Ident> = runtime.into_iter().map(names::type_name).collect();
    let mut items: Vec<Item> = vec![parse_quote!(use bindery_runtime::{#(#runtime),*};)];
    if segments.has("Bytes") {
        items.push(parse_quote!(
            use bindery_runtime::generated::Bytes;
        ));
    }
    items.extend(foreign_uses(&segments));
    items.extend(calls.then(|| match segments.has("types") {
        true => parse_quote!(
            use crate::{operations, requests, types};
        ),
        false => parse_quote!(
            use crate::{operations, requests};
        ),
    }));
    items.push(parse_quote! {
        #(#about)*
        #[derive(Clone, Debug)]
        pub struct Client {
            session: Session,
        }
    });
    items.push(parse_quote! {
        impl Client {
            /// A client whose calls go through `session`.
            pub fn new(session: Session) -> Self {
                Self { session }
            }

            /// The session.
            pub fn session(&self) -> &Session {
                &self.session
            }
        }
    });
    items.push(parse_quote! {
        impl From<Session> for Client {
            fn from(session: Session) -> Self {
                Self::new(session)
            }
        }
    });
    if calls {
        items.push(Item::Impl(syntax::block(None, &word("Client"), methods)));
    }
    Ok(items)
}

/// The calls in the making.
pub(super) fn requests(
    api: &Api,
    model: &Model,
    generated: &Generated,
    failures: &Failures,
) -> Result<Vec<Item>, String> {
    let with_options: ImplItem = parse_quote! {
        /// Sets what this call does differently from its session: limits, retries, extra headers and query.
        pub fn with_options(self, options: CallOptions) -> Self {
            Self(self.0.with_options(options))
        }
    };
    let mut requests: Vec<Item> = Vec::new();
    for operation in &api.operations {
        let request = request(api, model, generated, operation, failures, &with_options);
        requests.extend(request?);
    }
    if requests.is_empty() {
        return Ok(requests);
    }
    let mut segments = fields::Segments::default();
    for item in &requests {
        if let Item::Impl(block) = item {
            segments.add_methods(&block.items);
        }
    }
    let candidates = [
        "Error",
        "EventPosition",
        "Events",
        "Items",
        "Outcome",
        "PagePosition",
        "Pages",
        "Records",
        "Response",
        "ServerEvents",
        "Style",
        "Wait",
    ]
    .into_iter();
    let mut runtime = vec!["Call", "CallOptions"];
    runtime.extend(
        candidates
            .chain(fields::RUNTIME)
            .filter(|name| segments.has(name)),
    );
    runtime.sort_unstable();
    let runtime: Vec<Ident> = runtime.into_iter().map(names::type_name).collect();
    let mut items: Vec<Item> = vec![parse_quote!(use bindery_runtime::{#(#runtime),*};)];
    if segments.has("Bytes") {
        items.push(parse_quote!(
            use bindery_runtime::generated::Bytes;
        ));
    }
    items.extend(foreign_uses(&segments));
    let own: Vec<Ident> = ["finality", "operations", "types"]
        .into_iter()
        .filter(|name| segments.has(name))
        .map(names::value_name)
        .collect();
    match own.as_slice() {
        [] => {}
        [one] => items.push(parse_quote!(use crate::#one;)),
        several => items.push(parse_quote!(use crate::{#(#several),*};)),
    }
    items.extend(requests);
    Ok(items)
}

pub(super) fn signature<'a>(
    generated: &'a Generated,
    operation: &Operation,
) -> Result<&'a Signature, String> {
    generated
        .calls
        .get(&operation.id)
        .ok_or_else(|| format!("progenitor made no method for `{}`", operation.id))
}

fn method(api: &Api, model: &Model, operation: &Operation, signature: &Signature) -> ImplItem {
    let name = names::value_name(&operation.id);
    let request = names::type_name(&operation.id);
    let table = names::static_name(&operation.id);
    let mut arguments: Vec<syn::FnArg> = Vec::new();
    let session = syntax::field(syntax::value(word("self")), &word("session"));
    let table = syntax::value(syntax::path([&word("operations"), &table]));
    let mut call = syntax::call(
        syntax::path([&word("Call"), &word("new")]),
        [session, table].map(syntax::reference),
    );
    for (parameter, ty) in operation
        .parameters
        .iter()
        .zip(&signature.parameters)
        .filter(|(parameter, _)| parameter.required)
    {
        let ident = names::value_name(&parameter.argument);
        let (argument, value) = sent_as(model, parameter, ty, &ident);
        arguments.push(syntax::argument(&ident, argument));
        call = put(model, call, parameter, ty, value);
    }
    if let (Some(body), Some(ty)) = (&operation.body, &signature.body)
        && body.required
    {
        let (argument, value) = body_taken_as(ty, model.enums());
        arguments.push(syntax::argument(&word("body"), argument));
        call = put_body(call, body, value);
    }
    let request = syntax::path([&word("requests"), &request]);
    let mut method = syntax::method(
        &name,
        Takes::Reference,
        arguments,
        syntax::ty(request.clone()),
        vec![syntax::at_last(syntax::call(request, [call]))],
    );
    method.attrs = docs::attributes(method_docs(api, model, operation, signature));
    let deprecated = operation
        .deprecated
        .then(|| syntax::attribute("deprecated"));
    method.attrs.extend(deprecated);
    ImplItem::Fn(method)
}

fn request(
    api: &Api,
    model: &Model,
    generated: &Generated,
    operation: &Operation,
    failures: &Failures,
    with_options: &ImplItem,
) -> Result<Vec<Item>, String> {
    let signature = signature(generated, operation)?;
    let name = names::type_name(&operation.id);
    let method = names::value_name(&operation.id);
    let mut methods: Vec<ImplItem> = Vec::new();
    let so_far: Expr = parse_quote!(self.0);
    for (parameter, ty) in operation
        .parameters
        .iter()
        .zip(&signature.parameters)
        .filter(|(parameter, _)| !parameter.required)
    {
        let ident = names::setter_name(&parameter.argument);
        let (argument, value) = sent_as(model, parameter, ty, &ident);
        let call = put(model, so_far.clone(), parameter, ty, value);
        let mut setter = setter(&ident, argument, call);
        setter.attrs = docs::attributes(parameter_docs(parameter));
        methods.push(ImplItem::Fn(setter));
    }
    if let (Some(body), Some(ty)) = (&operation.body, &signature.body)
        && !body.required
    {
        let (argument, value) = body_taken_as(ty, model.enums());
        let mut setter = setter(&word("body"), argument, put_body(so_far, body, value));
        let described = docs::prose(&body.description);
        setter.attrs = docs::attributes([if described.is_empty() {
            "The body.".to_owned()
        } else {
            described
        }]);
        methods.push(ImplItem::Fn(setter));
    }
    methods.push(with_options.clone());
    methods.extend(sending(api, model, operation, signature, failures)?);
    let answer = signature.answer.as_ref().map(shortened);
    methods.extend(finality::methods(
        api,
        model,
        generated,
        operation,
        answer.as_ref(),
    )?);
    let about = docs::attributes([format!(
        "A call of [`Client::{method}`](crate::Client::{method}) in the making."
    )]);
    let mut item: ItemStruct = parse_quote! {
        #[derive(Clone, Debug)]
        #[must_use = "a call does nothing until it is sent"]
        pub struct #name(pub(crate) Call);
    };
    syntax::put_before(&mut item.attrs, about);
    let block = syntax::block(None, &name, methods);
    Ok(vec![Item::Struct(item), Item::Impl(block)])
}

/// `pub fn name(self, name: argument) -> Self { Self(call) }`.
fn setter(name: &Ident, argument: Type, call: Expr) -> ImplItemFn {
    let itself = word("Self");
    syntax::method(
        name,
        Takes::Itself,
        [syntax::argument(name, argument)],
        syntax::ty(itself.clone()),
        vec![syntax::at_last(syntax::call(itself, [call]))],
    )
}

/// A type with the short names that the modules import.
pub(super) fn shortened(ty: &Type) -> Type {
    let mut ty = ty.clone();
    syn::visit_mut::VisitMut::visit_type_mut(&mut fields::Shorten, &mut ty);
    ty
}

/// A type of the types module, as another module names it.
pub(super) fn qualified(ty: &Type, model: &Model) -> Type {
    match ty {
        Type::Path(path)
            if path
                .path
                .get_ident()
                .is_some_and(|ident| model.get(&ident.to_string()).is_some()) =>
        {
            parse_quote!(types::#ty)
        }
        other => other.clone(),
    }
}

/// Imports from other crates than the run time.
pub(super) fn foreign_uses(segments: &fields::Segments) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let chrono: Vec<Ident> = ["DateTime", "NaiveDate", "Utc"]
        .into_iter()
        .filter(|name| segments.has(name))
        .map(names::type_name)
        .collect();
    if !chrono.is_empty() {
        items.push(parse_quote!(use chrono::{#(#chrono),*};));
    }
    if segments.has("Uuid") {
        items.push(parse_quote!(
            use uuid::Uuid;
        ));
    }
    if segments.has("BTreeMap") {
        items.push(parse_quote!(
            use std::collections::BTreeMap;
        ));
    }
    items
}
