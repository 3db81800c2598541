//! The report `auth`: what sign-in and sending cost.

use std::error::Error;

use crate::{report::Effort, sheet::Sheet};

pub mod clock;

pub mod call;
pub mod expired;
pub mod hit;
pub mod outage;

/// Measures all of it.
///
/// # Errors
///
/// When something cannot be set up that has to be there for a figure.
pub fn report(sheet: &mut Sheet<'_>, effort: Effort) -> Result<(), Box<dyn Error>> {
    hit::report(sheet, effort)?;
    call::report(sheet, effort)?;
    expired::report(sheet, effort)?;
    outage::report(sheet, effort)
}
