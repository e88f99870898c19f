//! Addresses and flags: what is written can be read, and nothing that a visitor types does harm.

use proptest::prelude::*;
use vivarium_frame::controls::*;

fn number(name: &str, min: f64, max: f64, whole: bool, default: f64) -> Control {
    Control {
        name: name.into(),
        label: name.into(),
        about: String::new(),
        kind: Kind::Number { min, max, whole, scale: Scale::Linear, unit: "units".into() },
        default: Value::Number(default),
        live: false,
    }
}

fn schema() -> Schema {
    let option = |id: &str| Choice { id: id.into(), label: id.to_uppercase(), about: String::new() };
    let switch =
        Control { kind: Kind::Switch, default: Value::Switch(true), ..number("zero-diagonal", 0.0, 0.0, false, 0.0) };
    let rule = Control {
        kind: Kind::Choice(vec![option("hebb"), option("pseudo-inverse"), option("modern")]),
        default: Value::Choice("hebb".into()),
        ..number("rule", 0.0, 0.0, false, 0.0)
    };
    Schema {
        controls: vec![
            number("temperature", 0.0, 2.0, false, 0.0),
            number("shift", -1e12, 1e12, false, 1.5),
            number("units", 64.0, 4096.0, true, 256.0),
            switch,
            rule,
        ],
    }
}

fn values() -> impl Strategy<Value = Values> {
    let id = prop::sample::select(vec!["hebb", "pseudo-inverse", "modern"]);
    (0.0..=2.0_f64, -1e12..=1e12_f64, 64..=4096_u32, any::<bool>(), id).prop_map(|(t, s, u, z, r)| {
        Values::from([
            ("temperature".into(), Value::Number(t)),
            ("shift".into(), Value::Number(s)),
            ("units".into(), Value::Number(f64::from(u))),
            ("zero-diagonal".into(), Value::Switch(z)),
            ("rule".into(), Value::Choice(r.into())),
        ])
    })
}

proptest! {
    #[test]
    fn an_address_gives_back_what_was_written_into_it(values in values(), seed in 0..=MAX_SEED) {
        let schema = schema();
        let query = schema.write_query(&values, seed);
        let read = schema.read_query(&query);
        prop_assert_eq!(&read.complaints, &vec![]);
        prop_assert_eq!(read.seed.unwrap_or(0), seed);
        // To the bit: what is left out is at its default.
        prop_assert_eq!(schema.complete(&read.values).unwrap(), values);
        prop_assert_eq!(schema.read_query(&format!("?{query}&embed&play=1&theme=dark&step=7")).values, read.values);
    }

    #[test]
    fn any_text_is_read_without_harm(query in ".{0,200}") {
        let schema = schema();
        let read = schema.read_query(&query);
        prop_assert!(schema.complete(&read.values).is_ok());
        for complaint in read.complaints {
            prop_assert!(complaint.sentence.ends_with('.') && complaint.sentence.chars().count() < 400);
        }
    }

    #[test]
    fn any_pairs_are_read_without_harm(
        pairs in prop::collection::vec(("(temperature|units|rule|seed|step|embed|theme|play|zero-diagonal|[a-z%+]{0,6})", "[-+.0-9a-zA-Z%é]{0,8}"), 0..8)
    ) {
        let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let schema = schema();
        let read = schema.read_query(&query.join("&"));
        prop_assert!(schema.complete(&read.values).is_ok());
        prop_assert!(read.seed.is_none_or(|s| s <= MAX_SEED) && read.step.is_none_or(|s| s <= MAX_STEP));
        prop_assert!(read.theme.is_none_or(|t| t == "light" || t == "dark"));
    }

    #[test]
    fn escapes_decode_to_what_they_stand_for(text in "[a-z0-9 %&=+é∞-]{0,20}") {
        // Through the one place that shows decoded text: the complaint about an unknown name.
        let escaped: String = format!("x{text}").bytes().map(|b| format!("%{b:02X}")).collect();
        let read = schema().read_query(&format!("{escaped}=1"));
        let sentence = &read.complaints[0].sentence;
        prop_assert!(sentence.contains(&format!("\u{201c}x{text}\u{201d}")), "{sentence}");
    }
}

