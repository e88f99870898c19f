//! `vivarium list`.

use crate::output::line;
use serde::Serialize;
use std::process::ExitCode;
use vivarium_frame::Complaint;

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    lab: &'a str,
    title: &'a str,
    state: &'static str,
    fidelity: &'static str,
}

/// Prints all papers.
pub fn list(json: bool) -> Result<ExitCode, Complaint> {
    let lines: Vec<Line> = vivarium_catalogue::papers()
        .map(|(lab, paper)| Line {
            id: &paper.id,
            lab: &lab.id,
            title: &paper.title,
            state: if vivarium_labs::find(&paper.id).is_some() { "live" } else { "planned" },
            fidelity: paper.fidelity.word(),
        })
        .collect();
    if json {
        let text = serde_json::to_string_pretty(&lines).map_err(|e| Complaint::new(e.to_string()))?;
        line(&text)?;
    } else {
        for Line { id, lab, title, state, fidelity } in lines {
            line(&format!("{state:8} {fidelity:10} {lab:12} {id:32} {title}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
