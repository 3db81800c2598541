//! Examples, defaults and enums: the values that a document shows must be values it allows.

mod json_schema;
mod missing;
mod pattern;
mod undeclared;
mod valid;
mod values;

pub(super) use json_schema::{Checker, checkers};
pub(super) use missing::missing;
pub(super) use pattern::{Patterns, bad_pattern};
pub(super) use undeclared::undeclared_field;
pub(super) use valid::{default_breaks_schema, enum_breaks_type, invalid_example};
pub(super) use values::Direction;
