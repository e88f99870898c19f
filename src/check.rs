//! "Check the claim": the paper's claim measured here and now, by workers of its own, beside the ledger's figure.

use crate::checking::{Agreement, Checking, Progress, agreement};
use crate::dom;
use crate::link::{Link, Signal};
use crate::player::Shared;
use crate::plot::picture;
use crate::result::{Take, agrees, interval, with_unit};
use gloo_timers::callback::Interval;
use vivarium_frame::finding::{Finding, Sample, Verdict};
use vivarium_frame::page::{ExhibitData, PartData};
use vivarium_frame::paint::compact;
use vivarium_frame::protocol::{Event, RunId};
use vivarium_frame::words::{duration, operations, sentence};
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
    /// A second has passed.
    Tick,
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
    /// Brings the remaining time up to date.
    clock: Option<Interval>,
}

impl Component for Check {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        // The parts below are where links to them lead from now on; the text keeps its headings under another name.
        for part in &ctx.props().config.exhibit.parts {
            if let Some(heading) = dom::by_id(&anchor(&part.id)) {
                heading.set_id(&format!("text-{}", anchor(&part.id)));
            }
        }
        Self::default()
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let fragment = dom::fragment();
        if first && ctx.props().config.exhibit.parts.iter().any(|part| fragment == format!("#{}", anchor(&part.id))) {
            dom::go_again(&fragment);
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Start => self.start(ctx),
            Msg::Cancel => self.cancel(ctx),
            Msg::Signal(number, signal) => {
                let at = number.wrapping_sub(self.round * MAX_WORKERS);
                if at >= self.workers.len() {
                    return false;
                }
                self.receive(at, signal);
            }
            Msg::Tick => {}
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
                    <p>
                        <span role="status">{ self.words(measured, all) }</span>
                        { " " }<span class="effort">{ self.effort(exhibit) }</span>
                    </p>
                </header>
                if let Some(problem) = &self.problem {
                    <p class="wrong" role="alert">{ problem }</p>
                }
                if let Some(checking) = self.checking.as_ref().filter(|_| !self.running) {
                    { view_conclusion(exhibit, &checking.findings()) }
                }
                <ol class="parts">{ for parts }</ol>
            </section>
        }
    }
}

/// The id of a part's place on the page.
fn anchor(part: &str) -> String {
    format!("check-{part}")
}

impl Check {
    fn words(&self, measured: u64, all: u64) -> String {
        match &self.checking {
            None => "Measured here and now, over several seeds, beside the paper\u{2019}s baseline.".to_owned(),
            Some(_) if self.running => format!("{measured} of {all} seeds measured."),
            Some(checking) if checking.was_cut() => {
                format!("Cancelled after {measured} of {all} seeds; what was measured stays.")
            }
            Some(checking) if checking.done() => format!("Done: {measured} of {all} seeds measured."),
            Some(_) => format!("Ended after {measured} of {all} seeds; what was measured stays."),
        }
    }

    /// What it takes: before the start time and operations, then the time that is left.
    fn effort(&self, exhibit: &ExhibitData) -> String {
        match &self.checking {
            Some(checking) if self.running => {
                format!("About {} left.", duration(checking.remaining(seconds(), self.workers.len())))
            }
            Some(_) => String::new(),
            None => {
                let checking = Checking::new(&exhibit.id, &exhibit.parts, &exhibit.ledger);
                let time = duration(checking.remaining(0.0, workers(checking.count().1)));
                let cost: f64 = exhibit.parts.iter().map(|part| part.cost * part.seeds as f64).sum();
                format!("About {time} here, {} multiply-adds.", operations(cost))
            }
        }
    }

    fn start(&mut self, ctx: &Context<Self>) {
        let exhibit = &ctx.props().config.exhibit;
        self.stop();
        self.problem = None;
        let checking = Checking::new(&exhibit.id, &exhibit.parts, &exhibit.ledger);
        let (_, all) = checking.count();
        self.checking = Some(checking);
        let link = ctx.link().clone();
        self.clock = Some(Interval::new(1000, move || link.send_message(Msg::Tick)));
        self.running = true;
        self.employ(ctx, workers(all));
    }

    /// Starts so many workers; each asks for work when it is ready.
    fn employ(&mut self, ctx: &Context<Self>, wanted: usize) {
        let config = &ctx.props().config;
        self.round += 1;
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

    /// Ends the measuring; a new worker judges what was measured until then.
    fn cancel(&mut self, ctx: &Context<Self>) {
        self.stop();
        if let Some(checking) = &mut self.checking {
            checking.cut();
            if !checking.done() {
                self.employ(ctx, 1);
            }
        }
    }

    /// Ends all workers; what was measured stays.
    fn stop(&mut self) {
        self.workers.clear();
        self.clock = None;
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
            if let (Some(link), Some((next, command))) = (link, checking.next(seconds())) {
                link.send(command);
                *job = Some(next);
            }
        }
        if checking.done() || self.workers.iter().all(|(link, _)| link.is_none()) {
            self.stop();
        }
    }
}

/// Seconds on the page's clock.
fn seconds() -> f64 {
    dom::now() / 1000.0
}

/// How many workers measure: one core is left to the page and the experiment.
fn workers(jobs: u64) -> usize {
    let cores = dom::window().map_or(1.0, |w| w.navigator().hardware_concurrency());
    ((cores - 1.0).max(1.0) as usize).min(MAX_WORKERS).min(jobs.max(1) as usize)
}

