//! One measured number, and whether it is good enough.

use serde::{Serialize, Serializer};

/// One measured number. It is rounded to four decimals when it is made, so that what is shown is what is judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    name: String,
    #[serde(serialize_with = "number")]
    value: Option<f64>,
    unit: &'static str,
    #[serde(serialize_with = "number")]
    bar: Option<f64>,
    holds: bool,
}

impl Figure {
    /// A figure that must not be above `bar`.
    pub fn at_most(name: impl Into<String>, value: f64, unit: &'static str, bar: f64) -> Self {
        let (value, bar) = (rounded(value), rounded(bar));
        Self::judged(name, value, unit, bar, value <= bar)
    }

    /// A figure that must not be below `bar`.
    pub fn at_least(name: impl Into<String>, value: f64, unit: &'static str, bar: f64) -> Self {
        let (value, bar) = (rounded(value), rounded(bar));
        Self::judged(name, value, unit, bar, value >= bar)
    }

    /// A figure that informs, and holds whatever it is.
    pub fn informing(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            value: Some(rounded(value)),
            unit,
            bar: None,
            holds: true,
        }
    }

    /// A figure that could not be measured: it does not hold.
    pub fn unmeasured(name: impl Into<String>, unit: &'static str, bar: Option<f64>) -> Self {
        Self {
            name: name.into(),
            value: None,
            unit,
            bar: bar.map(rounded),
            holds: false,
        }
    }

    fn judged(
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        bar: f64,
        holds: bool,
    ) -> Self {
        Self {
            name: name.into(),
            value: Some(value),
            unit,
            bar: Some(bar),
            holds,
        }
    }

    /// What was measured, such as `auth.hit.time`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number; `None` where it could not be measured.
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// What the number counts, such as `ns`.
    pub fn unit(&self) -> &'static str {
        self.unit
    }

    /// What the number is held against; `None` where it only informs.
    pub fn bar(&self) -> Option<f64> {
        self.bar
    }

    /// Whether it is time, which is another where other programs run beside.
    pub fn is_time(&self) -> bool {
        matches!(self.unit, "ns" | "µs" | "ms" | "s")
    }

    /// Whether it is good enough.
    pub fn holds(&self) -> bool {
        self.holds
    }
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// A count without a decimal point, any other number with one.
fn number<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        None => serializer.serialize_none(),
        Some(value) if value.fract() == 0.0 && value.abs() < EXACT => {
            serializer.serialize_i64(*value as i64)
        }
        Some(value) => serializer.serialize_f64(*value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(figure: &Figure) -> String {
        serde_json::to_string(figure).expect("a line")
    }

    #[test]
    fn a_line_has_these_five_keys_in_this_order() {
        assert_eq!(
            line(&Figure::at_most("auth.call", 1.0423, "ratio", 1.05)),
            r#"{"name":"auth.call","value":1.0423,"unit":"ratio","bar":1.05,"holds":true}"#
        );
        assert_eq!(
            line(&Figure::informing("auth.call", 12.0, "ns")),
            r#"{"name":"auth.call","value":12,"unit":"ns","bar":null,"holds":true}"#
        );
        assert_eq!(
            line(&Figure::unmeasured("auth.call", "ns", Some(0.0))),
            r#"{"name":"auth.call","value":null,"unit":"ns","bar":0,"holds":false}"#
        );
    }

    #[test]
    fn a_bar_is_the_last_value_that_holds() {
        assert!(Figure::at_most("x", 1.05, "", 1.05).holds());
        assert!(!Figure::at_most("x", 1.0501, "", 1.05).holds());
        assert!(Figure::at_least("x", 0.9, "", 0.9).holds());
        assert!(!Figure::at_least("x", 0.8999, "", 0.9).holds());
    }

    #[test]
    fn what_is_shown_is_what_is_judged() {
        let figure = Figure::at_most("x", 1.050_049, "", 1.05);
        assert_eq!((figure.value(), figure.holds()), (Some(1.05), true));
        let figure = Figure::at_most("x", 1.050_051, "", 1.05);
        assert_eq!((figure.value(), figure.holds()), (Some(1.0501), false));
    }

    #[test]
    fn what_is_no_number_does_not_hold() {
        assert!(!Figure::at_most("x", f64::NAN, "", 1.05).holds());
        assert!(!Figure::at_least("x", f64::NAN, "", 0.9).holds());
    }
}
