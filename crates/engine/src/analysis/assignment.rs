//! Matching one set of things with another, such as the units of two networks.

use super::{Unfit, finite};
use ndarray::ArrayView2;

/// Pairs rows with columns one to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The column of each row; none for those left over when there are more rows than columns.
    pub columns: Vec<Option<usize>>,
    /// The sum of the pairs' costs.
    pub cost: f64,
}

/// The pairing of as many rows and columns as can be with the least sum of costs (Kuhn 1955, by shortest augmenting paths).
/// For the largest sum of similarities give their negatives. The work grows with rows x columns x the smaller of both.
///
/// # Errors
/// When a cost is not finite.
pub fn assign<T: Copy + Into<f64>>(costs: ArrayView2<T>) -> Result<Assignment, Unfit> {
    let costs = finite(costs)?;
    let (rows, columns) = costs.dim();
    let turned = rows > columns;
    let narrow = if turned { costs.t() } else { costs.view() };
    let row_of = shortest_paths(narrow);
    let mut found = vec![None; rows];
    for (j, i) in row_of.into_iter().enumerate() {
        match i {
            Some(i) if turned => found[j] = Some(i),
            Some(i) => found[i] = Some(j),
            None => {}
        }
    }
    let cost = found.iter().enumerate().filter_map(|(i, j)| j.map(|j| costs[(i, j)])).sum();
    Ok(Assignment { columns: found, cost })
}

/// The row of each column, for no more rows than columns. Rows enter one by one; each takes the shortest path, measured by
/// costs less both ends' prices, through pairs made before to a free column.
fn shortest_paths(costs: ArrayView2<f64>) -> Vec<Option<usize>> {
    let (rows, columns) = costs.dim();
    let (mut row_price, mut column_price) = (vec![0.0; rows], vec![0.0; columns]);
    let mut row_of: Vec<Option<usize>> = vec![None; columns];
    for start in 0..rows {
        let mut distance = vec![f64::INFINITY; columns];
        let mut before: Vec<Option<usize>> = vec![None; columns];
        let mut seen = vec![false; columns];
        let (mut row, mut through, mut length) = (start, None, 0.0);
        let end = loop {
            for j in (0..columns).filter(|j| !seen[*j]) {
                let longer = length + costs[(row, j)] - row_price[row] - column_price[j];
                if longer < distance[j] {
                    distance[j] = longer;
                    before[j] = through;
                }
            }
            let open = (0..columns).filter(|j| !seen[*j]);
            // There are as many columns as rows at least, so one is open.
            let Some(nearest) = open.reduce(|best, j| if distance[j] < distance[best] { j } else { best }) else {
                return row_of;
            };
            seen[nearest] = true;
            length = distance[nearest];
            match row_of[nearest] {
                Some(next) => (row, through) = (next, Some(nearest)),
                None => break nearest,
            }
        };
        row_price[start] += length;
        for j in (0..columns).filter(|j| seen[*j]) {
            column_price[j] -= length - distance[j];
            if let Some(i) = row_of[j] {
                row_price[i] += length - distance[j];
            }
        }
        // Every column on the path takes the row of the one before it.
        let mut j = end;
        while let Some(previous) = before[j] {
            row_of[j] = row_of[previous];
            j = previous;
        }
        row_of[j] = Some(start);
    }
    row_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::support::normal;
    use crate::rng::Rng;
    use ndarray::{Array2, array};

    /// The least cost over all ways to pair each row with a column of its own.
    fn least(costs: &Array2<f64>, row: usize, taken: &mut Vec<usize>) -> f64 {
        if row == costs.nrows() {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        for j in 0..costs.ncols() {
            if !taken.contains(&j) {
                taken.push(j);
                best = best.min(costs[(row, j)] + least(costs, row + 1, taken));
                taken.pop();
            }
        }
        best
    }

    #[test]
    fn as_cheap_as_the_best_of_all() {
        for (rows, columns) in [(1, 1), (2, 2), (3, 5), (5, 5), (6, 6), (4, 7)] {
            for shift in [0.0, 10.0] {
                let costs = normal(rows, columns, "costs") + shift;
                let best = least(&costs, 0, &mut Vec::new());
                let found = assign(costs.view()).unwrap();
                assert!((found.cost - best).abs() < 1e-12, "{rows} {columns}");
                let turned = assign(costs.t()).unwrap();
                assert!((turned.cost - best).abs() < 1e-12);
                assert_eq!(turned.columns.iter().flatten().count(), rows);
                let mut used: Vec<usize> = found.columns.iter().map(|j| j.unwrap()).collect();
                used.sort_unstable();
                used.dedup();
                assert_eq!(used.len(), rows);
            }
        }
        // Whole costs with many ties.
        let mut rng = Rng::new(3, "ties");
        for _ in 0..50 {
            let costs = Array2::from_shape_simple_fn((5, 5), || rng.below(4) as f64);
            assert_eq!(assign(costs.view()).unwrap().cost, least(&costs, 0, &mut Vec::new()));
        }
    }

    #[test]
    fn shuffled_units_are_matched() {
        let x = normal(40, 30, "units");
        let mut order: Vec<usize> = (0..30).collect();
        Rng::new(2, "order").shuffle(&mut order);
        let shuffled = x.select(ndarray::Axis(1), &order) + normal(40, 30, "noise") * 0.1;
        let found = assign((-x.t().dot(&shuffled)).view()).unwrap();
        assert!(found.columns.iter().enumerate().all(|(i, j)| order[j.unwrap()] == i));
    }

    #[test]
    fn edges() {
        assert_eq!(assign(array![[4.0f32, 1.0], [2.0, 0.0]].view()).unwrap().columns, [Some(1), Some(0)]);
        assert_eq!(assign(Array2::<f64>::zeros((0, 0)).view()).unwrap().cost, 0.0);
        assert_eq!(assign(Array2::<f64>::zeros((2, 0)).view()).unwrap().columns, [None, None]);
        assert_eq!(assign(array![[f64::NAN]].view()).unwrap_err(), Unfit::NotFinite);
    }
}
