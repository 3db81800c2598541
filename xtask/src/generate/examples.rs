//! The examples of a spec, as Rust: each call's documentation shows it with the first one.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use syn::{Fields, Item, Stmt, Type};

use super::{
    calls::{by_reference, shortened},
    names,
    signatures::Signature,
    types::{self, Model, fields, type_ident},
};
use crate::api::{Api, Framing, Operation};

/// A documentation test that calls `operation`; `None` where the spec has no example to make it of.
pub(super) fn call(
    api: &Api,
    model: &Model,
    operation: &Operation,
    signature: &Signature,
) -> Option<String> {
    let writer = Writer { model };
    let mut arguments = Vec::new();
    for (parameter, ty) in operation
        .parameters
        .iter()
        .zip(&signature.parameters)
        .filter(|(parameter, _)| parameter.required)
    {
        let example = parameter.example.as_ref()?;
        let ty = shortened(ty);
        // The items of a list are of one type, which nothing is converted to.
        arguments.push(match fields::inner(&ty, "Vec") {
            Some(item) => {
                let items = example.as_array()?.iter();
                let items: Option<Vec<TokenStream>> =
                    items.map(|example| writer.exact(item, example)).collect();
                let items = items.filter(|items| !items.is_empty())?;
                quote!([#(#items),*])
            }
            None => {
                let reference = by_reference(&ty).then(|| quote!(&));
                let argument = writer.argument(&ty, example)?;
                quote!(#reference #argument)
            }
        });
    }
    if let (Some(body), Some(ty)) = (&operation.body, &signature.body)
        && body.required
    {
        let (_, example) = body.examples.first()?;
        arguments.push(writer.argument(&shortened(ty), example)?);
    }
    let name = names::value_name(&operation.id);
    let (sends, pattern) = match operation.success.stream {
        Some(Framing::Events) => (quote!(stream), quote!(mut events)),
        Some(_) => (quote!(stream), quote!(mut values)),
        None if operation.websocket => (quote!(subscribe), quote!(mut events)),
        None => (quote!(send), quote!(response)),
    };
    let statement = if signature.answer.is_none() {
        quote!(client.#name(#(#arguments),*).#sends().await?;)
    } else {
        quote!(let #pattern = client.#name(#(#arguments),*).#sends().await?;)
    };
    let statement: Stmt = syn::parse2(statement).ok()?;
    let krate = format!("bindery_{}", names::module(&api.name));
    let mut text = statement_text(std::slice::from_ref(&statement));
    if operation.websocket {
        text.push_str(following(operation));
    }
    text.push_str(match operation.success.stream {
        Some(Framing::Events) => {
            "\nwhile let Some(event) = events.next().await {\n    println!(\"{:?}\", event?.data);\n}"
        }
        Some(_) => "\nwhile let Some(value) = values.next().await {\n    println!(\"{:?}\", value?);\n}",
        None => "",
    });
    let runtime: Vec<&str> = [
        "Address", "Base64", "Delivery", "Hex", "Json", "Uint256", "UnixTime",
    ]
    .into_iter()
    .filter(|name| {
        text.contains(&format!("{name}::"))
            || text.contains(&format!("{name}>"))
            || text.contains(&format!("{name})"))
    })
    .collect();
    let mut imports = String::new();
    if !runtime.is_empty() || text.contains("types::") {
        let mut names: Vec<&str> = runtime;
        if text.contains("types::") {
            names.push("types");
        }
        imports = match names.as_slice() {
            [one] => format!("use {krate}::{one};\n\n"),
            several => format!("use {krate}::{{{}}};\n\n", several.join(", ")),
        };
    }
    Some(format!(
        "```no_run\n# async fn example(client: {krate}::Client) -> Result<(), Box<dyn std::error::Error>> \
         {{\n{imports}{text}\n# Ok(())\n# }}\n```"
    ))
}

/// What a caller does with the events of a web socket.
fn following(operation: &Operation) -> &'static str {
    let replayed = operation
        .socket
        .as_ref()
        .is_some_and(|socket| socket.get("replay").is_some());
    if replayed {
        "\nwhile let Some(delivery) = events.next().await {\n    match delivery? {\n        Delivery::Event(event) => \
         println!(\"{event:?}\"),\n        other => eprintln!(\"{other:?}\"),\n    }\n    // To be saved, and given to \
         `subscribe_from` by the next process.\n    let position = events.position();\n}"
    } else {
        "\nwhile let Some(delivery) = events.next().await {\n    match delivery? {\n        Delivery::Event(event) => \
         println!(\"{event:?}\"),\n        other => eprintln!(\"{other:?}\"),\n    }\n}"
    }
}

struct Writer<'a> {
    model: &'a Model,
}

impl Writer<'_> {
    /// `example` as what an argument of the type takes: anything that converts into it.
    fn argument(&self, ty: &Type, example: &Value) -> Option<TokenStream> {
        if let Some(inner) = fields::inner(ty, "Option").or_else(|| fields::inner(ty, "Nullable")) {
            return if example.is_null() {
                Some(quote!(None))
            } else {
                self.known(inner, example)
            };
        }
        if let Some(item) = fields::inner(ty, "Vec") {
            let items = example.as_array()?;
            let items: Option<Vec<TokenStream>> = items
                .iter()
                .map(|example| self.argument(item, example))
                .collect();
            let items = items?;
            return Some(if items.is_empty() {
                quote!(Vec::<#item>::new())
            } else {
                quote!([#(#items),*])
            });
        }
        if let Some(value) = map_value(ty) {
            let entries: Option<Vec<TokenStream>> = example
                .as_object()?
                .iter()
                .map(|(name, example)| {
                    let value = self.argument(value, example)?;
                    Some(quote!((#name, #value)))
                })
                .collect();
            let entries = entries?;
            return Some(if entries.is_empty() {
                quote!(<#ty>::new())
            } else {
                quote!([#(#entries),*])
            });
        }
        match type_ident(ty)?.as_str() {
            "String" | "Secret" => {
                let text = example.as_str()?;
                Some(quote!(#text))
            }
            "FilePart" | "Bytes" => {
                let text = example.as_str()?;
                let bytes = syn::LitByteStr::new(text.as_bytes(), proc_macro2::Span::call_site());
                Some(quote!(&#bytes[..]))
            }
            "Json" => {
                let json: TokenStream = example.to_string().parse().ok()?;
                Some(quote!(serde_json::json!(#json)))
            }
            "Fields" => entries_of(example),
            _ => self.exact(ty, example),
        }
    }

    /// `example` as a value whose type is seen from itself.
    fn known(&self, ty: &Type, example: &Value) -> Option<TokenStream> {
        match type_ident(ty)?.as_str() {
            "Address" | "Hex" => {
                let text = example.as_str()?;
                Some(quote!(#text.parse::<#ty>()?))
            }
            _ => self.exact(ty, example),
        }
    }

    /// `example` as a value of exactly this type.
    fn exact(&self, ty: &Type, example: &Value) -> Option<TokenStream> {
        if let Some(item) = fields::inner(ty, "Vec") {
            let items: Option<Vec<TokenStream>> = example
                .as_array()?
                .iter()
                .map(|example| self.exact(item, example))
                .collect();
            let items = items?;
            return Some(quote!(vec![#(#items),*]));
        }
        if let Some(value) = map_value(ty) {
            let entries: Option<Vec<TokenStream>> = example
                .as_object()?
                .iter()
                .map(|(name, example)| {
                    let value = self.exact(value, example)?;
                    Some(quote!((#name.into(), #value)))
                })
                .collect();
            let entries = entries?;
            return Some(if entries.is_empty() {
                quote!(Default::default())
            } else {
                quote!([#(#entries),*].into_iter().collect())
            });
        }
        let name = type_ident(ty)?;
        match name.as_str() {
            "String" | "Secret" => {
                let text = example.as_str()?;
                Some(quote!(#text.into()))
            }
            "Base64" => {
                let text = example.as_str()?;
                let decoded = base64_text(text)?;
                Some(quote!(Base64::from_bytes(#decoded)))
            }
            "Uint256" => {
                let text = example.as_str()?;
                Some(quote!(#text.parse::<Uint256>()?))
            }
            "UnixTime" => {
                let seconds: TokenStream = example.as_i64()?.to_string().parse().ok()?;
                Some(quote!(UnixTime::from(#seconds)))
            }
            "Address" | "Hex" | "Uuid" | "DateTime" | "NaiveDate" => {
                let text = example.as_str()?;
                Some(quote!(#text.parse()?))
            }
            "bool" => example.as_bool().map(|value| quote!(#value)),
            "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => {
                let number: TokenStream = example.as_i64()?.to_string().parse().ok()?;
                Some(number)
            }
            "f32" | "f64" => {
                let number: TokenStream = format!("{:?}", example.as_f64()?).parse().ok()?;
                Some(number)
            }
            "Json" => {
                let json: TokenStream = example.to_string().parse().ok()?;
                Some(quote!(serde_json::json!(#json).into()))
            }
            "Fields" => entries_of(example).map(|entries| quote!(#entries.into_iter().collect())),
            _ => self.named(&name, example),
        }
    }

    fn named(&self, name: &str, example: &Value) -> Option<TokenStream> {
        let ident = names::type_name(name);
        match self.model.get(name)? {
            Item::Struct(structure) => match &structure.fields {
                Fields::Named(_) => self.structure(name, example),
                Fields::Unnamed(fields) => {
                    let inner = self.exact(&fields.unnamed.first()?.ty, example)?;
                    Some(quote!(types::#ident(#inner)))
                }
                Fields::Unit => None,
            },
            Item::Enum(_) if let Some(texts) = self.model.texts(name) => {
                let text = example.as_str()?;
                Some(match texts.iter().find(|(_, known)| known == text) {
                    Some((variant, _)) => quote!(types::#ident::#variant),
                    None => quote!(types::#ident::from(#text)),
                })
            }
            Item::Enum(enumeration) => enumeration.variants.iter().find_map(|variant| {
                let Fields::Unnamed(inner) = &variant.fields else {
                    return None;
                };
                let inner = &inner.unnamed.first()?.ty;
                let value = self
                    .fits(inner, example)
                    .then(|| self.exact(inner, example))
                    .flatten()?;
                let variant = &variant.ident;
                Some(quote!(types::#ident::#variant(#value)))
            }),
            _ => None,
        }
    }

    fn structure(&self, name: &str, example: &Value) -> Option<TokenStream> {
        let ident = names::type_name(name);
        let named = types::named(self.model.get(name)?)?;
        let example = example.as_object()?;
        let mut required = Vec::new();
        let mut setters = TokenStream::new();
        let mut known = Vec::new();
        let mut open = false;
        for field in &named.named {
            let field_name = field.ident.as_ref()?;
            let shape = types::FieldShape::of(field);
            if shape.extra {
                open = shape.flattened;
                continue;
            }
            let wire = shape.wire();
            known.push(wire.clone());
            match example.get(&wire) {
                Some(value) if shape.optional => {
                    let inner = fields::inner(&field.ty, "Option").unwrap_or(&field.ty);
                    let value = self.argument(inner, value)?;
                    let setter = types::setter_name(field_name);
                    setters.extend(quote!(.#setter(#value)));
                }
                Some(value) => required.push(self.argument(&field.ty, value)?),
                None if shape.optional => {}
                None => return None,
            }
        }
        for (field, value) in example.iter().filter(|(field, _)| !known.contains(field)) {
            if !open {
                return None;
            }
            let json: TokenStream = value.to_string().parse().ok()?;
            setters.extend(quote!(.with(#field, serde_json::json!(#json))));
        }
        Some(quote!(types::#ident::new(#(#required),*) #setters))
    }

    /// Whether the example has the shape of the type, as far as its first level tells.
    fn fits(&self, ty: &Type, example: &Value) -> bool {
        if fields::inner(ty, "Vec").is_some() {
            return example.is_array();
        }
        if map_value(ty).is_some() {
            return example.is_object();
        }
        match type_ident(ty).as_deref() {
            Some(
                "String" | "Secret" | "Address" | "Base64" | "Hex" | "Uint256" | "Uuid"
                | "DateTime",
            ) => example.is_string(),
            Some("UnixTime") => example.is_string() || example.is_number(),
            Some("bool") => example.is_boolean(),
            Some("i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64") => example.is_i64(),
            Some("f32" | "f64") => example.is_number(),
            Some("Json") => true,
            Some("Fields") => example.is_object(),
            Some(name) => self.named(name, example).is_some(),
            None => false,
        }
    }
}

/// An object of which nothing is known, as a list of its entries.
fn entries_of(example: &Value) -> Option<TokenStream> {
    let entries = example.as_object()?;
    if entries.is_empty() {
        return Some(quote!(Vec::<(String, Json)>::new()));
    }
    let entries = entries.iter().map(|(name, value)| {
        let json: TokenStream = value.to_string().parse().ok()?;
        Some(quote!((#name, serde_json::json!(#json))))
    });
    let entries: Vec<TokenStream> = entries.collect::<Option<_>>()?;
    Some(quote!([#(#entries),*]))
}

/// The value type of a map.
fn map_value(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "BTreeMap")?;
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => match arguments.args.last()? {
            syn::GenericArgument::Type(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// What a base64 text says, where that is a text.
fn base64_text(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text).ok()?).ok()
}

/// A block of one statement, as text in the style of the rest.
fn statement_text(statements: &[Stmt]) -> String {
    let file: syn::File = syn::parse_quote!(fn example() { #(#statements)* });
    let text = prettyplease::unparse(&file);
    let lines = text
        .lines()
        .skip(1)
        .map(|line| line.strip_prefix("    ").unwrap_or(line));
    let lines: Vec<&str> = lines.collect();
    lines[..lines.len().saturating_sub(1)].join("\n")
}
