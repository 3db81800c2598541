//! Enums of texts, to which the provider may add.

use std::fmt;

/// A text in the place of a value that the spec does not list.
///
/// It comes out of reading alone, so that nobody makes an unknown value of a known one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    /// For generated code, which has looked for `text` in its list.
    #[doc(hidden)]
    pub fn unlisted(text: &str) -> Self {
        crate::union::undescribed(1);
        Self(text.into())
    }

    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Implements `Serialize` and `Deserialize` for an enum that is made from any text.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    ($name:ident) => {
        const _: () = {
            use $crate::generated::serde;

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> Result<Self, D::Error> {
                    struct Visitor;

                    impl serde::de::Visitor<'_> for Visitor {
                        type Value = $name;

                        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                            f.write_str("a string")
                        }

                        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                            Ok(text.into())
                        }
                    }

                    deserializer.deserialize_str(Visitor)
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }
        };
    };
}
