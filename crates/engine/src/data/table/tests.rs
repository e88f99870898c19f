use super::*;

fn table(file: &str) -> Table {
    Table::parse(file.as_bytes(), Header::Detect).unwrap()
}

fn told(file: &str) -> String {
    let table = Table::parse(file.as_bytes(), Header::Detect);
    table.and_then(|t| t.dataset(Label::Last, Goal::Detect, Missing::Refuse)).unwrap_err().to_string()
}

#[test]
fn headers_and_separators_are_found_out() {
    for file in ["a,b\n1,x\n2,y\n", "a;b\n1;x\n2;y\n", "a\tb\r\n1\tx\r\n2\ty", "\u{feff}\"a\", b\n\n1 ,x\n\n 2,\"y\"\n"]
    {
        let table = table(file);
        assert_eq!((table.names().concat().as_str(), table.rows()), ("ab", 2), "{file:?}");
        assert_eq!(table.column("a"), Some(&Column::Numbers(vec![1.0, 2.0])));
        assert_eq!(
            table.columns()[1],
            Column::Words { codes: vec![Some(0), Some(1)], words: vec!["x".into(), "y".into()] }
        );
    }
    let plain = table("1,x\n2,y\n");
    assert_eq!((plain.names(), plain.rows()), (&["column 1".to_owned(), "column 2".to_owned()][..], 2));
    // Words only: a header where none of its words comes again.
    assert_eq!(table("kind,colour\na,red\nb,red\n").rows(), 2);
    assert_eq!(table("a,red\nb,red\na,blue\n").rows(), 3);
    assert_eq!(Table::parse(b"a,red\nb,red\n", Header::Yes).unwrap().rows(), 1);
    assert_eq!(Table::parse(b"k,c\na,red\n", Header::No).unwrap().rows(), 2);
    assert_eq!(table("x;y\n1,5;a\n-2,25;b").columns()[0], Column::Numbers(vec![1.5, -2.25]));
    assert_eq!(table("text,n\n\"one, two\nthree\",1\n").lines, [2]);
}

#[test]
fn the_label_is_the_last_or_has_a_name() {
    let table = table("kind,x,y\na,1,10\nb,2,20\na,3,30\n");
    let last = table.dataset(Label::Last, Goal::Detect, Missing::Refuse).unwrap();
    assert_eq!(last.feature_names(), ["kind=a", "kind=b", "x"]);
    assert_eq!(
        (last.example(1), last.target_values().column(0).to_vec()),
        (&[0.0, 1.0, 2.0][..], vec![10.0, 20.0, 30.0])
    );
    let kind = table.dataset(Label::Named("kind"), Goal::Detect, Missing::Refuse).unwrap();
    assert_eq!(
        (kind.labels(), kind.example(2), kind.feature_names().concat().as_str()),
        (&[0, 1, 0][..], &[3.0, 30.0][..], "xy")
    );
    assert_eq!(table.dataset(Label::None, Goal::Detect, Missing::Refuse).unwrap().width(), 4);
    let classes = table.dataset(Label::Named("x"), Goal::Classes, Missing::Refuse).unwrap();
    assert_eq!((classes.class_names().concat(), classes.labels()), ("123".to_owned(), &[0, 1, 2][..]));
    let error = table.dataset(Label::Named("z"), Goal::Detect, Missing::Refuse).unwrap_err().to_string();
    assert_eq!(error, "There is no column \u{201c}z\u{201d}: there are kind, x, y.");
    assert!(
        table.dataset(Label::Named("kind"), Goal::Values, Missing::Refuse).unwrap_err().to_string().contains("words")
    );
}

#[test]
fn few_whole_numbers_are_classes() {
    let goal = |labels: &[&str]| {
        let rows: String = labels.iter().map(|label| format!("0,{label}\n")).collect();
        table(&rows).dataset(Label::Last, Goal::Detect, Missing::Refuse).unwrap().class_names().concat()
    };
    assert_eq!(goal(&["2", "1", "2", "1", "2"]), "12");
    assert_eq!(goal(&["2", "1.5", "2", "1.5", "2"]), "");
    assert_eq!(goal(&["1", "2", "3", "4"]), "");
}

#[test]
fn what_is_missing_is_refused_skipped_or_kept() {
    let table = table("x,colour,kind\n1,red,a\n?,red,b\n3,NA,a\n4,blue,\n");
    let get = |missing| table.dataset(Label::Last, Goal::Detect, missing);
    assert_eq!(get(Missing::Refuse).unwrap_err().to_string(), "Line 3, column 1 (x): something is missing here.");
    assert_eq!(get(Missing::SkipRow).unwrap().len(), 1);
    assert_eq!(get(Missing::Keep).unwrap_err().to_string(), "Line 5, column 3 (kind): something is missing here.");
    let kept = table.dataset(Label::None, Goal::Detect, Missing::Keep).unwrap();
    assert!(kept.example(1)[0].is_nan() && kept.example(2)[1..3].iter().all(|x| x.is_nan()));
    assert!(told("x,y\n,\n").contains("missing"));
    let all = Table::parse(b"x,y\n,1\n", Header::Detect).unwrap();
    let error = all.dataset(Label::Last, Goal::Detect, Missing::SkipRow).unwrap_err().to_string();
    assert_eq!(error, "Something is missing in every row.");
}

#[test]
fn faults_are_told_with_their_place() {
    assert_eq!(told(""), "This table has no rows.");
    assert_eq!(told("a,b\n"), "This table has no rows.");
    assert_eq!(told("a,b\n1,2\n3\n"), "Line 3: this row has 1 fields, the first has 2.");
    assert_eq!(told("w,b\n1,2\n3,4\nx,5\n"), "Line 4, column 1 (w): \u{201c}x\u{201d} is no number.");
    assert_eq!(told("1,2\n3,4\nx,5\n"), "Line 3, column 1: \u{201c}x\u{201d} is no number.");
    assert_eq!(told("a,b\n1,2\n1e40,3\n4,5"), "Line 3, column 1 (a): \u{201c}1e40\u{201d} is no number.");
    assert!(told("a\n1\n2\n").contains("one column"));
    assert!(told("a,b\n1,\u{1}\n\n\n2,3\n4,5\n").starts_with("Line 2, column 2 (b)"));
    let names: String = (0..40).map(|i| format!("n{i},{i}\n")).collect();
    assert_eq!(
        told(&format!("name,x\n{names}")),
        "Line 2, column 1 (name): this column has 40 different words, and 32 is the most."
    );
    let classes: String = (0..300).map(|i| format!("0,c{i}\n")).collect();
    assert!(told(&format!("x,name\n{classes}")).contains("300 classes, and 256 is the most"));
    assert!(Table::parse(b"a,b\n\xff,1\n", Header::Detect).unwrap_err().to_string().starts_with("Byte 4"));
}
