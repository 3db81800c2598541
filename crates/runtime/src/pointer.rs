//! Finds the parts of a message that JSON Pointers (RFC 6901) lead to, and reads nothing of the rest.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
#[cfg(any(feature = "mock", feature = "websocket"))]
use serde_json::{Map, Value};

/// What stands at each of the pointers, of which there are at most 128: the text, as it came.
///
/// # Errors
///
/// When `text` is not JSON.
pub(crate) fn find<'a>(
    text: &'a [u8],
    pointers: &[&str],
) -> Result<Vec<Option<&'a RawValue>>, serde_json::Error> {
    let mut found = vec![None; pointers.len()];
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let walk = Walk {
        pointers,
        found: &mut found,
        active: u128::MAX >> (128 - pointers.len().clamp(1, 128)),
        depth: 0,
        hurry: false,
    };
    walk.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(found)
}

/// As [`find`], where `text` is a message with a `T` at the first pointer. `T` is read on the way, where nothing else is
/// looked for inside it: then its text is not among what is found.
pub(crate) fn find_and_read<'a, T: Deserialize<'a>>(
    text: &'a str,
    pointers: &[&str],
) -> Result<(Option<T>, Vec<Option<&'a RawValue>>), serde_json::Error> {
    let mut found = vec![None; pointers.len()];
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let top = Top {
        walk: Walk {
            pointers,
            found: &mut found,
            active: u128::MAX >> (128 - pointers.len().clamp(1, 128)),
            depth: 0,
            hurry: false,
        },
        read: PhantomData,
    };
    let read = deserializer.deserialize_map(top)?;
    deserializer.end()?;
    Ok((read, found))
}

/// Puts `value` where a pointer leads, making the objects, and for numbers the lists, that lead there. Nothing where
/// something else stands in the way.
#[cfg(any(feature = "mock", feature = "websocket"))]
pub(crate) fn put(whole: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let mut place = whole;
    let mut tokens = pointer.split('/').skip(1).peekable();
    while let Some(token) = tokens.next() {
        let next = tokens.peek().map(|next| match next.parse::<usize>() {
            Ok(_) => Value::Array(Vec::new()),
            Err(_) => Value::Object(Map::new()),
        });
        let new = next.unwrap_or_default();
        place = match place {
            Value::Object(object) => object.entry(unescaped(token)).or_insert(new),
            Value::Array(list) => {
                let number: usize = token.parse().ok()?;
                if number == list.len() {
                    list.push(new);
                }
                list.get_mut(number)?
            }
            _ => return None,
        };
    }
    *place = value;
    Some(())
}

/// A walk over the first level.
struct Top<'p, 'a, T> {
    walk: Walk<'p, 'a>,
    read: PhantomData<fn() -> T>,
}

impl<'a, T: Deserialize<'a>> Visitor<'a> for Top<'_, 'a, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.walk.expecting(f)
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<Option<T>, A::Error> {
        let mut read = None;
        while let Some((active, depth)) = map.next_key_seed(Through(&self.walk))? {
            if active == 1 && self.walk.pointers[0].len() == depth {
                read = Some(map.next_value()?);
            } else {
                self.walk.value(active, depth, &mut map)?;
            }
        }
        Ok(read)
    }
}

/// A walk down to what the active pointers lead to from here.
struct Walk<'p, 'a> {
    pointers: &'p [&'p str],
    found: &'p mut Vec<Option<&'a RawValue>>,
    /// One bit for each pointer whose first `depth` bytes have led here.
    active: u128,
    depth: usize,
    /// Whether to stop at the last that is found: this text was walked through before.
    hurry: bool,
}

impl<'a> Walk<'_, 'a> {
    /// Goes on into the next value of `map`, to which these pointers have led.
    fn value<A: MapAccess<'a>>(
        &mut self,
        active: u128,
        depth: usize,
        map: &mut A,
    ) -> Result<(), A::Error> {
        if active == 0 {
            return map.next_value::<IgnoredAny>().map(drop);
        }
        map.next_value_seed(Walk {
            pointers: self.pointers,
            found: &mut *self.found,
            active,
            depth,
            hurry: self.hurry,
        })
    }

    fn active(&self) -> impl Iterator<Item = usize> + use<> {
        let active = self.active;
        (0..self.pointers.len()).filter(move |place| active >> place & 1 == 1)
    }

    /// Those that go on to `name`, and how far they have come then.
    fn through(&self, name: &str) -> (u128, usize) {
        let mut through = (0, self.depth);
        for place in self.active() {
            let rest = &self.pointers[place][self.depth..];
            if let Some(rest) = rest.strip_prefix('/') {
                let token = rest.split('/').next().unwrap_or_default();
                if *unescaped(token) == *name {
                    through = (through.0 | 1 << place, self.depth + 1 + token.len());
                }
            }
        }
        through
    }

    fn is_done(&self) -> bool {
        self.active().all(|place| self.found[place].is_some())
    }
}

