//! Knowledge graphs: facts of the form head, relation, tail.

use super::DataError;
use super::lines::{parts, place, quoted, sorted, text};

/// One fact, by the numbers of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The entity of which something is said.
    pub head: u32,
    /// What is said.
    pub relation: u32,
    /// The entity that it is said in regard to.
    pub tail: u32,
}

/// A knowledge graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The names of the entities in alphabetical order.
    pub entities: Vec<String>,
    /// The names of the relations in alphabetical order.
    pub relations: Vec<String>,
    /// The facts, part after part: for training, validation and test where the file has three.
    pub parts: Vec<Vec<Fact>>,
}

impl Facts {
    /// Reads a text file: a fact a line, its three words separated by tabs; a blank line begins the next part.
    ///
    /// # Errors
    /// When it is no text, has no facts, or a line has not three words; says which.
    pub fn parse(file: &[u8]) -> Result<Self, DataError> {
        let mut found = Vec::new();
        for part in parts(text(file)?) {
            let mut facts = Vec::with_capacity(part.len());
            for (line, fact) in part {
                let words: Vec<&str> = fact.split('\t').map(str::trim).collect();
                match words[..] {
                    [head, relation, tail] if words.iter().all(|word| !word.is_empty()) => {
                        facts.push([head, relation, tail])
                    }
                    _ => {
                        let what = format!("a fact has three words with tabs between them, this is {}", quoted(fact));
                        return Err(DataError::line(line, what));
                    }
                }
            }
            found.push(facts);
        }
        if found.is_empty() {
            return Err(DataError::whole("this file holds no facts"));
        }
        let all = || found.iter().flatten();
        let entities = sorted(all().flat_map(|[head, _, tail]| [*head, *tail]));
        let relations = sorted(all().map(|[_, relation, _]| *relation));
        // Every word is among the sorted ones, so nothing is left out here.
        let number = |[head, relation, tail]: &[&str; 3]| {
            let (head, tail) = (place(&entities, head)?, place(&entities, tail)?);
            Some(Fact { head, relation: place(&relations, relation)?, tail })
        };
        let parts = found.iter().map(|part| part.iter().filter_map(number).collect()).collect();
        Ok(Self { entities, relations, parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_by_numbers() {
        let graph = Facts::parse(b"uk\tborders\tireland\nfrance\tborders\tspain\n\nuk\ttrades\tspain\n").unwrap();
        assert_eq!(graph.entities, ["france", "ireland", "spain", "uk"]);
        assert_eq!(graph.relations, ["borders", "trades"]);
        let fact = |head, relation, tail| Fact { head, relation, tail };
        assert_eq!(graph.parts, [vec![fact(3, 0, 1), fact(0, 0, 2)], vec![fact(3, 1, 2)]]);
    }

    #[test]
    fn faults_are_told_with_their_line() {
        let told = |file: &[u8]| Facts::parse(file).unwrap_err().to_string();
        assert_eq!(
            told(b"a\tr\tb\n\nc\tr\n"),
            "Line 3: a fact has three words with tabs between them, this is \u{201c}c\u{fffd}r\u{201d}."
        );
        assert!(told(b"a\t\tb").starts_with("Line 1: "));
        assert_eq!(told(b"\n"), "This file holds no facts.");
        assert!(told(b"a\tr\t\xff").starts_with("Byte 4"));
    }
}
