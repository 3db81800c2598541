//! Quoted text whose lines are not indented.

use saphyr_parser::ScanError;

/// The document with the lines of the quoted text indented that `error` complains of; `None` if it
/// complains of something else. Indentation is no part of the text.
pub(super) fn indented(document: &str, error: &ScanError) -> Option<String> {
    if !error
        .info()
        .contains("invalid indentation in quoted scalar")
    {
        return None;
    }
    // The parser counts characters, and without a byte order mark.
    let (start, quote) = document.char_indices().nth(error.marker().index())?;
    if !matches!(quote, '"' | '\'') {
        return None;
    }
    let end = start + 1 + length(&document[start + 1..], quote)?;
    let lines =
        document[start..end].replace('\n', &format!("\n{}", " ".repeat(error.marker().col())));
    // Otherwise the next attempt would fail in the same way.
    (lines.len() > end - start)
        .then(|| format!("{}{lines}{}", &document[..start], &document[end..]))
}

/// How many bytes come before the quote that ends the text.
fn length(text: &str, quote: char) -> Option<usize> {
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && quote == '"' {
            characters.next();
        } else if character == quote {
            match characters.peek() {
                Some((_, '\'')) if quote == '\'' => characters.next(),
                _ => return Some(at),
            };
        }
    }
    None
}
