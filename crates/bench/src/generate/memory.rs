//! The memory that generating takes, for documents of one, two and four times a size.

use std::error::Error;

use super::{
    generator::{Build, Generators},
    speed::made,
};
use crate::{
    figure::Figure,
    report::Outcome,
    sheet::Sheet,
    valgrind::{self, Count},
};

/// How much more than twice as much memory the next 2 n resources may take as the n before them. In proportion it is 1;
/// what is more is room for tables that grow by doubling.
const IN_PROPORTION: f64 = 1.1;

/// The resources of the smallest document.
const RESOURCES: usize = 8;

/// That memory grows with the document, and no faster.
pub(super) fn in_proportion(sheet: &mut Sheet<'_>, generators: &Generators) -> Outcome {
    let (growth, each) = ("generate.memory.growth", "generate.memory.for_each_byte");
    match held(generators) {
        Ok(held) => {
            let [once, twice, four_times] = held.map(|(_, held)| held);
            let [small, medium, large] = held.map(|(bytes, _)| bytes);
            let first = (twice - once) / (medium - small);
            let second = (four_times - twice) / (large - medium);
            let figure = Figure::at_most(growth, second / first, "ratio", IN_PROPORTION);
            sheet.write(&figure)?;
            sheet.write(&Figure::informing(each, four_times / large, "bytes"))?;
        }
        Err(error) => {
            let figure = Figure::unmeasured(growth, "ratio", Some(IN_PROPORTION));
            sheet.miss(&figure, &error)?;
            sheet.miss(&Figure::unmeasured(each, "bytes", None), &error)?;
        }
    }
    Ok(())
}

/// The bytes of each document, and those that are held at most while it is generated from.
fn held(generators: &Generators) -> Result<[(f64, f64); 3], Box<dyn Error>> {
    let generator = generators.built(Build::Counted)?;
    let mut all = [(0.0, 0.0); 3];
    for (times, held) in [1, 2, 4].into_iter().zip(&mut all) {
        let document = made(&format!("times-{times}"), times * RESOURCES)?;
        let bytes = std::fs::metadata(&document)?.len();
        let most = valgrind::of(Count::HeldAtMost, &generator.generate(&document))?;
        *held = (bytes as f64, most as f64);
    }
    Ok(all)
}
