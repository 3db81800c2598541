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

/// The name of the method that sets an optional parameter: another one where every call has a method of that name.
pub(super) fn setter_name(text: &str) -> Ident {
    const TAKEN: [&str; 13] = [
        "body",
        "follow",
        "items",
        "items_from",
        "pages",
        "pages_from",
        "send",
        "stream",
        "submit",
        "subscribe",
        "subscribe_from",
        "wait",
        "with_options",
    ];
    let name = value_name(text);
    if TAKEN.iter().any(|taken| name == taken) {
        return ident(&format!("{name}_"));
    }
    name
}

/// The name of the method of a mock for an operation: another one where every mock has a method of that name.
pub(super) fn mocked_name(text: &str) -> Ident {
    const TAKEN: [&str; 6] = [
        "assert_all_used",
        "client",
        "environment",
        "requests",
        "session",
        "start",
    ];
    let name = value_name(text);
    if TAKEN.iter().any(|taken| name == taken) {
        return ident(&format!("{name}_"));
    }
    name
}

/// A static's name.
pub(super) fn static_name(text: &str) -> Ident {
    ident(&whole_words(text).to_shouty_snake_case())
}

/// The text with `OAuth` in one word.
fn whole_words(text: &str) -> String {
    text.replace("OAuth", "Oauth")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_called_like_a_method_of_every_call_gets_another_name() {
        assert_eq!(setter_name("send"), "send_");
        assert_eq!(setter_name("with-options"), "with_options_");
        assert_eq!(setter_name("pageSize"), "page_size");
        assert_eq!(setter_name("type"), "type_");
        assert_eq!(mocked_name("session"), "session_");
    }

    #[test]
    fn a_scheme_of_oauth_is_one_word() {
        assert_eq!(
            static_name("OAuth2PasswordBearer"),
            "OAUTH2_PASSWORD_BEARER"
        );
    }
}
