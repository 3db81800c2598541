//! Operations that stand beside another of the same method and path, each under a key with a mark behind a `#`.

use super::objects;
use crate::{
    api::METHODS,
    spec::{Content, Entry, Node},
};

/// The operations that a pass made, until they are put into the document.
pub(super) struct Twins {
    taken: Vec<String>,
    made: Vec<Entry>,
}

impl Twins {
    /// For the operations of this document.
    pub(super) fn of(root: &mut Node) -> Self {
        let mut taken = Vec::new();
        objects::each_operation(root, &mut |_, _, operation| {
            taken.extend(operation.text("operationId").map(str::to_owned));
        });
        Self {
            taken,
            made: Vec::new(),
        }
    }

    /// Calls `visit` on every operation of the document, with its path item and its method as they are in `before`, a copy of
    /// the document: what a twin takes over is as it was.
    pub(super) fn each(
        root: &mut Node,
        before: &Node,
        visit: &mut dyn FnMut(&Entry, &Entry, &mut Node),
    ) {
        let paths = root.get_mut("paths").map_or(&mut [][..], Node::entries_mut);
        let items = before.get("paths").map_or(&[][..], Node::entries);
        for (path, item) in paths.iter_mut().zip(items) {
            let methods = item.value.entries();
            for (entry, method) in path.value.entries_mut().iter_mut().zip(methods) {
                if METHODS.contains(&entry.key.as_str()) {
                    visit(item, method, &mut entry.value);
                }
            }
        }
    }

    /// A name that no operation has: `{id}_{mark}`, and behind it what it takes.
    pub(super) fn name(&mut self, id: &str, mark: &str, more: &str) -> String {
        let mut name = format!("{id}_{mark}");
        while self.taken.contains(&name) {
            name.push_str(more);
        }
        self.taken.push(name.clone());
        name
    }

    /// Puts `operation` beside the one at `method` of `item`.
    pub(super) fn add(&mut self, item: &Entry, method: &Entry, mark: &str, operation: Node) {
        let hash = if item.key.contains('#') { '-' } else { '#' };
        let key = format!("{}{hash}{mark}", item.key);
        let operation = Entry {
            key: method.key.clone(),
            key_position: method.key_position,
            value: operation,
        };
        if let Some(other) = self.made.iter_mut().find(|other| other.key == key) {
            let entries = other.value.map_mut().expect("a path item is a map");
            return entries.push(operation);
        }
        let shared = item.value.entries().iter();
        let shared = shared.filter(|entry| !METHODS.contains(&entry.key.as_str()));
        let entries = shared.cloned().chain([operation]).collect();
        self.made.push(Entry {
            key,
            key_position: item.key_position,
            value: Node::new(item.value.position, Content::Map(entries)),
        });
    }

    /// Puts them all behind the other paths.
    pub(super) fn put(self, root: &mut Node) {
        if let Some(paths) = root.get_mut("paths").and_then(Node::map_mut) {
            paths.extend(self.made);
        }
    }
}
