//! Sums of products over named axes.

use crate::graph::{Shape, Tensor};

/// The part with its axes in the order of these letters, those that it alone has and nobody wants summed over.
fn arranged<'g>(x: Tensor<'g>, letters: &[char], order: &[&[char]]) -> Tensor<'g> {
    let order = order.concat();
    let unwanted: Vec<usize> = (0..letters.len()).filter(|i| !order.contains(&letters[*i])).collect();
    let kept: Vec<char> = letters.iter().copied().filter(|letter| order.contains(letter)).collect();
    let place = |letter: &char| kept.iter().position(|other| other == letter).unwrap_or_default();
    x.sum(&unwanted).permute(&order.iter().map(place).collect::<Vec<_>>())
}

impl<'g> Tensor<'g> {
    /// Products of entries of two tensors, summed over the axes whose letters the result does not have:
    /// `Tensor::einsum("bij,bjk->bik", a, b)` is a stack of matrix products, `"i,j->ij"` an outer product,
    /// `"ijk,i->jk"` a contraction with a vector.
    ///
    /// # Panics
    /// When the letters do not fit the shapes, a letter stands twice in one part, or the result has a letter that no
    /// part has.
    pub fn einsum(letters: &str, a: Self, b: Self) -> Self {
        let parts = letters.split_once("->").and_then(|(parts, out)| parts.split_once(',').map(|(a, b)| [a, b, out]));
        let Some(parts) = parts else { panic!("einsum: {letters:?} is not of the form \"ij,jk->ik\"") };
        let [of_a, of_b, out] = parts.map(|part| part.trim().chars().collect::<Vec<char>>());
        for part in [&of_a, &of_b, &out] {
            let twice = (0..part.len()).any(|i| part[..i].contains(&part[i]));
            assert!(!twice, "einsum: a letter stands twice in one part of {letters:?}");
        }
        let sizes = |letter: &char| {
            let of = |x: Self, part: &[char]| part.iter().position(|other| other == letter).map(|axis| x.dim(axis));
            [of(a, &of_a), of(b, &of_b)]
        };
        let size = |letter: &char| match sizes(letter) {
            [Some(a), Some(b)] => {
                assert_eq!(a, b, "einsum: axis {letter} of {letters:?} has two sizes");
                a
            }
            [Some(size), None] | [None, Some(size)] => size,
            [None, None] => panic!("einsum: no part of {letters:?} has the axis {letter}"),
        };
        let fits = a.shape().rank() == of_a.len() && b.shape().rank() == of_b.len();
        assert!(fits, "einsum: {letters:?} for shapes {} and {}", a.shape(), b.shape());

        let only =
            |part: &[char], wanted: &dyn Fn(&char) -> bool| part.iter().copied().filter(wanted).collect::<Vec<char>>();
        let stack = only(&out, &|letter| of_a.contains(letter) && of_b.contains(letter));
        let left = only(&out, &|letter| !of_b.contains(letter));
        let summed = only(&of_a, &|letter| of_b.contains(letter) && !out.contains(letter));
        let right = only(&out, &|letter| !of_a.contains(letter));
        let count = |part: &[char]| part.iter().map(size).product::<usize>();
        let (m, k, n) = (count(&left), count(&summed), count(&right));
        let a = arranged(a, &of_a, &[&stack, &left, &summed]).reshape([count(&stack), m, k]);
        let b = arranged(b, &of_b, &[&stack, &summed, &right]).reshape([count(&stack), k, n]);
        let made = [stack, left, right].concat();
        let product = a.matmul(b).reshape(Shape::new(&made.iter().map(size).collect::<Vec<_>>()));
        arranged(product, &made, &[&out])
    }
}

#[cfg(test)]
pub(super) fn examples(rng: &mut crate::rng::Rng) -> Vec<super::examples::Example> {
    use super::examples::{Example, size};
    let [i, j, k, l] = std::array::from_fn(|_| size(rng));
    vec![
        Example::new("einsum of stacks", |x| Tensor::einsum("ijk,ikl->lij", x[0], x[1]))
            .with([i, j, k], -1.0, 1.0, rng)
            .with([i, k, l], -1.0, 1.0, rng),
        Example::new("einsum with sums of one side", |x| Tensor::einsum("ijk,lj->jk", x[0], x[1]))
            .with([i, j, k], -1.0, 1.0, rng)
            .with([l, j], -1.0, 1.0, rng),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::examples::values;
    use super::*;

    fn of(letters: &str, a: &[usize], b: &[usize]) -> Vec<f32> {
        values(|g| {
            let numbers = |shape: &[usize]| {
                let n = shape.iter().product();
                g.constant(shape, &(1..=n).map(|i| i as f32).collect::<Vec<_>>())
            };
            Tensor::einsum(letters, numbers(a), numbers(b))
        })
    }

    #[test]
    fn products_by_letters() {
        assert_eq!(of("ij,jk->ik", &[2, 2], &[2, 2]), [7.0, 10.0, 15.0, 22.0]);
        assert_eq!(of("ij,jk->ki", &[2, 2], &[2, 2]), [7.0, 15.0, 10.0, 22.0]);
        assert_eq!(of("i,j->ij", &[2], &[3]), [1.0, 2.0, 3.0, 2.0, 4.0, 6.0]);
        assert_eq!(of("i,i->", &[3], &[3]), [14.0]);
        assert_eq!(of("ij,ij->i", &[2, 2], &[2, 2]), [5.0, 25.0]);
        assert_eq!(of("ij,->j", &[2, 2], &[]), [4.0, 6.0]);
        assert_eq!(of("ijk,i->jk", &[2, 1, 2], &[2]), [7.0, 10.0]);
    }

    #[test]
    #[should_panic(expected = "has two sizes")]
    fn sizes_must_agree() {
        of("ij,jk->ik", &[2, 2], &[3, 2]);
    }

    #[test]
    #[should_panic(expected = "no part of")]
    fn letters_must_come_from_somewhere() {
        of("ij,jk->iz", &[2, 2], &[2, 2]);
    }
}
