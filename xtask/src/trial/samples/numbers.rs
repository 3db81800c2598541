//! Numbers within the bounds of all schemas at once.

use serde_json::{Number, Value};

/// Whole numbers that tell types of number apart.
const WHOLE: [i128; 12] = [
    7,
    0,
    1,
    -1,
    i32::MAX as i128,
    9_007_199_254_740_993,
    i64::MAX as i128,
    i64::MIN as i128,
    i32::MIN as i128,
    u64::MAX as i128,
    100_000_000_000_000_000_000,
    -300,
];

/// Others.
const BROKEN: [f64; 8] = [0.5, -2.25, 3.0, 1e300, 1.5e-7, 12_345.678, 0.1, 1e21];

/// What of the number is said.
#[derive(Debug, Default)]
struct Range {
    lowest: Option<(f64, bool)>,
    highest: Option<(f64, bool)>,
    steps: Vec<f64>,
}

impl Range {
    fn of(parts: &[&Value]) -> Self {
        let mut range = Self::default();
        for part in parts {
            let bound = |key: &str| part[key].as_f64();
            let mut low: Vec<(f64, bool)> = Vec::new();
            let mut high: Vec<(f64, bool)> = Vec::new();
            low.extend(bound("minimum").map(|least| (least, part["exclusiveMinimum"] == true)));
            low.extend(bound("exclusiveMinimum").map(|least| (least, true)));
            high.extend(bound("maximum").map(|most| (most, part["exclusiveMaximum"] == true)));
            high.extend(bound("exclusiveMaximum").map(|most| (most, true)));
            for one in low {
                if range.lowest.is_none_or(|least| one.0 >= least.0) {
                    range.lowest = Some(one);
                }
            }
            for one in high {
                if range.highest.is_none_or(|most| one.0 <= most.0) {
                    range.highest = Some(one);
                }
            }
            range.steps.extend(bound("multipleOf"));
        }
        range
    }

    fn has(&self, number: f64) -> bool {
        let low = self
            .lowest
            .is_none_or(|(least, open)| number > least || number == least && !open);
        let high = self
            .highest
            .is_none_or(|(most, open)| number < most || number == most && !open);
        low && high
    }
}

/// A whole number; `None` where there is none that fits.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
pub(super) fn integer(parts: &[&Value], pick: usize) -> Option<Value> {
    let range = Range::of(parts);
    let (lowest, highest) = size(parts);
    let step = range.steps.iter().fold(1_i128, |step, next| {
        let next = (*next as i128).max(1);
        step / gcd(step, next) * next
    });
    let mut candidates: Vec<i128> = WHOLE[..2].to_vec();
    for (bound, inwards) in [(range.lowest, 1), (range.highest, -1)] {
        if let Some((bound, _)) = bound {
            let bound = bound as i128;
            let next = bound.saturating_add(inwards * step);
            candidates.extend([bound, bound.saturating_add(inwards), next]);
        }
    }
    candidates.extend(&WHOLE[2..]);
    let fitting: Vec<i128> = candidates
        .into_iter()
        .map(|number| number - number % step)
        .filter(|number| (lowest..=highest).contains(number) && range.has(*number as f64))
        .collect();
    let number = *fitting.get(pick % fitting.len().max(1))?;
    whole(number).map(Value::Number)
}

