//! The same bits natively and in wasm: one number made of all bits of many results, stored here.
//!
//! Natively: `cargo test -p vivarium-engine --test bits`. In wasm the same, with `--target wasm32-unknown-unknown` and
//! `wasm-bindgen-test-runner` as the runner.

use ndarray::Array2;
use vivarium_engine::analysis::{
    assignment, cluster, decompose, embed, iterative, neighbours, partition, pca, similarity,
};
use vivarium_engine::graph::{Graph, Tensor, evaluate};
use vivarium_engine::image::Image;
use vivarium_engine::linalg;
use vivarium_engine::rng::Rng;
use vivarium_engine::stats;
use vivarium_engine::{kernel, math};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// FNV-1a over the bits of numbers.
struct Print(u64);

impl Print {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
    fn bits(&mut self, bits: u64) {
        for byte in bits.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    fn double(&mut self, x: f64) {
        // The bits of a NaN are the machine's own affair.
        self.bits(if x.is_nan() { u64::MAX } else { x.to_bits() });
    }
    fn single(&mut self, x: f32) {
        self.double(f64::from(x));
    }
    fn doubles<'a>(&mut self, x: impl IntoIterator<Item = &'a f64>) {
        x.into_iter().for_each(|x| self.double(*x));
    }
    fn singles(&mut self, x: &[f32]) {
        x.iter().for_each(|x| self.single(*x));
    }
}

/// Numbers of all sizes and both signs, some subnormal.
fn spread(rng: &mut Rng, span: f64) -> f64 {
    let size = math::exp(rng.uniform(-span, span));
    if rng.bernoulli(0.5) { size } else { -size }
}

#[test]
fn functions() {
    let mut print = Print::new();
    let mut rng = Rng::new(0, "functions");
    let doubles: [fn(f64) -> f64; 21] = [
        math::exp,
        math::exp2,
        math::exp_m1,
        math::ln,
        math::log2,
        math::log10,
        math::ln_1p,
        math::sin,
        math::cos,
        math::tan,
        math::asin,
        math::acos,
        math::atan,
        math::sinh,
        math::cosh,
        math::tanh,
        math::erf,
        math::erfc,
        math::lgamma,
        math::cbrt,
        math::sigmoid,
    ];
    let singles: [fn(f32) -> f32; 22] = [
        math::expf,
        math::exp2f,
        math::exp_m1f,
        math::lnf,
        math::log2f,
        math::log10f,
        math::ln_1pf,
        math::sinf,
        math::cosf,
        math::tanf,
        math::asinf,
        math::acosf,
        math::atanf,
        math::sinhf,
        math::coshf,
        math::tanhf,
        math::erff,
        math::erfcf,
        math::lgammaf,
        math::cbrtf,
        math::sigmoidf,
        math::softplusf,
    ];
    for span in [1.0, 5.0, 80.0] {
        for _ in 0..3000 {
            let (x, y) = (spread(&mut rng, span), spread(&mut rng, 3.0));
            doubles.iter().for_each(|f| print.double(f(x)));
            singles.iter().for_each(|f| print.single(f(x as f32)));
            print.double(math::pow(x.abs(), y));
            print.single(math::powf(x.abs() as f32, y as f32));
            print.double(math::atan2(x, y));
            print.double(math::hypot(x, y));
            print.double(math::sqrt(x.abs()));
            print.double(math::powi(x, 7));
        }
    }
    assert_eq!(print.0, 1_920_522_163_651_069_633, "functions");
}

