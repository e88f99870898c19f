use super::*;
use crate::math::exp;
use crate::nn::check::{Checked, near};

#[test]
fn attention_is_that_of_the_formula() {
    let g = Graph::new();
    let (n, m, d, e) = (3, 4, 2, 5);
    let (q, k, v) = (g.input("q", [n, d]), g.input("k", [m, d]), g.input("v", [m, e]));
    let Attended { value, weights } = attend(q, k, v, None);
    let checked = Checked::new(&g);
    let [qs, ks, vs, weights] = [q, k, v, weights].map(|x| checked.values(x));
    let mut want = vec![0.0; n * e];
    for i in 0..n {
        let score = |j: usize| exp((0..d).map(|c| qs[i * d + c] * ks[j * d + c]).sum::<f64>() / (d as f64).sqrt());
        let total: f64 = (0..m).map(score).sum();
        for j in 0..m {
            near(&[weights[i * m + j]], &[score(j) / total], 1e-7);
            (0..e).for_each(|c| want[i * e + c] += score(j) / total * vs[j * e + c]);
        }
    }
    near(&checked.values(value), &want, 1e-7);
}

#[test]
fn what_comes_later_changes_nothing_before() {
    let g = Graph::new();
    let plan = BlockPlan { init: Init::LECUN_NORMAL, ..BlockPlan::new(8, 2) };
    let block = Block::new(&g, "block", &plan);
    let x = g.input("x", [2, 5, 8]);
    let y = block.apply(x, Some(causal_mask(&g, 5)));
    let values = Checked::new(&g).values(x);
    let first = Checked::new(&g).with(x, &values).values(y);
    for time in 0..5 {
        let mut moved = values.clone();
        moved[time * 8..][..8].iter_mut().for_each(|x| *x = -*x);
        let second = Checked::new(&g).with(x, &moved).values(y);
        let same = |time: usize| first[time * 8..][..8] == second[time * 8..][..8];
        for other in 0..10 {
            // The second example does not change at all.
            assert_eq!(same(other), other < time || other >= 5, "position {other}, moved {time}");
        }
    }
    // To the derivatives the same applies.
    let [slope] = g.gradient(y.at(1, 2).sum_all(), [x]);
    let slope = Checked::new(&g).values(slope);
    assert!(slope[..3 * 8].iter().all(|x| *x != 0.0) && slope[3 * 8..5 * 8].iter().all(|x| *x == 0.0));
}

#[test]
fn padding_is_not_seen() {
    let g = Graph::new();
    let attention = MultiHead::new(&g, "attention", 6, 3, &Init::LECUN_NORMAL);
    let (x, lengths) = (g.input("x", [2, 4, 6]), g.constant([2], &[2.0, 4.0]));
    let mask = padding_mask(lengths, 4);
    let Attended { value, weights } = attention.attend(x, x, Some(mask));
    assert_eq!(weights.shape(), [2, 3, 4, 4].into());
    let checked = Checked::new(&g);
    let weights = checked.values(weights);
    for (i, row) in weights.chunks(4).enumerate() {
        near(&[row.iter().sum()], &[1.0], 1e-12);
        assert_eq!(row[2..] == [0.0, 0.0], i < 12, "{row:?}");
    }
    // The short example gives what it gives alone.
    let alone = attention.apply(x.slice(0, 0, 1).slice(1, 0, 2), None);
    near(&checked.values(value)[..12], &checked.values(alone), 1e-12);
    let both = mask * causal_mask(&g, 4);
    assert_eq!(both.shape(), [2, 1, 4, 4].into());
    // Nothing to see: all alike, and no NaN.
    let none = attend(x, x, x, Some(g.full([4, 4], 0.0)));
    assert!(checked.values(none.weights).iter().all(|w| (w - 0.25).abs() < 1e-12));
}

#[test]
fn heads_are_attention_in_parts_of_the_width() {
    let g = Graph::new();
    let attention = MultiHead::new(&g, "attention", 4, 2, &Init::LECUN_NORMAL);
    let x = g.input("x", [3, 4]);
    let heads = [0, 2].map(|start| {
        let [q, k, v] =
            [attention.query, attention.key, attention.value].map(|layer| layer.apply(x).slice(1, start, 2));
        attend(q, k, v, None).value
    });
    let want = attention.output.apply(Tensor::concat(1, &heads));
    let checked = Checked::new(&g);
    near(&checked.values(attention.apply(x, None)), &checked.values(want), 1e-12);
}

#[test]
fn blocks_have_named_parts_and_derivatives() {
    for place in [NormPlace::Before, NormPlace::After] {
        for (norm, hidden) in [(NormKind::Layer, 3), (NormKind::Rms, 3), (NormKind::None, 0)] {
            let g = Graph::new();
            let plan = BlockPlan { norm, hidden, place, init: Init::LECUN_NORMAL, ..BlockPlan::new(4, 2) };
            let block = Block::new(&g, "block 1", &plan);
            let y = block.apply(g.input("x", [2, 3, 4]), Some(causal_mask(&g, 3)));
            Checked::new(&g).derivatives(y);
            let names: Vec<String> = g.params().iter().map(|param| format!("{param:?}")).collect();
            assert!(names.iter().any(|name| name == "block 1/attention/query/weight"));
            assert_eq!(names.iter().any(|name| name == "block 1/mlp/2/bias"), hidden > 0);
            assert_eq!(names.iter().any(|name| name == "block 1/norm 1/scale"), norm != NormKind::None);
            assert_eq!(names.iter().any(|name| name == "block 1/norm 2/shift"), norm == NormKind::Layer);
        }
    }
}
