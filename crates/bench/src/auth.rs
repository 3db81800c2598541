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

/// The time that one of `each` takes, in nanoseconds: the median of many batches, since a machine that does something
/// else for a moment spoils some of them.
pub(crate) fn nanoseconds(batches: u64, times: u64, mut each: impl FnMut()) -> f64 {
    median((0..batches).map(|_| {
        let begun = std::time::Instant::now();
        (0..times).for_each(|_| each());
        begun.elapsed().as_nanos() as f64 / times as f64
    }))
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
