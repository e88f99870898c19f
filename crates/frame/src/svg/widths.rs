//! Widths of letters, so that texts are measured alike everywhere.

/// Advance widths of Inter Regular from the space to the tilde, in thousandths of the font's size.
const ASCII: [u16; 95] = [
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646, 593, 620,
    566, 619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269, 571, 672, 565, 903,
    753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612,
    583, 370, 613, 591, 242, 242, 549, 242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426,
    333, 426, 662,
];

/// A text's width in units of the font's size.
pub(super) fn width(text: &str, bold: bool) -> f64 {
    let sum: u32 = text
        .chars()
        .map(|letter| match letter {
            ' '..='~' => u32::from(ASCII[letter as usize - 0x20]),
            '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' | '⁻' => 440,
            '·' => 288,
            // Greek, signs and accented letters; most of what is wider has its own plane.
            '\u{a0}'..='\u{2fff}' => 640,
            _ => 1000,
        })
        .sum();
    f64::from(sum) / 1000.0 * if bold { 1.05 } else { 1.0 }
}
