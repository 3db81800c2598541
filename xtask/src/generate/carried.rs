//! The types of all that goes over the wire, as a program outside of the crate names them.

use std::collections::BTreeMap;

use quote::{ToTokens as _, quote};
use syn::Type;

use super::{exercise::argument_type, names, signatures::Generated, types::Model};
use crate::api::Api;

/// The types, in words that `use bindery_NAME::types` makes good.
#[derive(Debug, Default)]
pub struct Carried {
    /// Those of `components/schemas`, by name.
    pub named: BTreeMap<String, String>,
    /// Those of the calls, by operation id.
    pub calls: BTreeMap<String, Call>,
}

/// What a call carries and answers.
#[derive(Debug)]
pub struct Call {
    /// The types of its parameters, in the order of the [`Api`].
    pub parameters: Vec<String>,
    /// That of its body.
    pub body: Option<String>,
    /// That of its answer.
    pub answer: Option<String>,
}

/// The types that are generated for `api`.
pub(super) fn carried(api: &Api, model: &Model, generated: &Generated) -> Carried {
    let named = api.schemas().filter_map(|(name, _)| {
        let ident = names::type_name(name);
        let path = quote!(types::#ident).to_string();
        model.get(&ident.to_string()).map(|_| (name.clone(), path))
    });
    let text = |ty: &Type| argument_type(ty).to_token_stream().to_string();
    let calls = generated.calls.iter().map(|(id, call)| {
        let call = Call {
            parameters: call.parameters.iter().map(text).collect(),
            body: call.body.as_ref().map(text),
            answer: call.answer.as_ref().map(text),
        };
        (id.clone(), call)
    });
    Carried {
        named: named.collect(),
        calls: calls.collect(),
    }
}
