//! What stands in brackets over several lines that are not indented.

use saphyr_parser::ScanError;

/// The document with the line indented that `error` complains of, as far as the line before it; `None` if it complains
/// of something else. Indentation means nothing between brackets.
pub(super) fn indented(document: &str, error: &ScanError) -> Option<String> {
    if !matches!(
        error.info(),
        "invalid indentation" | "invalid indentation in flow construct"
    ) {
        return None;
    }
    // The parser counts characters, and without a byte order mark.
    let (at, _) = document.char_indices().nth(error.marker().index())?;
    let start = document[..at].rfind('\n').map_or(0, |end| end + 1);
    let before = document[..start].lines().rev();
    let before = before.map(|line| line.len() - line.trim_start().len());
    let missing = before.take(1).sum::<usize>().saturating_sub(at - start);
    let spaces = " ".repeat(missing.max(1));
    Some(format!(
        "{}{spaces}{}",
        &document[..start],
        &document[start..]
    ))
}
