//! Values of a schema: the least that fits, the most, each branch, each listed value, nulls, what the vendor shows, the
//! edges of numbers, and others at random. The same schema gives the same values on every run.
//!
//! A schema that is made of others is looked at as the list of all that must hold at once; `making` makes a value of
//! such a list, with `numbers`, `texts` and `patterns` for what it ends in. What it does not heed, such as `not`, is left to the
//! validator, which every value has to pass.

mod making;
mod numbers;
mod patterns;
mod texts;

use serde_json::Value;

use super::{
    checking::Checking,
    original::{Original, Place, Role},
};
use crate::{
    api::{items, resolve},
    spec::Document,
};
use making::{Choice, Extent, Maker};
pub(super) use numbers::written;

/// How many values of a named schema are made at random.
const RANDOM: usize = 10;
/// How many of another.
const FEW: usize = 2;
/// How many branches or listed values are made one by one.
const EACH: usize = 64;

/// A value of a schema.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample {
    pub(super) value: Value,
    /// Whether every field that tells kinds apart says the kind that the value is of.
    pub(super) is_told: bool,
}

/// The values of a place.
#[derive(Debug, Default)]
pub(super) struct Samples {
    pub(super) fit: Vec<Sample>,
    /// How many were made that do not fit.
    pub(super) unfit: usize,
    /// What was wrong with the first of those.
    pub(super) fault: Option<String>,
}

/// Texts of values of each named schema of a document as it was written, which is in one file: each value fits its schema,
/// and says of which kind it is where a discriminator tells kinds apart.
pub fn samples(document: &Document) -> Vec<(String, Vec<String>)> {
    let original = Original::read(document.root());
    let checking = Checking::of(&original);
    let named = original.places.iter().filter_map(|place| {
        let Role::Named(name) = &place.role else {
            return None;
        };
        let samples = of_place(&original, &checking, place).fit.into_iter();
        // Whether it may be null says the place where it is used.
        let values = samples.filter(|sample| sample.is_told && !sample.value.is_null());
        let texts = values.map(|sample| written(&sample.value)).collect();
        Some((name.clone(), texts))
    });
    named.collect()
}

/// Values of a place that fit it.
pub(super) fn of_place(original: &Original, checking: &Checking<'_>, place: &Place) -> Samples {
    let mut samples = Samples::default();
    let mut add = |value: Value, is_told: bool| {
        let mut known = samples.fit.iter_mut();
        if let Some(known) = known.find(|sample| sample.value == value) {
            known.is_told |= is_told;
            return;
        }
        match checking.fault(&place.pointer, &value) {
            None => samples.fit.push(Sample { value, is_told }),
            Some(fault) => {
                samples.unfit += 1;
                samples.fault.get_or_insert(fault);
            }
        }
    };
    for shown in &place.shown {
        add(shown.clone(), false);
    }
    let Some(schema) = original.document().pointer(&place.pointer) else {
        return samples;
    };
    for choice in choices(original.document(), schema, &place.role) {
        if let Some(value) = Maker::new(original.document(), choice).value(schema) {
            add(value, choice.tells);
        }
    }
    samples
}

/// Which values are made of a schema.
fn choices(document: &Value, schema: &Value, role: &Role) -> Vec<Choice> {
    let resolved = resolve(document, schema);
    let of_parts = items(&resolved["allOf"]).map(|part| resolve(document, part));
    let width = std::iter::once(resolved)
        .chain(of_parts)
        .map(|schema| {
            let branches = items(&schema["oneOf"])
                .count()
                .max(items(&schema["anyOf"]).count());
            (2 * branches).max(items(&schema["enum"]).count())
        })
        .max()
        .unwrap_or_default();
    let is_named = matches!(role, Role::Named(_));
    let base = Choice {
        extent: Extent::Least,
        pick: 0,
        nulls: false,
        shown: false,
        tells: true,
    };
    let of = |extent, pick| Choice {
        extent,
        pick,
        ..base
    };
    let mut choices = vec![
        base,
        of(Extent::Most, 0),
        Choice {
            extent: Extent::Most,
            nulls: true,
            ..base
        },
        Choice {
            extent: Extent::Most,
            shown: true,
            ..base
        },
        Choice {
            extent: Extent::Most,
            pick: 1,
            tells: false,
            ..base
        },
    ];
    for pick in 0..width.max(4).min(if is_named { EACH } else { 8 }) {
        choices.push(of(Extent::Least, pick));
        choices.push(of(Extent::Most, pick));
    }
    let random = if is_named { RANDOM } else { FEW };
    choices.extend((0..random).map(|seed| Choice {
        extent: Extent::Some,
        pick: seed,
        nulls: seed % 3 == 0,
        shown: seed % 4 == 0,
        tells: seed % 5 != 0,
    }));
    choices
}
