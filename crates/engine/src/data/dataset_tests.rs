use super::*;
use ndarray::{ShapeBuilder, array};

fn names(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("n{i}")).collect()
}

fn idx(dimensions: &[u32], entries: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, dimensions.len() as u8];
    dimensions.iter().for_each(|d| file.extend(d.to_be_bytes()));
    file.extend(entries);
    file
}

#[test]
fn parts_must_go_together() {
    let x = || array![[1.0, 2.0], [3.0, 4.0]];
    let told = |r: Result<Dataset, DataError>| r.unwrap_err().to_string();
    assert_eq!(told(Dataset::classes(x(), vec![0], names(1))), "There are 2 examples, but 1 labels.");
    let beyond = Dataset::classes(x(), vec![0, 2], names(2));
    assert_eq!(told(beyond), "Example 1 is of class 2, but there are 2 classes.");
    assert!(told(Dataset::values(x(), array![[1.0]])).contains("1 targets"));
    let set = Dataset::classes(x(), vec![1, 0], names(2)).unwrap();
    assert!(told(set.clone().with_feature_names(names(3))).contains("3 names"));
    assert!(told(set.clone().with_grid(Grid { height: 2, width: 2, channels: 1 })).contains("4 numbers"));
    let set = set.with_feature_names(names(2)).unwrap();
    assert_eq!((set.len(), set.width(), set.example(1)), (2, 2, &[3.0, 4.0][..]));
    assert_eq!((set.labels(), set.class_names().len(), set.feature_names().len()), (&[1, 0][..], 2, 2));
    assert!(check_size(MOST_NUMBERS).is_ok() && check_size(MOST_NUMBERS + 1).is_err());
}

#[test]
fn batches_fill_the_callers_buffers() {
    let set = Dataset::classes(array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], vec![1, 0, 2], names(3)).unwrap();
    let (mut x, mut labels, mut numbers, mut hot) = ([0.0; 4], [0; 2], [0.0; 2], [9.0; 6]);
    set.features_into(&[2, 0], &mut x);
    set.labels_into(&[2, 0], &mut labels);
    set.targets_into(&[2, 0], &mut numbers);
    set.one_hot_into(&[2, 0], &mut hot);
    assert_eq!((x, labels, numbers), ([5.0, 6.0, 1.0, 2.0], [2, 1], [2.0, 1.0]));
    assert_eq!(hot, [0.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    assert_eq!(set.one_hot(), array![[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
    let set = Dataset::values(array![[1.0], [2.0]], array![[10.0, 11.0], [20.0, 21.0]]).unwrap();
    let mut y = [0.0; 4];
    set.targets_into(&[1, 0], &mut y);
    assert_eq!(y, [20.0, 21.0, 10.0, 11.0]);
    assert_eq!((set.one_hot().dim(), set.labels().len()), ((0, 0), 0));
    Dataset::unlabelled(array![[1.0]]).targets_into(&[0], &mut []);
}

#[test]
fn columns_first_is_turned_to_rows_first() {
    let columns = Array2::from_shape_vec((2, 2).f(), vec![1.0, 3.0, 2.0, 4.0]).unwrap();
    assert_eq!(Dataset::unlabelled(columns.clone()).example(1), [3.0, 4.0]);
    let set = Dataset::values(columns.clone(), columns).unwrap();
    let mut row = [0.0; 2];
    set.targets_into(&[1], &mut row);
    assert_eq!(row, [3.0, 4.0]);
}

#[test]
fn selecting_keeps_examples_whole() {
    let x = Array2::from_shape_fn((5, 2), |(i, j)| (10 * i + j) as f32);
    let y = Array2::from_shape_fn((5, 1), |(i, _)| i as f32);
    let set = Dataset::values(x, y).unwrap().with_feature_names(names(2)).unwrap();
    let picked = set.select(&[4, 0, 4]);
    assert_eq!(picked.features(), array![[40.0, 41.0], [0.0, 1.0], [40.0, 41.0]]);
    assert_eq!(picked.target_values(), array![[4.0], [0.0], [4.0]]);
    assert_eq!(picked.feature_names(), set.feature_names());
    let mixed = set.shuffled(&mut Rng::new(0, "order"));
    assert_ne!(mixed, set);
    assert!(mixed.features().column(0).iter().zip(mixed.target_values()).all(|(x, y)| *x == 10.0 * y));
    assert!(set.select(&[]).is_empty());
}

#[test]
fn pictures_from_idx_files() {
    let (images, labels) = (idx(&[2, 2, 2], &[0, 51, 102, 153, 204, 255, 0, 255]), idx(&[2], &[3, 1]));
    let (images, labels) = (Idx::parse(&images).unwrap(), Idx::parse(&labels).unwrap());
    let set = Dataset::from_idx(&images, Some(&labels), 255.0).unwrap();
    assert_eq!(set.example(0), [0.0, 0.2, 0.4, 0.6]);
    assert_eq!((set.labels(), set.class_names().len()), (&[3, 1][..], 4));
    assert_eq!(set.grid(), Some(Grid { height: 2, width: 2, channels: 1 }));
    assert!(Dataset::from_idx(&labels, None, 1.0).unwrap_err().to_string().contains("has 1"));
    assert!(Dataset::from_idx(&images, Some(&images), 1.0).unwrap_err().to_string().contains("has 3"));
    let one = idx(&[1], &[0]);
    assert!(Dataset::from_idx(&images, Some(&Idx::parse(&one).unwrap()), 1.0).is_err());
    let none = idx(&[0, 28, 28], &[]);
    assert!(Dataset::from_idx(&Idx::parse(&none).unwrap(), None, 1.0).unwrap().is_empty());
}

#[test]
fn pictures_of_one_size_only() {
    let image = |side: usize| Image::new(side, side, 1, vec![0.5; side * side]).unwrap();
    let set = Dataset::from_images(&[image(3), image(3)]).unwrap();
    assert_eq!((set.len(), set.width()), (2, 9));
    let told = Dataset::from_images(&[image(3), image(2)]).unwrap_err().to_string();
    assert_eq!(told, "Picture 1 is 2 x 2 x 1, but the first is 3 x 3 x 1.");
    assert!(Dataset::from_images(&[]).unwrap().is_empty());
}

#[test]
fn pooling_averages_blocks() {
    let x = array![[1.0, 3.0, 9.0, 5.0, 7.0, 9.0, 9.0, 9.0, 9.0]];
    let set = Dataset::unlabelled(x).with_grid(Grid { height: 3, width: 3, channels: 1 }).unwrap();
    let small = set.pooled(2);
    assert_eq!((small.features(), small.grid().map(Grid::size)), (array![[4.0]].view(), Some(1)));
    assert_eq!(set.pooled(1), set);
    assert_eq!(set.pooled(4).width(), 0);
    let colour = Dataset::unlabelled(array![[1.0, 10.0, 3.0, 30.0, 5.0, 50.0, 7.0, 70.0]]);
    let colour = colour.with_grid(Grid { height: 2, width: 2, channels: 2 }).unwrap();
    assert_eq!(colour.pooled(2).features(), array![[4.0, 40.0]]);
    assert_eq!(Dataset::unlabelled(array![[1.0]]).pooled(2).features(), array![[1.0]]);
}
