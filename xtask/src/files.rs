//! Folders, hashes, stamps.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The project's root folder.
pub fn root() -> PathBuf {
    // The crate lies in a folder of the root.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new(".")).to_path_buf()
}

/// All files below `folder`, sorted, as paths relative to it with `/` between the parts.
pub fn walk(folder: &Path) -> Result<Vec<String>> {
    fn visit(folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                visit(&entry.path(), &format!("{name}/"), found)?;
            } else {
                found.push(name);
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    visit(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

/// The hash of some bytes as it stands in a file's name: 16 hexadecimal digits.
pub fn hash(bytes: &[u8]) -> String {
    format!("{:016x}", seahash::hash(bytes))
}

/// The name that carries its contents' hash: `fonts/sans.woff2` becomes `fonts/sans-0123456789abcdef.woff2`. A name with
/// two endings keeps both (`digits.idx.gz`).
pub fn hashed_name(name: &str, bytes: &[u8]) -> String {
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let (stem, endings) = file.split_once('.').unwrap_or((file, ""));
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let dot = if endings.is_empty() { "" } else { "." };
    format!("{folder}{stem}-{}{dot}{endings}", hash(bytes))
}

/// Whether a file's name carries the hash of `bytes`.
pub fn carries_hash(name: &str, bytes: &[u8]) -> bool {
    name.contains(&format!("-{}", hash(bytes)))
}

/// One hash over the contents of all these files and folders (those that exist), so that nothing is done twice.
pub fn fingerprint(paths: &[&str]) -> Result<String> {
    let mut sum = String::new();
    for path in paths {
        let full = root().join(path);
        if full.is_file() {
            sum += &format!("{path} {}\n", hash(&fs::read(&full)?));
        } else if full.is_dir() {
            for file in walk(&full)? {
                sum += &format!("{path}/{file} {}\n", hash(&fs::read(full.join(&file))?));
            }
        }
    }
    Ok(hash(sum.as_bytes()))
}

/// A note that a piece of work is done for inputs with this fingerprint.
pub struct Stamp {
    file: PathBuf,
    fingerprint: String,
}

impl Stamp {
    /// The stamp kept at `file` for the present contents of `paths`.
    pub fn new(file: PathBuf, paths: &[&str]) -> Result<Self> {
        Ok(Self { file, fingerprint: fingerprint(paths)? })
    }

    /// Whether the work is done.
    pub fn holds(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| text == self.fingerprint)
    }

    /// Notes that it is done.
    pub fn set(&self) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.file, &self.fingerprint).with_context(|| format!("{} cannot be written", self.file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_the_hash_before_all_endings() {
        let name = hashed_name("data/digits-8.idx.gz", b"abc");
        assert!(name.starts_with("data/digits-8-") && name.ends_with(".idx.gz"), "{name}");
        assert!(carries_hash(&name, b"abc"));
        assert!(!carries_hash(&name, b"abd"));
    }
}
