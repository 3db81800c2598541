//! Which of the types that progenitor made each call takes and answers.

use std::collections::BTreeMap;

use syn::{FnArg, GenericArgument, Pat, PathArguments, ReturnType, Type};

use super::{names, skeleton::Skeleton};
use crate::{
    api::{Api, Encoding},
    lower::parameter_name,
};

/// What progenitor made of the calls of a document.
#[derive(Debug)]
pub(super) struct Generated {
    /// The calls, by operation id.
    pub(super) calls: BTreeMap<String, Signature>,
}

/// Which types a call takes and answers.
#[derive(Debug)]
pub(super) struct Signature {
    /// The types of the operation's parameters, in the order of the document.
    pub(super) parameters: Vec<Type>,
    /// The type of the body.
    pub(super) body: Option<Type>,
    /// The type of the answer; `None` where it has none.
    pub(super) answer: Option<Type>,
}

/// Reads them off the methods of progenitor's client.
///
/// # Errors
///
/// When the client lacks something that progenitor always writes: the message names it.
pub(super) fn read(api: &Api, skeleton: &Skeleton) -> Result<Generated, String> {
    let methods: BTreeMap<String, &syn::Signature> = (skeleton.methods.iter())
        .map(|method| (method.ident.to_string(), method))
        .collect();
    let mut calls = BTreeMap::new();
    for operation in &api.operations {
        let name = names::value_name(&operation.id).to_string();
        let method = methods
            .get(&name)
            .ok_or_else(|| format!("progenitor made no method for `{}`", operation.id))?;
        let mut arguments = BTreeMap::new();
        for input in &method.inputs {
            if let FnArg::Typed(argument) = input
                && let Pat::Ident(name) = &*argument.pat
            {
                arguments.insert(name.ident.to_string(), owned(&argument.ty));
            }
        }
        let parameters = (0..operation.parameters.len()).map(|place| {
            let name = parameter_name(place);
            let parameter = arguments.get(&name).cloned();
            parameter.ok_or_else(|| {
                format!(
                    "progenitor made no argument `{name}` for `{}`",
                    operation.id
                )
            })
        });
        let signature = Signature {
            parameters: parameters.collect::<Result<_, _>>()?,
            body: match operation.body.as_ref().map(|body| body.encoding) {
                Some(encoding @ (Encoding::Text | Encoding::Bytes)) => Some(plain(encoding)),
                _ => arguments.get("body").cloned(),
            },
            answer: match operation.success.encoding {
                encoding @ (Encoding::Text | Encoding::Bytes) => Some(plain(encoding)),
                _ if operation.success.optional => answer(&method.output)
                    .map(|answer| syn::parse_quote!(::std::option::Option<#answer>)),
                _ => answer(&method.output),
            },
        };
        calls.insert(operation.id.clone(), signature);
    }
    Ok(Generated { calls })
}

/// The type of a body that is not made of a schema.
fn plain(encoding: Encoding) -> Type {
    match encoding {
        Encoding::Bytes => syn::parse_quote!(bindery_runtime::generated::Bytes),
        _ => syn::parse_quote!(::std::string::String),
    }
}

/// The type without the reference and the `Option` that a positional argument has around it.
fn owned(argument: &Type) -> Type {
    match argument {
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => syn::parse_quote!(String),
            elem => elem.clone(),
        },
        Type::Path(path) => match generic(path, "Option") {
            Some(inner) => owned(inner),
            None => argument.clone(),
        },
        other => other.clone(),
    }
}

/// `T` of `Result<ResponseValue<T>, _>`.
fn answer(output: &ReturnType) -> Option<Type> {
    let ReturnType::Type(_, output) = output else {
        return None;
    };
    let Type::Path(result) = &**output else {
        return None;
    };
    let Type::Path(value) = generic(result, "Result")? else {
        return None;
    };
    match generic(value, "ResponseValue")? {
        Type::Tuple(tuple) if tuple.elems.is_empty() => None,
        answer => Some(answer.clone()),
    }
}

/// The first generic argument of a path that ends in `name`.
pub(super) fn generic<'a>(path: &'a syn::TypePath, name: &str) -> Option<&'a Type> {
    let last = path
        .path
        .segments
        .last()
        .filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    })
}
