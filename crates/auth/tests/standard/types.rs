//! What the calls carry and answer.

use bindery_runtime::Fields;

/// What became of it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Opened {
    /// Whether it is open.
    pub open: bool,
    /// What came and is not described here, and what it takes to write all of it back as it came.
    #[cfg_attr(feature = "schemars", schemars(skip))]
    pub extra: Fields,
}

bindery_runtime::object! {
    Opened with extra {
        open: required plain "open";
    }
}

impl Opened {
    /// Makes one of what is required.
    pub fn new(open: bool) -> Self {
        Self { open, extra: Fields::new() }
    }
}

/// Why not.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Refused {
    /// Why not.
    pub message: Option<String>,
    /// What came and is not described here, and what it takes to write all of it back as it came.
    #[cfg_attr(feature = "schemars", schemars(skip))]
    pub extra: Fields,
}

bindery_runtime::object! {
    Refused with extra {
        message: optional text "message";
    }
}

impl Refused {
    /// Makes one with nothing set.
    #[expect(clippy::new_without_default, reason = "`new` is how every type is made")]
    pub fn new() -> Self {
        Self {
            message: None,
            extra: Fields::new(),
        }
    }

    /// Why not.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }
}
