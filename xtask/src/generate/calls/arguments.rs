//! How what a call carries is taken as an argument, and what of it is sent.

use std::collections::BTreeSet;

use syn::{Expr, Ident, Type, parse_quote};

use super::shortened;
use crate::{
    api::{Body, Encoding, Parameter, Place, Style},
    generate::{
        names,
        syntax::{self, word},
        types::{Model, fields},
    },
};

/// Whether a parameter is taken by reference: what is a text that was checked, and came with an answer as a rule.
pub(in crate::generate) fn by_reference(ty: &Type) -> bool {
    ["Address", "Hex"].iter().any(|name| fields::is(ty, name))
}

/// How a parameter is taken, and what of it is sent.
pub(super) fn sent_as(
    model: &Model,
    parameter: &Parameter,
    ty: &Type,
    ident: &Ident,
) -> (Type, Expr) {
    let ty = shortened(ty);
    let itself = syntax::value(ident.clone());
    if fields::is(&ty, "String") {
        let text = syntax::generic("AsRef", syntax::ty(word("str")));
        let value = syntax::method_call(itself, &word("as_ref"), []);
        (syntax::impl_trait(text), value)
    } else if by_reference(&ty) {
        (parse_quote!(&#ty), itself)
    } else if fields::is(&ty, "FilePart") {
        (syntax::impl_into(ty), converted(ident))
    } else if let Some(item) = fields::inner(&ty, "Vec") {
        let collected: Expr = if is_plain(model, parameter, &ty) || fields::is(item, "FilePart") {
            itself
        } else {
            parse_quote!(&#ident.into_iter().collect::<Vec<_>>())
        };
        (parse_quote!(impl IntoIterator<Item = #item>), collected)
    } else if is_plain(model, parameter, &ty) {
        (ty, itself)
    } else {
        (ty, syntax::reference(itself))
    }
}

/// Whether a parameter is written as its text, or as that of each of its items: then it needs no style.
fn is_plain(model: &Model, parameter: &Parameter, ty: &Type) -> bool {
    let marked = matches!(
        parameter.style,
        Style::Label | Style::LabelExploded | Style::Matrix | Style::MatrixExploded
    );
    if marked || parameter.style == Style::Json || parameter.place == Place::Cookie {
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

pub(super) fn put(
    model: &Model,
    call: Expr,
    parameter: &Parameter,
    ty: &Type,
    value: Expr,
) -> Expr {
    let name = syntax::text(&parameter.name);
    let plain = is_plain(model, parameter, ty);
    let is_list = fields::inner(ty, "Vec").is_some();
    let is_commas = parameter.style == Style::Commas;
    let of_items = |is: &dyn Fn(&Type) -> bool| fields::inner(ty, "Vec").is_some_and(is);
    let style = style(parameter.style);
    // What is taken as text is borrowed already.
    let borrowed = |value: Expr| match fields::is(ty, "String") {
        true => syntax::reference(value),
        false => value,
    };
    let (method, arguments) = match parameter.place {
        Place::Path if plain => ("path", vec![name, value]),
        Place::Path => ("path_styled", vec![name, style, borrowed(value)]),
        Place::Header if plain => ("header", vec![name, value]),
        Place::Header => ("header_styled", vec![name, style, borrowed(value)]),
        Place::Query if plain && is_list && is_commas => ("query_joined", vec![name, value]),
        Place::Query if plain && is_list => ("query_all", vec![name, value]),
        Place::Query if plain => ("query", vec![name, value]),
        Place::Query => ("query_styled", vec![name, style, borrowed(value)]),
        Place::Cookie => ("cookie", vec![name, style, borrowed(value)]),
        Place::Part if fields::is(ty, "FilePart") => ("file", vec![name, value]),
        Place::Part if of_items(&|item| fields::is(item, "FilePart")) => {
            ("files", vec![name, value])
        }
        Place::Part if plain => ("part", vec![name, value]),
        Place::Part if of_items(&|item| has_text(model, item)) => ("parts", vec![name, value]),
        Place::Part => ("part_json", vec![name, value]),
    };
    syntax::method_call(call, &word(method), arguments)
}

fn style(style: Style) -> Expr {
    let name = names::type_name(&format!("{style:?}"));
    syntax::value(syntax::path([&word("Style"), &name]))
}

pub(super) fn put_body(call: Expr, body: &Body, value: Expr) -> Expr {
    let media_type = || syntax::text(&body.media_type);
    let (method, arguments) = match body.encoding {
        Encoding::Json if body.media_type == "application/json" => {
            ("json", vec![syntax::reference(value)])
        }
        Encoding::Json => ("json_as", vec![media_type(), syntax::reference(value)]),
        Encoding::Form if body.styles.is_empty() => ("form", vec![syntax::reference(value)]),
        Encoding::Form => {
            let styles = body.styles.iter().map(|(name, field)| -> Expr {
                let style = style(*field);
                parse_quote!((#name, #style))
            });
            let styles = parse_quote!(&[#(#styles),*]);
            ("form_styled", vec![syntax::reference(value), styles])
        }
        Encoding::Text => ("text", vec![media_type(), value]),
        Encoding::Bytes => ("bytes", vec![media_type(), value]),
    };
    syntax::method_call(call, &word(method), arguments)
}

/// How a body is taken, and what of it is sent: no field tells what a list of anything is to become.
pub(super) fn body_taken_as(ty: &Type, enums: &BTreeSet<String>) -> (Type, Expr) {
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
pub(in crate::generate) fn taken_as(
    ty: &Type,
    ident: &Ident,
    enums: &BTreeSet<String>,
) -> (Type, Expr) {
    let ty = shortened(ty);
    if converts(&ty, enums) {
        return (syntax::impl_into(ty), converted(ident));
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
    (ty, syntax::value(ident.clone()))
}

/// An argument as what it converts into.
pub(in crate::generate) fn converted(ident: &Ident) -> Expr {
    syntax::method_call(syntax::value(ident.clone()), &syntax::word("into"), [])
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
