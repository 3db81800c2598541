//! The calls: a method of the client for each, and what it returns to set optional parameters on and send.

use std::collections::BTreeSet;

use syn::{Attribute, Expr, Ident, ImplItem, Item, Stmt, Type, parse_quote};

use super::{
    docs, examples,
    failures::{self, Failures},
    finality, names,
    signatures::{Generated, Signature},
    sockets,
    types::{Model, fields, id_of, named},
};
use crate::api::{Api, Body, Encoding, Operation, Pagination, Parameter, Place, Style, text};

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
    let mut runtime = vec!["Call", "Session"];
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
    items.push(if segments.has("types") {
        parse_quote!(
            use crate::{operations, requests, types};
        )
    } else {
        parse_quote!(
            use crate::{operations, requests};
        )
    });
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
        impl Client {
            #(#methods)*
        }
    });
    Ok(items)
}

/// The calls in the making.
pub(super) fn requests(
    api: &Api,
    model: &Model,
    generated: &Generated,
    failures: &Failures,
) -> Result<Vec<Item>, String> {
    let mut requests: Vec<Item> = Vec::new();
    for operation in &api.operations {
        requests.extend(request(api, model, generated, operation, failures)?);
    }
    let mentioned: Vec<ImplItem> = requests
        .iter()
        .filter_map(|item| match item {
            Item::Impl(block) => Some(block.items.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    let segments = fields::Segments::of_methods(&mentioned);
    let candidates = [
        "Error",
        "EventPosition",
        "Events",
        "Items",
        "Outcome",
        "PagePosition",
        "Pages",
        "Response",
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
    let mut call: Expr = parse_quote!(Call::new(&self.session, &operations::#table));
    for (parameter, ty) in operation
        .parameters
        .iter()
        .zip(&signature.parameters)
        .filter(|(parameter, _)| parameter.required)
    {
        let ident = names::value_name(&parameter.argument);
        let (argument, value) = sent_as(model, parameter, ty, &ident);
        arguments.push(parse_quote!(#ident: #argument));
        call = put(model, call, parameter, ty, value);
    }
    if let (Some(body), Some(ty)) = (&operation.body, &signature.body)
        && body.required
    {
        let (argument, value) = body_taken_as(ty, model.enums());
        arguments.push(parse_quote!(body: #argument));
        call = put_body(call, body, value);
    }
    let documentation = docs::attributes(method_docs(api, model, operation, signature));
    let deprecated: Option<Attribute> = operation.deprecated.then(|| parse_quote!(#[deprecated]));
    parse_quote! {
        #(#documentation)*
        #deprecated
        pub fn #name(&self, #(#arguments),*) -> requests::#request {
            requests::#request(#call)
        }
    }
}

fn request(
    api: &Api,
    model: &Model,
    generated: &Generated,
    operation: &Operation,
    failures: &Failures,
) -> Result<Vec<Item>, String> {
    let signature = signature(generated, operation)?;
    let name = names::type_name(&operation.id);
    let method = names::value_name(&operation.id);
    let mut methods: Vec<ImplItem> = Vec::new();
    for (parameter, ty) in operation
        .parameters
        .iter()
        .zip(&signature.parameters)
        .filter(|(parameter, _)| !parameter.required)
    {
        let ident = names::setter_name(&parameter.argument);
        let (argument, value) = sent_as(model, parameter, ty, &ident);
        let call = put(model, parse_quote!(self.0), parameter, ty, value);
        let documentation = docs::attributes(parameter_docs(parameter));
        methods.push(parse_quote! {
            #(#documentation)*
            pub fn #ident(self, #ident: #argument) -> Self {
                Self(#call)
            }
        });
    }
    if let (Some(body), Some(ty)) = (&operation.body, &signature.body)
        && !body.required
    {
        let (argument, value) = body_taken_as(ty, model.enums());
        let call = put_body(parse_quote!(self.0), body, value);
        let described = docs::prose(&body.description);
        let documentation = docs::attributes([if described.is_empty() {
            "The body.".to_owned()
        } else {
            described
        }]);
        methods.push(parse_quote! {
            #(#documentation)*
            pub fn body(self, body: #argument) -> Self {
                Self(#call)
            }
        });
    }
    methods.push(parse_quote! {
        /// Sets what this call does differently from its session: limits, retries, extra headers and query.
        pub fn with_options(self, options: CallOptions) -> Self {
            Self(self.0.with_options(options))
        }
    });
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
    Ok(vec![
        parse_quote! {
            #(#about)*
            #[derive(Clone, Debug)]
            #[must_use = "a call does nothing until it is sent"]
            pub struct #name(pub(crate) Call);
        },
        parse_quote! {
            impl #name {
                #(#methods)*
            }
        },
    ])
}

/// What sends the call: once, page by page, or as a web socket.
fn sending(
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
        return Ok(vec![parse_quote! {
            #(#documentation)*
            pub async fn send(self) -> Result<Response<()>, Error> {
                self.0.send_for_nothing().await
            }
        }]);
    };
    let answer = shortened(answer);
    if operation.websocket {
        return subscribing(api, model, operation, &answer, &refusals, &bodies);
    }
    let documentation = docs::attributes(["Sends the call.", "# Errors", &refusals, &bodies]);
    let sends: Ident = names::value_name(match operation.success.encoding {
        Encoding::Text => "send_for_text",
        Encoding::Bytes => "send_for_bytes",
        Encoding::Json | Encoding::Form => "send",
    });
    let mut methods: Vec<ImplItem> = vec![parse_quote! {
        #(#documentation)*
        pub async fn send(self) -> Result<Response<#answer>, Error> {
            self.0.#sends().await
        }
    }];
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
pub(super) struct Paged {
    /// What reads from a page what leads to the next one.
    reads: Expr,
    /// What takes the items out of a page.
    takes: Expr,
    /// The type of an item.
    pub(super) item: Type,
}

/// How the pages of `operation`, which are `answer`, are taken apart.
pub(super) fn paged(
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
    let mut methods: Vec<ImplItem> = vec![parse_quote! {
        #(#opens)*
        pub async fn subscribe(self) -> Result<Events<#message>, Error> {
            self.0.subscribe(&operations::#socket, #id).await
        }
    }];
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

pub(super) fn field_at<'a>(page: &'a Item, pointer: &str) -> Option<&'a syn::Field> {
    let name = pointer.strip_prefix('/')?;
    named(page)?.named.iter().find(|field| {
        field
            .ident
            .as_ref()
            .is_some_and(|ident| *ident == names::value_name(name))
    })
}

/// Whether a parameter is taken by reference: what is a text that was checked, and came with an answer as a rule.
pub(super) fn by_reference(ty: &Type) -> bool {
    ["Address", "Hex"].iter().any(|name| fields::is(ty, name))
}

/// How a parameter is taken, and what of it is sent.
fn sent_as(model: &Model, parameter: &Parameter, ty: &Type, ident: &Ident) -> (Type, Expr) {
    let ty = shortened(ty);
    if fields::is(&ty, "String") {
        (parse_quote!(impl AsRef<str>), parse_quote!(#ident.as_ref()))
    } else if by_reference(&ty) {
        (parse_quote!(&#ty), parse_quote!(#ident))
    } else if fields::is(&ty, "FilePart") {
        (
            parse_quote!(impl Into<FilePart>),
            parse_quote!(#ident.into()),
        )
    } else if let Some(item) = fields::inner(&ty, "Vec") {
        let collected: Expr = if is_plain(model, parameter, &ty) || fields::is(item, "FilePart") {
            parse_quote!(#ident)
        } else {
            parse_quote!(&#ident.into_iter().collect::<Vec<_>>())
        };
        (parse_quote!(impl IntoIterator<Item = #item>), collected)
    } else if is_plain(model, parameter, &ty) {
        (ty, parse_quote!(#ident))
    } else {
        (ty, parse_quote!(&#ident))
    }
}

/// Whether a parameter is written as its text, or as that of each of its items: then it needs no style.
fn is_plain(model: &Model, parameter: &Parameter, ty: &Type) -> bool {
    if parameter.style == Style::Json || parameter.place == Place::Cookie {
        return false;
    }
    match fields::inner(ty, "Vec") {
        Some(item) => {
            parameter.place == Place::Query
                && matches!(parameter.style, Style::Exploded | Style::Commas)
                && has_text(model, item)
        }
        None => has_text(model, ty),
    }
}

/// Whether values of a type are displayed as what they are on the wire.
fn has_text(model: &Model, ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else {
        return false;
    };
    let name = last.ident.to_string();
    matches!(
        name.as_str(),
        "String"
            | "FilePart"
            | "Address"
            | "Hex"
            | "UnixTime"
            | "Base64"
            | "Uint256"
            | "Uuid"
            | "NaiveDate"
            | "bool"
            | "f32"
            | "f64"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "NonZeroU32"
            | "NonZeroU64"
    ) || model.texts(&name).is_some()
}

fn put(model: &Model, call: Expr, parameter: &Parameter, ty: &Type, value: Expr) -> Expr {
    let name = &parameter.name;
    let plain = is_plain(model, parameter, ty);
    let is_list = fields::inner(ty, "Vec").is_some();
    let style = names::type_name(&format!("{:?}", parameter.style));
    // What is taken as text is borrowed already.
    let reference: Expr = if fields::is(ty, "String") {
        parse_quote!(&#value)
    } else {
        value.clone()
    };
    match parameter.place {
        Place::Path if plain => parse_quote!(#call.path(#name, #value)),
        Place::Path => parse_quote!(#call.path_styled(#name, Style::#style, #reference)),
        Place::Header if plain => parse_quote!(#call.header(#name, #value)),
        Place::Header => parse_quote!(#call.header_styled(#name, Style::#style, #reference)),
        Place::Query if plain && is_list && parameter.style == Style::Commas => {
            parse_quote!(#call.query_joined(#name, #value))
        }
        Place::Query if plain && is_list => parse_quote!(#call.query_all(#name, #value)),
        Place::Query if plain => parse_quote!(#call.query(#name, #value)),
        Place::Query => parse_quote!(#call.query_styled(#name, Style::#style, #reference)),
        Place::Cookie => parse_quote!(#call.cookie(#name, Style::#style, #reference)),
        Place::Part if fields::is(ty, "FilePart") => parse_quote!(#call.file(#name, #value)),
        Place::Part
            if fields::inner(ty, "Vec").is_some_and(|item| fields::is(item, "FilePart")) =>
        {
            parse_quote!(#call.files(#name, #value))
        }
        Place::Part if plain => parse_quote!(#call.part(#name, #value)),
        Place::Part if fields::inner(ty, "Vec").is_some_and(|item| has_text(model, item)) => {
            parse_quote!(#call.parts(#name, #value))
        }
        Place::Part => parse_quote!(#call.part_json(#name, #value)),
    }
}

fn put_body(call: Expr, body: &Body, value: Expr) -> Expr {
    let media_type = &body.media_type;
    match body.encoding {
        Encoding::Json if media_type == "application/json" => parse_quote!(#call.json(&#value)),
        Encoding::Json => parse_quote!(#call.json_as(#media_type, &#value)),
        Encoding::Form if body.styles.is_empty() => parse_quote!(#call.form(&#value)),
        Encoding::Form => {
            let styles = body.styles.iter().map(|(name, style)| -> Expr {
                let style = names::type_name(&format!("{style:?}"));
                parse_quote!((#name, Style::#style))
            });
            parse_quote!(#call.form_styled(&#value, &[#(#styles),*]))
        }
        Encoding::Text => parse_quote!(#call.text(#media_type, #value)),
        Encoding::Bytes => parse_quote!(#call.bytes(#media_type, #value)),
    }
}

/// How a body is taken, and what of it is sent: no field tells what a list of anything is to become.
fn body_taken_as(ty: &Type, enums: &BTreeSet<String>) -> (Type, Expr) {
    let (argument, mut value) = taken_as(ty, &parse_quote!(body), enums);
    if let Expr::MethodCall(call) = &mut value
        && call.method == "collect"
    {
        let ty = shortened(ty);
        call.turbofish = Some(parse_quote!(::<#ty>));
    }
    (argument, value)
}

/// How a value is taken as an argument, and how the argument becomes the value.
pub(super) fn taken_as(ty: &Type, ident: &Ident, enums: &BTreeSet<String>) -> (Type, Expr) {
    let ty = shortened(ty);
    if converts(&ty, enums) {
        return (parse_quote!(impl Into<#ty>), parse_quote!(#ident.into()));
    }
    if let Some(item) = fields::inner(&ty, "Vec") {
        return if converts(item, enums) {
            (
                parse_quote!(impl IntoIterator<Item = impl Into<#item>>),
                parse_quote!(#ident.into_iter().map(Into::into).collect()),
            )
        } else {
            (
                parse_quote!(impl IntoIterator<Item = #item>),
                parse_quote!(#ident.into_iter().collect()),
            )
        };
    }
    if fields::is(&ty, "Fields") {
        return (
            parse_quote!(impl IntoIterator<Item = (impl Into<String>, impl Into<Json>)>),
            parse_quote!(#ident.into_iter().collect()),
        );
    }
    if let Type::Path(path) = &ty
        && let Some(last) = path
            .path
            .segments
            .last()
            .filter(|last| last.ident == "BTreeMap")
        && let syn::PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(syn::GenericArgument::Type(value)) = arguments.args.last()
    {
        let value: Type = if converts(value, enums) {
            parse_quote!(impl Into<#value>)
        } else {
            value.clone()
        };
        return (
            parse_quote!(impl IntoIterator<Item = (impl Into<String>, #value)>),
            parse_quote!(#ident.into_iter().map(|(name, value)| (name.into(), value.into())).collect()),
        );
    }
    (ty, parse_quote!(#ident))
}

/// Whether other types are commonly at hand that convert into this one.
fn converts(ty: &Type, enums: &BTreeSet<String>) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else {
        return false;
    };
    let last = last.ident.to_string();
    [
        "String", "Secret", "Base64", "Bytes", "Uint256", "UnixTime", "FilePart", "Json", "Option",
    ]
    .contains(&last.as_str())
        || enums.contains(&last)
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

fn method_docs(
    api: &Api,
    model: &Model,
    operation: &Operation,
    signature: &Signature,
) -> Vec<String> {
    let mut paragraphs = vec![
        docs::prose(&operation.summary),
        docs::prose(&operation.description),
    ];
    let arguments = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.required);
    let described = arguments.filter(|parameter| !parameter.description.is_empty());
    paragraphs.push(docs::list(described.map(|parameter| {
        format!(
            "`{}`: {}",
            names::value_name(&parameter.argument),
            parameter.description
        )
    })));
    paragraphs.push(format!(
        "`{} {}`. {}",
        operation.method,
        operation.path,
        security_docs(operation)
    ));
    if operation.pagination.is_some() {
        let request = names::type_name(&operation.id);
        paragraphs.push(docs::wrap(&format!(
            "A list: `send` gets its first page, [`pages`](requests::{request}::pages) and \
             [`items`](requests::{request}::items) all of it."
        )));
    }
    paragraphs.extend(operation.evidence.as_ref().map(docs::evidence));
    if let Some(example) = examples::call(api, model, operation, signature) {
        paragraphs.push("# Examples".to_owned());
        paragraphs.push(example);
    }
    paragraphs
}

fn security_docs(operation: &Operation) -> String {
    if operation.security.is_empty() {
        return "Takes no credential.".to_owned();
    }
    let one = |(scheme, scopes): &(String, Vec<String>)| match scopes.as_slice() {
        [] => format!("`{scheme}`"),
        scopes => format!("`{scheme}` with the scope `{}`", scopes.join(" ")),
    };
    let alternatives: Vec<String> = operation
        .security
        .iter()
        .map(|alternative| match alternative.as_slice() {
            [] => "no credential".to_owned(),
            all => all.iter().map(one).collect::<Vec<_>>().join(" and "),
        })
        .collect();
    format!("Takes {}.", alternatives.join(", or "))
}

fn failure_docs(operation: &Operation) -> String {
    if operation.failures.is_empty() {
        return "[`Error::kind`] tells how far the call got.".to_owned();
    }
    let refusals = operation.failures.iter().map(|failure| {
        let status = failures::statuses(&[failure.status]);
        format!("{status}: {}", failure.description)
    });
    format!(
        "[`Error::kind`] tells how far the call got. The service refuses it with:\n\n{}",
        docs::list(refusals)
    )
}

fn parameter_docs(parameter: &Parameter) -> Vec<String> {
    let described = docs::prose(&parameter.description);
    let mut paragraphs = vec![if described.is_empty() {
        format!("`{}`.", parameter.name)
    } else {
        described
    }];
    if let Some(default) = parameter
        .schema
        .get("default")
        .filter(|default| !default.is_null())
    {
        paragraphs.push(format!("Left out, the provider takes `{default}`."));
    }
    paragraphs.extend(parameter.evidence.as_ref().map(docs::evidence));
    paragraphs
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
    let json: Vec<Ident> = ["Map", "Value"]
        .into_iter()
        .filter(|name| segments.has(name))
        .map(names::type_name)
        .collect();
    match json.as_slice() {
        [] => {}
        [one] => items.push(parse_quote!(use serde_json::#one;)),
        all => items.push(parse_quote!(use serde_json::{#(#all),*};)),
    }
    if segments.has("BTreeMap") {
        items.push(parse_quote!(
            use std::collections::BTreeMap;
        ));
    }
    items
}

/// A block of one statement, as text in the style of the rest.
pub(super) fn statement_text(statements: &[Stmt]) -> String {
    let file: syn::File = parse_quote!(fn example() { #(#statements)* });
    let text = prettyplease::unparse(&file);
    let lines = text
        .lines()
        .skip(1)
        .map(|line| line.strip_prefix("    ").unwrap_or(line));
    let lines: Vec<&str> = lines.collect();
    lines[..lines.len().saturating_sub(1)].join("\n")
}
