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

/// Words for a text that may be anything, with hyphens between them.
pub(crate) fn spoken(text: &str) -> String {
    if text.is_empty() {
        return "empty".to_owned();
    }
    let mut words = String::new();
    for character in text.chars() {
        let word = match character {
            c if c.is_ascii_alphanumeric() => {
                words.push(c);
                continue;
            }
            '+' => "plus",
            '-' if words.is_empty() => "minus",
            '<' => "less",
            '>' => "greater",
            '=' => "equal",
            '!' => "not",
            '*' => "star",
            '%' => "percent",
            '&' => "and",
            '|' => "or",
            '/' if words.is_empty() => "slash",
            '.' if words.is_empty() => "dot",
            '$' => "dollar",
            '#' => "hash",
            '@' => "at",
            c if c.is_alphabetic() => {
                words.push_str(&letter(c));
                continue;
            }
            _ => "",
        };
        words.push('-');
        words.push_str(word);
        words.push('-');
    }
    if words.contains(|c: char| c.is_ascii_alphanumeric()) {
        return words;
    }
    let named: Vec<String> = text.chars().map(sign).collect();
    named.join("-")
}

/// A letter of another alphabet in letters of ours: without its marks, or by its number.
fn letter(character: char) -> String {
    const PLAIN: [(&str, &str); 20] = [
        ("a", "àáâãäåāăą"),
        ("A", "ÀÁÂÃÄÅĀĂĄ"),
        ("c", "çćč"),
        ("C", "ÇĆČ"),
        ("e", "èéêëēęě"),
        ("E", "ÈÉÊËĒĘĚ"),
        ("i", "ìíîïī"),
        ("I", "ÌÍÎÏĪ"),
        ("n", "ñńň"),
        ("N", "ÑŃŇ"),
        ("o", "òóôõöøō"),
        ("O", "ÒÓÔÕÖØŌ"),
        ("s", "śšş"),
        ("S", "ŚŠŞ"),
        ("u", "ùúûüū"),
        ("U", "ÙÚÛÜŪ"),
        ("ss", "ß"),
        ("ae", "æ"),
        ("oe", "œ"),
        ("micro", "µμ"),
    ];
    let plain = PLAIN.iter().find(|(_, marked)| marked.contains(character));
    plain.map_or_else(
        || format!("u{:x}", u32::from(character)),
        |(plain, _)| (*plain).to_owned(),
    )
}

/// The name of a character that is no letter.
fn sign(character: char) -> String {
    let name = match character {
        ' ' => "space",
        '_' => "underscore",
        ',' => "comma",
        ';' => "semicolon",
        ':' => "colon",
        '?' => "question",
        '^' => "caret",
        '~' => "tilde",
        '(' | ')' => "parenthesis",
        '[' | ']' => "bracket",
        '{' | '}' => "brace",
        '"' | '\'' | '`' => "quote",
        '\\' => "backslash",
        '/' => "slash",
        '.' => "dot",
        '-' => "minus",
        other => return format!("u{:x}", u32::from(other)),
    };
    name.to_owned()
}

/// Whether Rust keeps the word for itself.
pub(crate) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

fn words(name: &str) -> String {
    name.replace('\'', "")
        .replace(|c: char| !c.is_alphanumeric() && c != '_', "-")
}
