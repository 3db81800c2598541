//! Values of several shapes that the kind of JSON does not tell apart, as generated code reads them.

use std::cell::Cell;

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Fields, Json};

thread_local! {
    /// How much of the value that is being tried its shape does not describe; nothing where none is tried.
    static UNDESCRIBED: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Takes note of a field that its type does not describe: while shapes are tried, that speaks against this one.
pub(crate) fn undescribed_field(value: &Json) {
    if let Some(count) = UNDESCRIBED.get() {
        UNDESCRIBED.set(Some(count + 1 + size(&value.to_value())));
    }
}

/// As [`undescribed_field`], of `count` values.
pub(crate) fn undescribed(count: usize) {
    if let Some(before) = UNDESCRIBED.get() {
        UNDESCRIBED.set(Some(before + count));
    }
}

/// What `read` reads, and how much of it is not described.
fn counted<T>(read: impl FnOnce() -> T) -> (T, usize) {
    let before = UNDESCRIBED.replace(Some(0));
    let read = read();
    (read, UNDESCRIBED.replace(before).unwrap_or_default())
}

/// How much speaks against a shape: what of the value it does not describe, and then whether it would be written
/// differently.
type Against = (usize, bool);

/// A value while it is found out which of several shapes it has.
///
/// Where a field tells, that decides ([`tag`](Self::tag), [`only`](Self::only)). Where none does, each shape is tried
/// ([`or`](Self::or)), and the one that describes most of the value is taken, the first of several that describe as
/// much: the first that fits at all might know nothing of it.
#[derive(Debug)]
pub struct Union<T> {
    came: Json,
    best: Option<(Against, T)>,
}

impl<T> Union<T> {
    /// Reads a value whose shape is not known yet.
    ///
    /// # Errors
    ///
    /// When it is no value at all.
    pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let came = Json::deserialize(deserializer)?;
        Ok(Self { came, best: None })
    }

    /// The text of the field that tells the shape. A number counts as its digits.
    pub fn tag(&self, field: &str) -> Option<String> {
        let fields: Fields = self.came.parse().ok()?;
        match fields.get(field)?.to_value() {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(one) => Some(one.to_string()),
            _ => None,
        }
    }

    /// Takes the value for the shape that its tag tells; for `other`, whole, where it is not of that shape: no other shape
    /// is meant.
    pub fn only<B: DeserializeOwned>(
        self,
        make: impl FnOnce(B) -> T,
        other: impl FnOnce(Json) -> T,
    ) -> T {
        match self.came.parse() {
            Ok(value) => make(value),
            Err(_) => self.or_else(other),
        }
    }

    /// Tries a shape.
    #[must_use]
    pub fn or<B: DeserializeOwned + Serialize>(mut self, make: impl FnOnce(B) -> T) -> Self {
        let least = self.best.as_ref().map(|(against, _)| *against);
        if least == Some((0, false)) {
            return self;
        }
        if let (Ok(read), undescribed) = counted(|| self.came.parse::<B>())
            && let Ok(written) = serde_json::to_string(&read)
        {
            let against = (undescribed, written != self.came.as_str());
            if least.is_none_or(|least| against < least) {
                self.best = Some((against, make(read)));
            }
        }
        self
    }

    /// The value in its best shape; in `other`, whole, where none fits.
    pub fn or_else(self, other: impl FnOnce(Json) -> T) -> T {
        match self.best {
            Some(((count, _), best)) => {
                // Of the shape around this one, it is not described either.
                undescribed(count);
                best
            }
            None => {
                undescribed_field(&self.came);
                other(self.came)
            }
        }
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
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Cat {
        lives: Option<u8>,
        extra: Fields,
    }

    crate::object! { Cat with extra { lives: optional plain "lives"; } }

    #[derive(Debug, PartialEq)]
    struct Dog {
        lives: Option<u8>,
        barks: Option<bool>,
        extra: Fields,
    }

    crate::object! { Dog with extra { lives: optional plain "lives"; barks: optional plain "barks"; } }

    #[derive(Debug, PartialEq)]
    enum Pet {
        Cat(Cat),
        Dog(Box<Dog>),
        Other(Json),
    }

    crate::one_of! { Pet by "kind" { Cat: "cat" | "9"; Dog: "dog"; } best { Cat, Dog } Other }

    #[derive(Debug, PartialEq)]
    enum Number {
        Float(f64),
        Whole(u64),
        Other(Json),
    }

    crate::one_of! { Number best { Float, Whole } Other }

    #[derive(Debug, PartialEq)]
    enum Owned {
        Pet(Owner),
        Two(Two),
        Other(Json),
    }

    #[derive(Debug, PartialEq)]
    struct Owner {
        pet: Pet,
        extra: Fields,
    }

    #[derive(Debug, PartialEq)]
    struct Two {
        pet: Json,
        barks: Option<bool>,
        extra: Fields,
    }

    crate::object! { Owner with extra { pet: required plain "pet"; } }
    crate::object! { Two with extra { pet: required plain "pet"; barks: optional plain "barks"; } }
    crate::one_of! { Owned best { Pet, Two } Other }

    fn pet(json: &str) -> Pet {
        let pet: Pet = serde_json::from_str(json).expect("a pet");
        assert_eq!(serde_json::to_string(&pet).expect("written"), json);
        pet
    }

    #[test]
    fn the_shape_that_describes_most_is_taken() {
        assert!(matches!(pet(r#"{"lives":9}"#), Pet::Cat(_)));
        assert!(matches!(pet(r#"{"barks":true,"lives":1}"#), Pet::Dog(_)));
        assert!(matches!(pet(r#"{"x":1.50,"barks":true}"#), Pet::Dog(_)));
        assert!(matches!(pet(r#"{"x":[1,{}]}"#), Pet::Cat(_)));
    }

    #[test]
    fn what_fits_no_shape_is_kept_whole() {
        for json in ["[1.0]", r#"{"lives":"nine"}"#, r#""Tom""#] {
            assert!(matches!(pet(json), Pet::Other(_)), "{json}");
        }
    }

    #[test]
    fn the_tag_decides_also_against_the_fields() {
        assert!(matches!(pet(r#"{"kind":"cat","barks":true}"#), Pet::Cat(_)));
        assert!(matches!(pet(r#"{"lives":9,"kind":"dog"}"#), Pet::Dog(_)));
        assert!(matches!(pet(r#"{"kind":9,"barks":true}"#), Pet::Cat(_)));
        assert!(matches!(
            pet(r#"{"kind":"bird","barks":true}"#),
            Pet::Dog(_)
        ));
    }

    #[test]
    fn what_is_not_of_the_shape_that_its_tag_tells_is_of_no_other() {
        let dog = r#"{"kind":"dog","lives":1,"barks":"x"}"#;
        assert!(matches!(pet(dog), Pet::Other(_)));
    }

    #[test]
    fn of_two_numbers_the_one_that_is_written_as_it_came_is_taken() {
        let read = |json| serde_json::from_str::<Number>(json).expect("a number");
        assert_eq!(read("5"), Number::Whole(5));
        assert_eq!(read("5.5"), Number::Float(5.5));
    }

    #[test]
    fn what_a_shape_inside_does_not_describe_counts_outside() {
        let read = |json| serde_json::from_str::<Owned>(json).expect("a pet of somebody");
        assert!(matches!(read(r#"{"pet":{"lives":9}}"#), Owned::Pet(_)));
        assert!(matches!(read(r#"{"pet":{"x":9}}"#), Owned::Two(_)));
        assert!(matches!(read(r#"{"pet":{},"barks":true}"#), Owned::Two(_)));
    }
}
