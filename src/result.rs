//! What a check has given, to take along: as text with a link, as CSV, as JSON.

use crate::checking::Agreement;
use crate::{dom, save};
use std::fmt::Write;
use vivarium_frame::finding::Finding;
use vivarium_frame::paint::compact;
use vivarium_frame::words::{csv, sentence};
use yew::prelude::*;

/// What is taken along.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The paper's title.
    pub title: String,
    /// How near the exhibit is to the paper, in a sentence.
    pub scope: String,
    /// The findings, each with how it stands to the ledger's.
    pub findings: Vec<(Finding, Option<Agreement>)>,
}

/// A number with its unit.
pub fn with_unit(number: f64, unit: &str) -> String {
    if unit.is_empty() { compact(number) } else { format!("{} {unit}", compact(number)) }
}

/// A finding's interval in words; empty when it has none.
pub fn interval(finding: &Finding) -> String {
    let [lo, hi] = finding.interval;
    if lo.is_finite() && hi.is_finite() {
        format!(" (95 % interval {} to {})", compact(lo), compact(hi))
    } else {
        String::new()
    }
}

/// How both figures stand to each other, as the end of a sentence on the ledger's.
pub fn agrees(agreement: Agreement, ledger_version: &str) -> String {
    match agreement {
        Agreement::Equal => "equal to the last bit".to_owned(),
        Agreement::SeedsEqual => "over more seeds; those measured here are equal to the last bit".to_owned(),
        Agreement::OtherVersion => format!("by version {ledger_version}"),
        Agreement::Different => "which is not the same number".to_owned(),
    }
}

/// The findings as text.
pub fn text(props: &Props, here: &str) -> String {
    let mut text = format!("{}\n{here}\n", props.title);
    for (finding, agreement) in &props.findings {
        let agreement = agreement.map(|a| format!(" Beside the ledger: {}.", agrees(a, "another"))).unwrap_or_default();
        // A string takes whatever is written.
        let _ = write!(
            text,
            "\n{}\n{}: {}{}. {}{agreement}\n{here}#check-{}\n",
            finding.measure,
            finding.verdict.label(),
            with_unit(finding.value, &finding.unit),
            interval(finding),
            sentence(finding),
            finding.part,
        );
    }
    let version = props.findings.first().map_or("", |(finding, _)| &finding.version);
    text + &format!("\n{} Vivarium {version}.\n", props.scope)
}

/// The buttons.
#[component]
pub fn Take(props: &Props) -> Html {
    let said = use_state(|| None::<Result<(), String>>);
    let findings: Vec<Finding> = props.findings.iter().map(|(finding, _)| finding.clone()).collect();
    let Some(id) = findings.first().map(|finding| finding.id.clone()) else { return Html::default() };
    let copy = {
        let (said, text) = (said.clone(), text(props, &dom::here()));
        Callback::from(move |_: MouseEvent| {
            let (said, text) = (said.clone(), text.clone());
            wasm_bindgen_futures::spawn_local(async move {
                let copied = dom::copy(&text).await;
                said.set(Some(if copied { Ok(()) } else { Err(text) }));
            });
        })
    };
    let table = {
        let (name, findings) = (format!("{id}-check.csv"), findings.clone());
        Callback::from(move |_: MouseEvent| save::text(&name, "text/csv", &csv(&findings)))
    };
    let json = {
        let name = format!("{id}-check.json");
        Callback::from(move |_: MouseEvent| {
            // Findings always have a JSON form.
            let json = serde_json::to_string_pretty(&findings).unwrap_or_default();
            save::text(&name, "application/json", &json);
        })
    };
    html! {
        <div class="take">
            <button type="button" onclick={copy}>{ "Copy the result" }</button>
            <button type="button" onclick={table}>{ "Result as CSV" }</button>
            <button type="button" onclick={json}>{ "Result as JSON" }</button>
            <span role="status">
                { match &*said {
                    Some(Ok(())) => "Copied.",
                    Some(Err(_)) => "The browser keeps the page from copying; here is the text:",
                    None => "",
                } }
            </span>
            if let Some(Err(text)) = &*said {
                <textarea readonly=true rows="6" aria-label="To copy by hand" value={text.clone()} />
            }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivarium_frame::finding::{Sample, Verdict};

    #[test]
    fn the_text_has_figure_verdict_agreement_and_link() {
        let finding = Finding {
            id: "x".into(),
            part: "a".into(),
            measure: "Slope.".into(),
            unit: "nats".into(),
            baseline: String::new(),
            seeds: vec![Sample { seed: 0, value: 0.5, baseline: None }; 5],
            value: 0.5,
            interval: [0.25, 0.75],
            expected: "at least 0.2".into(),
            verdict: Verdict::Holds,
            version: "1".into(),
            seconds: 1.0,
        };
        let props = Props {
            title: "A paper".into(),
            scope: "A miniature.".into(),
            findings: vec![(finding, Some(Agreement::Equal))],
        };
        assert_eq!(
            text(&props, "https://example.org/x/"),
            "A paper\nhttps://example.org/x/\n\nSlope.\nholds: 0.5 nats (95 % interval 0.25 to 0.75). Over 5 seeds the whole \
             95 % interval satisfies the expected relation (at least 0.2). Beside the ledger: equal to the last bit.\n\
             https://example.org/x/#check-a\n\nA miniature. Vivarium 1.\n"
        );
    }
}
