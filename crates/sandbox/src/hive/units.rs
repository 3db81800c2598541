//! Amounts: decimal text in whole coins on the wire, integers of the smallest unit on a chain.

/// Decimal places of both native coins, MATIC and XPLA.
pub(super) const COIN_DECIMALS: u32 = 18;

/// The smallest units in a decimal number of coins; `None` if it is no number, has more decimal
/// places than the coin, or is too large.
pub(super) fn parse_units(text: &str, decimals: u32) -> Option<u128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let places = u32::try_from(fraction.len()).ok()?;
    if whole.is_empty() || !digits(whole) || !digits(fraction) || places > decimals {
        return None;
    }
    let units: u128 = format!("{whole}{fraction}").parse().ok()?;
    units.checked_mul(10_u128.checked_pow(decimals - places)?)
}

/// The decimal number of coins, without zeros at its end.
pub(super) fn format_units(units: u128, decimals: u32) -> String {
    let digits = format!("{units:0>width$}", width = decimals as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals as usize);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_come_back_exactly() {
        for text in [
            "0",
            "1",
            "0.5",
            "0.0375",
            "1000000000",
            "0.000000000000000001",
        ] {
            let units = parse_units(text, 18).expect(text);
            assert_eq!(format_units(units, 18), text);
        }
        assert_eq!(parse_units("1.50", 18), parse_units("1.5", 18));
        assert_eq!(parse_units("7", 0), Some(7));
        assert_eq!(format_units(7, 0), "7");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1.2.3",
            "0x1",
            " 1",
            "0.0000000000000000001",
        ] {
            assert_eq!(parse_units(text, 18), None, "{text}");
        }
        assert_eq!(parse_units("1000000000000000000000", 18), None, "too large");
    }
}