#[test]
fn kernels() {
    let mut print = Print::new();
    let mut rng = Rng::new(0, "kernels");
    let mut numbers = |n: usize| -> Vec<f32> { (0..n).map(|_| spread(&mut rng, 4.0) as f32).collect() };
    for n in [0, 1, 7, 16, 33, 100, 257, 1000] {
        let (x, y, matrix) = (numbers(n), numbers(9), numbers(9 * n));
        print.single(kernel::dot(&x, &matrix[..n]));
        print.single(kernel::sum(&x));
        print.single(kernel::max(&x));
        let (mut rows, mut columns) = (vec![0.0; 9], vec![0.0; n]);
        kernel::gemv(&matrix, &x, &mut rows);
        kernel::gemv_t(&matrix, &y, &mut columns);
        print.singles(&rows);
        print.singles(&columns);
        let mut product = vec![0.0; 81];
        kernel::matmul(9, n, 9, &matrix, &matrix, &mut product);
        print.singles(&product);
        print.single(math::softmax(&x, &mut columns));
        print.singles(&columns);
        let doubles: Vec<f64> = x.iter().map(|x| f64::from(*x) / 3.0).collect();
        print.double(kernel::sum_sq(&doubles));
    }
    assert_eq!(print.0, 5_006_224_311_050_953_241, "kernels");
}

#[test]
fn the_rest() {
    let mut print = Print::new();
    let mut rng = Rng::new(0, "rest");
    for _ in 0..1000 {
        print.double(rng.normal());
        print.bits(rng.below(1_000_003));
        print.single(rng.unit_f32());
    }
    rng.sample_without_replacement(1000, 100).into_iter().for_each(|i| print.bits(i as u64));
    for freedom in 1..300 {
        print.double(stats::student_t_95(freedom));
    }
    let x = Array2::from_shape_simple_fn((20, 50), || rng.sign());
    linalg::projection(x.view(), 0.01).iter().for_each(|w| print.single(*w));
    let picture = Image::new(31, 17, 3, (0..31 * 17 * 3).map(|_| rng.unit_f32()).collect());
    print.singles(picture.map(|p| p.resized(12, 40).grey().into_values()).as_deref().unwrap_or(&[]));
    assert_eq!(print.0, 7_630_328_260_500_590_400, "the rest");
}

#[test]
fn decompositions() {
    let mut print = Print::new();
    for n in 1..=100 {
        let mut rng = Rng::new(0, "decompositions").nth(n as u64);
        let a = Array2::from_shape_simple_fn((n, n), || rng.normal());
        let eigen = decompose::SymmetricEigen::new((&a + &a.t()).view()).unwrap();
        print.doubles(eigen.values.iter().chain(&eigen.vectors));
        for part in [a.view(), a.slice(ndarray::s![.., ..n.min(7)]), a.slice(ndarray::s![..n.min(5), ..])] {
            let svd = decompose::Svd::new(part).unwrap();
            print.doubles(svd.values.iter().chain(&svd.u).chain(&svd.vt));
        }
        print.doubles(decompose::eigenvalues(a.view()).unwrap().as_flattened());
        let pca = pca::Pca::fit(a.slice(ndarray::s![.., ..n.div_ceil(2)]), 3);
        pca.iter().for_each(|pca| print.doubles(pca.components.iter().chain(&pca.variances)));
    }
    assert_eq!(print.0, 164_829_082_535_996_423, "decompositions");
}