#[test]
fn only_what_differs_is_written() {
    let schema = schema();
    assert_eq!(schema.write_query(&schema.defaults(), 0), "");
    let mut values = schema.defaults();
    values.insert("units".into(), Value::Number(1024.0));
    values.insert("zero-diagonal".into(), Value::Switch(false));
    assert_eq!(schema.write_query(&values, 3), "units=1024&zero-diagonal=off&seed=3");
}

#[test]
fn a_malformed_address_opens_the_default_and_says_why() {
    let schema = schema();
    for (query, about, says) in [
        ("temperature=9", "temperature", "a number from 0 to 2 units"),
        ("temperature=NaN", "temperature", "a number from 0 to 2 units"),
        ("temperature=inf", "temperature", "a number from 0 to 2 units"),
        ("temperature=", "temperature", "a number from 0 to 2 units"),
        ("temperature", "temperature", "a number from 0 to 2 units"),
        ("units=64.5", "units", "a whole number from 64 to 4096 units"),
        ("units=1e99", "units", "a whole number from 64 to 4096 units"),
        ("rule=hopfield", "rule", "one of hebb, pseudo-inverse, modern"),
        ("rule=Hebb", "rule", "one of hebb, pseudo-inverse, modern"),
        ("zero-diagonal=maybe", "zero-diagonal", "on or off"),
        ("seed=-1", "seed", "a whole number from 0"),
        ("seed=9007199254740993", "seed", "a whole number from 0"),
        ("step=10000001", "step", "a whole number from 0 to 10000000"),
        ("theme=blue", "theme", "light or dark"),
        ("embed=perhaps", "embed", "on or off"),
        ("nonsense=1", "nonsense", "There is no control"),
        ("%ff=1", "\u{fffd}", "There is no control"),
        ("=1", "", "There is no control"),
    ] {
        let read = schema.read_query(query);
        assert_eq!(read.complaints.len(), 1, "{query}");
        assert_eq!(read.complaints[0].about.as_deref(), Some(about), "{query}");
        assert!(read.complaints[0].sentence.contains(says), "{query}: {}", read.complaints[0].sentence);
        assert_eq!(schema.complete(&read.values).unwrap(), schema.defaults(), "{query}");
    }
}

#[test]
fn the_rest_of_an_address_still_counts() {
    let read = schema().read_query("?units=512&units2=3&&seed=x&rule=modern&play&theme=dark&step=40&embed=0");
    assert_eq!(read.complaints.len(), 2);
    assert_eq!(read.values.len(), 2);
    assert_eq!(read.values["units"], Value::Number(512.0));
    assert!(read.play && !read.embed && read.seed.is_none() && read.step == Some(40));
    assert_eq!(read.theme.as_deref(), Some("dark"));
}

#[test]
fn broken_escapes_stay_as_they_are() {
    for (name, shown) in
        [("%zz", "%zz"), ("%4", "%4"), ("%", "%"), ("%+1", "% 1"), ("%-1", "%-1"), ("a+b", "a b"), ("%25", "%")]
    {
        let read = schema().read_query(&format!("{name}=1"));
        let sentence = &read.complaints[0].sentence;
        assert!(sentence.contains(&format!("\u{201c}{shown}\u{201d}")), "{name}: {sentence}");
    }
    assert_eq!(schema().read_query("rule=pseudo%2Dinverse").values["rule"], Value::Choice("pseudo-inverse".into()));
}

#[test]
fn names_of_the_address_itself_are_not_controls() {
    for name in RESERVED {
        assert!(schema().get(name).is_none());
    }
}

#[test]
fn values_of_the_wrong_kind_are_refused() {
    let schema = schema();
    for (name, value) in [
        ("temperature", Value::Switch(true)),
        ("zero-diagonal", Value::Number(1.0)),
        ("rule", Value::Number(0.0)),
        ("units", Value::Choice("hebb".into())),
        ("none", Value::Switch(true)),
    ] {
        assert!(schema.complete(&Values::from([(name.into(), value)])).is_err(), "{name}");
    }
}
