//! The speed slider: from one step a second to as fast as possible, in equal ratios.

/// Positions of the slider: 0 to this; the last one is as fast as possible.
pub const POSITIONS: u32 = 100;
/// Steps a second at the last position but one.
const FASTEST: f64 = 10_000.0;

/// Steps a second at a position; none means as fast as possible.
pub fn pace(position: u32) -> Option<f64> {
    let last = f64::from(POSITIONS - 1);
    (position < POSITIONS).then(|| {
        let pace = FASTEST.powf(f64::from(position) / last);
        // Numbers that are easy to read: two digits.
        let unit = 10f64.powf(pace.log10().floor() - 1.0);
        (pace / unit).round() * unit
    })
}

/// The position nearest to a pace.
pub fn position(pace: Option<f64>) -> u32 {
    match pace {
        Some(pace) if pace <= FASTEST => (pace.max(1.0).log(FASTEST) * f64::from(POSITIONS - 1)).round() as u32,
        _ => POSITIONS,
    }
}

/// A pace in words.
pub fn words(pace: Option<f64>) -> String {
    match pace {
        Some(pace) if pace < 1.05 => "1 step a second".to_owned(),
        Some(pace) => format!("{} steps a second", (pace * 10.0).round() / 10.0),
        None => "as fast as possible".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_one_a_second_and_as_fast_as_possible() {
        assert_eq!(pace(0), Some(1.0));
        assert_eq!(pace(POSITIONS), None);
        assert_eq!(words(pace(0)), "1 step a second");
        assert_eq!(words(pace(POSITIONS)), "as fast as possible");
    }

    #[test]
    fn positions_and_paces_agree() {
        for at in 0..=POSITIONS {
            assert!(position(pace(at)).abs_diff(at) <= 1, "{at}");
        }
        assert_eq!(position(Some(f64::INFINITY)), POSITIONS);
        assert_eq!(position(Some(0.0)), 0);
    }
}
