//! "Check the claim": the paper's claim measured here and now, by workers of its own, beside the ledger's figure.

use crate::checking::{Checking, Progress, same_bits};
use crate::dom;
use crate::link::{Link, Signal};
use crate::player::Shared;
use vivarium_frame::finding::{Finding, Sample};
use vivarium_frame::page::PartData;
use vivarium_frame::paint::compact;
use vivarium_frame::protocol::{Event, RunId};
use yew::prelude::*;

/// At most so many workers measure at the same time.
const MAX_WORKERS: usize = 4;

/// The exhibit whose claim it is.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The exhibit.
    pub config: Shared,
}

/// What can happen.
pub enum Msg {
    /// The button was pressed.
    Start,
    /// Enough.
    Cancel,
    /// Something came from the worker with this number.
    Signal(usize, Signal),
}

/// The check.
#[derive(Default)]
pub struct Check {
    /// Counts the checks, so that a late message of a cancelled one is not taken for a new one's.
    round: usize,
    workers: Vec<(Option<Link>, Option<RunId>)>,
    checking: Option<Checking>,
    running: bool,
    problem: Option<String>,
}

impl Component for Check {
    type Message = Msg;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Start => self.start(ctx),
            Msg::Cancel => self.stop(),
            Msg::Signal(number, signal) => {
                let at = number.wrapping_sub(self.round * MAX_WORKERS);
                if !self.running || at >= self.workers.len() {
                    return false;
                }
                self.receive(at, signal);
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let exhibit = &ctx.props().config.exhibit;
        if exhibit.parts.is_empty() {
            return Html::default();
        }
        let (measured, all) = self.checking.as_ref().map_or((0, 0), Checking::count);
        let parts = exhibit.parts.iter().enumerate().map(|(at, part)| {
            let progress = self.checking.as_ref().and_then(|checking| checking.parts.get(at));
            let ledger = exhibit.ledger.iter().find(|finding| finding.part == part.id);
            view_part(part, progress, ledger, exhibit.source.parts.get(&part.id).copied())
        });
        html! {
            <section class="check" aria-label="Check of the claim">
                <header>
                    <button type="button" class="main" disabled={self.running} onclick={ctx.link().callback(|_| Msg::Start)}>
                        { "Check the claim" }
                    </button>
                    if self.running {
                        <button type="button" onclick={ctx.link().callback(|_| Msg::Cancel)}>{ "Cancel" }</button>
                        <progress max={all.to_string()} value={measured.to_string()} aria-label="Measured seeds" />
                    }
                    <p role="status">{ self.words(measured, all) }</p>
                </header>
                if let Some(problem) = &self.problem {
                    <p class="wrong" role="alert">{ problem }</p>
                }
                <ol class="parts">{ for parts }</ol>
            </section>
        }
    }
}

impl Check {
    fn words(&self, measured: u64, all: u64) -> String {
        match &self.checking {
            None => "Measured here and now, over several seeds, beside the paper\u{2019}s baseline.".to_owned(),
            Some(_) if self.running => format!("{measured} of {all} seeds measured."),
            Some(checking) if checking.done() => format!("Done: {measured} of {all} seeds measured."),
            Some(_) => format!("Cancelled after {measured} of {all} seeds; what was measured stays."),
        }
    }

    fn start(&mut self, ctx: &Context<Self>) {
        let config = &ctx.props().config;
        self.round += 1;
        self.problem = None;
        let checking = self.checking.insert(Checking::new(&config.exhibit.id, &config.exhibit.parts));
        // One core is left to the page and the experiment.
        let cores = dom::window().map_or(1.0, |w| w.navigator().hardware_concurrency());
        let (_, all) = checking.count();
        let wanted = ((cores - 1.0).max(1.0) as usize).min(MAX_WORKERS).min(all.max(1) as usize);
        self.running = true;
        for at in 0..wanted {
            let number = self.round * MAX_WORKERS + at;
            let sink = ctx.link().callback(move |signal| Msg::Signal(number, signal));
            match Link::start(&config.worker, &config.data, sink) {
                Ok(link) => self.workers.push((Some(link), None)),
                Err(why) => {
                    self.problem = Some(why);
                    self.stop();
                    return;
                }
            }
        }
    }

    /// Ends all workers; what was measured stays.
    fn stop(&mut self) {
        self.workers.clear();
        self.running = false;
    }

    fn receive(&mut self, at: usize, signal: Signal) {
        let Some(checking) = &mut self.checking else { return };
        match signal {
            Signal::Event(event) => match *event {
                Event::Measured { job, sample, seconds, .. } => {
                    checking.measured(job, sample, seconds);
                    self.workers[at].1 = None;
                }
                Event::Concluded { job, finding } => {
                    checking.concluded(job, finding);
                    self.workers[at].1 = None;
                }
                Event::Panicked { message } => self.lose(at, &message),
                _ => {}
            },
            Signal::Lost(why) => self.lose(at, &why),
        }
        self.give_work();
    }

