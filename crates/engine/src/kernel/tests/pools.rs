use super::*;
use crate::rng::Rng;

fn random(rng: &mut Rng) -> Pool {
    let mut pick = |from: usize, to: usize| from + rng.below((to - from + 1) as u64) as usize;
    loop {
        let pool = Pool {
            planes: pick(0, 4),
            input: [pick(1, 9), pick(1, 20)],
            kernel: [pick(1, 4), pick(1, 5)],
            stride: [pick(1, 4), pick(1, 4)],
            padding: [pick(0, 2), pick(0, 2)],
        };
        if pool.out().is_ok() {
            return pool;
        }
    }
}

/// The numbers in its plane of what window `at` sees, in order.
fn window(pool: &Pool, columns: usize, at: usize) -> Vec<usize> {
    let (i, j) = (at / columns * pool.stride[0], at % columns * pool.stride[1]);
    let ([height, width], [above, before]) = (pool.input, pool.padding);
    let rows = (i..i + pool.kernel[0]).filter(|row| *row >= above && row - above < height);
    rows.flat_map(|row| {
        let columns = (j..j + pool.kernel[1]).filter(|column| *column >= before && column - before < width);
        columns.map(move |column| (row - above) * width + column - before)
    })
    .collect()
}

#[test]
fn pools_are_what_their_windows_say() {
    let mut rng = Rng::new(0, "pools");
    for _ in 0..200 {
        let pool = random(&mut rng);
        let [rows, columns] = pool.out().unwrap();
        // Few different numbers, so that there are ties.
        let x: Vec<f32> = (0..pool.x_len()).map(|_| rng.below(5) as f32 - 2.0).collect();
        let dy = numbers(pool.y_len(), 1);
        let junk = |n: usize| vec![f32::NAN; n];
        let [mut index, mut mean] = [(); 2].map(|()| junk(dy.len()));
        let mut back = junk(x.len());
        max_pool_index(&pool, &x, &mut index);
        mean_pool(&pool, &x, &mut mean);
        mean_pool_input(&pool, &dy, &mut back);
        let plane = pool.input[0] * pool.input[1];
        for at in 0..dy.len() {
            let start = at / (rows * columns) * plane;
            let seen = window(&pool, columns, at % (rows * columns));
            let best = seen.iter().copied().reduce(|a, b| if x[start + b] > x[start + a] { b } else { a }).unwrap();
            assert_eq!(index[at], best as f32, "{pool:?}");
            let sum = seen.iter().fold(0.0, |sum, i| sum + x[start + i]);
            assert_eq!(mean[at], sum / (pool.kernel[0] * pool.kernel[1]) as f32, "{pool:?}");
        }
        // The mean and its derivative are each other's transposes.
        let (there, back_again) = (dot(&mean, &dy), dot(&back, &x));
        let size: f32 = mean.iter().zip(&dy).map(|(a, b)| (a * b).abs()).sum();
        assert!((there - back_again).abs() <= 1e-5 * size, "{pool:?}: {there} {back_again}");
    }
}

#[test]
fn pools_of_bad_numbers() {
    let pool = Pool { planes: 1, input: [1, 8], kernel: [1, 2], stride: [1, 2], padding: [0, 0] };
    let low = f32::NEG_INFINITY;
    let mut index = [9.0; 4];
    max_pool_index(&pool, &[low, low, f32::NAN, 1.0, 2.0, f32::NAN, low, low], &mut index);
    assert_eq!(index, [0.0, 2.0, 5.0, 6.0]);
}

#[test]
fn sizes_of_pools() {
    let pool = Pool { planes: 2, input: [28, 28], kernel: [3, 3], stride: [2, 2], padding: [1, 1] };
    assert_eq!(pool.out(), Ok([14, 14]));
    assert!(Pool { padding: [2, 0], ..pool.clone() }.out().unwrap_err().contains("half"));
    assert!(Pool { input: [1, 28], padding: [0, 0], ..pool }.out().unwrap_err().contains("does not fit"));
}
