use super::*;
use crate::graph::Graph;
use crate::math::{exp, ln, pow, sqrt};
use crate::nn::check::{Checked, near};

const N: usize = 5;
const K: usize = 3;
const LABELS: [f64; N] = [0.0, 2.0, 1.0, 1.0, 2.0];

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let all: Vec<f64> = values.collect();
    all.iter().sum::<f64>() / all.len() as f64
}

/// ln of the probabilities of a row of logits.
fn ln_p(row: &[f64]) -> Vec<f64> {
    let total = ln(row.iter().map(|x| exp(*x)).sum());
    row.iter().map(|x| x - total).collect()
}

fn length(row: &[f64]) -> f64 {
    sqrt(row.iter().map(|x| x * x).sum())
}

fn cosine_of(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / (length(a) * length(b))
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b + f64::from(1e-6f32)).collect();
    length(&differences)
}

/// A graph with three inputs [N, K] and labels [N]: checks a loss against its naive formula and its derivatives.
fn check(
    loss: impl for<'g> Fn([Tensor<'g>; 3], Tensor<'g>) -> Tensor<'g>,
    naive: impl Fn([&[f64]; 3], &[usize]) -> f64,
) {
    let g = Graph::new();
    let xs = ["a", "b", "c"].map(|name| g.input(name, [N, K]));
    let labels = g.input("labels", [N]);
    let loss = loss(xs, labels);
    assert_eq!(loss.shape().rank(), 0);
    let checked = Checked::new(&g).with(labels, &LABELS);
    let values = xs.map(|x| checked.values(x));
    let want = naive(values.each_ref().map(|x| &x[..]), &LABELS.map(|label| label as usize));
    near(&checked.values(loss), &[want], 1e-7);
    checked.derivatives(loss);
}

fn rows(x: &[f64]) -> impl Iterator<Item = &[f64]> {
    x.chunks(K)
}

fn zipped<'a>(a: &'a [f64], b: &'a [f64]) -> impl Iterator<Item = (&'a [f64], &'a [f64])> {
    rows(a).zip(rows(b))
}

#[test]
fn cross_entropies() {
    let picked = |x: &[f64], labels: &[usize]| -> Vec<f64> {
        rows(x).zip(labels).map(|(row, label)| -ln_p(row)[*label]).collect()
    };
    check(|x, y| cross_entropy(x[0], y), |x, y| mean(picked(x[0], y).into_iter()));
    check(|x, y| CrossEntropy::default().mean(x[0], y), |x, y| mean(picked(x[0], y).into_iter()));
    check(|x, y| focal(x[0], y, 2.0), |x, y| mean(picked(x[0], y).into_iter().map(|h| pow(1.0 - exp(-h), 2.0) * h)));
    check(
        |x, _| soft_cross_entropy(x[0], x[1].softmax(1)),
        |x, _| {
            mean(zipped(x[0], x[1]).map(|(q, p)| -ln_p(p).iter().zip(ln_p(q)).map(|(p, q)| exp(*p) * q).sum::<f64>()))
        },
    );
}

#[test]
fn cross_entropy_with_choices() {
    let smooth = f64::from(0.1f32);
    check(
        |x, y| CrossEntropy { smoothing: 0.1, ..Default::default() }.mean(x[0], y),
        |x, y| {
            let each = |(row, label): (&[f64], &usize)| {
                let ln_p = ln_p(row);
                -(1.0 - smooth) * ln_p[*label] - smooth * mean(ln_p.into_iter())
            };
            mean(rows(x[0]).zip(y).map(each))
        },
    );
    let weights = [0.5, 1.0, 3.0];
    check(
        |x, y| CrossEntropy { weights: vec![0.5, 1.0, 3.0], ..Default::default() }.mean(x[0], y),
        |x, y| {
            let total: f64 = y.iter().map(|label| weights[*label]).sum();
            rows(x[0]).zip(y).map(|(row, label)| -weights[*label] * ln_p(row)[*label]).sum::<f64>() / total
        },
    );
    check(
        |x, y| CrossEntropy { ignore: Some(2.0), ..Default::default() }.mean(x[0], y),
        |x, y| mean(rows(x[0]).zip(y).filter(|(_, label)| **label != 2).map(|(row, label)| -ln_p(row)[*label])),
    );
}

#[test]
fn entry_by_entry() {
    let differences = |x: [&[f64]; 3]| -> Vec<f64> { x[0].iter().zip(x[1]).map(|(a, b)| a - b).collect() };
    check(|x, _| squared(x[0], x[1]), |x, _| mean(differences(x).into_iter().map(|e| e * e)));
    check(|x, _| absolute(x[0], x[1]), |x, _| mean(differences(x).into_iter().map(f64::abs)));
    check(
        |x, _| huber(x[0], x[1], 0.5),
        |x, _| {
            let each = |e: f64| if e.abs() < 0.5 { e * e / 2.0 } else { 0.5 * (e.abs() - 0.25) };
            mean(differences(x).into_iter().map(each))
        },
    );
    check(
        |x, _| binary_cross_entropy(x[0], x[1].sigmoid()),
        |x, _| {
            let each = |(x, t): (&f64, &f64)| {
                let (p, t) = (1.0 / (1.0 + exp(-x)), 1.0 / (1.0 + exp(-t)));
                -t * ln(p) - (1.0 - t) * ln(1.0 - p)
            };
            mean(x[0].iter().zip(x[1]).map(each))
        },
    );
    check(
        |x, _| hinge(x[0] * 2.0, x[1].sign()),
        |x, _| mean(x[0].iter().zip(x[1]).map(|(y, t)| (1.0 - 2.0 * y * t.signum()).max(0.0))),
    );
    check(
        |x, _| gaussian_nll(x[0], x[1].exp(), x[2]),
        |x, _| mean((0..N * K).map(|i| (x[1][i] + pow(x[0][i] - x[2][i], 2.0) / exp(x[1][i])) / 2.0)),
    );
}

