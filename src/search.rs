//! The search over all papers. The list, or the table, stands in the page; this hides what does not fit.

use crate::dom::{self, select};
use crate::sort::{self, Order, Sort};
use std::collections::BTreeSet;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement, UrlSearchParams};
use yew::prelude::*;

/// What can be filtered by: attribute of an entry (after `data-`) and label.
const FILTERS: [(&str, &str); 4] =
    [("lab", "Lab"), ("fidelity", "Fidelity"), ("state", "State"), ("verdict", "Verdict")];

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq)]
struct Wanted {
    text: String,
    filters: [String; FILTERS.len()],
    /// Of a table.
    order: Order,
}

impl Wanted {
    /// From an address's query.
    fn read(query: &str) -> Self {
        let query = UrlSearchParams::new_with_str(query).ok();
        let get = |name: &str| query.as_ref().and_then(|q| q.get(name)).unwrap_or_default();
        Self { text: get("q"), filters: FILTERS.map(|(name, _)| get(name)), order: Order::read(&get("sort")) }
    }

    /// As an address's query; what else the address holds stays.
    fn write(&self) -> String {
        let Ok(query) = UrlSearchParams::new_with_str(&dom::query()) else { return String::new() };
        let pairs = FILTERS.iter().map(|(name, _)| *name).zip(&self.filters);
        let order = self.order.write();
        for (name, value) in [("q", &self.text), ("sort", &order)].into_iter().chain(pairs) {
            if value.is_empty() {
                query.delete(name);
            } else {
                query.set(name, value);
            }
        }
        String::from(query.to_string())
    }

    /// Whether an entry fits: every word is in its text, every filter is met.
    fn fits(&self, text: &str, attributes: &[String]) -> bool {
        self.text.to_lowercase().split_whitespace().all(|word| text.contains(word))
            && self.filters.iter().zip(attributes).all(|(wanted, has)| wanted.is_empty() || wanted == has)
    }
}

/// Makes the search, where the page has a place for it.
pub fn start() {
    if let Some(place) = dom::by_id("search") {
        yew::Renderer::<Search>::with_root(place).render();
    }
}

/// An entry of the list.
struct Entry {
    element: HtmlElement,
    text: String,
    attributes: Vec<String>,
}

fn entries() -> Vec<Entry> {
    select("#papers [data-paper]")
        .into_iter()
        .map(|element| {
            let get = |name: &str| element.get_attribute(&format!("data-{name}")).unwrap_or_default();
            let attributes = FILTERS.iter().map(|(name, _)| get(name)).collect();
            // What a table says of a paper can be looked for as well.
            let claim = element.query_selector(".claim").ok().flatten().and_then(|e| e.text_content());
            let text = format!("{} {}", get("text"), claim.unwrap_or_default().to_lowercase());
            Entry { text, attributes, element }
        })
        .collect()
}

/// Hides what does not fit; how many do.
fn filter(entries: &[Entry], wanted: &Wanted) -> usize {
    let mut count = 0;
    for entry in entries {
        let fits = wanted.fits(&entry.text, &entry.attributes);
        entry.element.set_hidden(!fits);
        count += usize::from(fits);
    }
    // A lab without entries in sight goes too, and a shelf without labs.
    for group in ["#papers section", "#papers div.shelf"] {
        for element in select(group) {
            let seen = element.query_selector("[data-paper]:not([hidden])").ok().flatten().is_some();
            element.set_hidden(!seen);
            if let Some(heading) =
                element.previous_element_sibling().filter(|e| e.matches(":is(h2, h3).shelf").unwrap_or(false))
            {
                heading.unchecked_into::<HtmlElement>().set_hidden(!seen);
            }
        }
    }
    count
}

/// The options of a filter: identifiers and what they are called.
fn options(entries: &[Entry], filter: usize) -> Vec<(String, String)> {
    let ids: BTreeSet<&String> = entries.iter().map(|e| &e.attributes[filter]).filter(|id| !id.is_empty()).collect();
    let mut options: Vec<_> = ids.into_iter().map(|id| (id.clone(), name(entries, filter, id))).collect();
    options.sort_by(|a, b| a.1.cmp(&b.1));
    options
}

