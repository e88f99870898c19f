//! The data sets of `assets/data` in the shape in which exhibits use them.
//!
//! An exhibit names in [`needs`](crate::exhibit::Exhibit::needs) what it reads, and takes it from the store by the
//! function of the same name here: [`image_set`]`(store, "mnist")` needs `["mnist", "mnist-labels"]`.

use crate::exhibit::Store;
use std::fmt::Display;
use vivarium_engine::data::characters::Characters;
use vivarium_engine::data::facts::Facts;
use vivarium_engine::data::network::Network;
use vivarium_engine::data::table::{Goal, Header, Label, Missing, Table};
use vivarium_engine::data::{Dataset, series};
use vivarium_engine::idx::Idx;
use vivarium_frame::Complaint;

/// Pictures with their labels from `name` and `name-labels`, values from 0 to 1: "digits-8", "digits-28", "mnist".
///
/// # Errors
/// When they are not loaded, or damaged.
pub fn image_set(store: &Store, name: &str) -> Result<Dataset, Complaint> {
    let labels = format!("{name}-labels");
    let (images, labels) = (idx(store, name)?, idx(store, &labels)?);
    Dataset::from_idx(&images, Some(&labels), top(name)).map_err(|e| damaged(name, &e))
}

/// Pictures without labels, values from 0 to 1: "photos-64", "photos-128".
///
/// # Errors
/// When they are not loaded, or damaged.
pub fn images(store: &Store, name: &str) -> Result<Dataset, Complaint> {
    Dataset::from_idx(&idx(store, name)?, None, top(name)).map_err(|e| damaged(name, &e))
}

/// A table whose last column is to be predicted: "iris", "wine", "breast-cancer", "diabetes".
///
/// # Errors
/// When it is not loaded, or damaged.
pub fn table(store: &Store, name: &str) -> Result<Dataset, Complaint> {
    let table = Table::parse(store.get(name)?, Header::Yes).map_err(|e| damaged(name, &e))?;
    table.dataset(Label::Last, Goal::Detect, Missing::Refuse).map_err(|e| damaged(name, &e))
}

/// Time series: "gun-point-train", "gun-point-test", "italy-power-train", "italy-power-test".
///
/// # Errors
/// When they are not loaded, or damaged.
pub fn time_series(store: &Store, name: &str) -> Result<Dataset, Complaint> {
    series::parse(store.get(name)?).map_err(|e| damaged(name, &e))
}

/// A knowledge graph in three parts, for training, validation and test: "nations", "kinships", "umls".
///
/// # Errors
/// When it is not loaded, or damaged.
pub fn facts(store: &Store, name: &str) -> Result<Facts, Complaint> {
    Facts::parse(store.get(name)?).map_err(|e| damaged(name, &e))
}

/// A network with its groups: "karate-club".
///
/// # Errors
/// When it is not loaded, or damaged.
pub fn network(store: &Store, name: &str) -> Result<Network, Complaint> {
    Network::parse(store.get(name)?).map_err(|e| damaged(name, &e))
}

/// A text: "king-james".
///
/// # Errors
/// When it is not loaded, or damaged.
pub fn text(store: &Store, name: &str) -> Result<Characters, Complaint> {
    Characters::parse(store.get(name)?).map_err(|e| damaged(name, &e))
}

fn idx<'a>(store: &'a Store, name: &str) -> Result<Idx<'a>, Complaint> {
    Idx::parse(store.get(name)?).map_err(|e| damaged(name, &e))
}

fn damaged(name: &str, error: &dyn Display) -> Complaint {
    Complaint::about(name, format!("The data set {name} is damaged: {error}"))
}

