//! Values of several shapes, as generated code reads them.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;

/// A value while it is found out which of several shapes it has.
///
/// Where a field tells, that decides ([`tag`](Self::tag), [`only`](Self::only)). Where none does, each shape is tried
/// ([`or`](Self::or)), and the one that keeps most of the value is taken, the first of several that keep as much: the
/// first that fits at all might lose half of it.
#[derive(Debug)]
pub struct Union<T> {
    value: Value,
    /// The best shape so far, with how much of the value it loses.
    best: Option<(usize, T)>,
}

impl<T> Union<T> {
    /// Reads a value whose shape is not known yet.
    ///
    /// # Errors
    ///
    /// When it is no value at all.
    pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(Self { value, best: None })
    }

    /// The text of the field that tells the shape.
    pub fn tag(&self, field: &str) -> Option<&str> {
        self.value.get(field)?.as_str()
    }

    /// Takes the value for the shape that its tag tells.
    ///
    /// # Errors
    ///
    /// When it is not of that shape.
    pub fn only<B: DeserializeOwned, E: Error>(self, make: impl FnOnce(B) -> T) -> Result<T, E> {
        B::deserialize(self.value).map(make).map_err(E::custom)
    }

    /// Tries a shape.
    #[must_use]
    pub fn or<B: DeserializeOwned + Serialize>(mut self, make: impl FnOnce(B) -> T) -> Self {
        let least = self.best.as_ref().map_or(usize::MAX, |(lost, _)| *lost);
        if least > 0
            && let Ok(read) = B::deserialize(&self.value)
            && let Ok(written) = serde_json::to_value(&read)
        {
            let lost = lost(&self.value, &written);
            if lost < least {
                self.best = Some((lost, make(read)));
            }
        }
        self
    }

    /// The value in its best shape; in `other`, whole, where none fits.
    pub fn or_else(self, other: impl FnOnce(Value) -> T) -> T {
        match self.best {
            Some((_, best)) => best,
            None => other(self.value),
        }
    }
}

/// How many of the values in `value` are not in `kept`, or not as they were.
fn lost(value: &Value, kept: &Value) -> usize {
    match (value, kept) {
        (Value::Object(fields), Value::Object(kept)) => {
            let missing = |(name, value): (&String, &Value)| match kept.get(name) {
                Some(kept) => lost(value, kept),
                // Absent and null say the same.
                None if value.is_null() => 0,
                None => 1 + size(value),
            };
            fields.iter().map(missing).sum()
        }
        (Value::Array(items), Value::Array(kept)) if items.len() == kept.len() => items
            .iter()
            .zip(kept)
            .map(|(item, kept)| lost(item, kept))
            .sum(),
        (Value::Number(one), Value::Number(other)) => usize::from(one.as_f64() != other.as_f64()),
        _ if value == kept => 0,
        _ => 1 + size(value),
    }
}

/// How many values are inside a value.
fn size(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields.values().map(|value| 1 + size(value)).sum(),
        Value::Array(items) => items.iter().map(|item| 1 + size(item)).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Cat {
        lives: Option<u8>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Dog {
        lives: Option<u8>,
        barks: Option<bool>,
    }

    #[derive(Debug, PartialEq)]
    enum Pet {
        Cat(Cat),
        Dog(Dog),
        Other(Value),
    }

    fn pet(value: Value) -> Pet {
        let union = Union::read(value).expect("it is a value");
        union.or(Pet::Cat).or(Pet::Dog).or_else(Pet::Other)
    }

    #[test]
    fn the_shape_that_keeps_most_is_taken() {
        let lives = Some(9);
        assert_eq!(pet(json!({"lives": 9})), Pet::Cat(Cat { lives }));
        let barks = Some(true);
        assert_eq!(
            pet(json!({"lives": 9, "barks": true})),
            Pet::Dog(Dog { lives, barks })
        );
        let more = json!({"barks": true, "new": [1, 2]});
        assert_eq!(pet(more), Pet::Dog(Dog { lives: None, barks }));
    }

    #[test]
    fn what_has_no_known_shape_is_kept_whole() {
        assert_eq!(
            pet(json!({"lives": "many"})),
            Pet::Other(json!({"lives": "many"}))
        );
        assert_eq!(pet(json!(1)), Pet::Other(json!(1)));
    }

    #[test]
    fn a_tag_decides_alone() {
        let union =
            Union::<Pet>::read(json!({"kind": "cat", "barks": true})).expect("it is a value");
        assert_eq!(union.tag("kind"), Some("cat"));
        let read: Result<Pet, serde_json::Error> = union.only(Pet::Cat);
        assert_eq!(read.expect("a cat"), Pet::Cat(Cat { lives: None }));
        let union = Union::<Pet>::read(json!({"lives": "many"})).expect("it is a value");
        let read: Result<Pet, serde_json::Error> = union.only(Pet::Cat);
        assert!(read.is_err());
    }
}
