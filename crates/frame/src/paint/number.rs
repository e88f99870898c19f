//! Numbers for people: few digits, real minus signs, powers of ten.

/// The number in about three digits: `0`, `−0.52`, `1234`, `1.2×10⁻⁵`.
pub fn compact(number: f64) -> String {
    if !number.is_finite() {
        return if number.is_nan() { "missing".into() } else { minus(if number > 0.0 { "∞" } else { "-∞" }) };
    }
    if number == 0.0 {
        return "0".into();
    }
    let (digits, power) = scientific(number);
    if !(-3..=5).contains(&power) {
        return minus(&format!("{}×10{}", trim(&digits), superscript(power)));
    }
    let decimals = (2 - power).max(0) as usize;
    minus(trim(&format!("{number:.decimals$}")))
}

/// A finite number's three leading digits ("-1.20") and power of ten, after rounding.
fn scientific(number: f64) -> (String, i32) {
    let text = format!("{number:.2e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    (digits.to_owned(), power.parse().unwrap_or(0))
}

/// The largest power of ten that is not above a positive finite number.
pub(super) fn power_below(number: f64) -> i32 {
    let text = format!("{number:e}");
    text.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0)
}

/// Ten to a power, correctly rounded.
pub(super) fn ten_to(power: i32) -> f64 {
    // Reading decimals is exact on every machine; powers by multiplication are not.
    format!("1e{power}").parse().unwrap_or(f64::NAN)
}

/// The minus sign of print instead of the hyphen; no minus before zero.
pub(super) fn minus(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_owned(),
        Some(rest) => format!("\u{2212}{rest}"),
        None => text.to_owned(),
    }
}

/// A power as raised digits.
pub(super) fn superscript(power: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    power.to_string().chars().map(|c| c.to_digit(10).map_or('⁻', |d| RAISED[d as usize])).collect()
}

fn trim(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_clear() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (-0.52, "\u{2212}0.52"),
            (0.13812, "0.138"),
            (3.0, "3"),
            (1234.4, "1234"),
            (99999.0, "99999"),
            (0.0012, "0.0012"),
            (0.000012, "1.2×10⁻⁵"),
            (-2.5e9, "\u{2212}2.5×10⁹"),
            (f64::INFINITY, "∞"),
            (f64::NAN, "missing"),
        ];
        for (number, text) in cases {
            assert_eq!(compact(number), text);
        }
    }

    #[test]
    fn powers_are_exact() {
        assert_eq!(power_below(999.999), 2);
        assert_eq!(power_below(1000.0), 3);
        assert_eq!(power_below(1e-7), -7);
        assert_eq!(ten_to(-3), 0.001);
    }
}
