//! Values of one of several shapes.

/// Implements `Serialize` and `Deserialize` for an enum of shapes that are told apart by what fits: the first that does
/// counts.
///
/// serde's `untagged` does the same on a buffered value, which has lost the order of keys and the digits of numbers.
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
}
