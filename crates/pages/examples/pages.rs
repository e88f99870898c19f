//! Renders all pages into a folder, with the style sheets as they stand: to look at while working on them.
//!
//! `cargo run -p vivarium-pages --example pages -- FOLDER [REPOSITORY]`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use vivarium_pages::{Options, render};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("Name the folder to write to.")?);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let repository = std::env::args().nth(2).map_or(own, PathBuf::from);
    let mut assets = BTreeMap::new();
    for name in ["style", "."] {
        for entry in std::fs::read_dir(repository.join("assets").join(name))?.filter_map(Result::ok) {
            if entry.file_type()?.is_file() {
                let file = entry.file_name().to_string_lossy().into_owned();
                let name = if name == "." { file } else { format!("{name}/{file}") };
                let to = folder.join(&name);
                std::fs::create_dir_all(to.parent().ok_or("no folder")?)?;
                std::fs::copy(entry.path(), to)?;
                assets.insert(name.clone(), name);
            }
        }
    }
    let files = render(&Options {
        repository: &repository,
        assets: &assets,
        app: "site.js",
        wasm: "site.wasm",
        worker: "worker_loader.js",
        data: &[],
        publish: |name, _| name.to_owned(),
        base: None,
    })?;
    for (path, bytes) in &files {
        let to = folder.join(path);
        std::fs::create_dir_all(to.parent().ok_or("no folder")?)?;
        std::fs::write(to, bytes)?;
    }
    println!("{} files", files.len());
    Ok(())
}
