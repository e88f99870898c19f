//! Groups of examples: k-means, and hierarchies of merges.

use super::neighbours::{class_centres, nearest_centres, square_distances};
use super::{Unfit, finite};
use crate::math;
use crate::rng::Rng;
use ndarray::{Array2, ArrayView2, Axis};

/// Groups by their centres.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeans {
    /// One centre a row.
    pub centres: Array2<f64>,
    /// The nearest centre of each example.
    pub labels: Vec<usize>,
    /// The sum of the squared distances of the examples from their centres.
    pub inertia: f64,
    /// How often the centres were moved.
    pub rounds: usize,
}

impl KMeans {
    /// Groups the rows of x: centres drawn far apart (k-means++; Arthur and Vassilvitskii 2007), then moved to the means
    /// of their groups until no example changes group, or 300 times. The best of `starts` (at least one) is kept.
    ///
    /// # Errors
    /// When there are fewer examples than groups, no groups, or a value that is not finite.
    pub fn fit<T: Copy + Into<f64>>(x: ArrayView2<T>, k: usize, starts: usize, rng: &mut Rng) -> Result<Self, Unfit> {
        let x = finite(x)?;
        if x.nrows() < k || k == 0 {
            return Err(Unfit::TooFew { given: x.nrows(), needed: k.max(1) });
        }
        let mut best = Self::once(&x, k, rng);
        for _ in 1..starts {
            let other = Self::once(&x, k, rng);
            if other.inertia < best.inertia {
                best = other;
            }
        }
        Ok(best)
    }

    fn once(x: &Array2<f64>, k: usize, rng: &mut Rng) -> Self {
        let mut centres = far_apart(x, k, rng);
        let mut labels = nearest_centres(centres.view(), x.view());
        let mut rounds = 0;
        while rounds < 300 {
            centres = class_centres(x.view(), &labels, k);
            rounds += 1;
            refill(&mut centres, x, &labels);
            let moved = nearest_centres(centres.view(), x.view());
            if moved == labels {
                break;
            }
            labels = moved;
        }
        let apart = |(row, label): (ndarray::ArrayView1<f64>, &usize)| square(&row, &centres.row(*label));
        let inertia = x.rows().into_iter().zip(&labels).map(apart).sum();
        Self { centres, labels, inertia, rounds }
    }
}

fn square(x: &ndarray::ArrayView1<f64>, y: &ndarray::ArrayView1<f64>) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum()
}

/// The first centre is any example; each further one is drawn with the squared distance from those before.
fn far_apart(x: &Array2<f64>, k: usize, rng: &mut Rng) -> Array2<f64> {
    let mut chosen = vec![rng.index(x.nrows())];
    let mut squares = vec![f64::INFINITY; x.nrows()];
    while chosen.len() < k {
        let last = x.row(chosen[chosen.len() - 1]);
        squares.iter_mut().zip(x.rows()).for_each(|(least, row)| *least = least.min(square(&row, &last)));
        let total: f64 = squares.iter().sum();
        let mut left = rng.unit_f64() * total;
        let found = squares.iter().position(|s| {
            left -= s;
            left < 0.0
        });
        // Fewer different examples than groups, or rounding at the end: the farthest will do.
        chosen.push(found.unwrap_or_else(|| farthest(&squares)));
    }
    x.select(Axis(0), &chosen)
}

fn farthest(squares: &[f64]) -> usize {
    squares.iter().enumerate().fold(0, |best, (i, s)| if *s > squares[best] { i } else { best })
}

/// A group that lost all its examples takes the example farthest from its own centre.
fn refill(centres: &mut Array2<f64>, x: &Array2<f64>, labels: &[usize]) {
    let empty: Vec<usize> = (0..centres.nrows()).filter(|c| !labels.contains(c)).collect();
    if empty.is_empty() {
        return;
    }
    let apart = |(row, label): (ndarray::ArrayView1<f64>, &usize)| square(&row, &centres.row(*label));
    let mut squares: Vec<f64> = x.rows().into_iter().zip(labels).map(apart).collect();
    for c in empty {
        let i = farthest(&squares);
        squares[i] = 0.0;
        centres.row_mut(c).assign(&x.row(i));
    }
}

/// How far apart two groups are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// As their nearest members.
    Single,
    /// As their farthest members.
    Complete,
    /// As their members on average.
    Average,
    /// By how much merging them increases the spread (Ward 1963).
    Ward,
}

