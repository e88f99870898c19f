//! Letters and symbols drawn by strokes, so that they can be had at any size.

/// Name and strokes: polylines separated by bars, each point two digits, x from 0 to 4 and y from 0 (top) to 6.
const GLYPHS: [(&str, &str); 36] = [
    ("A", "06 20 46|14 34"),
    ("B", "00 06 36 45 44 33 03|33 42 41 30 00"),
    ("C", "41 30 10 01 05 16 36 45"),
    ("D", "00 06 26 44 42 20 00"),
    ("E", "40 00 06 46|03 33"),
    ("F", "40 00 06|03 33"),
    ("G", "41 30 10 01 05 16 36 45 43 23"),
    ("H", "00 06|40 46|03 43"),
    ("I", "10 30|20 26|16 36"),
    ("J", "10 40 45 36 16 05"),
    ("K", "00 06|40 03 46"),
    ("L", "00 06 46"),
    ("M", "06 00 23 40 46"),
    ("N", "06 00 46 40"),
    ("O", "10 30 41 45 36 16 05 01 10"),
    ("P", "06 00 30 41 42 33 03"),
    ("Q", "10 30 41 45 36 16 05 01 10|24 46"),
    ("R", "06 00 30 41 42 33 03|23 46"),
    ("S", "41 30 10 01 02 13 33 44 45 36 16 05"),
    ("T", "00 40|20 26"),
    ("U", "00 05 16 36 45 40"),
    ("V", "00 26 40"),
    ("W", "00 16 22 36 40"),
    ("X", "00 46|40 06"),
    ("Y", "00 23 40|23 26"),
    ("Z", "00 40 06 46"),
    ("plus", "20 26|03 43"),
    ("heart", "26 03 01 10 22 30 41 43 26"),
    ("house", "06 03 20 43 46 06|26 24"),
    ("star", "20 36 02 42 16 20"),
    ("diamond", "20 43 26 03 20"),
    ("arrow", "03 43|20 43 26"),
    ("letter", "01 41 45 05 01 23 41"),
    ("hourglass", "00 40 06 46 00"),
    ("smile", "10 30 41 45 36 16 05 01 10|12 13|32 33|14 25 34"),
    ("hash", "10 16|30 36|02 42|04 44"),
];

/// How many glyphs there are.
pub const COUNT: usize = GLYPHS.len();

/// What glyph `k` is called.
pub fn name(k: usize) -> &'static str {
    GLYPHS[k % COUNT].0
}

/// Draws glyph `k` into `side * side` pixels, row by row: +1 where there is ink, -1 elsewhere.
pub fn draw(k: usize, side: usize) -> Vec<f32> {
    // The strokes' box fills the picture but for a margin; a stroke is an eighth of the picture wide.
    let (margin, radius) = (0.15 * side as f32, (0.07 * side as f32).max(0.6));
    let inner = side as f32 - 2.0 * margin;
    let mut pixels = vec![-1.0; side * side];
    for line in GLYPHS[k % COUNT].1.split('|') {
        let points: Vec<(f32, f32)> = line
            .split(' ')
            .map(|p| {
                let digit = |at: usize| f32::from(p.as_bytes()[at] - b'0');
                (margin + inner * digit(0) / 4.0, margin + inner * digit(1) / 6.0)
            })
            .collect();
        for pair in points.windows(2) {
            for (at, pixel) in pixels.iter_mut().enumerate() {
                let centre = ((at % side) as f32 + 0.5, (at / side) as f32 + 0.5);
                if distance_squared(centre, pair[0], pair[1]) <= radius * radius {
                    *pixel = 1.0;
                }
            }
        }
    }
    pixels
}

/// The squared distance of `p` from the segment between `a` and `b`.
pub fn distance_squared(p: (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    let (along, to) = ((b.0 - a.0, b.1 - a.1), (p.0 - a.0, p.1 - a.1));
    let length = along.0 * along.0 + along.1 * along.1;
    let t = if length > 0.0 { ((to.0 * along.0 + to.1 * along.1) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (dx, dy) = (to.0 - t * along.0, to.1 - t * along.1);
    dx * dx + dy * dy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyphs_differ_at_every_size() {
        for side in [8, 16, 28, 64] {
            let all: Vec<Vec<f32>> = (0..COUNT).map(|k| draw(k, side)).collect();
            for (k, glyph) in all.iter().enumerate() {
                assert!(glyph.iter().any(|x| *x > 0.0), "{} is blank", name(k));
                for (l, other) in all.iter().enumerate().skip(k + 1) {
                    assert_ne!(glyph, other, "{} and {} are the same at {side}", name(k), name(l));
                }
            }
        }
    }
}
