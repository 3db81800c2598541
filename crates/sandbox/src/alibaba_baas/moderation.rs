//! Content moderation of what is about to be written.

use std::collections::BTreeSet;

/// Text that contains one of these is judged `block`. The second stands in the text that the
/// vendor's published sample has rejected.
pub const BLOCKED_WORDS: [&str; 2] = ["forbidden", "国事访问"];

/// Text that contains this, and none of [`BLOCKED_WORDS`], is judged `review`.
pub const SUSPICIOUS_WORD: &str = "suspicious";

/// What moderation suggests to do with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Suggestion {
    Pass,
    Review,
    Block,
}

impl Suggestion {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Review => "review",
            Self::Block => "block",
        }
    }

    fn on(text: &str) -> Self {
        if BLOCKED_WORDS.iter().any(|word| text.contains(word)) {
            Self::Block
        } else if text.contains(SUSPICIOUS_WORD) {
            Self::Review
        } else {
            Self::Pass
        }
    }
}

/// The suggestions on which a transaction is rejected, as `content_check` lists them. None: no
/// check at all.
pub(super) struct Rejecting(BTreeSet<Suggestion>);

impl Rejecting {
    /// Parses a comma-separated list, with or without spaces. Fails with the entry that is no
    /// suggestion.
    pub(super) fn parse(content_check: &str) -> Result<Self, String> {
        content_check
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| match name {
                "pass" => Ok(Suggestion::Pass),
                "review" => Ok(Suggestion::Review),
                "block" => Ok(Suggestion::Block),
                other => Err(other.to_owned()),
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(super) fn is_off(&self) -> bool {
        self.0.is_empty()
    }

    /// The worst suggestion on the texts, if it is one to reject them for.
    pub(super) fn verdict<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Option<Suggestion> {
        let worst = texts.map(Suggestion::on).max().unwrap_or(Suggestion::Pass);
        self.0.contains(&worst).then_some(worst)
    }
}
