//! Randomness: one seed a run, one independent stream a purpose.
//!
//! ```
//! use vivarium_engine::rng::Rng;
//! let run = Rng::new(7, "hopfield");
//! let mut patterns = run.split("patterns");
//! let mut noise = run.split("noise");
//! // However many numbers `patterns` hands out, `noise` stays the same.
//! let spin = patterns.sign() * noise.sign();
//! # assert!(spin == 1.0 || spin == -1.0);
//! ```
//!
//! The generator is xoshiro256++ (Blackman and Vigna 2021). Every draw takes whole numbers of 64 bits and makes the rest
//! from them by exact or portable steps, so streams are the same on 32- and 64-bit machines.

use crate::math;
use rand_core::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A stream of random numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Rng {
    /// What the stream grew from; the streams split from it depend on this alone.
    key: u64,
    source: Xoshiro256PlusPlus,
    /// The second of a pair of normal numbers.
    spare: Option<f64>,
}

impl Rng {
    /// The stream of `purpose` in the run with this seed.
    pub fn new(seed: u64, purpose: &str) -> Self {
        Self::from_key(mix(seed)).split(purpose)
    }

    /// Another stream, for `purpose`. It depends on what this one grew from, not on how far it has been read.
    pub fn split(&self, purpose: &str) -> Self {
        Self::from_key(mix(self.key ^ hash(purpose)))
    }

    /// The stream with number `index` among many of the same purpose (a unit, a copy, an epoch).
    pub fn nth(&self, index: u64) -> Self {
        Self::from_key(mix(self.key.rotate_left(32) ^ mix(index)))
    }

    fn from_key(key: u64) -> Self {
        Self { key, source: Xoshiro256PlusPlus::seed_from_u64(key), spare: None }
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.source.next_u64()
    }

    /// A whole number from 0 to n - 1, all equally likely (Lemire 2019).
    ///
    /// # Panics
    /// When n is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "a random number below zero was asked for");
        let mut product = u128::from(self.next_u64()) * u128::from(n);
        if (product as u64) < n {
            // The lowest fractions would be hit too often by as much as 2^64 mod n.
            let unfair = n.wrapping_neg() % n;
            while (product as u64) < unfair {
                product = u128::from(self.next_u64()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// An index into a slice of length n.
    ///
    /// # Panics
    /// When n is 0.
    pub fn index(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    pub fn unit_f64(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in [0, 1), a multiple of 2^-24.
    pub fn unit_f32(&mut self) -> f32 {
        (self.next_u64() >> 40) as f32 * (1.0 / (1u32 << 24) as f32)
    }

    /// Uniform in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit_f64()
    }

    /// Normal with mean 0 and variance 1 (Marsaglia's polar method).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (2.0 * self.unit_f64() - 1.0, 2.0 * self.unit_f64() - 1.0);
            let square = x * x + y * y;
            if square < 1.0 && square > 0.0 {
                let factor = math::sqrt(-2.0 * math::ln(square) / square);
                self.spare = Some(y * factor);
                return x * factor;
            }
        }
    }

    /// 1 or -1, equally likely.
    pub fn sign(&mut self) -> f32 {
        if self.next_u64() >> 63 == 0 { 1.0 } else { -1.0 }
    }

    /// True with probability p (never for p <= 0 or NaN, always for p >= 1).
    pub fn bernoulli(&mut self, p: f64) -> bool {
        self.unit_f64() < p
    }

    /// Fills with 1 and -1, 64 of them a draw.
    pub fn fill_signs(&mut self, out: &mut [f32]) {
        for chunk in out.chunks_mut(64) {
            let mut bits = self.next_u64();
            for x in chunk {
                *x = if bits & 1 == 0 { 1.0 } else { -1.0 };
                bits >>= 1;
            }
        }
    }

    /// Fills with normal numbers of mean 0 and standard deviation `deviation`.
    pub fn fill_normal(&mut self, deviation: f32, out: &mut [f32]) {
        for x in out {
            *x = deviation * self.normal() as f32;
        }
    }

    /// Puts the items in random order, all orders equally likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.index(i + 1));
        }
    }

    /// k different whole numbers below n, in random order; all n of them where k is larger.
    pub fn sample_without_replacement(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        let k = k.min(n);
        for i in 0..k {
            all.swap(i, i + self.index(n - i));
        }
        all.truncate(k);
        all
    }
}

