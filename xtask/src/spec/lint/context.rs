//! What every rule looks at: the document's objects, and the way from a reference to its target.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::super::document::{escape, tokens};
use super::super::{Document, Node};
use super::anatomy::Kind;
use super::examples::{Checker, Direction, Patterns, checkers};
use super::operation::Operation;
use super::walk::{Misfit, Object, Walk};

/// How many references may lead from one to the next before they count as a circle.
const HOPS: usize = 64;

/// A document, taken apart.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) root: &'a Node,
    pub(super) objects: Vec<Object<'a>>,
    pub(super) misfits: Vec<Misfit<'a>>,
    by_pointer: HashMap<String, usize>,
    /// The objects that stand in each object, by number.
    children: Vec<Vec<usize>>,
    pub(super) patterns: Patterns,
    checkers: OnceCell<HashMap<Direction, Checker>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        let Walk { objects, misfits } = Walk::new(document.root());
        let by_pointer = objects
            .iter()
            .enumerate()
            .map(|(index, object)| (object.pointer.clone(), index))
            .collect();
        let mut children = vec![Vec::new(); objects.len()];
        for (number, object) in objects.iter().enumerate() {
            if let Some(parent) = object.parent {
                children[parent].push(number);
            }
        }
        Self {
            root: document.root(),
            objects,
            misfits,
            by_pointer,
            children,
            patterns: Patterns::default(),
            checkers: OnceCell::new(),
        }
    }

    /// The objects of one kind, in the order of the walk.
    pub(super) fn all(&self, kind: Kind) -> impl Iterator<Item = &Object<'a>> {
        self.objects
            .iter()
            .filter(move |object| object.kind == kind)
    }

    /// The object at a JSON pointer.
    pub(super) fn object(&self, pointer: &str) -> Option<&Object<'a>> {
        self.by_pointer
            .get(pointer)
            .map(|&index| &self.objects[index])
    }

    /// The object that is a field of an object, references not followed.
    pub(super) fn field(&self, object: &Object<'_>, field: &str) -> Option<&Object<'a>> {
        self.children(object).find(|child| child.field == field)
    }

    /// The objects in a list or a map that is a field of an object, references not followed.
    pub(super) fn list<'s>(&'s self, object: &Object<'_>, field: &str) -> Vec<&'s Object<'a>> {
        self.children(object)
            .filter(|child| child.field == field)
            .collect()
    }

    /// The object behind a key of a map that is a field of an object, references not followed.
    pub(super) fn named(&self, object: &Object<'_>, field: &str, key: &str) -> Option<&Object<'a>> {
        self.children(object)
            .find(|child| child.field == field && child.key == key)
    }

    /// The object that an object stands in.
    pub(super) fn parent(&self, object: &Object<'_>) -> Option<&Object<'a>> {
        object.parent.map(|number| &self.objects[number])
    }

    fn children(&self, object: &Object<'_>) -> impl Iterator<Item = &Object<'a>> {
        self.children[object.number]
            .iter()
            .map(|&number| &self.objects[number])
    }

    /// Where a reference leads in one step.
    pub(super) fn target(&self, reference: &str) -> Option<&Object<'a>> {
        let pointer = reference.strip_prefix('#')?;
        self.object(pointer).or_else(|| {
            let normal: String = tokens(&percent_decode(pointer))
                .map(|token| format!("/{}", escape(&token)))
                .collect();
            self.object(&normal)
        })
    }

    /// The object itself, or what its reference, or a chain of them, leads to.
    pub(super) fn resolve<'s>(&'s self, object: &'s Object<'a>) -> Option<&'s Object<'a>> {
        let mut object = object;
        for _ in 0..HOPS {
            match object.node.reference() {
                Some(reference) => object = self.target(reference)?,
                None => return Some(object),
            }
        }
        None
    }

    /// What checks the document's examples and defaults; made when a rule first asks for it.
    pub(super) fn checkers(&self) -> &HashMap<Direction, Checker> {
        self.checkers.get_or_init(|| checkers(self))
    }

    /// What a reader calls the thing at a JSON pointer.
    pub(super) fn place(&self, pointer: &str) -> String {
        super::place::place(self.root, pointer)
    }

    /// Whether a misfit is about an extension of this project rather than OpenAPI's own words.
    pub(super) fn is_about_extension(&self, misfit: &Misfit<'_>) -> bool {
        misfit.kind.is_extension() || misfit.key.starts_with("x-")
    }

    /// The operations, in the order of the text.
    pub(super) fn operations(&self) -> impl Iterator<Item = Operation<'_, 'a>> {
        self.all(Kind::Operation)
            .filter_map(|object| Operation::new(self, object))
    }

    /// The names in a section of `components`.
    pub(super) fn names(&self, section: &str) -> impl Iterator<Item = &'a str> {
        let section = self
            .root
            .get("components")
            .and_then(|components| components.get(section));
        section
            .map_or(&[][..], Node::entries)
            .iter()
            .map(|entry| entry.key.as_str())
    }

    /// The schemas that the given ones reach through references, properties, items and branches,
    /// themselves included.
    pub(super) fn reach<'s>(&'s self, from: Vec<&'s Object<'a>>) -> Vec<&'s Object<'a>> {
        let mut seen = std::collections::HashSet::new();
        let mut reached = Vec::new();
        let mut open = from;
        while let Some(object) = open.pop() {
            if !seen.insert(object.pointer.as_str()) {
                continue;
            }
            reached.push(object);
            if let Some(reference) = object.node.reference() {
                open.extend(self.target(reference));
                continue;
            }
            for field in ["items", "not", "additionalProperties"] {
                open.extend(self.field(object, field));
            }
            for field in ["properties", "allOf", "oneOf", "anyOf"] {
                open.extend(self.list(object, field));
            }
        }
        reached
    }
}

/// A URI fragment may spell characters as `%7B`.
fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let decoded = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(decoded.unwrap_or(first));
        rest = if decoded.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
