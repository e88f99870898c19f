//! Data by lot have the same bits natively and in wasm, and keep them: one stored number for each kind.
//!
//! In wasm with `--target wasm32-unknown-unknown` and `wasm-bindgen-test-runner` as the runner.

use vivarium_engine::data::glyphs::{Distortion, Pen};
use vivarium_engine::data::mnist1d::Recipe;
use vivarium_engine::data::teacher::Teacher;
use vivarium_engine::data::{Dataset, Shares, boolean, clusters, linear, playground, toy};
use vivarium_engine::math;
use vivarium_engine::rng::Rng;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// FNV-1a over the bits of a set.
fn print(set: &Dataset) -> u64 {
    let numbers = set.features().into_iter().chain(set.target_values()).map(|x| x.to_bits()).collect::<Vec<_>>();
    let bytes = numbers.iter().chain(set.labels()).flat_map(|bits| bits.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[test]
fn sets_by_lot_keep_their_bits() {
    let run = Rng::new(0, "data");
    let rng = |purpose: &str| run.split(purpose);
    let means = clusters::means_on_sphere(3, 5, 2.0, &mut rng("means"));
    let covariance = ndarray::Array2::from_shape_fn((5, 5), |(i, j)| if i == j { 1.0 } else { 0.25 });
    let task = linear::LinearTask::new(linear::power_law(7, 1.5), 0.1, &mut rng("task"));
    let teacher = Teacher::new(&[5, 9, 3], math::tanhf, 0.1, &mut rng("teacher")).unwrap();
    let pen = Pen::new(20, Distortion { noise: 0.1, ..Distortion::handwriting() });
    let glyphs: Vec<usize> = (0..46).collect();
    let sets = [
        ("moons", toy::moons(100, 0.1, &mut rng("toy")), 11_080_196_206_017_174_565),
        ("spirals", toy::spirals(100, 3, 1.5, 0.1, &mut rng("toy")), 15_683_529_902_627_859_788),
        ("checkerboard", toy::checkerboard(100, 4, 0.1, &mut rng("toy")), 7_752_093_831_292_933_972),
        ("gauss", playground::gauss(100, 0.3, &mut rng("toy")), 16_188_846_114_851_738_652),
        ("spiral", playground::spiral(100, 0.3, &mut rng("toy")), 16_929_784_226_368_194_129),
        ("disc", playground::disc(100, 0.3, &mut rng("toy")), 4_697_752_782_086_631_631),
        ("bumps", playground::bumps(100, 0.3, &mut rng("toy")), 13_898_800_563_273_680_053),
        (
            "round",
            clusters::Clusters::round(means.clone(), 0.5).draw(100, &mut rng("points")).unwrap(),
            11_182_449_119_529_294_584,
        ),
        (
            "covariance",
            clusters::Clusters::with_covariance(means, covariance.view())
                .unwrap()
                .draw(100, &mut rng("points"))
                .unwrap(),
            14_873_886_216_508_118_512,
        ),
        ("linear", task.draw(100, &mut rng("points")).unwrap(), 2_618_368_558_722_603_325),
        ("regression", teacher.regression(100, 0.1, &mut rng("points")).unwrap(), 761_875_728_800_548_838),
        ("classification", teacher.classification(100, &mut rng("points")).unwrap(), 12_240_207_536_933_207_310),
        ("parity", boolean::sparse_parity(100, 9, &[1, 5], &mut rng("points")).unwrap(), 14_076_469_175_901_478_228),
        ("mnist1d", Recipe::default().draw(100, &mut rng("series")).unwrap(), 14_361_654_034_858_462_159),
        ("glyphs", pen.draw_set(&glyphs, 92, &mut rng("glyphs")).unwrap(), 7_899_653_429_537_685_373),
        (
            "standardised",
            toy::moons(100, 0.1, &mut rng("toy"))
                .split(Shares { valid: 0.0, test: 0.3 }, &mut rng("split"))
                .standardised()
                .train,
            13_895_609_425_754_343_434,
        ),
    ];
    let found: Vec<(&str, u64)> = sets.iter().map(|(name, set, _)| (*name, print(set))).collect();
    let stored: Vec<(&str, u64)> = sets.iter().map(|(name, _, stored)| (*name, *stored)).collect();
    assert_eq!(found, stored);
}
