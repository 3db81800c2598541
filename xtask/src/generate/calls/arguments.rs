//! How what a call carries is taken as an argument, and what of it is sent.

use std::collections::BTreeSet;

use syn::{Expr, Ident, Type, parse_quote};

use super::shortened;
use crate::{
    api::{Body, Encoding, Parameter, Place, Style},
    generate::{
        names,
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

pub(super) fn put_body(call: Expr, body: &Body, value: Expr) -> Expr {
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