/// Two groups that become one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merge {
    /// One group: an example below n, or n + i for the group that merge i made.
    pub left: usize,
    /// The other group, of a higher number.
    pub right: usize,
    /// How far apart they were.
    pub height: f64,
    /// How many examples the new group has.
    pub size: usize,
}

/// The hierarchy of n examples: n - 1 merges in order of height.
#[derive(Clone, Debug, PartialEq)]
pub struct Dendrogram {
    /// The merges, the lowest first.
    pub merges: Vec<Merge>,
    examples: usize,
}

impl Dendrogram {
    /// Merges the rows of x by their distances.
    ///
    /// # Errors
    /// When a value is not finite.
    pub fn of_points<T: Copy + Into<f64>>(x: ArrayView2<T>, linkage: Linkage) -> Result<Self, Unfit> {
        let x = finite(x)?;
        Self::of_distances(square_distances(x.view(), x.view()).mapv(math::sqrt).view(), linkage)
    }

    /// Merges things by their distances from each other; reads what is above the diagonal.
    ///
    /// # Errors
    /// When the matrix is not square or not finite.
    pub fn of_distances(distances: ArrayView2<f64>, linkage: Linkage) -> Result<Self, Unfit> {
        let (n, columns) = distances.dim();
        if n != columns {
            return Err(Unfit::NotSquare(n, columns));
        }
        let distances = finite(distances)?;
        let mut above: Vec<f64> =
            (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).map(|at| distances[at]).collect();
        let method = match linkage {
            Linkage::Single => kodama::Method::Single,
            Linkage::Complete => kodama::Method::Complete,
            Linkage::Average => kodama::Method::Average,
            Linkage::Ward => kodama::Method::Ward,
        };
        let merges = kodama::linkage(&mut above, n, method)
            .steps()
            .iter()
            .map(|step| Merge {
                left: step.cluster1,
                right: step.cluster2,
                height: step.dissimilarity,
                size: step.size,
            })
            .collect();
        Ok(Self { merges, examples: n })
    }

    /// The group of each example when so many are left, numbered in the order of their first examples. At least one is
    /// left, and no more than there are examples.
    pub fn cut(&self, groups: usize) -> Vec<usize> {
        let done = self.examples.saturating_sub(groups.max(1));
        // Which group each one has gone into.
        let mut into: Vec<usize> = (0..self.examples + done).collect();
        for (i, merge) in self.merges[..done].iter().enumerate() {
            into[merge.left] = self.examples + i;
            into[merge.right] = self.examples + i;
        }
        let mut names: Vec<usize> = Vec::new();
        let root = |mut group: usize| {
            while into[group] != group {
                group = into[group];
            }
            group
        };
        (0..self.examples)
            .map(root)
            .map(|root| {
                names.iter().position(|name| *name == root).unwrap_or_else(|| {
                    names.push(root);
                    names.len() - 1
                })
            })
            .collect()
    }

