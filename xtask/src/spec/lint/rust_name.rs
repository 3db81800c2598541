//! The Rust name that a name of the document becomes.

use heck::{ToPascalCase, ToSnakeCase};

/// The strict and reserved keywords of Rust 2024.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The name as a function, an argument or a field.
pub(crate) fn snake(name: &str) -> String {
    words(name).to_snake_case()
}

/// The name as a type or a variant.
pub(crate) fn pascal(name: &str) -> String {
    words(name).to_pascal_case()
}

/// Whether Rust keeps the word for itself.
pub(crate) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

fn words(name: &str) -> String {
    name.replace('\'', "")
        .replace(|c: char| !c.is_alphanumeric() && c != '_', "-")
}
