//! Sets of patterns: drawn glyphs, real digits, photographs, random signs, clusters; and how cues are damaged.

use super::glyphs;
use crate::exhibit::Store;
use ndarray::{Array2, Axis};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vivarium_engine::idx::Idx;
use vivarium_engine::image::Image;
use vivarium_engine::rng::Rng;
use vivarium_frame::Complaint;
use vivarium_frame::view::{ColourMap, Photo, Pixels, Raster};

/// Where the patterns come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Set {
    /// Letters and symbols drawn by strokes.
    #[default]
    #[schemars(title = "Drawn glyphs")]
    Glyphs,
    /// Handwritten digits; the classes take turns.
    #[schemars(title = "Handwritten digits")]
    Digits,
    /// Five photographs, then cuttings of them.
    #[schemars(title = "Photographs")]
    Photographs,
    /// Each pixel by the toss of a coin.
    #[schemars(title = "Random")]
    Random,
    /// Six random centres; each pattern is a centre with a tenth of its pixels flipped.
    #[schemars(title = "Clustered")]
    Clustered,
}

/// No memory holds more numbers than this (patterns times pixels).
pub const MOST_NUMBERS: usize = 1 << 24;

/// Centres of the clustered set.
pub const CENTRES: usize = 6;

/// A set at one size, from which patterns are made on demand.
pub struct Source {
    set: Set,
    side: usize,
    rng: Rng,
    /// Digits and photographs: the originals in the order in which they are stored, with their names.
    originals: Vec<(String, Image)>,
    /// Pictures that the visitor gave, in colour, `side` x `side`, with the files' names.
    own: Vec<(String, Image)>,
}

/// Patterns as a memory stores them, and how to show them.
#[derive(Clone, Debug)]
pub struct Pictures {
    /// One pattern a row: N x (side * side * channels).
    pub values: Array2<f32>,
    /// What each is called.
    pub names: Vec<String>,
    /// Pixels in a row; also the number of rows.
    pub side: usize,
    /// Whether values are -1 and +1.
    pub signs: bool,
    /// 1 (ink or grey), or 3 (red, green, blue, pixel by pixel).
    pub channels: usize,
    /// The values shown as paper (or black) and as ink (or white).
    pub range: (f32, f32),
    /// The value of an erased pixel.
    pub blank: f32,
    /// How values are shown; colour pictures have none.
    pub map: ColourMap,
}

