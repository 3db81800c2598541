//! Reading and writing the objects of generated code: what their types do not know is kept, and everything is written
//! back as it came.
//!
//! This is in the place of serde's derive, which drops unknown fields, or with `flatten` buffers whole messages and loses
//! the order of keys and the digits of numbers.

use std::{cell::Cell, fmt};

use serde::{
    Deserialize, Serialize, Serializer,
    de::{self, DeserializeOwned, DeserializeSeed, Error as _, MapAccess},
    ser::SerializeMap,
};

use crate::{Fields, Json, Nullable, fields::Entry, json, union};

pub use crate::fields::Spelling;

thread_local! {
    static UNESCAPED: Cell<bool> = const { Cell::new(false) };
}

/// Reads a message. One without a backslash spells its texts in the one way there is, which need not be looked at then.
pub fn from_str<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    within(text.as_bytes(), || serde_json::from_str(text))
}

/// As [`from_str`].
pub(crate) fn from_slice<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, serde_json::Error> {
    match std::str::from_utf8(text) {
        // Looked at once, and not text by text.
        Ok(text) => from_str(text),
        Err(_) => within(text, || serde_json::from_slice(text)),
    }
}

/// Reads something of the message `text`.
pub(crate) fn within<T>(text: &[u8], read: impl FnOnce() -> T) -> T {
    let before = UNESCAPED.replace(!text.contains(&b'\\'));
    let read = read();
    UNESCAPED.set(before);
    read
}

/// An object that is being read.
pub struct Reading {
    fields: &'static [&'static str],
    /// One bit for each field that came, of the first 64.
    seen: u64,
    /// The field that comes next where the message has the order of the type.
    next: usize,
    /// The field that is being read.
    current: usize,
    /// As in [`Fields`]; `None` as long as the message is as it would be written here.
    entries: Option<Vec<Entry>>,
}

impl Reading {
    /// Starts to read an object with these fields.
    pub fn new(fields: &'static [&'static str]) -> Self {
        Self {
            fields,
            seen: 0,
            next: 0,
            current: 0,
            // There is no bit for each.
            entries: (fields.len() > 64).then(Vec::new),
        }
    }

    /// Goes on to the next field that the type has, and keeps those that it has not.
    pub fn next<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<usize>, A::Error> {
        loop {
            let key = Key {
                fields: self.fields,
                likely: self.next,
            };
            match map.next_key_seed(key)? {
                None => return Ok(None),
                Some(Found::Field(place)) => {
                    if !self.enter(place) {
                        return Err(A::Error::duplicate_field(self.fields[place]));
                    }
                    return Ok(Some(place));
                }
                Some(Found::Other(name)) => {
                    let value = map.next_value()?;
                    union::undescribed_field(&value);
                    self.kept().push(Entry::Unknown(name, value));
                }
            }
        }
    }

    /// Whether the field comes for the first time.
    fn enter(&mut self, place: usize) -> bool {
        let bit = 1_u64.checked_shl(place as u32).unwrap_or_default();
        let known = |entry: &Entry| matches!(entry, Entry::Field(at) | Entry::Null(at) | Entry::Spelled(at, _) if usize::from(*at) == place);
        let again = match (&self.entries, bit) {
            (Some(entries), 0) => entries.iter().any(known),
            _ => self.seen & bit != 0,
        };
        if self.entries.is_some() || place < self.next {
            self.kept().push(Entry::Field(place as u16));
        }
        self.seen |= bit;
        self.next = place + 1;
        self.current = place;
        !again
    }

    /// The entries so far; those of a message that was in order until here are the fields that were seen.
    fn kept(&mut self) -> &mut Vec<Entry> {
        let seen = self.seen;
        self.entries.get_or_insert_with(|| {
            let mut entries = Vec::with_capacity(self.fields.len() + 2);
            let places = (0..64_u16).filter(|place| seen >> place & 1 == 1);
            entries.extend(places.map(Entry::Field));
            entries
        })
    }

    /// Puts `entry` in the place of the field that is being read.
    fn note(&mut self, entry: Entry) {
        let kept = self.kept();
        kept.pop();
        kept.push(entry);
    }

    /// A value that there is one way to write, or that keeps how it came by itself.
    pub fn plain<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
        &mut self,
        map: &mut A,
    ) -> Result<T, A::Error> {
        map.next_value()
    }

    /// A value that there is one way to write as long as its texts have no escapes.
    pub fn text<'de, A, T>(&mut self, map: &mut A) -> Result<T, A::Error>
    where
        A: MapAccess<'de>,
        T: DeserializeOwned + Serialize,
    {
        if UNESCAPED.get() {
            return map.next_value();
        }
        self.looked_at(map, |text| !text.contains('\\'))
    }

    /// A value that there are several ways to write.
    pub fn spelled<'de, A, T>(&mut self, map: &mut A) -> Result<T, A::Error>
    where
        A: MapAccess<'de>,
        T: DeserializeOwned + Serialize,
    {
        self.looked_at(map, |_| false)
    }

    fn looked_at<'de, A, T>(&mut self, map: &mut A, usual: fn(&str) -> bool) -> Result<T, A::Error>
    where
        A: MapAccess<'de>,
        T: DeserializeOwned + Serialize,
    {
        let came: Json = map.next_value()?;
        let value: T = came.read()?;
        if !usual(came.as_str()) {
            let written = serde_json::to_string(&value).map_err(A::Error::custom)?;
            if written != came.as_str() {
                let written = written.into();
                self.note(Entry::Spelled(
                    self.current as u16,
                    Box::new(Spelling { came, written }),
                ));
            }
        }
        Ok(value)
    }

    /// What was read that has no field.
    pub fn finish(self) -> Fields {
        Fields {
            entries: self.entries.unwrap_or_default(),
        }
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

/// Finds the field of a name.
struct Key {
    fields: &'static [&'static str],
    likely: usize,
}

