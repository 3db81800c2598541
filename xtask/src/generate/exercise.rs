//! A module for the tests across crates: every call with arguments given as JSON, and every type by its name. It is
//! generated, so that no call and no type can be left out of the tests.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::{
    Arm, Expr, Ident, Item, ItemFn, Token, Type, parse_quote, visit::Visit, visit_mut::VisitMut,
};

use super::{
    calls::{by_reference, shortened},
    format, mock, names,
    signatures::Generated,
    syntax::{self, word},
    types::{Model, fields},
};
use crate::{
    api::{Api, Encoding, Framing, Operation, Parameter, schema_name},
    workspace::Registered,
};

/// The module's text.
pub(super) fn file(api: &Api, model: &Model, generated: &Generated) -> Result<String, String> {
    let krate = syn::parse_str::<Ident>(&format!("bindery_{}", names::module(&api.name)))
        .map_err(|error| error.to_string())?;
    let mut arms: Vec<Arm> = Vec::new();
    for operation in &api.operations {
        arms.push(arm(operation, generated)?);
    }
    let types: Vec<(String, Ident)> = api
        .schemas()
        .map(|(name, _)| (name.clone(), names::type_name(name)))
        .filter(|(_, ident)| model.get(&ident.to_string()).is_some())
        .collect();
    let (texts, idents): (Vec<&String>, Vec<&Ident>) =
        types.iter().map(|(name, ident)| (name, ident)).unzip();
    let name = &api.name;
    let (mocked, bodies) = mocked(api);
    let answers = api.operations.iter().filter_map(|operation| {
        let schema = operation.success.schema.as_ref().and_then(schema_name)?;
        Some((operation.id.clone(), schema.to_owned()))
    });
    let (answer_ids, answer_schemas): (Vec<String>, Vec<String>) = answers.unzip();
    let items: Vec<Item> = vec![
        parse_quote! {
            /// The provider, for the tests that take every one.
            pub const PROVIDER: Provider = Provider {
                name: #name,
                operations: #krate::operations::ALL,
                schemas,
                answers: ANSWERS,
                call: |session, operation, arguments| {
                    Box::pin(async move { call(&Client::new(session), operation, arguments).await })
                },
                through,
                mock: || Box::pin(async { Box::new(Mock::start().await) as Box<dyn Mocked> }),
            };
        },
        by_operation(
            quote! {
                /// Sends the call `operation` with these arguments, and writes back what it answered.
                pub async fn call(client: &Client, operation: &str, arguments: &Arguments) -> Result<String, Error>
            },
            arms,
            api.operations.iter().any(|operation| operation.deprecated),
        ),
        through(&texts, &idents),
        parse_quote! {
            /// The JSON Schema of every type.
            pub fn schemas() -> Vec<(&'static str, Schema)> {
                vec![#((#texts, schema_for!(types::#idents))),*]
            }
        },
        by_operation(
            quote! {
                /// Has `mock` answer a call of `operation` with what `text` is, or with nothing where it answers nothing.
                pub fn mock(mock: &Mock, operation: &str, text: &str)
            },
            mocked,
            false,
        ),
        by_operation(
            quote! {
                /// The bodies that `operation` was called with, written back.
                pub fn received(mock: &Mock, operation: &str) -> Vec<String>
            },
            bodies,
            false,
        ),
        parse_quote! {
            impl Mocked for Mock {
                fn session(&self) -> Session {
                    self.client().session().clone()
                }
                fn answer(&self, operation: &str, text: &str) {
                    mock(self, operation, text);
                }
                fn received(&self, operation: &str) -> Vec<String> {
                    received(self, operation)
                }
                fn assert_all_used(&self) {
                    Mock::assert_all_used(self);
                }
            }
        },
        parse_quote! {
            /// The schema of each call's whole answer, by operation.
            pub const ANSWERS: &[(&str, &str)] = &[#((#answer_ids, #answer_schemas)),*];
        },
    ];
    // A small spec has no use of some of it.
    let names = ["types", "schema_for", "read", "round_trip", "written"];
    let mut mentioned = Mentioned::none_of(&names);
    items.iter().for_each(|item| mentioned.visit_item(item));
    let used = |names: &[&str]| -> Vec<Ident> {
        let names = names.iter().filter(|name| mentioned.found.contains(*name));
        names.map(|name| format_ident!("{name}")).collect()
    };
    let (types, schema_for) = (used(&["types"]), used(&["schema_for"]));
    let helpers = used(&["read", "round_trip", "written"]);
    let uses: Vec<Item> = vec![
        parse_quote!(use #krate::{Client, Error, Session, mock::Mock #(, #types)*};),
        parse_quote!(
            use schemars::{Schema #(, #schema_for)*};
        ),
        parse_quote!(
            use crate::{Arguments, provider::{Mocked, Provider} #(, #helpers)*};
        ),
    ];
    Ok(format::module(
        &format::header(&api.name),
        &format!("Every call and type of `{krate}`."),
        uses.into_iter().chain(items).collect(),
    ))
}

/// Looks for names in syntax.
struct Mentioned<'n> {
    names: &'n [&'n str],
    found: BTreeSet<&'n str>,
}

impl<'n> Mentioned<'n> {
    fn none_of(names: &'n [&'n str]) -> Self {
        let found = BTreeSet::new();
        Self { names, found }
    }

    fn search(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) => self.visit_ident(&word),
                TokenTree::Group(group) => self.search(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'s> Visit<'s> for Mentioned<'_> {
    fn visit_ident(&mut self, ident: &'s Ident) {
        let mut names = self.names.iter();
        self.found.extend(names.find(|name| ident == name));
    }

    fn visit_macro(&mut self, call: &'s syn::Macro) {
        self.visit_path(&call.path);
        self.search(call.tokens.clone());
    }
}

/// A function that does for each operation what its arm says; what a small spec has no use of may go unused.
fn by_operation(signature: TokenStream, mut arms: Vec<Arm>, deprecated: bool) -> Item {
    let names = ["arguments", "client", "mock", "text"];
    let (mut taken, mut used) = (Mentioned::none_of(&names), Mentioned::none_of(&names));
    taken.search(signature.clone());
    arms.iter().for_each(|arm| used.visit_arm(arm));
    let unused = !taken.found.is_subset(&used.found);
    let allowed = unused.then(|| quote!(#[allow(unused_variables)]));
    let deprecated = deprecated.then(|| quote!(#[allow(deprecated)]));
    let none: Expr = parse_quote!(panic!("the spec has no operation `{operation}`"));
    let mut function: ItemFn = parse_quote! {
        #allowed
        #deprecated
        #signature {}
    };
    let body = if arms.is_empty() {
        none
    } else {
        arms.push(parse_quote!(_ => #none,));
        syntax::match_on(syntax::value(word("operation")), arms)
    };
    function.block.stmts = vec![syntax::at_last(body)];
    Item::Fn(function)
}

/// The module of these modules: the one list of providers that the tests go by.
///
/// A provider whose spec is as its vendor published it is not held to the profile.
pub(super) fn index(specs: &[Registered]) -> String {
    let lines = |spec: &mut dyn Iterator<Item = &Registered>, line: fn(&Ident) -> String| {
        spec.map(|spec| line(&names::value_name(&spec.name)))
            .collect::<String>()
    };
    let constant = |name: &Ident| format!("    {name}::PROVIDER,\n");
    let modules = lines(&mut specs.iter(), |name| format!("pub mod {name};\n"));
    let all = lines(&mut specs.iter(), constant);
    let mut in_profile = specs.iter().filter(|spec| !spec.as_published);
    let kept = lines(&mut in_profile.clone(), constant);
    let handed = lines(&mut in_profile, |name| format!("            {name}\n"));
    format!(
        "// Code generated by `cargo xtask generate` from the names of the specs. DO NOT EDIT.

//! Each provider, made ready for the tests that take every one.

{modules}
use crate::provider::Provider;

/// Every provider.
pub const ALL: &[Provider] = &[
{all}];

/// Those whose specs keep to the profile.
pub const IN_PROFILE: &[Provider] = &[
{kept}];

/// Hands the modules of those whose specs keep to the profile to a macro that makes tests for each.
macro_rules! for_each_provider {{
    ($tests:ident) => {{
        $tests! {{
{handed}        }}
    }};
}}
pub(crate) use for_each_provider;
"
    )
}

/// What reads a text as a type and writes it back.
fn through(texts: &[&String], idents: &[&Ident]) -> Item {
    let (arguments, body): (TokenStream, Expr) = match texts {
        [] => (quote!(_: &str, _: &str), parse_quote!(None)),
        texts => (
            quote!(name: &str, text: &str),
            parse_quote! {
                Some(match name {
                    #(#texts => round_trip::<types::#idents>(text),)*
                    _ => return None,
                })
            },
        ),
    };
    parse_quote! {
        /// Reads `text` as the type of the schema `name` and writes it back; `None` where no type is generated.
        pub fn through(#arguments) -> Option<Result<String, serde_json::Error>> {
            #body
        }
    }
}

/// What has a call mocked, and what tells which bodies it was called with.
fn mocked(api: &Api) -> (Vec<Arm>, Vec<Arm>) {
    let mocked = api.operations.iter().filter(|call| mock::speaks_json(call));
    let arms = mocked.map(|operation| {
        let (id, name) = (&operation.id, names::mocked_name(&operation.id));
        let sends = operation.websocket || operation.success.stream.is_some();
        let mocked: Arm = match (sends, &operation.success.schema) {
            (true, _) => parse_quote!(#id => drop(mock.#name().sends([read(text)])),),
            (false, None) => parse_quote!(#id => drop(mock.#name().answers(())),),
            (false, Some(_)) => parse_quote!(#id => drop(mock.#name().answers(read(text))),),
        };
        let bodies: Arm = parse_quote! {
            #id => mock.#name().received().iter().map(|call| written(&call.body)).collect(),
        };
        (mocked, bodies)
    });
    arms.unzip()
}

fn arm(operation: &Operation, generated: &Generated) -> Result<Arm, String> {
    let signature = generated
        .calls
        .get(&operation.id)
        .ok_or_else(|| format!("progenitor made no method for `{}`", operation.id))?;
    let id = &operation.id;
    let name = names::value_name(id);
    let mut required: Vec<TokenStream> = Vec::new();
    let mut optional: Vec<TokenStream> = Vec::new();
    for (parameter, ty) in operation.parameters.iter().zip(&signature.parameters) {
        let (wire, ident) = (&parameter.name, names::setter_name(&parameter.argument));
        if parameter.required {
            required.push(required_argument(parameter, ty));
        } else {
            let reference = reference(ty);
            let ty = argument_type(ty);
            optional.push(quote! {
                if let Some(value) = arguments.optional::<#ty>(#wire) {
                    call = call.#ident(#reference value);
                }
            });
        }
    }
    if let (Some(body), Some(ty)) = (&operation.body, &signature.body) {
        let ty = argument_type(ty);
        let value = match body.encoding {
            Encoding::Bytes => quote!(arguments.body::<String>().into_bytes()),
            _ => quote!(arguments.body::<#ty>()),
        };
        if body.required {
            required.push(value);
        } else {
            optional.push(quote! {
                if arguments.has_body() {
                    call = call.body(#value);
                }
            });
        }
    }
    let mutable = (!optional.is_empty()).then(<Token![mut]>::default);
    let send = if operation.websocket {
        quote!(crate::messages(call.subscribe().await?).await)
    } else if let Some(framing) = operation.success.stream {
        match framing {
            Framing::Events => quote!(crate::events(call.stream().await?).await),
            Framing::Lines | Framing::Sequence => {
                quote!(crate::records(call.stream().await?).await)
            }
        }
    } else if operation.success.encoding == Encoding::Bytes {
        quote!(
            call.send()
                .await
                .map(|response| String::from_utf8_lossy(&response.into_inner()).into())
        )
    } else {
        quote!(
            call.send()
                .await
                .map(|response| written(&response.into_inner()))
        )
    };
    let block = quote!(#id => {
        let #mutable call = client.#name(#(#required),*);
        #(#optional)*
        #send
    });
    syn::parse2(block).map_err(|error| format!("{id}: {error}"))
}

fn required_argument(parameter: &Parameter, ty: &Type) -> TokenStream {
    let wire = &parameter.name;
    if fields::is(ty, "FilePart") {
        return quote!(arguments.file(#wire));
    }
    let reference = reference(ty);
    let ty = argument_type(ty);
    quote!(#reference arguments.required::<#ty>(#wire))
}

fn reference(ty: &Type) -> Option<Token![&]> {
    by_reference(&shortened(ty)).then(Default::default)
}

/// A type as this module can name it, which imports none.
pub(super) fn argument_type(ty: &Type) -> Type {
    let mut ty = shortened(ty);
    VisitMut::visit_type_mut(&mut Qualify, &mut ty);
    ty
}

/// Names the short names that the modules of the crate import by where they are.
struct Qualify;

impl VisitMut for Qualify {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        syn::visit_mut::visit_path_mut(self, path);
        let [only] = path.segments.iter().collect::<Vec<_>>()[..] else {
            return;
        };
        let of = match only.ident.to_string().as_str() {
            "BTreeMap" => quote!(std::collections),
            "Bytes" => quote!(bindery_runtime::generated),
            "DateTime" | "NaiveDate" | "Utc" => quote!(chrono),
            "Uuid" => quote!(uuid),
            name if fields::RUNTIME.contains(&name) => quote!(bindery_runtime),
            _ => return,
        };
        *path = parse_quote!(#of::#path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_from_the_text_of_the_example() {
        let parameter = Parameter {
            name: "asset".to_owned(),
            argument: "asset".to_owned(),
            style: crate::api::Style::Exploded,
            place: crate::api::Place::Part,
            required: true,
            description: String::new(),
            evidence: None,
            schema: serde_json::Value::Null,
            example: None,
        };
        let argument = required_argument(&parameter, &parse_quote!(bindery_runtime::FilePart));
        assert_eq!(
            argument.to_string(),
            quote!(arguments.file("asset")).to_string()
        );
    }
}