impl Source {
    /// The data sets that `set` reads at this size.
    pub fn needs(set: Set, side: usize) -> Vec<&'static str> {
        match set {
            Set::Digits if side <= 8 => vec!["digits-8", "digits-8-labels"],
            Set::Digits => vec!["digits-28", "digits-28-labels"],
            Set::Photographs => vec!["photos-64"],
            _ => Vec::new(),
        }
    }

    /// The set at `side` x `side` pixels; `seed` chooses which patterns come first.
    ///
    /// # Errors
    /// When a data set is missing or malformed.
    pub fn new(set: Set, side: usize, seed: u64, store: &Store) -> Result<Self, Complaint> {
        let rng = Rng::new(seed, "data");
        let names = Self::needs(set, side);
        let originals = match (set, names.as_slice()) {
            (Set::Digits, [images, labels]) => digits(&read(store, images)?, &read(store, labels)?, &rng),
            (Set::Photographs, [images]) => photographs(&read(store, images)?),
            _ => Vec::new(),
        };
        Ok(Self { set, side, rng, originals, own: Vec::new() })
    }

    /// How many patterns there can be, besides the visitor's.
    pub fn available(&self, channels: usize) -> usize {
        let most = MOST_NUMBERS / (self.side * self.side * channels);
        match self.set {
            Set::Glyphs => glyphs::COUNT.min(most),
            Set::Digits => self.originals.len().min(most),
            _ => most,
        }
    }

    /// The visitor's picture becomes one more pattern.
    ///
    /// # Errors
    /// When the picture has no pixels.
    pub fn add(&mut self, photo: &Photo) -> Result<(), Complaint> {
        let image = Image::from_rgba(photo.width as usize, photo.height as usize, &photo.rgba)
            .map_err(|e| Complaint::about(&photo.name, format!("{} cannot be used. {e}", photo.name)))?;
        self.own.push((photo.name.clone(), image.middle_square().resized(self.side, self.side)));
        Ok(())
    }

    /// How many pictures the visitor gave.
    pub fn own(&self) -> usize {
        self.own.len()
    }

    /// The first `count` patterns and after them the visitor's own, as signs or as real values. Fewer where there are
    /// no more.
    pub fn pictures(&self, count: usize, signs: bool) -> Pictures {
        let colour = !signs && (self.set == Set::Photographs || !self.own.is_empty());
        let channels = if colour { 3 } else { 1 };
        let count = count.min(self.available(channels)).max(1);
        let real = !signs && matches!(self.set, Set::Digits | Set::Photographs) || colour;
        let width = self.side * self.side * channels;
        let mut values = Array2::zeros((count + self.own.len(), width));
        let mut names = Vec::with_capacity(count + self.own.len());
        let order = self.order();
        for (mu, mut row) in values.rows_mut().into_iter().enumerate() {
            let Some(row) = row.as_slice_mut() else { continue };
            let (name, image) = match mu.checked_sub(count) {
                None => self.pattern(order.get(mu).copied().unwrap_or(mu)),
                Some(own) => self.own[own].clone(),
            };
            names.push(name);
            if signs {
                binarise(&image, row);
            } else {
                for (at, value) in row.iter_mut().enumerate() {
                    *value = image.values()[if image.channels() == channels { at } else { at / channels }];
                }
                if real {
                    normalise(row);
                }
            }
        }
        let lowest = values.iter().copied().fold(f32::INFINITY, f32::min);
        let highest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let (range, blank, map) = match (real, colour) {
            (false, _) => ((-1.0, 1.0), -1.0, ColourMap::Ink),
            (true, false) => ((lowest, highest), lowest, ColourMap::Ink),
            (true, true) => ((-2.0, 2.0), 0.0, ColourMap::Grey),
        };
        Pictures { values, names, side: self.side, signs, channels, range, blank, map }
    }

    /// The glyphs in a random order of the seed's; the digits' order is in `originals` already.
    fn order(&self) -> Vec<usize> {
        if self.set != Set::Glyphs {
            return Vec::new();
        }
        let mut order: Vec<usize> = (0..glyphs::COUNT).collect();
        self.rng.split("order").shuffle(&mut order);
        order
    }

    /// Pattern `k` and its name: signs, or a picture with values from 0 to 1.
    fn pattern(&self, k: usize) -> (String, Image) {
        let mut pixels = vec![-1.0; self.side * self.side];
        let name = match self.set {
            Set::Digits | Set::Photographs if !self.originals.is_empty() => return self.cutting(k),
            Set::Glyphs | Set::Digits | Set::Photographs => {
                pixels = glyphs::draw(k, self.side);
                glyphs::name(k).to_owned()
            }
            Set::Random => {
                self.rng.split("random").nth(k as u64).fill_signs(&mut pixels);
                format!("random {}", k + 1)
            }
            Set::Clustered => {
                let (centre, variant) = (k % CENTRES, k / CENTRES);
                self.rng.split("centre").nth(centre as u64).fill_signs(&mut pixels);
                let mut rng = self.rng.split("variant").nth(k as u64);
                for i in rng.sample_without_replacement(pixels.len(), pixels.len() / 10) {
                    pixels[i] = -pixels[i];
                }
                format!("{}.{}", centre + 1, variant + 1)
            }
        };
        (name, square(self.side, 1, pixels))
    }

    /// Original `k`; when they are used up, a square of random size and place cut from one.
    fn cutting(&self, k: usize) -> (String, Image) {
        let (name, image) = &self.originals[k % self.originals.len()];
        let round = k / self.originals.len();
        if round == 0 {
            return (name.clone(), image.resized(self.side, self.side));
        }
        let (side, channels) = (image.width(), image.channels());
        let mut rng = self.rng.split("cutting").nth(k as u64);
        let cut = side / 3 + rng.index(side / 3);
        let (left, top) = (rng.index(side - cut + 1), rng.index(side - cut + 1));
        let rows = image.values().chunks_exact(side * channels).skip(top).take(cut);
        let values = rows.flat_map(|row| &row[left * channels..(left + cut) * channels]).copied().collect();
        (format!("{name} {round}"), square(cut, channels, values).resized(self.side, self.side))
    }
}

/// A square picture of `side * side * channels` values.
fn square(side: usize, channels: usize, values: Vec<f32>) -> Image {
    debug_assert_eq!(values.len(), side * side * channels);
    match Image::new(side, side, channels, values) {
        Ok(image) => image,
        Err(_) => unreachable!("as many values as pixels"),
    }
}

impl Pictures {
    /// Takes the patterns with these indices out, as long as one is left.
    pub fn forget(&mut self, indices: &[usize]) {
        let keep: Vec<usize> = (0..self.names.len()).filter(|mu| !indices.contains(mu)).collect();
        if !indices.is_empty() && !keep.is_empty() {
            self.values = self.values.select(Axis(0), &keep);
            self.names = keep.iter().map(|&mu| self.names[mu].clone()).collect();
        }
    }

    /// The image of a state or pattern (as many values as a row of `values`).
    pub fn raster(&self, state: &[f32]) -> Raster {
        Raster { width: self.side as u32, height: self.side as u32, pixels: self.pixels(state.to_vec()) }
    }

