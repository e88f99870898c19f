//! Networks: who is tied to whom.

use super::DataError;
use super::lines::{parts, place, quoted, sorted, text};
use ndarray::Array2;

/// No network may have more nodes than this: their matrix would be too large.
pub const MOST_NODES: usize = 1 << 12;

/// Nodes and the ties between them; ties have no direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// What the nodes are called: in the file's order where it lists them, else in alphabetical order.
    pub nodes: Vec<String>,
    /// What the groups are called, in alphabetical order; empty if there are none.
    pub groups: Vec<String>,
    /// The group of each node; empty if there are none.
    pub labels: Vec<u32>,
    /// Two nodes each, in the file's order.
    pub ties: Vec<[u32; 2]>,
}

impl Network {
    /// Reads a text file: a tie a line, two nodes' names separated by a tab. Before the ties, and a blank line, there may
    /// be a list of all nodes: a name and its group a line, separated by a tab.
    ///
    /// # Errors
    /// When it is no text, has no ties or too many nodes, a line has not two words, or a node is listed twice or not at
    /// all; says which.
    pub fn parse(file: &[u8]) -> Result<Self, DataError> {
        let parts = parts(text(file)?);
        let mut lists = Vec::with_capacity(2);
        for part in &parts {
            let list: Result<Vec<_>, _> = part.iter().map(|(line, words)| pair(*line, words)).collect();
            lists.push(list?);
        }
        let (listed, ties) = match &lists[..] {
            [ties] => (None, ties),
            [listed, ties] => (Some(listed), ties),
            [] => return Err(DataError::whole("this file holds no ties")),
            _ => {
                let line = parts[2].first().map_or(0, |(line, _)| *line);
                return Err(DataError::line(line, "a blank line parts nodes from ties, and nothing comes after these"));
            }
        };
        let known = match listed {
            None => sorted(ties.iter().flat_map(|(_, pair)| *pair)),
            Some(listed) => sorted(listed.iter().map(|(_, [node, _])| *node)),
        };
        if known.len() > MOST_NODES {
            return Err(DataError::whole(format!("there are {} nodes, and {MOST_NODES} is the most", known.len())));
        }
        let Some(listed) = listed else {
            let ties = numbered(ties, &known, |at| at)?;
            return Ok(Self { nodes: known, groups: Vec::new(), labels: Vec::new(), ties });
        };
        // Where each of the sorted names stands in the file's own order.
        let mut order = vec![None; known.len()];
        for (at, (line, [node, _])) in listed.iter().enumerate() {
            let slot = place(&known, node).and_then(|k| order.get_mut(k as usize));
            if slot.is_some_and(|slot| slot.replace(at as u32).is_some()) {
                return Err(DataError::line(*line, format!("the node {} is listed twice", quoted(node))));
            }
        }
        let ties = numbered(ties, &known, |k| order[k as usize].unwrap_or(k))?;
        let groups = sorted(listed.iter().map(|(_, [_, group])| *group));
        let labels = listed.iter().filter_map(|(_, [_, group])| place(&groups, group)).collect();
        let nodes = listed.iter().map(|(_, [node, _])| (*node).to_owned()).collect();
        Ok(Self { nodes, groups, labels, ties })
    }

    /// The matrix with 1 where two nodes are tied, and 0 elsewhere; symmetric.
    pub fn adjacency(&self) -> Array2<f32> {
        let mut matrix = Array2::zeros((self.nodes.len(), self.nodes.len()));
        for &[a, b] in &self.ties {
            matrix[(a as usize, b as usize)] = 1.0;
            matrix[(b as usize, a as usize)] = 1.0;
        }
        matrix
    }
}

fn pair(line: u64, words: &str) -> Result<(u64, [&str; 2]), DataError> {
    let mut split = words.split('\t').map(str::trim);
    match (split.next(), split.next(), split.next()) {
        (Some(a), Some(b), None) if !a.is_empty() && !b.is_empty() => Ok((line, [a, b])),
        _ => Err(DataError::line(
            line,
            format!("here should be two words with a tab between them, not {}", quoted(words)),
        )),
    }
}

fn numbered(
    ties: &[(u64, [&str; 2])],
    known: &[String],
    number: impl Fn(u32) -> u32,
) -> Result<Vec<[u32; 2]>, DataError> {
    let node = |line: u64, name: &str| {
        let missing = || DataError::line(line, format!("the node {} is not listed above", quoted(name)));
        place(known, name).map(&number).ok_or_else(missing)
    };
    ties.iter().map(|&(line, [a, b])| Ok([node(line, a)?, node(line, b)?])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn with_and_without_a_list_of_nodes() {
        let network = Network::parse(b"c\tleft\nb\tright\na\tleft\n\na\tb\nb\tc\n").unwrap();
        assert_eq!((network.nodes.concat(), network.groups.concat()), ("cba".to_owned(), "leftright".to_owned()));
        assert_eq!((network.labels.as_slice(), network.ties.as_slice()), (&[0, 1, 0][..], &[[2, 1], [1, 0]][..]));
        assert_eq!(network.adjacency(), array![[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]);
        let plain = Network::parse(b"b\ta\nb\tc").unwrap();
        assert_eq!((plain.nodes.concat(), plain.ties), ("abc".to_owned(), vec![[1, 0], [1, 2]]));
        assert!(plain.labels.is_empty());
    }

    #[test]
    fn faults_are_told_with_their_line() {
        let told = |file: &str| Network::parse(file.as_bytes()).unwrap_err().to_string();
        assert_eq!(told(""), "This file holds no ties.");
        assert!(told("a b").starts_with("Line 1: here should be two words"));
        assert_eq!(told("a\tx\nb\tx\na\ty\n\na\tb"), "Line 3: the node \u{201c}a\u{201d} is listed twice.");
        assert_eq!(told("a\tx\n\na\tb"), "Line 3: the node \u{201c}b\u{201d} is not listed above.");
        assert!(told("a\tx\n\na\ta\n\na\ta").starts_with("Line 5: "));
        let many: String = (0..=MOST_NODES).map(|i| format!("hub\t{i}\n")).collect();
        assert_eq!(told(&many), "There are 4098 nodes, and 4096 is the most.");
    }
}
