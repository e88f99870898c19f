//! No file brings a reader down: what is broken gives one sentence, what is not gives data that hold together.

use vivarium_engine::data::characters::Characters;
use vivarium_engine::data::facts::Facts;
use vivarium_engine::data::network::Network;
use vivarium_engine::data::table::{Goal, Header, Label, Missing, Table};
use vivarium_engine::data::{DataError, Dataset, series};
use vivarium_engine::rng::Rng;

/// Bytes that mean something to one of the formats.
const TELLING: &[u8] = b",;:\t\n\r\"'@#?.-+e0123456789 a\x00\xff\xc3";

/// The file with some bytes changed, left out, doubled or put in.
fn broken(good: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=rng.below(4) {
        let at = rng.index(bytes.len().max(1)).min(bytes.len());
        let other = if rng.bernoulli(0.8) { TELLING[rng.index(TELLING.len())] } else { rng.next_u64() as u8 };
        match rng.below(6) {
            0 | 1 if at < bytes.len() => bytes[at] = other,
            2 => bytes.insert(at, other),
            3 if at < bytes.len() => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            _ => {
                let end = (at + rng.index(20)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

/// Feeds 5000 broken copies of `good` to a reader. Both outcomes must come up, or nothing was tried.
fn torment(good: &[u8], mut read: impl FnMut(&[u8]) -> Result<(), DataError>) {
    assert_eq!(read(good), Ok(()));
    let mut rng = Rng::new(good.len() as u64, "broken files");
    let (mut whole, mut told) = (0, 0);
    for _ in 0..5000 {
        match read(&broken(good, &mut rng)) {
            Ok(()) => whole += 1,
            Err(error) => {
                told += 1;
                let sentence = error.to_string();
                assert!(sentence.len() > 10 && sentence.ends_with('.') && !sentence.contains('\n'), "{sentence:?}");
            }
        }
    }
    assert!(whole > 100 && told > 100, "{whole} read, {told} refused");
}

fn holds_together(set: &Dataset) {
    assert_eq!(set.features().dim(), (set.len(), set.width()));
    assert!(set.labels().iter().all(|label| (*label as usize) < set.class_names().len()));
    assert!(set.feature_names().is_empty() || set.feature_names().len() == set.width());
    let all: Vec<usize> = (0..set.len()).collect();
    set.features_into(&all, &mut vec![0.0; set.len() * set.width()]);
    set.one_hot();
}

#[test]
fn tables() {
    let rows = "1,5;red;a;3\n2.5;\"blue\";b;4\n-1e2;?;a;3\n4;red;b;4\n0;red;b;3\n";
    let named = format!("length;colour;\"kind of\";n\n{rows}");
    for (header, good) in [(Header::Detect, named.as_str()), (Header::Yes, &named), (Header::No, rows)] {
        torment(good.as_bytes(), |file| {
            let table = Table::parse(file, header)?;
            for label in [Label::Last, Label::Named("colour"), Label::None] {
                for goal in [Goal::Detect, Goal::Classes, Goal::Values] {
                    for missing in [Missing::Keep, Missing::SkipRow, Missing::Refuse] {
                        let _ = table.dataset(label, goal, missing).as_ref().map(holds_together);
                    }
                }
            }
            table.dataset(Label::Last, Goal::Detect, Missing::SkipRow).map(|set| holds_together(&set))
        });
    }
}

#[test]
fn time_series() {
    let good = "#x\n@problemName x\n@univariate true\n@classLabel true 1 2\n@data\n1,2.5,-3:1\n4,?,6:2\n7,8,9e1:2\n";
    torment(good.as_bytes(), |file| series::parse(file).map(|set| holds_together(&set)));
}

#[test]
fn knowledge_graphs() {
    let good = "uk\tborders\tireland\nuk\ttrades\tspain\n\nspain\ttrades\tuk\n\nireland\tborders\tuk\n";
    torment(good.as_bytes(), |file| {
        let facts = Facts::parse(file)?;
        for fact in facts.parts.iter().flatten() {
            assert!(fact.head.max(fact.tail) < facts.entities.len() as u32);
            assert!(fact.relation < facts.relations.len() as u32);
        }
        Ok(())
    });
}

#[test]
fn networks() {
    for good in ["c\tleft\nb\tright\na\tleft\n\na\tb\nb\tc\na\tc\n", "a\tb\nb\tc\na\tc\n"] {
        torment(good.as_bytes(), |file| {
            let network = Network::parse(file)?;
            assert!(network.labels.is_empty() || network.labels.len() == network.nodes.len());
            assert!(network.labels.iter().all(|group| (*group as usize) < network.groups.len()));
            assert_eq!(network.adjacency().dim().0, network.nodes.len());
            Ok(())
        });
    }
}

#[test]
fn texts() {
    torment("In the beginning\r\nwas the word \u{2013} \u{e9}.".as_bytes(), |file| {
        let text = Characters::parse(file)?;
        assert_eq!(text.encode(&text.decode(text.codes())).unwrap(), text.codes());
        Ok(())
    });
}