/// All parts together, in a sentence, and the result to take along.
fn view_conclusion(exhibit: &ExhibitData, findings: &[Finding]) -> Html {
    if findings.is_empty() {
        return Html::default();
    }
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let verdicts = [Verdict::Holds, Verdict::Fails, Verdict::Undecided].map(|verdict| (verdict, count(verdict)));
    let words: Vec<String> = verdicts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| match (verdict, count) {
            (Verdict::Holds, 1) => "1 holds".to_owned(),
            (Verdict::Holds, n) => format!("{n} hold"),
            (Verdict::Fails, 1) => "1 does not hold at this scale".to_owned(),
            (Verdict::Fails, n) => format!("{n} do not hold at this scale"),
            (Verdict::Undecided, 1) => "1 is undecided".to_owned(),
            (Verdict::Undecided, n) => format!("{n} are undecided"),
        })
        .collect();
    let parts = if findings.len() == 1 {
        "the 1 part measured".to_owned()
    } else {
        format!("{} parts measured", findings.len())
    };
    let ledger = |finding: &Finding| exhibit.ledger.iter().find(|other| other.part == finding.part);
    let taken: Vec<_> = findings.iter().map(|f| (f.clone(), ledger(f).map(|ledger| agreement(f, ledger)))).collect();
    let told = dom::by_id("tried").is_some() && count(Verdict::Holds) < findings.len();
    html! {
        <div class="conclusion">
            <p>
                <b>{ format!("Of {parts} {}.", words.join(", ")) }</b>
                { format!(" {} ", exhibit.scope) }
                { "The verdicts speak of it, at these sizes and settings, and not of the paper\u{2019}s own experiments: see " }
                <a href="#left-out">{ "what is left out" }</a>
                if told { { " and " }<a href="#tried">{ "what was tried" }</a> }
                { "." }
            </p>
            <Take title={exhibit.title.clone()} scope={exhibit.scope.clone()} findings={taken} />
        </div>
    }
}

fn view_part(part: &PartData, progress: Option<&Progress>, ledger: Option<&Finding>, line: Option<u32>) -> Html {
    let source = line.map(|line| {
        html! { <a class="line" href={format!("#L{line}")} aria-label={format!("{} in the source, line {line}", part.measure)}>{ "\u{2039}\u{203a}" }</a> }
    });
    html! {
        <li class="part" id={anchor(&part.id)} key={part.id.clone()}>
            <p class="measure" title={part.measure.clone()}>{ &part.measure }</p>
            if !part.because.is_empty() {
                <details class="because"><summary>{ "Why this line" }</summary><p>{ &part.because }</p></details>
            }
            <p class="expected">
                { "Expected: " }<b>{ &part.expected }</b>
                // A ratio to the baseline has no unit.
                if !part.unit.is_empty() && !part.expected.ends_with("times the baseline") { { " " }{ &part.unit } }
                { " " }{ source }
                { " " }<a class="line" href={format!("#{}", anchor(&part.id))} aria-label={format!("Link to this part: {}", part.measure)}>{ "#" }</a>
            </p>
            if let Some(progress) = progress { { view_progress(progress, ledger) } }
            else if let Some(ledger) = ledger {
                { picture(ledger, &part.line) }
                <p class="ledger">
                    { "In the ledger: " }<b>{ with_unit(ledger.value, &ledger.unit) }</b>{ interval(ledger) }
                    { ", " }<span class="verdict" data-verdict={ledger.verdict.word()}>{ ledger.verdict.label() }</span>{ "." }
                </p>
            }
        </li>
    }
}

fn view_progress(progress: &Progress, ledger: Option<&Finding>) -> Html {
    let seeds = progress.samples.iter().map(|sample| view_sample(sample, &progress.part));
    let (measured, all) = progress.count();
    html! {
        <>
            if let Some(finding) = &progress.finding {
                { view_finding(finding, progress, ledger) }
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

fn view_finding(finding: &Finding, progress: &Progress, ledger: Option<&Finding>) -> Html {
    let word = finding.verdict.word();
    let seeds = if progress.cut {
        format!(" over {} of {} seeds", finding.seeds.len(), progress.part.seeds)
    } else {
        format!(" over {} seeds", finding.seeds.len())
    };
    let beside = ledger.map(|ledger| (ledger, agreement(finding, ledger)));
    html! {
        <div class="finding" data-finding={finding.part.clone()} data-verdict={word} data-value={finding.value.to_string()}>
            <p>
                <span class="verdict" data-verdict={word}>{ finding.verdict.label() }</span>{ " " }
                <b title={finding.value.to_string()}>{ with_unit(finding.value, &finding.unit) }</b>{ interval(finding) }
                { format!("{seeds}, in {:.1} s of computation.", finding.seconds) }
            </p>
            { picture(finding, &progress.part.line) }
            <p class="shows">{ sentence(finding) }</p>
            if let Some((ledger, agreement)) = beside {
                <p class="ledger" data-agreement={agreement.word()}>
                    { format!("The ledger has {}", with_unit(ledger.value, &ledger.unit)) }
                    { if agreement == Agreement::Equal { ": " } else { ", " } }
                    if agreement == Agreement::Different { <b>{ agrees(agreement, &ledger.version) }</b> }
                    else { { agrees(agreement, &ledger.version) } }
                    { "." }
                </p>
            }
        </div>
    }
}