/// The entry that stands for white.
fn top(name: &str) -> f32 {
    if name == "digits-8" { 16.0 } else { 255.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;
    use vivarium_engine::data::Grid;

    fn store(names: &[&str]) -> Store {
        data::load(names).unwrap()
    }

    #[test]
    fn pictures_have_the_shapes_that_are_credited() {
        for (name, labels, count, side) in [
            ("digits-8", "digits-8-labels", 1797, 8),
            ("digits-28", "digits-28-labels", 500, 28),
            ("mnist", "mnist-labels", 10_000, 28),
        ] {
            let set = image_set(&store(&[name, labels]), name).unwrap();
            assert_eq!(
                (set.len(), set.grid()),
                (count, Some(Grid { height: side, width: side, channels: 1 })),
                "{name}"
            );
            assert_eq!(set.class_names().concat(), "0123456789");
            let most = set.features().iter().copied().fold(0.0, f32::max);
            assert_eq!(most, 1.0);
        }
        let mnist = image_set(&store(&["mnist", "mnist-labels"]), "mnist").unwrap();
        assert!(mnist.class_counts().iter().all(|count| (863..=1127).contains(count)));
        assert_eq!(mnist.pooled(2).width(), 196);
        for (name, side) in [("photos-64", 64), ("photos-128", 128)] {
            let set = images(&store(&[name]), name).unwrap();
            assert_eq!((set.len(), set.grid()), (5, Some(Grid { height: side, width: side, channels: 3 })));
        }
    }

    #[test]
    fn tables_have_the_shapes_and_known_statistics() {
        let get = |name| table(&store(&[name]), name).unwrap();
        let (iris, wine, cancer, diabetes) = (get("iris"), get("wine"), get("breast-cancer"), get("diabetes"));
        assert_eq!((iris.len(), iris.width(), iris.class_counts()), (150, 4, vec![50; 3]));
        assert_eq!((wine.len(), wine.width(), wine.class_counts()), (178, 13, vec![59, 71, 48]));
        assert_eq!((cancer.len(), cancer.width(), cancer.class_counts()), (569, 30, vec![357, 212]));
        assert_eq!(cancer.class_names(), ["benign", "malignant"]);
        assert_eq!((diabetes.len(), diabetes.width(), diabetes.target_values().ncols()), (442, 10, 1));
        // Published means: petal length 3.758, progression 152.133.
        let mean =
            |values: ndarray::ArrayView1<f32>| values.iter().map(|x| f64::from(*x)).sum::<f64>() / values.len() as f64;
        assert!((mean(iris.features().column(2)) - 3.758).abs() < 1e-3);
        assert!((mean(diabetes.target_values().column(0)) - 152.133).abs() < 1e-3);
    }

    #[test]
    fn series_graphs_and_texts_have_the_shapes_that_are_credited() {
        for (name, count, width) in [
            ("gun-point-train", 50, 150),
            ("gun-point-test", 150, 150),
            ("italy-power-train", 67, 24),
            ("italy-power-test", 1029, 24),
        ] {
            let set = time_series(&store(&[name]), name).unwrap();
            assert_eq!((set.len(), set.width(), set.class_names().len()), (count, width, 2), "{name}");
        }
        for (name, entities, relations, parts) in [
            ("nations", 14, 55, [1592, 199, 201]),
            ("kinships", 104, 25, [8544, 1068, 1074]),
            ("umls", 135, 46, [5216, 652, 661]),
        ] {
            let graph = facts(&store(&[name]), name).unwrap();
            assert_eq!((graph.entities.len(), graph.relations.len()), (entities, relations), "{name}");
            assert_eq!(graph.parts.iter().map(Vec::len).collect::<Vec<_>>(), parts, "{name}");
        }
        let club = network(&store(&["karate-club"]), "karate-club").unwrap();
        assert_eq!((club.nodes.len(), club.ties.len(), club.groups.concat().as_str()), (34, 78, "Mr. HiOfficer"));
        // The two leaders have 16 and 17 ties.
        let degrees = club.adjacency().sum_axis(ndarray::Axis(0));
        assert_eq!((degrees[0], degrees[33], club.labels[0], club.labels[33]), (16.0, 17.0, 0, 1));
        let text = text(&store(&["king-james"]), "king-james").unwrap();
        assert_eq!(text.codes().len(), 518_583);
        assert!(text.decode(&text.codes()[..26]).starts_with("In the beginning God creat"));
    }

    #[test]
    fn what_is_not_loaded_or_damaged_is_told() {
        let empty = Store::default();
        assert!(table(&empty, "iris").unwrap_err().to_string().contains("iris is not loaded"));
        let mut store = Store::default();
        store.insert("iris", b"a,b\n1\n".to_vec());
        store.insert("mnist", vec![0, 0, 8]);
        store.insert("mnist-labels", Vec::new());
        let told = table(&store, "iris").unwrap_err().to_string();
        assert!(told.contains("The data set iris is damaged: Line 2: this row has 1 fields"), "{told}");
        assert!(image_set(&store, "mnist").unwrap_err().to_string().contains("mnist is damaged"));
        assert!(image_set(&store, "other").is_err());
    }
}
