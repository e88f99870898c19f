//! The order in which the labs stand.

/// A group of labs with kindred questions.
#[derive(Clone, Copy, Debug)]
pub struct Shelf {
    /// What the labs on it have in common.
    pub title: &'static str,
    /// Their ids, in order.
    pub labs: &'static [&'static str],
}

macro_rules! shelves {
    ($($title:literal: $($lab:literal)+;)+) => {
        /// All labs, in groups.
        pub const SHELVES: &[Shelf] = &[$(Shelf { title: $title, labs: &[$($lab),+] }),+];
        /// The labs' files, in the same order.
        pub(crate) const SOURCES: &[&str] =
            &[$($(include_str!(concat!("../../../catalogue/", $lab, ".json"))),+),+];
    };
}

shelves! {
    "Memory and sequences": "memory" "sequence" "language" "incontext" "automata" "ctc";
    "What training does": "collapse" "lottery" "depth" "width" "simplicity" "regions" "optimizers";
    "Ways to learn": "rules" "selfsup" "labels" "fewshot" "transfer" "continual" "agents";
    "Shapes of networks": "functions" "arithmetic" "experts" "growth" "vision" "fields" "symmetry" "weights";
    "Structure and reasons": "graphs" "reason" "generative" "inside";
}
