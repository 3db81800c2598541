//! A module for the tests across crates: every call with arguments given as JSON, and every type by its name. It is
//! generated, so that no call and no type can be left out of the tests.

use quote::quote;

use syn::{Arm, Expr, Ident, Item, Stmt, Token, Type, parse_quote};

use super::{
    calls::{by_reference, shortened},
    format, names,
    signatures::Generated,
    types::{Model, fields},
};
use crate::api::{Api, Encoding, Operation, Parameter, schema_name};

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
    let (mocked, bodies) = mocked(api);
    let answers = api.operations.iter().filter_map(|operation| {
        let schema = operation.success.schema.as_ref().and_then(schema_name)?;
        Some((operation.id.clone(), schema.to_owned()))
    });
    let (answer_ids, answer_schemas): (Vec<String>, Vec<String>) = answers.unzip();
    let items: Vec<Item> = vec![
        parse_quote!(use #krate::{Client, Error, mock::Mock, types};),
        parse_quote!(
            use schemars::{Schema, schema_for};
        ),
        parse_quote!(
            use crate::{Arguments, read, round_trip, written};
        ),
        parse_quote! {
            /// Sends the call `operation` with these arguments, and writes back what it answered.
            pub async fn call(client: &Client, operation: &str, arguments: &Arguments) -> Result<String, Error> {
                match operation {
                    #(#arms)*
                    other => panic!("the spec has no operation `{other}`"),
                }
            }
        },
        parse_quote! {
            /// Reads `text` as the type of the schema `name` and writes it back; `None` where no type is generated.
            pub fn through(name: &str, text: &str) -> Option<Result<String, serde_json::Error>> {
                Some(match name {
                    #(#texts => round_trip::<types::#idents>(text),)*
                    _ => return None,
                })
            }
        },
        parse_quote! {
            /// The JSON Schema of every type.
            pub fn schemas() -> Vec<(&'static str, Schema)> {
                vec![#((#texts, schema_for!(types::#idents))),*]
            }
        },
        parse_quote! {
            /// Has `mock` answer a call of `operation` with what `text` is, or with nothing where it answers nothing.
            pub fn mock(mock: &Mock, operation: &str, text: &str) {
                match operation {
                    #(#mocked)*
                    other => panic!("the spec has no operation `{other}`"),
                }
            }
        },
        parse_quote! {
            /// The bodies that `operation` was called with, written back.
            pub fn received(mock: &Mock, operation: &str) -> Vec<String> {
                match operation {
                    #(#bodies)*
                    other => panic!("the spec has no operation `{other}`"),
                }
            }
        },
        parse_quote! {
            /// The schema of each call's whole answer, by operation.
            pub const ANSWERS: &[(&str, &str)] = &[#((#answer_ids, #answer_schemas)),*];
        },
    ];
    Ok(format::module(
        &format::header(&api.name),
        &format!("Every call and type of `{krate}`."),
        items,
    ))
}

/// What has a call mocked, and what tells which bodies it was called with.
fn mocked(api: &Api) -> (Vec<Arm>, Vec<Arm>) {
    let arms = api.operations.iter().map(|operation| {
        let (id, name) = (&operation.id, names::mocked_name(&operation.id));
        let mocked: Arm = match (operation.websocket, &operation.success.schema) {
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
    let mut required: Vec<Expr> = Vec::new();
    let mut optional: Vec<Stmt> = Vec::new();
    for (parameter, ty) in operation.parameters.iter().zip(&signature.parameters) {
        let (wire, ident) = (&parameter.name, names::setter_name(&parameter.argument));
        if parameter.required {
            required.push(required_argument(parameter, ty));
        } else {
            let reference = reference(ty);
            let ty = argument_type(ty);
            optional.push(parse_quote! {
                if let Some(value) = arguments.optional::<#ty>(#wire) {
                    call = call.#ident(#reference value);
                }
            });
        }
    }
    if let (Some(body), Some(ty)) = (&operation.body, &signature.body) {
        let ty = argument_type(ty);
        let value: Expr = match body.encoding {
            Encoding::Bytes => parse_quote!(arguments.body::<String>().into_bytes()),
            _ => parse_quote!(arguments.body::<#ty>()),
        };
        if body.required {
            required.push(value);
        } else {
            optional.push(parse_quote! {
                if arguments.has_body() {
                    call = call.body(#value);
                }
            });
        }
    }
    let make: Stmt = if optional.is_empty() {
        parse_quote!(let call = client.#name(#(#required),*);)
    } else {
        parse_quote!(let mut call = client.#name(#(#required),*);)
    };
    let send: Expr = if operation.websocket {
        parse_quote!(crate::messages(call.subscribe().await?).await)
    } else if operation.success.encoding == Encoding::Bytes {
        parse_quote!(
            call.send()
                .await
                .map(|response| String::from_utf8_lossy(&response.into_inner()).into())
        )
    } else {
        parse_quote!(
            call.send()
                .await
                .map(|response| written(&response.into_inner()))
        )
    };
    let block = quote!(#id => { #make #(#optional)* #send });
    syn::parse2(block).map_err(|error| format!("{id}: {error}"))
}

fn required_argument(parameter: &Parameter, ty: &Type) -> Expr {
    let wire = &parameter.name;
    if fields::is(ty, "FilePart") {
        return parse_quote!(arguments.file(#wire));
    }
    let reference = reference(ty);
    let ty = argument_type(ty);
    parse_quote!(#reference arguments.required::<#ty>(#wire))
}

fn reference(ty: &Type) -> Option<Token![&]> {
    by_reference(&shortened(ty)).then(Default::default)
}

fn argument_type(ty: &Type) -> Type {
    let mut ty = ty.clone();
    syn::visit_mut::VisitMut::visit_type_mut(&mut fields::Shorten, &mut ty);
    for (name, krate) in [
        ("Address", "bindery_runtime"),
        ("Base64", "bindery_runtime"),
        ("Fields", "bindery_runtime"),
        ("Hex", "bindery_runtime"),
        ("Json", "bindery_runtime"),
        ("Secret", "bindery_runtime"),
        ("Uint256", "bindery_runtime"),
        ("UnixTime", "bindery_runtime"),
        ("Uuid", "uuid"),
    ] {
        if fields::is(&ty, name) {
            let (krate, ident) = (names::value_name(krate), names::type_name(name));
            return parse_quote!(#krate::#ident);
        }
    }
    shortened(&ty)
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
        assert_eq!(argument, parse_quote!(arguments.file("asset")));
    }
}
