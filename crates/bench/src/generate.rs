//! What generating costs: the time and the memory that the generator takes, and what its output costs to compile.

mod checking;
mod document;
mod generator;
mod memory;
mod processor;
mod rival;
mod speed;

use crate::{
    report::{Effort, Outcome},
    sheet::Sheet,
};
use generator::Generators;

/// All figures whose names begin with `generate`.
///
/// # Errors
///
/// When a figure cannot be written, or no folder for documents and crates can be made.
pub fn report(sheet: &mut Sheet<'_>, effort: Effort) -> Outcome {
    let generators = Generators::of(effort);
    speed::unchanged(sheet, &generators)?;
    speed::large(sheet, &generators)?;
    rival::against(sheet, &generators)?;
    memory::in_proportion(sheet, &generators)?;
    checking::against_progenitor(sheet, &generators)?;
    Ok(())
}
