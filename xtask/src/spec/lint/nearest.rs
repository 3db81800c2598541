//! "Did you mean …?"

use super::super::{Edit, Mend};

/// The candidate that is nearest to `word`, if near enough to be what was meant.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let limit = (word.chars().count() / 3).clamp(1, 4);
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// ``did you mean `x`?``, or else what `otherwise` says.
pub(super) fn did_you_mean<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    otherwise: impl Into<String>,
) -> String {
    match nearest(word, candidates) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => otherwise.into(),
    }
}

/// [`did_you_mean`] of a key, which there are few of: so near a one is what was meant.
pub(super) fn misspelt_key<'c>(
    key: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    otherwise: impl Into<String>,
) -> Mend {
    match nearest(key, candidates) {
        Some(candidate) => instead_of(key, candidate),
        None => otherwise.into().into(),
    }
}

/// ``did you mean `candidate`?``, and a change that takes the answer to be yes.
pub(super) fn instead_of(key: &str, candidate: &str) -> Mend {
    let edit = Edit::Replace {
        from: key.to_owned(),
        to: candidate.to_owned(),
    };
    Mend::with_edit(format!("did you mean `{candidate}`?"), edit)
}

/// How many letters must be put in, taken out, replaced, or swapped with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    let mut last = None;
    for (row, letter) in one.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, &candidate) in other.iter().enumerate() {
            let mut cost = (above[column] + usize::from(letter != candidate))
                .min(above[column + 1] + 1)
                .min(current[column] + 1);
            if row > 0 && column > 0 && last == Some(candidate) && other[column - 1] == letter {
                cost = cost.min(before[column - 1] + 1);
            }
            current.push(cost);
        }
        before = std::mem::replace(&mut above, current);
        last = Some(letter);
    }
    above[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelling_finds_its_word_and_a_stranger_finds_none() {
        let known = ["x-evidence", "x-envelope", "x-environment"];
        assert_eq!(nearest("x-evidnece", known), Some("x-evidence"));
        assert_eq!(nearest("x-enviroment", known), Some("x-environment"));
        assert_eq!(nearest("x-logo", known), None);
    }
}
