//! Stand-in until the engine reads IDX and resizes.
pub mod idx {
    pub struct Idx {
        pub shape: Vec<usize>,
        pub bytes: Vec<u8>,
    }
    pub fn parse(bytes: &[u8]) -> Result<Idx, String> {
        let rank = usize::from(*bytes.get(3).ok_or("too short")?);
        let head = bytes.get(4..4 + 4 * rank).ok_or("too short")?;
        let shape: Vec<usize> =
            head.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize).collect();
        let rest = &bytes[4 + 4 * rank..];
        if rest.len() != shape.iter().product::<usize>() {
            return Err("wrong length".into());
        }
        Ok(Idx { shape, bytes: rest.to_vec() })
    }
}
pub mod image {
    #[allow(clippy::too_many_arguments)]
    pub fn crop(p: &[f32], width: usize, _h: usize, ch: usize, x: usize, y: usize, w: usize, h: usize) -> Vec<f32> {
        (y..y + h).flat_map(|row| p[(row * width + x) * ch..(row * width + x + w) * ch].to_vec()).collect()
    }
    pub fn resize(p: &[f32], w: usize, h: usize, ch: usize, tw: usize, th: usize) -> Vec<f32> {
        let mut out = vec![0.0; tw * th * ch];
        for y in 0..th {
            for x in 0..tw {
                for c in 0..ch {
                    let n = 6;
                    let mut sum = 0.0;
                    for a in 0..n {
                        for b in 0..n {
                            let sy = ((y as f32 + (a as f32 + 0.5) / n as f32) * h as f32 / th as f32) as usize;
                            let sx = ((x as f32 + (b as f32 + 0.5) / n as f32) * w as f32 / tw as f32) as usize;
                            sum += p[(sy.min(h - 1) * w + sx.min(w - 1)) * ch + c];
                        }
                    }
                    out[(y * tw + x) * ch + c] = sum / (n * n) as f32;
                }
            }
        }
        out
    }
}