/// Scatters a number's bits: the last step of SplitMix64 (Steele et al. 2014).
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A name as a number: FNV-1a.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Moments;

    #[test]
    fn streams_are_fixed_forever() {
        // Stored bits: a change here changes every finding.
        let mut rng = Rng::new(0, "test");
        let first: Vec<u64> = (0..3).map(|_| rng.next_u64()).collect();
        assert_eq!(first, [5_698_807_518_878_564_902, 7_358_883_887_417_601_369, 10_026_469_626_861_479_249]);
        assert_eq!(rng.normal().to_bits(), 13_828_303_072_756_801_247);
    }

    #[test]
    fn streams_differ_by_seed_purpose_and_index_and_not_by_reading() {
        let run = Rng::new(3, "run");
        let mut read = run.clone();
        read.next_u64();
        assert_eq!(run.split("noise"), read.split("noise"));
        assert_eq!(run.nth(4), read.nth(4));
        let mut heads: Vec<u64> = [Rng::new(4, "run"), Rng::new(3, "nur"), run.split("noise"), run.split("init")]
            .into_iter()
            .chain((0..100).map(|i| run.nth(i)))
            .chain([run.clone()])
            .map(|mut rng| rng.next_u64())
            .collect();
        heads.sort_unstable();
        heads.dedup();
        assert_eq!(heads.len(), 105);
    }

    #[test]
    fn streams_of_two_purposes_are_uncorrelated() {
        let n = 100_000;
        for seed in 0..5 {
            let (mut a, mut b) = (Rng::new(seed, "init"), Rng::new(seed, "noise"));
            let correlation: f64 = (0..n).map(|_| (a.unit_f64() - 0.5) * (b.unit_f64() - 0.5) * 12.0).sum::<f64>();
            // Five standard deviations.
            assert!((correlation / f64::from(n)).abs() < 5.0 / f64::from(n).sqrt());
            let equal_bits: u32 = (0..n).map(|_| (!(a.next_u64() ^ b.next_u64())).count_ones()).sum();
            let bits = 64.0 * f64::from(n);
            assert!((f64::from(equal_bits) - bits / 2.0).abs() < 5.0 * (bits / 4.0).sqrt());
        }
    }

    #[test]
    fn moments_of_uniform_and_normal_numbers() {
        let mut rng = Rng::new(1, "moments");
        let (mut unit, mut normal, mut fourth) = (Moments::default(), Moments::default(), Moments::default());
        for _ in 0..200_000 {
            let (u, v) = (rng.unit_f64(), rng.unit_f32());
            assert!((0.0..1.0).contains(&u) && (0.0..1.0).contains(&v));
            unit.push(u);
            let z = rng.normal();
            normal.push(z);
            fourth.push(z * z * z * z);
        }
        assert!((unit.mean() - 0.5).abs() < 0.004);
        assert!((unit.variance() - 1.0 / 12.0).abs() < 0.001);
        assert!(normal.mean().abs() < 0.012);
        assert!((normal.variance() - 1.0).abs() < 0.016);
        assert!((fourth.mean() - 3.0).abs() < 0.12);
    }

    #[test]
    fn whole_numbers_below_n_are_equally_likely() {
        let mut rng = Rng::new(2, "below");
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[rng.index(7)] += 1;
        }
        let chi_square: f64 = counts.iter().map(|c| (f64::from(*c) - 1e4).powi(2) / 1e4).sum();
        // 99.99 % quantile for 6 degrees of freedom.
        assert!(chi_square < 27.9, "{chi_square}");
        assert_eq!(rng.below(1), 0);
        assert!((0..1000).all(|_| rng.below(u64::MAX) < u64::MAX));
    }

    #[test]
    fn signs_and_coins() {
        let mut rng = Rng::new(3, "coins");
        let mut signs = [0.0; 6401];
        rng.fill_signs(&mut signs);
        assert!(signs.iter().all(|s| s.abs() == 1.0));
        assert!(signs.iter().sum::<f32>().abs() < 400.0);
        assert!((0..100).all(|_| !rng.bernoulli(0.0) && rng.bernoulli(1.0) && !rng.bernoulli(f64::NAN)));
        let heads = (0..10_000).filter(|_| rng.bernoulli(0.3)).count();
        assert!((2770..3230).contains(&heads), "{heads}");
    }

    #[test]
    fn shuffles_and_samples_are_permutations() {
        let mut rng = Rng::new(4, "shuffle");
        let mut items: Vec<usize> = (0..50).collect();
        rng.shuffle(&mut items);
        let mut sorted = items.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
        assert_ne!(items, sorted);
        for (n, k, expected) in [(50, 20, 20), (5, 9, 5), (0, 3, 0), (7, 0, 0)] {
            let mut sample = rng.sample_without_replacement(n, k);
            sample.sort_unstable();
            sample.dedup();
            assert_eq!(sample.len(), expected);
            assert!(sample.iter().all(|i| *i < n));
        }
        // Each of the six orders of three equally often.
        let mut counts = [0u32; 27];
        for _ in 0..6000 {
            let mut three = [0, 1, 2];
            rng.shuffle(&mut three);
            counts[three[0] * 9 + three[1] * 3 + three[2]] += 1;
        }
        assert_eq!(counts.iter().filter(|c| (850..1150).contains(*c)).count(), 6);
    }
}
