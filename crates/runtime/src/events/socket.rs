//! What the spec says of a web socket (`x-websocket`): which events it delivers, and how to read again over REST what was
//! missed.

use crate::Operation;

/// What a web socket delivers.
#[derive(Debug)]
pub struct Socket {
    /// The query parameter that chooses kinds of events, and its value for all of them, which is sent where the caller
    /// chooses none.
    pub select: Option<(&'static str, &'static str)>,
    /// How to tell over REST what the socket would have said; `None` where the spec knows no way.
    pub replay: Option<&'static Replay>,
}

/// How to tell over REST what a web socket would have said.
///
/// What follows `{` or stands alone as an *expression* is a name, and behind it perhaps a JSON Pointer into the value of
/// that name: `block`, `block/number`. Names are those of the subscription's path parameters, `height` (the block's
/// number), `block` (the block), and those that [`Step::Each`] and [`Step::Read`] give.
#[derive(Debug)]
pub struct Replay {
    /// The JSON Pointer of what tells the kinds of events apart.
    pub kind: &'static str,
    /// The JSON Pointer of what an event is known by.
    pub id: &'static str,
    /// JSON Pointers of what is the same in all events, each with a text to put there until one has told.
    pub alike: &'static [(&'static str, &'static str)],
    /// The call that reads a block.
    pub block: BlockCall,
    /// What a block says happened, in order.
    pub steps: &'static [Step],
}

/// The call that reads one block.
#[derive(Debug)]
pub struct BlockCall {
    /// The operation. Its other path parameters are those of the subscription.
    pub operation: &'static Operation,
    /// The path parameter that takes the block's number.
    pub number: &'static str,
    /// What that parameter takes for the newest block.
    pub latest: &'static str,
    /// The JSON Pointer of the number in the answer.
    pub height: &'static str,
}

/// One thing that a block says.
#[derive(Debug)]
#[non_exhaustive]
pub enum Step {
    /// An event of this kind happened.
    Event {
        /// Its kind.
        kind: &'static str,
        /// Only where this expression leads to something.
        when: Option<&'static str>,
        /// JSON Pointers of its texts, each with expressions in braces.
        text: &'static [(&'static str, &'static str)],
        /// JSON Pointers of its values, each with an expression; the pointer `""` is the whole event, and comes first.
        value: &'static [(&'static str, &'static str)],
        /// JSON Pointers of what it does not have after all.
        without: &'static [&'static str],
        /// Whether several events of a block may share an id.
        repeats: bool,
    },
    /// An event of this kind happened, which cannot be told over REST.
    Lost {
        /// Its kind.
        kind: &'static str,
        /// Only where this expression leads to something.
        when: Option<&'static str>,
        /// Its id, with expressions in braces.
        id: &'static str,
    },
    /// The steps, once for each item of a list.
    Each {
        /// The expression of the list; `null` and nothing are an empty one.
        list: &'static str,
        /// The name of the item.
        name: &'static str,
        /// What to do with it.
        steps: &'static [Step],
    },
    /// The steps, with the answer of another call.
    Read {
        /// The operation. Its other path parameters are those of the subscription.
        operation: &'static Operation,
        /// Its path parameters, each with an expression.
        with: &'static [(&'static str, &'static str)],
        /// The name of the answer.
        name: &'static str,
        /// What to do with it.
        steps: &'static [Step],
    },
}

/// How the id of one kind of event is made, and what that says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// What stands before the height.
    before: &'static str,
    /// What stands behind it.
    behind: &'static str,
    /// Whether several events of a block may share an id.
    pub(super) repeats: bool,
}

impl Replay {
    /// The patterns of all ids.
    pub(super) fn patterns(&self) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        collect(self.steps, self.id, &mut patterns);
        patterns
    }

    /// Whether there is an event of some chosen kind in every block.
    pub(super) fn tells_of_every_block(&self, chosen: &Chosen) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Event {
                kind, when: None, ..
            } => chosen.has(kind),
            _ => false,
        })
    }
}

fn collect(steps: &'static [Step], at: &str, patterns: &mut Vec<Pattern>) {
    for step in steps {
        let (template, repeats) = match step {
            Step::Event { text, repeats, .. } => {
                let id = text.iter().find(|(pointer, _)| *pointer == at);
                (id.map(|(_, template)| *template), *repeats)
            }
            Step::Lost { id, .. } => (Some(*id), false),
            Step::Each { steps, .. } | Step::Read { steps, .. } => {
                collect(steps, at, patterns);
                continue;
            }
        };
        let Some((before, behind)) = template.and_then(|id| id.split_once("{height}")) else {
            continue;
        };
        let pattern = Pattern {
            before,
            behind: behind.split('{').next().unwrap_or_default(),
            repeats,
        };
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
}

impl Pattern {
    /// The height that `id` names, where it is of this pattern.
    pub(super) fn height(&self, id: &str) -> Option<u64> {
        let rest = id.strip_prefix(self.before)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = rest.split_at(digits);
        rest.starts_with(self.behind)
            .then(|| number.parse().ok())
            .flatten()
    }
}

/// The kinds that the caller chose.
#[derive(Clone, Debug)]
pub(super) enum Chosen {
    All,
    These(Vec<String>),
}

impl Chosen {
    /// Reads the value of the parameter that chooses.
    pub(super) fn of(value: Option<&str>, all: &str) -> Self {
        let kinds: Vec<String> = value
            .into_iter()
            .flat_map(|value| value.split(','))
            .map(|kind| kind.trim().to_owned())
            .filter(|kind| !kind.is_empty())
            .collect();
        if kinds.is_empty() || kinds.iter().any(|kind| kind == all) {
            Self::All
        } else {
            Self::These(kinds)
        }
    }

    pub(super) fn has(&self, kind: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(kinds) => kinds.iter().any(|chosen| chosen == kind),
        }
    }

    /// Whether any of the steps tells of a chosen kind.
    pub(super) fn wants(&self, steps: &[Step]) -> bool {
        steps.iter().any(|step| match step {
            Step::Event { kind, .. } | Step::Lost { kind, .. } => self.has(kind),
            Step::Each { steps, .. } | Step::Read { steps, .. } => self.wants(steps),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_height_by_its_pattern_alone() {
        let pattern = Pattern {
            before: "tx-",
            behind: "-",
            repeats: false,
        };
        assert_eq!(pattern.height("tx-3-ab"), Some(3));
        assert_eq!(pattern.height("tx-18446744073709551615-"), Some(u64::MAX));
        for other in [
            "",
            "tx-",
            "tx--ab",
            "tx-3",
            "tx-x-",
            "block-3-",
            "tx-18446744073709551616-",
        ] {
            assert_eq!(pattern.height(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_chosen_is_a_list_or_all() {
        let has = |value, kind| Chosen::of(value, "*").has(kind);
        assert!(has(None, "Tx") && has(Some(""), "Tx") && has(Some("Block,*"), "Tx"));
        assert!(has(Some("Block, Tx"), "Tx") && !has(Some("Block"), "Tx"));
    }
}