enum Found {
    Field(usize),
    Other(Box<str>),
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Found;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl de::Visitor<'_> for Key {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Found, E> {
        // Most messages have the order of their type.
        if self.fields.get(self.likely) == Some(&name) {
            return Ok(Found::Field(self.likely));
        }
        let place = self.fields.iter().position(|field| *field == name);
        Ok(place.map_or_else(|| Found::Other(name.into()), Found::Field))
    }
}

/// A field that may be absent.
pub trait Optional {
    /// What it is when it is there.
    type Value;
    /// It is not there.
    const ABSENT: Self;
    /// What came, which was perhaps null; `note` tells of a null that would be left out.
    fn from_came(value: Option<Self::Value>, note: impl FnOnce()) -> Self;
    /// Whether it is left out.
    fn is_absent(&self) -> bool;
}

impl<T> Optional for Option<T> {
    type Value = T;
    const ABSENT: Self = None;

    fn from_came(value: Self, note: impl FnOnce()) -> Self {
        if value.is_none() {
            note();
        }
        value
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Optional for Nullable<T> {
    type Value = T;
    const ABSENT: Self = Self::Absent;

    fn from_came(value: Option<T>, _: impl FnOnce()) -> Self {
        value.into()
    }

    fn is_absent(&self) -> bool {
        self.is_absent()
    }
}

/// Fields that are always there.
pub mod required {
    use serde::de;

    use super::Reading;

    /// What came.
    pub fn came<T>(value: T, _: &mut Reading) -> T {
        value
    }

    /// What came, after all has come.
    pub fn field<T, E: de::Error>(came: Option<T>, name: &'static str) -> Result<T, E> {
        came.ok_or_else(|| E::missing_field(name))
    }

    /// Whether it is written.
    pub fn is_there<T>(_: &T) -> bool {
        true
    }
}

/// Fields that may be left out.
pub mod optional {
    use serde::de;

    use super::{Entry, Optional, Reading};

    /// What came.
    pub fn came<F: Optional>(value: Option<F::Value>, reading: &mut Reading) -> F {
        F::from_came(value, || reading.note(Entry::Null(reading.current as u16)))
    }

    /// What came, after all has come.
    pub fn field<F: Optional, E: de::Error>(came: Option<F>, _: &'static str) -> Result<F, E> {
        Ok(came.unwrap_or(F::ABSENT))
    }

    /// Whether it is written.
    pub fn is_there<F: Optional>(field: &F) -> bool {
        !field.is_absent()
    }
}

/// Writes an object with what it came with. `field` writes the field at a place, in these words as long as it is worth
/// the same.
pub fn write<S: Serializer>(
    serializer: S,
    fields: &[&'static str],
    is_there: &[bool],
    extra: &Fields,
    field: impl Fn(usize, Option<&Spelling>, &mut S::SerializeMap) -> Result<(), S::Error>,
) -> Result<S::Ok, S::Error> {
    let count = is_there.iter().filter(|is_there| **is_there).count();
    if extra.entries.is_empty() {
        let mut map = serializer.serialize_map(Some(count))?;
        for place in (0..fields.len()).filter(|place| is_there[*place]) {
            field(place, None, &mut map)?;
        }
        return map.end();
    }
    let others = extra.entries.iter().filter(|entry| match entry {
        Entry::Unknown(..) => true,
        Entry::Null(place) => !is_there[usize::from(*place)],
        Entry::Field(_) | Entry::Spelled(..) => false,
    });
    let mut map = serializer.serialize_map(Some(count + others.count()))?;
    // Those that came and are still there are written where they came, the others where they stand in the type.
    let mut added = is_there.to_vec();
    let mut left = 0;
    for entry in &extra.entries {
        if let Some(place) = entry.place() {
            added[place] = false;
            left += 1;
        }
    }
    let mut write_added = |until: usize, map: &mut S::SerializeMap| {
        for (place, added) in added.iter_mut().enumerate().take(until) {
            if std::mem::take(added) {
                field(place, None, map)?;
            }
        }
        Ok::<(), S::Error>(())
    };
    if left == 0 {
        write_added(fields.len(), &mut map)?;
    }
    let exact = json::writes_text::<S>();
    for entry in &extra.entries {
        let Some(place) = entry.place() else {
            if let Entry::Unknown(name, value) = entry {
                map.serialize_entry(name, value)?;
            }
            continue;
        };
        write_added(place, &mut map)?;
        match entry {
            Entry::Null(_) if !is_there[place] => map.serialize_entry(fields[place], &())?,
            Entry::Spelled(_, spelling) if is_there[place] => {
                field(place, exact.then_some(&**spelling), &mut map)?;
            }
            _ if is_there[place] => field(place, None, &mut map)?,
            _ => {}
        }
        left -= 1;
        if left == 0 {
            write_added(fields.len(), &mut map)?;
        }
    }
    map.end()
}

impl Entry {
    fn place(&self) -> Option<usize> {
        match self {
            Self::Field(place) | Self::Null(place) | Self::Spelled(place, _) => {
                Some(usize::from(*place))
            }
            Self::Unknown(..) => None,
        }
    }
}

/// Writes one field.
pub fn write_field<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &'static str,
    value: &T,
    spelling: Option<&Spelling>,
) -> Result<(), M::Error> {
    match spelling {
        Some(spelling)
            if serde_json::to_string(value).is_ok_and(|text| *text == *spelling.written) =>
        {
            map.serialize_entry(name, &spelling.came)
        }
        _ => map.serialize_entry(name, value),
    }
}

/// Implements `Serialize` and `Deserialize` for a struct with a field of type [`Fields`].
///
/// Of each field it has the name on the wire, whether it is always there (`required`) or may be left out (`optional`), and
/// whether there is one way to write it (`plain`), one as long as its texts have no escapes (`text`), or several
/// (`spelled`).
#[doc(hidden)]
#[macro_export]
macro_rules! object {
    ($name:ident with $extra:ident { $($field:ident: $presence:ident $spelling:ident $wire:literal;)* }) => {
        const _: () = {
            use $crate::{generated::serde, object};

            const FIELDS: &[&str] = &[$($wire),*];

            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            enum At { $($field,)* }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    struct Visitor;

                    impl<'de> serde::de::Visitor<'de> for Visitor {
                        type Value = $name;

                        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                            f.write_str(concat!("struct ", stringify!($name)))
                        }

                        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                            let mut reading = object::Reading::new(FIELDS);
                            $(let mut $field = None;)*
                            while let Some(_place) = reading.next(&mut map)? {
                                $(if _place == At::$field as usize {
                                    let value = reading.$spelling(&mut map)?;
                                    $field = Some(object::$presence::came(value, &mut reading));
                                    continue;
                                })*
                            }
                            Ok($name {
                                $($field: object::$presence::field($field, $wire)?,)*
                                $extra: reading.finish(),
                            })
                        }
                    }

                    deserializer.deserialize_struct(stringify!($name), FIELDS, Visitor)
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let is_there = [$(object::$presence::is_there(&self.$field)),*];
                    object::write(serializer, FIELDS, &is_there, &self.$extra, |_place, _spelling, _map| {
                        $(if _place == At::$field as usize {
                            return object::write_field(_map, $wire, &self.$field, _spelling);
                        })*
                        Ok(())
                    })
                }
            }
        };
    };
}
