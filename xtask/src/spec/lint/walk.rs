//! One walk over a document that tells what each object is and what does not fit.

use super::super::document::escape;
use super::super::{Content, Entry, Node, Position};
use super::anatomy::{EXTENSIONS, Extension, Field, Kind, Shape};

/// An object of the document.
#[derive(Debug)]
pub(super) struct Object<'a> {
    pub(super) kind: Kind,
    /// Its JSON pointer.
    pub(super) pointer: String,
    /// Its number in the walk.
    pub(super) number: usize,
    /// The number of the object it stands in.
    pub(super) parent: Option<usize>,
    /// The field of that object that it is, or that holds it.
    pub(super) field: &'a str,
    /// The key it stands behind; empty for an item of a list.
    pub(super) key: &'a str,
    /// Where that key is, or the object itself in a list.
    pub(super) key_position: Position,
    pub(super) node: &'a Node,
}

/// Something that does not fit where it stands.
#[derive(Debug)]
pub(super) struct Misfit<'a> {
    /// The object it stands in.
    pub(super) pointer: String,
    pub(super) kind: Kind,
    pub(super) position: Position,
    pub(super) key: &'a str,
    pub(super) why: Why,
}

/// Why it does not fit.
#[derive(Debug)]
pub(super) enum Why {
    UnknownKey,
    UnknownExtension,
    MisplacedExtension(&'static Extension),
    WrongType {
        wants: &'static str,
        is: &'static str,
        text_would_do: bool,
    },
    Missing,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Walk<'a> {
    pub(super) objects: Vec<Object<'a>>,
    pub(super) misfits: Vec<Misfit<'a>>,
}

impl<'a> Walk<'a> {
    /// Walks the whole document.
    pub(super) fn new(root: &'a Node) -> Self {
        let mut walk = Self::default();
        let nobody = Holder {
            kind: Kind::Document,
            pointer: "",
            number: None,
        };
        let place = Place {
            pointer: String::new(),
            field: "",
            key: "",
            key_position: root.position,
        };
        walk.one(Kind::Document, place, root, &nobody);
        walk
    }

    fn one(&mut self, kind: Kind, place: Place<'a>, node: &'a Node, holder: &Holder<'_>) {
        let Place {
            pointer,
            field,
            key,
            key_position,
        } = place;
        if !matches!(node.content, Content::Map(_)) {
            self.wrong(holder, key, node, "a map", false);
            return;
        }
        let number = self.objects.len();
        let inside = Holder {
            kind,
            pointer: &pointer,
            number: Some(number),
        };
        self.objects.push(Object {
            kind,
            pointer: pointer.clone(),
            number,
            parent: holder.number,
            field,
            key,
            key_position,
            node,
        });
        if kind.section().is_none() || node.get("$ref").is_none() {
            self.fields(&inside, node, key_position);
        } else if let Some(reference) = node.get("$ref").filter(|value| value.as_str().is_none()) {
            self.wrong(&inside, "$ref", reference, "a string", false);
        }
    }

    fn fields(&mut self, inside: &Holder<'_>, node: &'a Node, key_position: Position) {
        let fields = inside.kind.fields();
        for entry in node.entries() {
            let field = fields.iter().find(|field| field.name == entry.key);
            match (field, inside.kind.names()) {
                (Some(field), _) => self.value(inside, entry, field.shape),
                (None, _)
                    if entry.key.starts_with("x-")
                        && !inside.kind.is_extension()
                        // A scheme may be called after its header, such as `x-api-key`.
                        && inside.kind != Kind::SecurityRequirement =>
                {
                    self.extension(inside, entry);
                }
                (None, Some(shape)) => self.value(inside, entry, shape),
                (None, None) => {
                    self.misfit(inside, entry.key_position, &entry.key, Why::UnknownKey)
                }
            }
        }
        for Field { name, .. } in fields.iter().filter(|field| field.required) {
            if node.get(name).is_none() {
                self.misfit(inside, key_position, name, Why::Missing);
            }
        }
    }