#[test]
fn analyses() {
    let mut print = Print::new();
    for n in [4, 9, 30, 64] {
        let mut rng = Rng::new(0, "analyses").nth(n as u64);
        let mut examples = |columns| Array2::from_shape_simple_fn((n, columns), || rng.normal() as f32);
        let (x, y) = (examples(n / 2), examples(n / 2));
        let labels: Vec<usize> = (0..n).map(|i| i * i % 3).collect();
        print.doubles(&similarity::cosines(x.view(), y.view()));
        print.double(similarity::linear_cka(x.view(), y.view()).unwrap());
        print.double(similarity::rbf_cka(x.view(), y.view(), 1.0).unwrap());
        print.doubles(&similarity::canonical_correlations(x.view(), y.view(), 1e-6).unwrap());
        print.doubles(&similarity::Procrustes::fit(x.view(), y.view()).unwrap().rotation);
        print.double(similarity::effective_rank(&x.iter().map(|x| f64::from(x.abs())).collect::<Vec<_>>()));
        print.doubles(&neighbours::Ridge::probe(x.view(), &labels, 3, 0.1).unwrap().weights);
        let groups = cluster::KMeans::fit(x.view(), 3, 3, &mut rng).unwrap();
        print.doubles(&groups.centres);
        print.double(partition::normalised_mutual_information(&groups.labels, &labels));
        for linkage in [cluster::Linkage::Single, cluster::Linkage::Average, cluster::Linkage::Ward] {
            let tree = cluster::Dendrogram::of_points(x.view(), linkage).unwrap();
            tree.merges.iter().for_each(|merge| print.double(merge.height));
            tree.order().into_iter().for_each(|i| print.bits(i as u64));
        }
        print.double(assignment::assign(similarity::cosines(x.view(), y.view()).view()).unwrap().cost);
        let apart = neighbours::distances(x.view(), x.view());
        print.doubles(&embed::classical_scaling(apart.view(), 2).unwrap());
        let mut map = embed::TSne::new(x.view(), 5.0, &mut rng).unwrap();
        (0..30).for_each(|_| map.step());
        print.doubles(map.points().as_flattened());
        let square = Array2::from_shape_simple_fn((n, n), || rng.normal() as f32);
        let product = |v: &[f32], out: &mut [f32]| {
            let mut inner = vec![0.0; n];
            kernel::gemv(square.as_slice().unwrap(), v, &mut inner);
            kernel::gemv_t(square.as_slice().unwrap(), &inner, out);
        };
        let (largest, smallest, _) = iterative::extremes(n, iterative::Until::default(), &mut rng, product).unwrap();
        print.singles(&largest.vector);
        print.double(smallest.value);
        print.double(iterative::power_iteration(n, iterative::Until::default(), &mut rng, product).unwrap().value);
        print.double(iterative::hutchinson_trace(n, 9, &mut rng, product).unwrap().0);
        let density = iterative::SpectralDensity::estimate(n, 5, 3, &mut rng, product).unwrap();
        print.double(density.at(1.0, 0.5));
    }
    assert_eq!(print.0, 16_453_742_047_848_881_213, "analyses");
}

#[test]
fn statistics() {
    use stats::{association, distribution, hypothesis, summary};
    let mut print = Print::new();
    for n in [3, 10, 60] {
        let mut rng = Rng::new(0, "statistics").nth(n);
        let mut sample = || -> Vec<f64> { (0..n).map(|_| rng.normal()).collect() };
        let (x, y) = (sample(), sample());
        for f in [association::pearson, association::spearman, association::kendall] {
            let found = f(&x, &y);
            print.doubles(found.interval_95.iter().chain([&found.value, &found.p_value]));
        }
        for test in [hypothesis::paired_t_test(&x, &y), hypothesis::welch_t_test(&x, &y)] {
            print.doubles(test.interval_95.iter().chain([&test.t, &test.p_value]));
        }
        print.double(hypothesis::signed_rank_test(&x, &y).p_value);
        print.double(hypothesis::sign_test(&x, &y).p_value);
        print.doubles(&summary::bootstrap_95(&x, 200, &mut rng, summary::median));
        let positive: Vec<f64> = x.iter().map(|x| math::exp(*x)).collect();
        print.doubles(&stats::log_log_slope_95(&positive, &positive.iter().rev().copied().collect::<Vec<_>>()).1);
        print.doubles(&stats::exact_binomial_95(n / 3, n));
        for _ in 0..300 {
            let (p, nu) = (rng.unit_f64(), rng.uniform(0.5, 300.0));
            print.double(distribution::normal_quantile(p));
            print.double(distribution::student_t_quantile(p, nu));
            print.double(distribution::beta_cdf(p, nu, rng.uniform(0.5, 300.0)));
        }
    }
    assert_eq!(print.0, 4_776_535_594_816_508_825, "statistics");
}

