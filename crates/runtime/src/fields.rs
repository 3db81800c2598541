//! Fields that no type describes.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess},
};

use crate::Json;

/// Fields by name, in the order in which they came: an object of which nothing is known, or what a message holds beside
/// that which its type describes.
///
/// In the latter case they remember how the message was written, too, where that is not how it would be written here: so
/// that what was read is written back to the byte.
///
/// Equal are two that hold the same fields. `Debug` shows the names alone: nobody knows which values are secrets.
#[derive(Clone, Default)]
pub struct Fields {
    /// In the order of the message; empty where the message is as it would be written here.
    pub(crate) entries: Vec<Entry>,
}

/// One entry of a message.
#[derive(Clone)]
pub(crate) enum Entry {
    /// The field at this place of the type.
    Field(u16),
    /// The field at this place, which came as `null` where it might have been left out.
    Null(u16),
    /// The field at this place, in other words than it is written in.
    Spelled(u16, Box<Spelling>),
    /// A field that the type does not have.
    Unknown(Box<str>, Json),
}

/// How a value came, and how it is written as long as nobody changes it.
#[derive(Clone)]
pub struct Spelling {
    pub(crate) came: Json,
    pub(crate) written: Box<str>,
}

impl fmt::Debug for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spelling").finish_non_exhaustive()
    }
}

impl Fields {
    /// None.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// The fields by name, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Unknown(name, value) => Some((&**name, value)),
            Entry::Field(_) | Entry::Null(_) | Entry::Spelled(..) => None,
        })
    }

    /// The field of this name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }

    /// The field of this name, read as a `T`; `None` where there is none.
    ///
    /// # Errors
    ///
    /// When it is no `T`.
    pub fn parse<'a, T: Deserialize<'a>>(
        &'a self,
        name: &str,
    ) -> Option<Result<T, serde_json::Error>> {
        self.get(name).map(Json::parse)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Puts a field in, in the place of one of the same name, which is returned.
    ///
    /// Beside a type that describes this name, it would be written twice: set the field of the type.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Json>) -> Option<Json> {
        let (name, value) = (name.into(), value.into());
        for entry in &mut self.entries {
            if let Entry::Unknown(other, old) = entry
                && **other == *name
            {
                return Some(std::mem::replace(old, value));
            }
        }
        self.entries.push(Entry::Unknown(name.into(), value));
        None
    }

    /// Puts a field of a message in, behind those that came before.
    pub(crate) fn came(&mut self, name: &str, value: Json) {
        self.entries.push(Entry::Unknown(name.into(), value));
    }

    /// Takes the field of this name out.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        let place = self
            .entries
            .iter()
            .position(|entry| matches!(entry, Entry::Unknown(other, _) if **other == *name))?;
        match self.entries.remove(place) {
            Entry::Unknown(_, value) => Some(value),
            Entry::Field(_) | Entry::Null(_) | Entry::Spelled(..) => None,
        }
    }
}

impl<N: Into<String>, V: Into<Json>> FromIterator<(N, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let mut all = Self::new();
        for (name, value) in fields {
            all.insert(name, value);
        }
        all
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::new();
                while let Some((name, value)) = map.next_entry::<String, Json>()? {
                    fields.entries.push(Entry::Unknown(name.into(), value));
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Fields {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fields".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object", "additionalProperties": true })
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        // A name may come twice.
        let holds = |one: &Self, other: &Self| {
            one.iter().all(|(name, value)| {
                other
                    .iter()
                    .any(|(other, its)| other == name && its == value)
            })
        };
        self.iter().count() == other.iter().count() && holds(self, other) && holds(other, self)
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}