    /// The examples in an order in which every group is in one piece, as a tree is drawn.
    pub fn order(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.examples);
        let mut waiting: Vec<usize> = (self.examples + self.merges.len()).checked_sub(1).into_iter().collect();
        while let Some(group) = waiting.pop() {
            match group.checked_sub(self.examples) {
                Some(i) => waiting.extend([self.merges[i].right, self.merges[i].left]),
                None => order.push(group),
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::partition::adjusted_rand_index;
    use crate::analysis::support::normal;
    use ndarray::array;

    /// So many tight groups of ten each, in turn.
    fn heaps(groups: usize) -> (Array2<f32>, Vec<usize>) {
        let labels: Vec<usize> = (0..10 * groups).map(|i| i % groups).collect();
        let mut x = normal(10 * groups, 3, "heaps") * 0.1;
        x.rows_mut().into_iter().zip(&labels).for_each(|(mut row, label)| {
            row[label % 3] += 5.0 + *label as f64;
        });
        (x.mapv(|x| x as f32), labels)
    }

    #[test]
    fn heaps_are_found() {
        let (x, labels) = heaps(5);
        let found = KMeans::fit(x.view(), 5, 5, &mut Rng::new(0, "k-means")).unwrap();
        assert_eq!(adjusted_rand_index(&found.labels, &labels), 1.0);
        let spread: f64 = found.inertia / 150.0;
        assert!(spread < 0.012 && spread > 0.006, "{spread}");
        for linkage in [Linkage::Single, Linkage::Complete, Linkage::Average, Linkage::Ward] {
            let tree = Dendrogram::of_points(x.view(), linkage).unwrap();
            assert_eq!(adjusted_rand_index(&tree.cut(5), &labels), 1.0, "{linkage:?}");
            assert!(tree.merges.windows(2).all(|pair| pair[0].height <= pair[1].height));
            let mut order = tree.order();
            // Each heap in one piece.
            assert_eq!(order.chunk_by(|i, j| labels[*i] == labels[*j]).count(), 5);
            order.sort_unstable();
            assert!(order.into_iter().eq(0..50));
        }
    }

    #[test]
    fn edges_of_k_means() {
        let mut rng = Rng::new(0, "k-means");
        let x = array![[1.0f32], [2.0], [4.0]];
        let all = KMeans::fit(x.view(), 3, 3, &mut rng).unwrap();
        assert_eq!(all.inertia, 0.0);
        let one = KMeans::fit(x.view(), 1, 1, &mut rng).unwrap();
        assert!((one.centres[(0, 0)] - 7.0 / 3.0).abs() < 1e-15 && (one.inertia - 14.0 / 3.0).abs() < 1e-12);
        // Fewer different examples than groups.
        let same = KMeans::fit(Array2::<f32>::ones((4, 2)).view(), 3, 2, &mut rng).unwrap();
        assert!(same.inertia == 0.0 && same.centres.iter().all(|c| *c == 1.0));
        assert_eq!(KMeans::fit(x.view(), 4, 1, &mut rng).unwrap_err(), Unfit::TooFew { given: 3, needed: 4 });
        assert_eq!(KMeans::fit(array![[f32::NAN]].view(), 1, 1, &mut rng).unwrap_err(), Unfit::NotFinite);
    }

    #[test]
    fn centres_settle() {
        // No move of the centres to the means is left, and more centres fit better.
        let x = normal(100, 2, "settled");
        let mut last = f64::INFINITY;
        for k in [1, 2, 5, 20] {
            let found = KMeans::fit(x.view(), k, 5, &mut Rng::new(1, "k-means")).unwrap();
            let means = class_centres(x.view(), &found.labels, k);
            assert!((&means - &found.centres).iter().all(|d| d.abs() < 1e-12));
            assert!(found.inertia < last);
            last = found.inertia;
        }
    }

    #[test]
    fn merges_by_hand() {
        // 0, 1 and 10, 12 on a line.
        let x = array![[0.0f32], [1.0], [10.0], [12.0]];
        let heights = |linkage| -> Vec<f64> {
            Dendrogram::of_points(x.view(), linkage).unwrap().merges.iter().map(|merge| merge.height).collect()
        };
        assert_eq!(heights(Linkage::Single), [1.0, 2.0, 9.0]);
        assert_eq!(heights(Linkage::Complete), [1.0, 2.0, 12.0]);
        assert_eq!(heights(Linkage::Average), [1.0, 2.0, 10.5]);
        let tree = Dendrogram::of_points(x.view(), Linkage::Average).unwrap();
        assert_eq!(tree.merges[2], Merge { left: 4, right: 5, height: 10.5, size: 4 });
        assert_eq!((tree.cut(1), tree.cut(2), tree.cut(3)), (vec![0; 4], vec![0, 0, 1, 1], vec![0, 0, 1, 2]));
        assert_eq!((tree.cut(9), tree.cut(0)), (vec![0, 1, 2, 3], vec![0; 4]));
        assert_eq!(tree.order(), [0, 1, 2, 3]);
    }

    #[test]
    fn small_hierarchies() {
        let none = Dendrogram::of_points(Array2::<f32>::zeros((0, 2)).view(), Linkage::Single).unwrap();
        assert!(none.order().is_empty() && none.cut(1).is_empty());
        let one = Dendrogram::of_points(Array2::<f32>::zeros((1, 2)).view(), Linkage::Single).unwrap();
        assert_eq!((one.order(), one.cut(1)), (vec![0], vec![0]));
        assert!(Dendrogram::of_distances(Array2::zeros((2, 3)).view(), Linkage::Single).is_err());
        assert!(Dendrogram::of_points(array![[f32::NAN], [0.0]].view(), Linkage::Single).is_err());
    }
}
