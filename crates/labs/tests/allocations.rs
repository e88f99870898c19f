//! No exhibit allocates while it steps.

use vivarium_frame::controls::{Value, Values};
use vivarium_labs::{REGISTRY, data, find};

fn steps_without_allocating(id: &str, values: &Values) {
    let entry = find(id).unwrap_or_else(|| panic!("{id} is in the registry"));
    let store = data::store().unwrap_or_else(|e| panic!("{e}"));
    let mut run = entry.start(values, 3, &store).unwrap_or_else(|e| panic!("{id} with {values:?}: {e}"));
    let counted = allocation_counter::measure(|| {
        for _ in 0..3000 {
            run.step();
        }
    });
    assert_eq!(counted.count_total, 0, "{id} with {values:?} allocates {} bytes", counted.bytes_total);
}

#[test]
fn exhibits_at_their_defaults() {
    for entry in REGISTRY {
        steps_without_allocating(entry.id, &Values::new());
    }
}

#[test]
fn every_memory_of_the_recall() {
    let choice = |id: &str| Value::Choice(id.to_owned());
    for rule in ["hebb", "pseudo-inverse", "storkey", "polynomial", "softmax"] {
        for update in ["asynchronous", "synchronous"] {
            for temperature in [0.0, 0.5] {
                let values = Values::from([
                    ("rule".to_owned(), choice(rule)),
                    ("update".to_owned(), choice(update)),
                    ("side".to_owned(), choice("256")),
                    ("set".to_owned(), choice("clustered")),
                    ("patterns".to_owned(), Value::Number(100.0)),
                    ("temperature".to_owned(), Value::Number(temperature)),
                ]);
                steps_without_allocating("modern-hopfield", &values);
            }
        }
    }
}