/// The numbers that a format has room for. Without one, it is what a program holds in 64 bits.
#[allow(clippy::cast_possible_truncation)]
fn size(parts: &[&Value]) -> (i128, i128) {
    let mut lowest = i128::from(i64::MIN);
    let mut highest = i128::from(i64::MAX);
    for part in parts {
        match part["format"].as_str().unwrap_or_default() {
            "int32" | "i32" => (lowest, highest) = (i32::MIN.into(), i32::MAX.into()),
            "int16" => (lowest, highest) = (i16::MIN.into(), i16::MAX.into()),
            "int8" => (lowest, highest) = (i8::MIN.into(), i8::MAX.into()),
            "uint8" | "u8" => (lowest, highest) = (0, u8::MAX.into()),
            "uint16" | "u16" => (lowest, highest) = (0, u16::MAX.into()),
            "uint32" | "u32" => (lowest, highest) = (0, u32::MAX.into()),
            "uint64" | "uint" | "ulong" | "u64" => (lowest, highest) = (0, u64::MAX.into()),
            "uint128" | "uint256" => (lowest, highest) = (0, i128::MAX),
            "unixtime" => (lowest, highest) = (0, 4_102_444_800),
            "int128" | "int256" | "bigint" | "biginteger" => {
                (lowest, highest) = (i128::MIN, i128::MAX);
            }
            _ => {}
        }
        // Where more than 64 bits are shown, it is an amount, which is never negative.
        if part["example"].as_f64().is_some_and(|shown| shown > 1.8e19) {
            (lowest, highest) = (0, i128::MAX);
        }
        // Who allows more has more.
        let beyond = |key: &str| part[key].as_f64().filter(|bound| bound.abs() > 9.3e18);
        if let Some(most) = beyond("maximum") {
            highest = highest.max(most as i128);
        }
        if let Some(least) = beyond("minimum") {
            lowest = lowest.min(least as i128);
        }
    }
    (lowest, highest)
}

#[allow(clippy::cast_precision_loss)]
fn whole(number: i128) -> Option<Number> {
    let small = i64::try_from(number).map(Number::from).ok();
    small
        .or_else(|| u64::try_from(number).map(Number::from).ok())
        .or_else(|| Number::from_f64(number as f64))
}

fn gcd(one: i128, other: i128) -> i128 {
    match other {
        0 => one.max(1),
        _ => gcd(other, one % other),
    }
}

/// A number; `None` where there is none that fits.
pub(super) fn number(parts: &[&Value], pick: usize) -> Option<Value> {
    if pick % 3 == 2
        && let Some(whole) = integer(parts, pick / 3)
    {
        return Some(whole);
    }
    let range = Range::of(parts);
    let mut candidates: Vec<f64> = BROKEN.to_vec();
    for (bound, _) in [range.lowest, range.highest].into_iter().flatten() {
        candidates.extend([bound, bound + 0.5, bound - 0.5]);
    }
    if let (Some((least, _)), Some((most, _))) = (range.lowest, range.highest) {
        candidates.push(f64::midpoint(least, most));
    }
    if let Some(step) = range.steps.first() {
        let times = [1.0, 0.0, 3.0, 1000.0, -2.0];
        candidates = times.map(|times| times * step).to_vec();
    }
    candidates.retain(|number| range.has(*number));
    let number = *candidates.get(pick % candidates.len().max(1))?;
    Number::from_f64(number).map(Value::Number)
}

/// The text of a value, with all digits of whole numbers: beyond 64 bits, a `double` would be written with an exponent.
pub(in crate::trial) fn written(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(number) if number.fract() == 0.0 && (1e19..1e77).contains(&number.abs()) => {
                format!("{number:.0}")
            }
            _ => value.to_string(),
        },
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), written(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_keep_to_all_bounds_and_steps() {
        let one = json!({ "minimum": 3 });
        let other = json!({ "maximum": 30, "exclusiveMaximum": true, "multipleOf": 5 });
        let small = json!({ "exclusiveMinimum": 0, "maximum": 0.25 });
        for pick in 0..40 {
            let whole = integer(&[&one, &other], pick).and_then(|number| number.as_i64());
            let fits = |number| (3..30).contains(&number) && number % 5 == 0;
            assert!(whole.is_some_and(fits), "{whole:?}");
            let broken = number(&[&small], pick).and_then(|number| number.as_f64());
            let fits = |number| number > 0.0 && number <= 0.25;
            assert!(broken.is_some_and(fits), "{broken:?}");
        }
    }

    #[test]
    fn a_number_of_more_than_64_bits_has_all_its_digits() {
        let number = whole(100_000_000_000_000_000_000).map(Value::Number);
        let text = number.map(|number| written(&json!({ "a": [number] })));
        assert_eq!(text.as_deref(), Some(r#"{"a":[100000000000000000000]}"#));
        assert_eq!(written(&json!(1.5)), "1.5");
    }
}