    /// A state or pattern at `side` pixels a row, by means over blocks; what does not fit a block is cut off.
    pub fn shrink(&self, state: &[f32], side: usize) -> Vec<f32> {
        let block = (self.side / side).max(1);
        let mut values = vec![0.0; side * side * self.channels];
        let share = 1.0 / (block * block) as f32;
        for y in 0..side * block {
            for x in 0..side * block {
                for c in 0..self.channels {
                    let to = ((y / block) * side + x / block) * self.channels + c;
                    values[to] += share * state[(y * self.side + x) * self.channels + c];
                }
            }
        }
        values
    }

    /// Values as pixels.
    pub fn pixels(&self, values: Vec<f32>) -> Pixels {
        let (lo, hi) = self.range;
        if self.channels == 3 {
            Pixels::Rgb(values.iter().map(|v| ((v - lo) / (hi - lo) * 255.0).clamp(0.0, 255.0) as u8).collect())
        } else {
            Pixels::Scalar { values, range: self.range, map: self.map, label: String::new() }
        }
    }
}

fn read<'a>(store: &'a Store, name: &str) -> Result<Idx<'a>, Complaint> {
    Idx::parse(store.get(name)?).map_err(|e| Complaint::about(name, format!("The data set {name} is damaged: {e}")))
}

/// Item `k` as a square picture whose brightest value is `top`.
fn picture(images: &Idx, k: usize, channels: usize, top: f32) -> Option<Image> {
    let side = *images.shape().get(1)?;
    let values = images.item(k)?.iter().map(|&p| f32::from(p) / top).collect();
    Image::new(side, side, channels, values).ok()
}

/// Digits in such an order that the ten classes take turns, each class in a random order of its own.
fn digits(images: &Idx, labels: &Idx, rng: &Rng) -> Vec<(String, Image)> {
    let top = if images.shape().get(1) == Some(&8) { 16.0 } else { 255.0 };
    let mut classes: Vec<Vec<usize>> = vec![Vec::new(); 10];
    for (k, &label) in labels.entries().iter().enumerate() {
        classes[usize::from(label).min(9)].push(k);
    }
    for (class, members) in classes.iter_mut().enumerate() {
        rng.split("digits").nth(class as u64).shuffle(members);
    }
    let longest = classes.iter().map(Vec::len).max().unwrap_or(0);
    let turns = (0..longest).flat_map(|round| classes.iter().enumerate().map(move |(c, m)| (round, c, m)));
    turns
        .filter_map(|(round, class, members)| {
            let k = *members.get(round)?;
            let name = if round == 0 { class.to_string() } else { format!("{class}.{}", round + 1) };
            Some((name, picture(images, k, 1, top)?))
        })
        .collect()
}

fn photographs(images: &Idx) -> Vec<(String, Image)> {
    let names = ["camera", "moon", "astronaut", "cat", "coffee"];
    let all = names.iter().enumerate();
    all.filter_map(|(k, name)| Some(((*name).to_owned(), picture(images, k, 3, 255.0)?))).collect()
}

/// Signs. In a colour picture ink (+1) is what is darker than its surroundings, which keeps detail in bright and dark
/// parts alike; else ink is what is above the picture's mean.
fn binarise(image: &Image, out: &mut [f32]) {
    let side = image.width();
    let photo = image.channels() == 3;
    let reach = if photo { side / 3 } else { side };
    let grey = image.grey();
    let grey = grey.values();
    // Sums over all pixels above and to the left.
    let wide = side + 1;
    let mut sums = vec![0.0_f64; wide * wide];
    for y in 0..side {
        for x in 0..side {
            sums[(y + 1) * wide + x + 1] =
                f64::from(grey[y * side + x]) + sums[y * wide + x + 1] + sums[(y + 1) * wide + x] - sums[y * wide + x];
        }
    }
    for y in 0..side {
        for x in 0..side {
            let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(side));
            let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(side));
            let sum = sums[bottom * wide + right] - sums[top * wide + right] - sums[bottom * wide + left]
                + sums[top * wide + left];
            let mean = sum / ((bottom - top) * (right - left)) as f64;
            out[y * side + x] = if photo == (f64::from(grey[y * side + x]) < mean) { 1.0 } else { -1.0 };
        }
    }
}

/// Mean 0 and mean square 1, so that all patterns have the norm sqrt(d): then none is nearer to every state than another.
fn normalise(values: &mut [f32]) {
    let count = values.len() as f32;
    let mean = values.iter().sum::<f32>() / count;
    let square = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / count;
    let scale = if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 };
    values.iter_mut().for_each(|v| *v = (*v - mean) * scale);
}
