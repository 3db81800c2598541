//! What a keyword says that stands in both of two schemas.

use super::{Merging, is_composed};
use crate::{
    adopt::schemas::walk::{self, PROSE, allows_anything},
    spec::{Content, Node},
};

impl Merging<'_> {
    pub(super) fn keyword(
        &mut self,
        key: &str,
        mine: &Node,
        theirs: &Node,
        depth: usize,
    ) -> Option<Node> {
        Some(match key {
            "properties" => self.properties(mine, theirs, depth)?,
            "required" => {
                let mut names = mine.items().to_vec();
                let new = theirs.items().iter().filter(|name| {
                    mine.items()
                        .iter()
                        .all(|other| other.as_str() != name.as_str())
                });
                names.extend(new.cloned());
                Node {
                    position: theirs.position,
                    content: Content::List(names),
                }
            }
            "enum" => {
                let shared: Vec<Node> = theirs
                    .items()
                    .iter()
                    .filter(|value| {
                        mine.items()
                            .iter()
                            .any(|other| other.to_value() == value.to_value())
                    })
                    .cloned()
                    .collect();
                if shared.is_empty() {
                    self.notes.push((
                        theirs.position,
                        "the values of its parts have none in common: the last ones hold"
                            .to_owned(),
                    ));
                    theirs.clone()
                } else {
                    Node {
                        position: theirs.position,
                        content: Content::List(shared),
                    }
                }
            }
            "items" => self.sub(mine, theirs, depth)?,
            "additionalProperties" => match (&mine.content, &theirs.content) {
                (Content::Map(_), Content::Map(_)) => self.sub(mine, theirs, depth)?,
                (Content::Map(_), _) => mine.clone(),
                _ => theirs.clone(),
            },
            // Both unions hold: one of them goes on beside the other, and `spread` makes a product of them.
            "oneOf" | "anyOf" => self.product(mine, theirs, depth)?,
            "readOnly" | "writeOnly" | "nullable" => theirs.clone(),
            _ => theirs.clone(),
        })
    }

    fn properties(&mut self, mine: &Node, theirs: &Node, depth: usize) -> Option<Node> {
        let mut whole = mine.clone();
        for entry in theirs.entries() {
            let both = match whole.get(&entry.key) {
                Some(mine) => self.sub(&mine.clone(), &entry.value, depth)?,
                None => {
                    if let Content::Map(entries) = &mut whole.content {
                        entries.push(entry.clone());
                    }
                    continue;
                }
            };
            if let Some(place) = whole.get_mut(&entry.key) {
                *place = both;
            }
        }
        Some(whole)
    }

    /// A schema inside both: a reference stays one where the other says nothing that matters.
    fn sub(&mut self, mine: &Node, theirs: &Node, depth: usize) -> Option<Node> {
        if mine.to_value() == theirs.to_value() || allows_anything(mine) {
            let mut theirs = theirs.clone();
            if theirs.reference().is_none()
                && let Content::Map(entries) = &mut theirs.content
            {
                for entry in mine
                    .entries()
                    .iter()
                    .filter(|entry| PROSE.contains(&entry.key.as_str()) && entry.key != "nullable")
                {
                    if !entries.iter().any(|other| other.key == entry.key) {
                        entries.push(entry.clone());
                    }
                }
            }
            return Some(theirs);
        }
        if allows_anything(theirs)
            || walk::sole_reference(mine).is_some()
                && walk::sole_reference(mine) == walk::sole_reference(theirs)
        {
            return Some(match mine.reference() {
                Some(_) => mine.clone(),
                None => {
                    let mut whole = mine.clone();
                    for entry in theirs
                        .entries()
                        .iter()
                        .filter(|entry| PROSE.contains(&entry.key.as_str()))
                    {
                        whole.insert(&entry.key, entry.value.content.clone());
                    }
                    whole
                }
            });
        }
        // Where one is made of the other, or looking into them never ends, the last one holds.
        let open = self.open.len();
        let inner = (|| {
            let mine = self.looked_into(mine, depth + 1)?;
            let theirs = self.looked_into(theirs, depth + 1)?;
            let both = self.both(&mine, &theirs, depth + 1)?;
            if is_composed(&both) {
                self.flat(&both, depth + 1)
            } else {
                Some(both)
            }
        })();
        self.open.truncate(open);
        Some(inner.unwrap_or_else(|| {
            self.notes.push((
                theirs.position,
                "it is said twice of which schema it is: the last one holds".to_owned(),
            ));
            theirs.clone()
        }))
    }
}
