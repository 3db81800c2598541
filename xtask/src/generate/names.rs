//! Names in Rust's own style.

use heck::{ToPascalCase as _, ToShoutySnakeCase as _, ToSnakeCase as _};
use proc_macro2::{Ident, Span};

/// A type's name.
pub(super) fn type_name(text: &str) -> Ident {
    ident(&text.to_pascal_case())
}

/// A method's, field's or argument's name.
pub(super) fn value_name(text: &str) -> Ident {
    ident(&text.to_snake_case())
}

/// A static's name.
pub(super) fn static_name(text: &str) -> Ident {
    ident(&text.to_shouty_snake_case())
}

/// A module's name.
pub(super) fn module(text: &str) -> String {
    text.to_snake_case()
}

/// An identifier, with an underscore behind it where the text is a keyword.
fn ident(text: &str) -> Ident {
    let mut text = text.to_owned();
    if text.is_empty() || text.starts_with(|character: char| character.is_ascii_digit()) {
        text.insert(0, '_');
    }
    if syn::parse_str::<Ident>(&text).is_err() {
        text.push('_');
    }
    Ident::new(&text, Span::call_site())
}
