//! Values of one of several shapes.

/// Implements `Serialize` and `Deserialize` for an enum of shapes.
///
/// Those that the kind of JSON tells apart are written `Amount { Text, Number }`: the first that fits counts. serde's
/// `untagged` does the same on a buffered value, which has lost the order of keys and the digits of numbers.
///
/// Others are written `Pet by "kind" { Cat: "cat"; Dog: "dog" | "hound"; } best { Cat, Dog } Other`: the field `kind`
/// decides; where it is none of these texts, or there is no `by`, the shape that describes most of the value; where that
/// does not fit, the value is kept whole in the last variant.
#[doc(hidden)]
#[macro_export]
macro_rules! one_of {
    ($name:ident { $($shape:ident),* $(,)? }) => {
        const _: () = {
            use $crate::generated::serde;

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let came = <$crate::Json as serde::Deserialize>::deserialize(deserializer)?;
                    $(if let Ok(value) = came.parse() {
                        return Ok($name::$shape(value));
                    })*
                    Err(serde::de::Error::custom(concat!(
                        "no shape fits, expected one of those of ", stringify!($name)
                    )))
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        $(Self::$shape(value) => serde::Serialize::serialize(value, serializer),)*
                    }
                }
            }
        };
    };
    ($name:ident $(by $tag:literal { $($kind:ident: $($value:literal)|+;)* })? best { $($shape:ident),* $(,)? } $other:ident) => {
        const _: () = {
            use $crate::generated::{Union, serde};

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let union = Union::read(deserializer)?;
                    $(match union.tag($tag).as_deref() {
                        $(Some($($value)|+) => return Ok(union.only($name::$kind, $name::$other)),)*
                        _ => {}
                    })?
                    Ok(union $(.or($name::$shape))* .or_else($name::$other))
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        $(Self::$shape(value) => serde::Serialize::serialize(value, serializer),)*
                        Self::$other(value) => serde::Serialize::serialize(value, serializer),
                    }
                }
            }
        };
    };
}