    fn lose(&mut self, at: usize, why: &str) {
        let (link, job) = std::mem::take(&mut self.workers[at]);
        if link.is_some() {
            let sentence = format!("A worker stopped while measuring: {why}");
            match (job, &mut self.checking) {
                (Some(job), Some(checking)) => checking.lost(job, &sentence),
                _ => self.problem = Some(sentence),
            }
        }
    }

    fn give_work(&mut self) {
        let Some(checking) = &mut self.checking else { return };
        for (link, job) in self.workers.iter_mut().filter(|(link, job)| link.is_some() && job.is_none()) {
            if let (Some(link), Some((next, command))) = (link, checking.next()) {
                link.send(command);
                *job = Some(next);
            }
        }
        if checking.done() || self.workers.iter().all(|(link, _)| link.is_none()) {
            self.stop();
        }
    }
}

fn with_unit(number: f64, unit: &str) -> String {
    if unit.is_empty() { compact(number) } else { format!("{} {unit}", compact(number)) }
}

fn view_part(part: &PartData, progress: Option<&Progress>, ledger: Option<&Finding>, line: Option<u32>) -> Html {
    let source = line.map(|line| {
        html! { <a class="line" href={format!("#L{line}")} aria-label={format!("{} in the source, line {line}", part.measure)}>{ "\u{2039}\u{203a}" }</a> }
    });
    html! {
        <li class="part" key={part.id.clone()}>
            <p class="measure" title={part.measure.clone()}>{ &part.measure }</p>
            if !part.because.is_empty() {
                <details class="because"><summary>{ "Why this line" }</summary><p>{ &part.because }</p></details>
            }
            <p class="expected">
                { "Expected: " }<b>{ &part.expected }</b>
                // A ratio to the baseline has no unit.
                if !part.unit.is_empty() && !part.expected.ends_with("times the baseline") { { " " }{ &part.unit } }
                { " " }{ source }
            </p>
            if let Some(progress) = progress { { view_progress(progress, ledger) } }
            else if let Some(ledger) = ledger {
                <p class="ledger">
                    { "In the ledger: " }<b>{ with_unit(ledger.value, &ledger.unit) }</b>{ interval(ledger) }
                    { ", " }<span class="verdict" data-verdict={ledger.verdict.word()}>{ ledger.verdict.label() }</span>{ "." }
                </p>
            }
        </li>
    }
}

fn interval(finding: &Finding) -> String {
    let [lo, hi] = finding.interval;
    format!(" (95 % interval {} to {})", compact(lo), compact(hi))
}

fn view_progress(progress: &Progress, ledger: Option<&Finding>) -> Html {
    let seeds = progress.samples.iter().map(|sample| view_sample(sample, &progress.part));
    let (measured, all) = progress.count();
    html! {
        <>
            if let Some(finding) = &progress.finding {
                { view_finding(finding, ledger) }
            } else if let Some(problem) = &progress.problem {
                <p class="wrong" role="alert">{ problem }</p>
            } else {
                <p class="waiting">{ format!("{measured} of {all} seeds.") }</p>
            }
            if measured > 0 {
                <ul class="seeds" aria-label="Seed by seed">{ for seeds }</ul>
            }
        </>
    }
}

fn view_sample(sample: &Sample, part: &PartData) -> Html {
    let baseline = sample.baseline.map(|baseline| format!(" / {}", compact(baseline))).unwrap_or_default();
    let exactly = match sample.baseline {
        Some(baseline) => format!("Seed {}: {}; {}: {baseline}", sample.seed, sample.value, part.baseline),
        None => format!("Seed {}: {}", sample.seed, sample.value),
    };
    html! { <li title={exactly} data-seed={sample.seed.to_string()}>{ compact(sample.value) }{ baseline }</li> }
}

fn view_finding(finding: &Finding, ledger: Option<&Finding>) -> Html {
    let word = finding.verdict.word();
    html! {
        <div class="finding" data-finding={finding.part.clone()} data-verdict={word} data-value={finding.value.to_string()}>
            <p>
                <span class="verdict" data-verdict={word}>{ finding.verdict.label() }</span>{ " " }
                <b title={finding.value.to_string()}>{ with_unit(finding.value, &finding.unit) }</b>{ interval(finding) }
                { format!(" over {} seeds, in {:.1} s of computation.", finding.seeds.len(), finding.seconds) }
            </p>
            if let Some(ledger) = ledger {
                <p class="ledger">
                    { "The ledger has " }{ with_unit(ledger.value, &ledger.unit) }
                    if same_bits(finding, ledger) { { ": equal to the last bit." } }
                    else if ledger.version != finding.version { { format!(", by version {}.", ledger.version) } }
                    else { <b>{ ", which is not the same number." }</b> }
                </p>
            }
        </div>
    }
}
