//! The file of `check --out`: one finding a line, as soon as it is known; and beside it, in `FILE.seeds`, one seed a line,
//! so that an interrupted check goes on where it was.

use crate::measure::Timed;
use crate::output::json;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use vivarium_frame::Complaint;
use vivarium_frame::finding::{Finding, Sample};

/// A line of `FILE.seeds`.
#[derive(Serialize, Deserialize)]
struct Seed {
    id: String,
    part: String,
    version: String,
    sample: Sample,
    seconds: f64,
}

/// What was measured before, and where to put what is measured now.
pub struct Record {
    findings: Vec<Finding>,
    seeds: Vec<Seed>,
    findings_file: Appended,
    seeds_file: Appended,
}

impl Record {
    /// Reads what is there, if anything, and makes ready to add to it.
    ///
    /// # Errors
    /// When the files cannot be read or written, or hold something else.
    pub fn open(path: &Path) -> Result<Self, Complaint> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| complaint(folder, &e))?;
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(".seeds");
        let (findings, findings_file) = Appended::open(path)?;
        let (seeds, seeds_file) = Appended::open(Path::new(&beside))?;
        Ok(Self { findings, seeds, findings_file, seeds_file })
    }

    /// The finding that this very check has led to already: the same words, version and seeds as `like` has. `like` is
    /// concluded from any samples of the right seeds.
    pub fn finding(&self, like: &Finding) -> Option<&Finding> {
        let key = |f: &Finding| {
            let words = [&f.id, &f.part, &f.measure, &f.unit, &f.baseline, &f.expected, &f.version].map(String::clone);
            (words, f.seeds.iter().map(|s| s.seed).collect::<Vec<_>>())
        };
        let wanted = key(like);
        self.findings.iter().rev().find(|f| key(f) == wanted)
    }

    /// The seeds below `count` of a part that this version has measured.
    pub fn seeds(&self, id: &str, part: &str, count: u64) -> Vec<Timed> {
        let mut found: Vec<Timed> = self
            .seeds
            .iter()
            .filter(|s| s.id == id && s.part == part && s.version == env!("CARGO_PKG_VERSION") && s.sample.seed < count)
            .map(|s| (s.sample, s.seconds))
            .collect();
        found.sort_by_key(|(sample, _)| sample.seed);
        found.dedup_by_key(|(sample, _)| sample.seed);
        found
    }

    /// Adds a seed.
    pub fn add_seed(&mut self, id: &str, part: &str, (sample, seconds): Timed) -> Result<(), Complaint> {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        self.seeds_file.add(&Seed { id: id.to_owned(), part: part.to_owned(), version, sample, seconds })
    }

    /// Adds a finding.
    pub fn add_finding(&mut self, finding: &Finding) -> Result<(), Complaint> {
        self.findings_file.add(finding)
    }
}

/// A file that grows line by line.
struct Appended {
    path: PathBuf,
    file: File,
}

impl Appended {
    /// The file's items, and the file ready for more: a last line that was cut off is cut away.
    fn open<T: DeserializeOwned>(path: &Path) -> Result<(Vec<T>, Self), Complaint> {
        let (items, sound) = read(path)?;
        let open = || -> std::io::Result<File> {
            let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
            file.set_len(sound.bytes)?;
            if sound.unended {
                file.write_all(b"\n")?;
            }
            Ok(file)
        };
        let file = open().map_err(|e| complaint(path, &e))?;
        Ok((items, Self { path: path.to_owned(), file }))
    }

    fn add(&mut self, item: &impl Serialize) -> Result<(), Complaint> {
        // In one piece: a line is there or is not, unless the machine stops in the middle.
        let line = json(item)? + "\n";
        self.file.write_all(line.as_bytes()).map_err(|e| complaint(&self.path, &e))
    }
}

/// How each line begins.
const OPENING: &[u8] = br#"{"id":"#;

/// How much of a file could be read.
struct Sound {
    bytes: u64,
    /// Whether the last line lacks its end, though it is whole.
    unended: bool,
}