#[test]
fn between_distributions() {
    check(
        |x, _| kl_divergence(x[0], x[1]),
        |x, _| mean(zipped(x[0], x[1]).map(|(p, q)| ln_p(p).iter().zip(ln_p(q)).map(|(p, q)| exp(*p) * (p - q)).sum())),
    );
    check(
        |x, _| gaussian_kl(x[0], x[1]),
        |x, _| {
            mean(
                zipped(x[0], x[1]).map(|(m, v)| m.iter().zip(v).map(|(m, v)| -0.5 * (1.0 + v - m * m - exp(*v))).sum()),
            )
        },
    );
    check(
        |x, y| multi_class_hinge(x[0], y, 0.7),
        |x, y| {
            let margin = f64::from(0.7f32);
            mean(rows(x[0]).zip(y).map(|(row, right)| {
                let over = |class: usize| (margin - row[*right] + row[class]).max(0.0);
                (0..K).filter(|class| class != right).map(over).sum::<f64>() / K as f64
            }))
        },
    );
}

#[test]
fn between_vectors() {
    check(|x, _| cosine(x[0], x[1]), |x, _| mean(zipped(x[0], x[1]).map(|(a, b)| 1.0 - cosine_of(a, b))));
    check(
        |x, _| triplet(x[0], x[1], x[2], 1.0),
        |x, _| {
            let margins = zipped(x[0], x[1]).zip(rows(x[2])).map(|((a, p), n)| apart(a, p) - apart(a, n) + 1.0);
            mean(margins.map(|margin| margin.max(0.0)))
        },
    );
    check(
        |x, y| contrastive(x[0], x[1], y.greater(0.5), 2.0),
        |x, y| {
            mean(zipped(x[0], x[1]).zip(y).map(|((a, b), label)| {
                let distance = apart(a, b);
                0.5 * if *label > 0 { distance * distance } else { pow((2.0 - distance).max(0.0), 2.0) }
            }))
        },
    );
    check(
        |x, _| info_nce(x[0], x[1], 0.5),
        |x, _| {
            mean((0..N).map(|i| {
                let scores: Vec<f64> = rows(x[1]).map(|b| cosine_of(&x[0][i * K..][..K], b) / 0.5).collect();
                -ln_p(&scores)[i]
            }))
        },
    );
    check(
        |x, _| nt_xent(x[0], x[1], 0.5),
        |x, _| {
            let all: Vec<&[f64]> = rows(x[0]).chain(rows(x[1])).collect();
            mean((0..2 * N).map(|i| {
                let others: Vec<usize> = (0..2 * N).filter(|j| *j != i).collect();
                let scores: Vec<f64> = others.iter().map(|j| cosine_of(all[i], all[*j]) / 0.5).collect();
                let partner = others.iter().position(|j| *j == (i + N) % (2 * N)).unwrap();
                -ln_p(&scores)[partner]
            }))
        },
    );
}

#[test]
fn equal_logits_cost_ln_k() {
    let g = Graph::new();
    let (logits, labels) = (g.full([4, 10], 3.0), g.constant([4], &[0.0, 9.0, 3.0, 3.0]));
    near(&Checked::new(&g).values(cross_entropy(logits, labels)), &[ln(10.0)], 1e-7);
    near(&Checked::new(&g).values(binary_cross_entropy(logits * 0.0, g.full([4, 10], 1.0))), &[ln(2.0)], 1e-7);
}

#[test]
fn extremes_stay_finite() {
    let g = Graph::new();
    let logits = g.constant([2, 2], &[1e4, -1e4, f32::NEG_INFINITY, 0.0]);
    let labels = g.constant([2], &[1.0, 1.0]);
    near(&Checked::new(&g).values(cross_entropy_each(logits, labels)), &[2e4, 0.0], 0.0);
    let (x, t) = (g.constant([2], &[-1e4, 1e4]), g.constant([2], &[1.0, 1.0]));
    near(&Checked::new(&g).values(binary_cross_entropy(x, t)), &[5e3], 1e-7);
    let zero = g.full([3, 4], 0.0);
    let param = g.param("x", [3, 4], crate::nn::Init::ZEROS);
    let [slope] = g.gradient(cosine(param, zero), [param]);
    assert!(Checked::new(&g).values(slope).iter().all(|x| *x == 0.0));
}
