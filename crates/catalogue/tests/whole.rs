//! The catalogue is complete and says something everywhere.

#![allow(clippy::unwrap_used, reason = "a failed test may panic anywhere")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use vivarium_catalogue::{Fidelity, SHELVES, find, labs, papers, read};

#[test]
fn thirty_two_labs_and_233_papers() {
    assert_eq!(labs().len(), 32);
    assert_eq!(papers().count(), 233);
    let numbers: BTreeSet<u32> = papers().map(|(_, p)| p.n).collect();
    assert_eq!(numbers, (1..=233).collect());
    assert_eq!(papers().map(|(_, p)| &p.id).collect::<BTreeSet<_>>().len(), 233);
    assert_eq!(labs().iter().map(|l| &l.id).collect::<BTreeSet<_>>().len(), 32);
}

#[test]
fn every_file_stands_on_a_shelf_under_its_own_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, labs().iter().map(|l| l.id.clone()).collect());
    let shelved = SHELVES.iter().flat_map(|s| s.labs).copied();
    assert!(shelved.eq(labs().iter().map(|l| l.id.as_str())));
}

#[test]
fn ids_are_safe_in_addresses_and_take_no_route_of_the_site() {
    let taken = ["ledger", "credits", "data", "404"];
    for id in labs().iter().map(|l| &l.id).chain(papers().map(|(_, p)| &p.id)) {
        assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{id}");
        assert!(!id.starts_with('-') && !id.ends_with('-') && !taken.contains(&id.as_str()), "{id}");
    }
}

#[test]
fn nothing_is_empty() {
    fn walk(value: &Value, place: &str) {
        match value {
            Value::String(text) => assert!(!text.trim().is_empty(), "{place} is empty"),
            Value::Array(items) => {
                assert!(!items.is_empty(), "{place} is empty");
                items.iter().enumerate().for_each(|(i, item)| walk(item, &format!("{place}[{i}]")));
            }
            Value::Object(fields) => fields.iter().for_each(|(name, field)| walk(field, &format!("{place}.{name}"))),
            Value::Null => panic!("{place} is null"),
            Value::Bool(_) | Value::Number(_) => {}
        }
    }
    for lab in labs() {
        walk(&serde_json::to_value(lab).unwrap(), &lab.id);
    }
}

#[test]
fn every_entry_is_of_its_time_and_can_be_found() {
    for (lab, paper) in papers() {
        assert!((1980..=2026).contains(&paper.year), "{}: {}", paper.id, paper.year);
        assert!(paper.check.seeds >= 3, "{}: {} seeds", paper.id, paper.check.seeds);
        assert_eq!(find(&paper.id).map(|(l, p)| (&l.id, p.n)), Some((&lab.id, paper.n)));
        assert!(Fidelity::ALL.contains(&paper.fidelity));
    }
    assert!(find("no-such-paper").is_none());
}

#[test]
fn a_malformed_file_is_refused_with_its_place() {
    let good = serde_json::to_value(&labs()[0]).unwrap();
    let mut unknown = good.clone();
    unknown["papers"][0]["surprise"] = Value::from(1);
    let complaint = read(&unknown.to_string()).unwrap_err();
    assert!(complaint.contains("surprise"), "{complaint}");
    let mut vague = good.clone();
    vague["papers"][0]["fidelity"] = Value::from("exact");
    assert!(read(&vague.to_string()).unwrap_err().contains("exact"));
    assert!(read("{").unwrap_err().contains("line 1"));
    assert_eq!(read(&good.to_string()).unwrap(), labs()[0]);
}
