//! The order of a table of papers: by which column, and which way.

use crate::dom;
use web_sys::{Element, HtmlElement, HtmlSelectElement};
use yew::prelude::*;

/// What a table can be sorted by: key (in the address, and of the column), how both orders are called.
const KEYS: [(&str, [&str; 2]); 5] = [
    ("name", ["paper, A to Z", "paper, Z to A"]),
    ("year", ["year, oldest first", "year, newest first"]),
    ("lab", ["lab, A to Z", "lab, Z to A"]),
    ("fidelity", ["fidelity, closest first", "fidelity, loosest first"]),
    ("verdict", ["verdict, those that hold first", "verdict, undecided first"]),
];

/// An order. The default is the page's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    key: Option<&'static str>,
    down: bool,
}

impl Order {
    /// From the address (`year`, or `-year` for the other way round); what is not known is the page's own order.
    pub fn read(text: &str) -> Self {
        let (down, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        let key = KEYS.iter().map(|(key, _)| *key).find(|key| *key == name);
        Self { key, down: down && key.is_some() }
    }

    /// As it stands in the address; empty for the page's own.
    pub fn write(self) -> String {
        self.key.map_or_else(String::new, |key| format!("{}{key}", if self.down { "-" } else { "" }))
    }

    /// The order after a column's heading was pressed.
    fn pressed(self, key: &'static str) -> Self {
        Self { key: Some(key), down: self.key == Some(key) && !self.down }
    }

    /// The column's `aria-sort`.
    fn aria(self, key: &str) -> Option<&'static str> {
        (self.key == Some(key)).then_some(if self.down { "descending" } else { "ascending" })
    }
}

/// What an entry is sorted by; none comes last, whichever way.
fn rank(key: &str, value: &str) -> Option<(u32, String)> {
    let place = |words: &[&str]| words.iter().position(|word| *word == value).map(|at| (at as u32, String::new()));
    match key {
        "year" => value.parse().ok().map(|year| (year, String::new())),
        "fidelity" => place(&["replica", "miniature", "analogue"]),
        "verdict" => place(&["holds", "fails", "undecided"]),
        _ => Some((0, value.to_lowercase())),
    }
}

/// The places of these values in an order; equal ones keep theirs.
fn sorted(values: &[String], key: &str, down: bool) -> Vec<usize> {
    let ranks: Vec<_> = values.iter().map(|value| rank(key, value)).collect();
    let mut places: Vec<usize> = (0..values.len()).collect();
    places.sort_by(|&a, &b| match (&ranks[a], &ranks[b]) {
        (Some(a), Some(b)) => {
            if down {
                b.cmp(a)
            } else {
                a.cmp(b)
            }
        }
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    places
}

/// The columns of the page's table that can be sorted: key, label, element. Their text makes room for buttons.
pub fn columns() -> Vec<(&'static str, String, HtmlElement)> {
    let headings = dom::select("#papers th[data-sort]").into_iter();
    headings
        .filter_map(|heading| {
            let wanted = heading.get_attribute("data-sort")?;
            let key = KEYS.iter().map(|(key, _)| *key).find(|key| *key == wanted)?;
            let label = heading.text_content().unwrap_or_default();
            heading.set_text_content(None);
            Some((key, label, heading))
        })
        .collect()
}

/// Puts the entries (in the page's own order) into this order, and says so at the columns.
pub fn apply<'e>(order: Order, entries: impl Iterator<Item = &'e HtmlElement>) {
    let entries: Vec<&HtmlElement> = entries.collect();
    let places = match order.key {
        None => (0..entries.len()).collect(),
        Some(key) => {
            let attribute = if key == "lab" { "data-lab-title".to_owned() } else { format!("data-{key}") };
            let values: Vec<_> = entries.iter().map(|e| e.get_attribute(&attribute).unwrap_or_default()).collect();
            sorted(&values, key, order.down)
        }
    };
    for place in places {
        if let Some(parent) = entries[place].parent_node() {
            // It is moved from the same table, which never fails.
            let _ = parent.append_child(entries[place]);
        }
    }
    for heading in dom::select("#papers th[data-sort]") {
        match order.aria(&heading.get_attribute("data-sort").unwrap_or_default()) {
            Some(word) => dom::set_attribute(&heading, "aria-sort", word),
            None => {
                let _ = heading.remove_attribute("aria-sort");
            }
        }
    }
}

/// The order and how to change it.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The columns that can be sorted.
    pub columns: Vec<(&'static str, String, HtmlElement)>,
    /// The order now.
    pub order: Order,
    /// Called with a new one.
    pub set: Callback<Order>,
}

/// A button in each column's heading, and a list to choose from where the headings are not shown.
#[component]
pub fn Sort(props: &Props) -> Html {
    let order = props.order;
    let buttons = props.columns.iter().map(|(key, label, heading)| {
        let (key, set) = (*key, props.set.clone());
        let onclick = Callback::from(move |_: MouseEvent| set.emit(order.pressed(key)));
        let host: Element = heading.clone().into();
        create_portal(html! { <button type="button" class="sort" {onclick}>{ label }</button> }, host)
    });
    let set = props.set.clone();
    let onchange = Callback::from(move |event: Event| {
        set.emit(Order::read(&event.target_unchecked_into::<HtmlSelectElement>().value()));
    });
    let options = KEYS.iter().flat_map(|(key, names)| {
        [false, true].map(|down| {
            let option = Order { key: Some(key), down };
            html! { <option value={option.write()} selected={option == order}>{ names[usize::from(down)] }</option> }
        })
    });
    html! {
        <div class="filter order">
            <label for="sort">{ "Sort by" }</label>
            <select id="sort" {onchange} autocomplete="off">
                <option value="" selected={order == Order::default()}>{ "measured first" }</option>
                { for options }
            </select>
            { for buttons }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(values: &[&str], text: &str) -> Vec<usize> {
        let order = Order::read(text);
        sorted(&values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>(), order.key.unwrap(), order.down)
    }

    #[test]
    fn an_order_goes_round_through_the_address() {
        for text in ["", "name", "-year", "-verdict"] {
            assert_eq!(Order::read(text).write(), text);
        }
        for wrong in ["colour", "-", "--year", "-colour"] {
            assert_eq!(Order::read(wrong), Order::default());
        }
        let up = Order::default().pressed("year");
        assert_eq!((up.write(), up.pressed("year").write()), ("year".into(), "-year".into()));
        assert_eq!(up.pressed("year").pressed("lab").write(), "lab");
        assert_eq!((up.aria("year"), up.aria("lab")), (Some("ascending"), None));
    }

    #[test]
    fn each_column_has_its_own_order() {
        assert_eq!(places(&["beta", "Alpha", "gamma"], "name"), [1, 0, 2]);
        assert_eq!(places(&["2020", "1982", "2020"], "-year"), [0, 2, 1]);
        assert_eq!(places(&["analogue", "replica", "miniature"], "fidelity"), [1, 2, 0]);
    }

    #[test]
    fn what_has_no_verdict_comes_last_either_way() {
        assert_eq!(places(&["", "undecided", "holds", "fails"], "verdict"), [2, 3, 1, 0]);
        assert_eq!(places(&["", "undecided", "holds", "fails"], "-verdict"), [1, 3, 2, 0]);
    }
}