fn name(entries: &[Entry], filter: usize, id: &str) -> String {
    // A list has its labs as headings; in a table each entry says how its lab is called.
    let heading = || {
        let section: Element = dom::document()?.query_selector(&format!("[data-lab-section=\"{id}\"] h3")).ok()??;
        section.text_content().map(|text| text.trim().to_owned())
    };
    let of_entry = || entries.iter().find(|e| e.attributes[filter] == id)?.element.get_attribute("data-lab-title");
    match (FILTERS[filter].0, id) {
        ("lab", _) => heading().or_else(of_entry).unwrap_or_else(|| id.to_owned()),
        ("verdict", "fails") => "does not hold at this scale".to_owned(),
        _ => id.to_owned(),
    }
}

#[component]
fn Search() -> Html {
    let entries = use_memo((), |()| entries());
    let columns = use_memo((), |()| sort::columns());
    let wanted = use_state(|| Wanted::read(&dom::query()));
    let count = use_state(|| entries.len());
    {
        let (entries, sortable) = (entries.clone(), !columns.is_empty());
        use_effect_with(wanted.order, move |order| {
            if sortable {
                sort::apply(*order, entries.iter().map(|entry| &entry.element));
            }
        });
    }
    {
        let (entries, count) = (entries.clone(), count.clone());
        use_effect_with((*wanted).clone(), move |wanted| {
            count.set(filter(&entries, wanted));
            let query = wanted.write();
            if query != dom::query().trim_start_matches('?') {
                dom::set_query(&query);
            }
        });
    }
    let change = {
        let wanted = wanted.clone();
        move |act: &dyn Fn(&mut Wanted)| {
            let mut new = (*wanted).clone();
            act(&mut new);
            wanted.set(new);
        }
    };
    let oninput = {
        let change = change.clone();
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            change(&|wanted| wanted.text.clone_from(&text));
        })
    };
    let set_order = {
        let change = change.clone();
        Callback::from(move |order: Order| change(&|wanted| wanted.order = order))
    };
    let clear = {
        let change = change.clone();
        Callback::from(move |_: MouseEvent| change(&|wanted| *wanted = Wanted::default()))
    };
    let filters = FILTERS.iter().enumerate().map(|(at, (name, label))| {
        let (id, chosen) = (format!("filter-{name}"), wanted.filters[at].clone());
        let change = change.clone();
        let onchange = Callback::from(move |event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            change(&|wanted| wanted.filters[at].clone_from(&value));
        });
        let options = options(&entries, at);
        html! {
            <div class="filter">
                <label for={id.clone()}>{ label }</label>
                <select {id} {onchange} autocomplete="off">
                    <option value="" selected={chosen.is_empty()}>{ "any" }</option>
                    { for options.into_iter().map(|(id, name)| html! { <option selected={id == chosen} value={id.clone()}>{ name }</option> }) }
                </select>
            </div>
        }
    });
    let plain = *wanted == Wanted::default();
    let words = match *count {
        0 => "No paper fits.".to_owned(),
        n if plain => format!("{n} papers."),
        n => format!("{n} of {} papers.", entries.len()),
    };
    html! {
        <search class="search">
            <div class="filter text">
                <label for="search-text">{ format!("Search {} papers", entries.len()) }</label>
                <input id="search-text" type="search" placeholder="title, author, year, idea" autocomplete="off" spellcheck="false"
                    value={wanted.text.clone()} {oninput} />
            </div>
            { for filters }
            if !columns.is_empty() { <Sort columns={(*columns).clone()} order={wanted.order} set={set_order} /> }
            <p role="status">{ words }</p>
            if !plain { <button type="button" class="quiet" onclick={clear}>{ "Show all" }</button> }
        </search>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_and_every_filter_must_fit() {
        let has = ["memory", "miniature", "live", ""].map(str::to_owned).to_vec();
        let mut wanted = Wanted { text: "  Hopfield 2020 ".into(), ..Wanted::default() };
        assert!(wanted.fits("hopfield networks is all you need 2020", &has));
        assert!(!wanted.fits("hopfield networks 2021", &has));
        wanted.filters[0] = "memory".into();
        assert!(wanted.fits("hopfield 2020", &has));
        wanted.filters[3] = "holds".into();
        assert!(!wanted.fits("hopfield 2020", &has));
    }
}