fn complaint(path: &Path, why: &dyn std::fmt::Display) -> Complaint {
    Complaint::about("out", format!("{}: {why}.", path.display()))
}

/// The findings in a file of `check --out`, or of what `check --json` printed.
///
/// # Errors
/// When there is no such file, or it holds something else.
pub fn findings(path: &Path) -> Result<Vec<Finding>, Complaint> {
    if !path.is_file() {
        return Err(complaint(path, &"there is no such file"));
    }
    Ok(read(path)?.0)
}

/// The lines of a file of JSON lines; none when there is no file. Only the last line may be cut off, and is left out then.
fn read<T: DeserializeOwned>(path: &Path) -> Result<(Vec<T>, Sound), Complaint> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => Vec::new(),
        Err(e) => return Err(complaint(path, &e)),
    };
    let mut items = Vec::new();
    let mut sound = Sound { bytes: 0, unended: false };
    for (line, number) in text.split_inclusive(|b| *b == b'\n').zip(1..) {
        let ended = line.ends_with(b"\n");
        match serde_json::from_slice(line) {
            Ok(item) => items.push(item),
            Err(_) if ended && line.trim_ascii().is_empty() => {}
            // Only a line of our own may be cut away; anything else is somebody's file.
            Err(_) if !ended && (line.starts_with(OPENING) || OPENING.starts_with(line)) => break,
            Err(e) => return Err(complaint(path, &format!("line {number} is none of `check --out`'s: {e}"))),
        }
        sound.bytes += line.len() as u64;
        sound.unended = !ended;
    }
    Ok((items, sound))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

    use super::*;

    fn sample(seed: u64) -> Timed {
        (Sample { seed, value: 0.1 + seed as f64, baseline: None }, 0.5)
    }

    #[test]
    fn seeds_come_back_to_the_bit_and_a_torn_line_is_dropped() {
        let folder = std::env::temp_dir().join(format!("vivarium-record-{}", std::process::id()));
        let path = folder.join("deeper/findings.jsonl");
        let beside = folder.join("deeper/findings.jsonl.seeds");
        let mut record = Record::open(&path).unwrap();
        for seed in [2, 0, 1] {
            record.add_seed("a", "p", sample(seed)).unwrap();
        }
        record.add_seed("a", "q", sample(0)).unwrap();
        drop(record);

        // The last line loses its end.
        let whole = fs::read(&beside).unwrap();
        fs::write(&beside, &whole[..whole.len() - 9]).unwrap();
        let mut record = Record::open(&path).unwrap();
        assert_eq!(record.seeds("a", "p", 2), [sample(0), sample(1)]);
        assert_eq!(record.seeds("a", "q", 2), []);
        record.add_seed("a", "q", sample(0)).unwrap();
        assert_eq!(fs::read(&beside).unwrap(), whole);

        // Only its line break is missing: the line counts.
        fs::write(&beside, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(Record::open(&path).unwrap().seeds("a", "q", 2), [sample(0)]);
        assert_eq!(fs::read(&beside).unwrap(), whole);

        // Another version's seeds, and lines that are something else.
        let text = String::from_utf8(whole).unwrap();
        fs::write(&beside, text.replace(env!("CARGO_PKG_VERSION"), "0.0.0")).unwrap();
        assert_eq!(Record::open(&path).unwrap().seeds("a", "p", 2), []);
        fs::write(&beside, text.replace("\"part\"", "\"pert\"")).unwrap();
        let Err(complaint) = Record::open(&path) else { panic!("a line without its part was taken") };
        assert!(complaint.sentence.contains("line 1"), "{complaint}");
        fs::write(&beside, "Milk, eggs").unwrap();
        assert!(Record::open(&path).is_err());
        assert_eq!(fs::read(&beside).unwrap(), b"Milk, eggs", "another file was cut");
        fs::remove_dir_all(folder).unwrap();
    }
}