    fn extension(&mut self, inside: &Holder<'_>, entry: &'a Entry) {
        match EXTENSIONS
            .iter()
            .find(|extension| extension.name == entry.key)
        {
            None => self.misfit(
                inside,
                entry.key_position,
                &entry.key,
                Why::UnknownExtension,
            ),
            Some(extension) => {
                if !extension.on.contains(&inside.kind) {
                    self.misfit(
                        inside,
                        entry.key_position,
                        &entry.key,
                        Why::MisplacedExtension(extension),
                    );
                }
                self.value(inside, entry, extension.shape);
            }
        }
    }

    fn value(&mut self, inside: &Holder<'_>, entry: &'a Entry, shape: Shape) {
        let Entry {
            key,
            key_position,
            value,
        } = entry;
        let pointer = || format!("{}/{}", inside.pointer, escape(key));
        let fits = match shape {
            Shape::Any => true,
            Shape::Text => value.as_str().is_some(),
            Shape::Flag => matches!(value.content, Content::Bool(_)),
            Shape::Number => matches!(value.content, Content::Number(_)),
            Shape::Count => matches!(&value.content, Content::Number(number) if number.is_u64()),
            Shape::Anys => matches!(value.content, Content::List(_)),
            Shape::Texts => {
                for item in value.items().iter().filter(|item| item.as_str().is_none()) {
                    self.wrong(inside, key, item, Shape::Text.name(), true);
                }
                matches!(value.content, Content::List(_))
            }
            Shape::TextMap => {
                for entry in value
                    .entries()
                    .iter()
                    .filter(|entry| entry.value.as_str().is_none())
                {
                    self.wrong(inside, &entry.key, &entry.value, Shape::Text.name(), true);
                }
                matches!(value.content, Content::Map(_))
            }
            Shape::FlagOr(_) if matches!(value.content, Content::Bool(_)) => true,
            Shape::One(kind) | Shape::FlagOr(kind) => {
                if matches!(value.content, Content::Map(_)) {
                    let place = Place {
                        pointer: pointer(),
                        field: key,
                        key,
                        key_position: *key_position,
                    };
                    self.one(kind, place, value, inside);
                    true
                } else {
                    false
                }
            }
            Shape::List(kind) => {
                let list = pointer();
                for (index, item) in value.items().iter().enumerate() {
                    let place = Place {
                        pointer: format!("{list}/{index}"),
                        field: key,
                        key: "",
                        key_position: item.position,
                    };
                    self.one(kind, place, item, inside);
                }
                matches!(value.content, Content::List(_))
            }
            Shape::Map(kind) => {
                let map = pointer();
                // `paths` and `responses` are objects of their own in OpenAPI, and may be extended.
                let extensible = matches!(kind, Kind::PathItem)
                    || matches!((inside.kind, kind), (Kind::Operation, Kind::Response));
                for entry in value.entries() {
                    if extensible && entry.key.starts_with("x-") {
                        self.misfit(
                            inside,
                            entry.key_position,
                            &entry.key,
                            Why::UnknownExtension,
                        );
                        continue;
                    }
                    let place = Place {
                        pointer: format!("{map}/{}", escape(&entry.key)),
                        field: key,
                        key: &entry.key,
                        key_position: entry.key_position,
                    };
                    self.one(kind, place, &entry.value, inside);
                }
                matches!(value.content, Content::Map(_))
            }
        };
        if !fits {
            self.wrong(
                inside,
                key,
                value,
                shape.name(),
                matches!(shape, Shape::Text),
            );
        }
    }

    fn wrong(
        &mut self,
        inside: &Holder<'_>,
        key: &'a str,
        node: &Node,
        wants: &'static str,
        text: bool,
    ) {
        let text_would_do = text && matches!(node.content, Content::Number(_) | Content::Bool(_));
        self.misfit(
            inside,
            node.position,
            key,
            Why::WrongType {
                wants,
                is: node.kind(),
                text_would_do,
            },
        );
    }

    fn misfit(&mut self, inside: &Holder<'_>, position: Position, key: &'a str, why: Why) {
        self.misfits.push(Misfit {
            pointer: inside.pointer.to_owned(),
            kind: inside.kind,
            position,
            key,
            why,
        });
    }
}

/// The object that a value stands in.
struct Holder<'p> {
    kind: Kind,
    pointer: &'p str,
    number: Option<usize>,
}

/// Where an object stands; see [`Object`].
struct Place<'a> {
    pointer: String,
    field: &'a str,
    key: &'a str,
    key_position: Position,
}