pub(crate) fn unescaped(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        token.replace("~1", "/").replace("~0", "~").into()
    } else {
        token.into()
    }
}

impl<'a> DeserializeSeed<'a> for Walk<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(mut self, deserializer: D) -> Result<(), D::Error> {
        let ends = self
            .active()
            .filter(|place| self.pointers[*place].len() == self.depth)
            .fold(0, |ends, place| ends | 1 << place);
        if ends == 0 {
            return deserializer.deserialize_any(self);
        }
        let raw = <&RawValue>::deserialize(deserializer)?;
        for place in self.active().filter(|place| ends >> place & 1 == 1) {
            self.found[place] = Some(raw);
        }
        self.active &= !ends;
        if self.active != 0 {
            self.hurry = true;
            // It was read before, so it stops only because it has found everything.
            let _ = self.deserialize(&mut serde_json::Deserializer::from_str(raw.get()));
        }
        Ok(())
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((active, depth)) = map.next_key_seed(Through(&self))? {
            self.value(active, depth, &mut map)?;
            if self.hurry && self.is_done() {
                return Err(A::Error::custom("everything is found"));
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        for place in 0_usize.. {
            let (active, depth) = self.through(&place.to_string());
            let went_on = if active == 0 {
                list.next_element::<IgnoredAny>()?.is_some()
            } else {
                let walk = Walk {
                    pointers: self.pointers,
                    found: &mut *self.found,
                    active,
                    depth,
                    hurry: self.hurry,
                };
                list.next_element_seed(walk)?.is_some()
            };
            if !went_on {
                break;
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Which pointers a key leads on.
struct Through<'w, 'p, 'a>(&'w Walk<'p, 'a>);

impl<'a> DeserializeSeed<'a> for Through<'_, '_, '_> {
    type Value = (u128, usize);

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(u128, usize), D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Through<'_, '_, '_> {
    type Value = (u128, usize);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<(u128, usize), E> {
        Ok(self.0.through(name))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn found(text: &str, pointers: &[&str]) -> Vec<Option<String>> {
        let found = find(text.as_bytes(), pointers).expect("JSON");
        let text = |raw: Option<&RawValue>| raw.map(|raw| raw.get().to_owned());
        found.into_iter().map(text).collect()
    }

    #[test]
    fn what_a_pointer_leads_to_comes_as_it_came() {
        let text = r#"{"a": {"b":1.50,"c":[ {"d":"\u0041"}, null ]}, "x/y":true, "a~b":1e400 }"#;
        let pointers = [
            "/a/b", "/a/c/0/d", "/a/c/1", "/x~1y", "/a~0b", "/a/z", "/a/b/c", "/q",
        ];
        let texts =
            ["1.50", "\"\\u0041\"", "null", "true", "1e400"].map(|text| Some(text.to_owned()));
        assert_eq!(found(text, &pointers)[..5], texts);
        assert_eq!(found(text, &pointers)[5..], [None, None, None]);
    }

    #[test]
    fn a_pointer_may_lead_through_what_another_leads_to() {
        let text = r#"{"a":{"b":{"c":2},"d":3}}"#;
        let pointers = ["", "/a", "/a/b", "/a/b/c", "/a/d"];
        let texts = [text, r#"{"b":{"c":2},"d":3}"#, r#"{"c":2}"#, "2", "3"];
        assert_eq!(
            found(text, &pointers),
            texts.map(|text| Some(text.to_owned()))
        );
    }

    #[test]
    fn what_is_not_json_is_an_error_wherever_it_is_broken() {
        for text in [
            "",
            "{",
            r#"{"a":1}x"#,
            r#"{"a":{"b":}}"#,
            r#"{"z":[1,],"a":1}"#,
        ] {
            assert!(find(text.as_bytes(), &["/a"]).is_err(), "{text}");
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            "[a-c]?".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 24, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[ab/~]{1,2}", inner, 0..3)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_finds_what_a_tree_finds(
            value in any_value(),
            pointers in prop::collection::vec("(/([ab]|~0|~1|[01]){1,2}){0,3}", 0..6),
        ) {
            let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
            let of_tree: Vec<_> = pointers.iter()
                .map(|pointer| value.pointer(pointer).map(Value::to_string))
                .collect();
            prop_assert_eq!(found(&value.to_string(), &pointers), of_tree);
        }
    }
}