#[test]
fn operators_along_an_axis() {
    let mut print = Print::new();
    let mut rng = Rng::new(0, "operators");
    let operators: [fn(Tensor<'_>) -> Tensor<'_>; 19] = [
        |x| x.rfft().square().sum(&[2]),
        |x| x.unsqueeze(2).pad(2, 0, 1).fft().ifft(),
        |x| x.causal_convolution(x.at(0, 0)),
        |x| x.cumsum(1).cumsum_to_end(0),
        |x| x.cumprod(0),
        |x| x.prod(1),
        |x| x.linear_recurrence(1, x.tanh()),
        |x| x.logcumsumexp(1),
        |x| x.cummax(0),
        |x| x.sort(1),
        |x| x.top_k(0, 2).0,
        |x| x.quantile(1, 0.3),
        |x| x.segment_softmax(x.at(1, 0), 3),
        |x| x.soft_top_k(0, 2, 0.5),
        |x| x.sinkhorn(x.at(1, 0), x.at(0, 0), 5),
        |x| Tensor::stack(0, &[x, x.tanh()]).log_paths(),
        |x| (x.tanh().matmul_t(x.tanh()) + x.graph().identity(3)).solve(x),
        |x| (x.tanh().matmul_t(x.tanh()) + x.graph().identity(3)).ln_det() * x.matmul_t(x).tanh().matrix_exp(2),
        |x| x.argsort(1).gather(0, x.argmax(0)).scatter_add(0, x.argmin(0), 4),
    ];
    for length in [1, 2, 7, 16, 60, 97, 128] {
        let numbers: Vec<f32> = (0..3 * length).map(|_| spread(&mut rng, 3.0) as f32).collect();
        for operator in operators {
            let graph = Graph::new();
            let x = graph.input("x", [3, length]);
            let y = operator(x);
            let [slope] = graph.gradient(y.square().sum_all(), [x]);
            let values = evaluate::<f32>(&graph, &[y, slope], &|_| Some(numbers.clone()));
            values.iter().for_each(|values| print.singles(values));
        }
    }
    assert_eq!(print.0, 18_177_321_649_049_373_069, "operators along an axis");
}

/// Steps of training: a dense net, as one and as copies in both layouts, and a transformer's block.
#[test]
fn training() {
    use vivarium_engine::nn::{Activation, Block, BlockPlan, Embedding, Init, Mlp, Optimizer, causal_mask, loss};
    use vivarium_engine::plan::{Layout, Plan};
    let mut print = Print::new();
    let mut learn = |mut plan: Plan| {
        let mut adam = Optimizer::adam(0.01, plan.params().len());
        for _ in 0..30 {
            plan.run().unwrap();
            print.singles(plan.losses());
            let (params, gradient) = plan.params_and_gradient();
            adam.step(params, gradient);
        }
        print.singles(plan.params());
    };
    let mut rng = Rng::new(0, "training");
    let examples: Vec<f32> = (0..40 * 5).map(|_| rng.normal() as f32).collect();
    let labels: Vec<f32> = (0..40).map(|_| rng.index(3) as f32).collect();
    for (copies, layout) in [(1, Layout::Outer), (3, Layout::Outer), (3, Layout::Inner)] {
        let g = Graph::new();
        let (x, y) = (g.input("x", [40, 5]), g.input("y", [40]));
        let net = Mlp::new(&g, "net", &[5, 33, 9, 3], Activation::Tanh, &Init::GLOROT_UNIFORM);
        let loss = loss::cross_entropy(net.apply(x), y);
        let mut plan = Plan::build(&g).loss(loss).copies(copies).layout(layout).compile();
        plan.set(x, &examples);
        plan.set(y, &labels);
        learn(plan);
    }
    let g = Graph::new();
    let (ids, next) = (g.input("ids", [5, 8]), g.input("next", [5, 8]));
    let embedding = Embedding::new(&g, "embedding", 3, 16, &Init::Normal(0.3));
    let block = Block::new(&g, "block", &BlockPlan::new(16, 2));
    let seen = block.apply(embedding.apply(ids), Some(causal_mask(&g, 8)));
    let mut plan = Plan::training(&g, loss::cross_entropy(embedding.scores(seen), next), &[]);
    plan.set(ids, &labels);
    plan.set(next, &labels);
    learn(plan);
    assert_eq!(print.0, 17_316_070_887_961_783_615, "training");
}
