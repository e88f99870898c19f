//! The program as a script sees it: what it prints, what it leaves behind, its exit codes.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Parts of one check that take next to no time.
const PARTS: [&str; 5] =
    ["hebb-stays-linear", "pseudo-inverse-below-units", "attention-equivalence", "error-bound", "hebb-below-capacity"];

fn vivarium(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vivarium")).args(arguments).output().unwrap()
}

/// `check` on [`PARTS`] with further arguments.
fn check(arguments: &[&str]) -> Output {
    let parts = PARTS.iter().flat_map(|part| ["--part", part]);
    let all: Vec<&str> = ["check", "modern-hopfield", "--json"].into_iter().chain(parts).collect();
    vivarium(&[&all, arguments].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The findings in lines of JSON, without the one entry that differs from run to run.
fn findings(lines: &str) -> Vec<Value> {
    let without_seconds = |line: &str| {
        let mut finding: Value = serde_json::from_str(line).unwrap();
        finding.as_object_mut().unwrap().remove("seconds").unwrap();
        finding
    };
    lines.lines().map(without_seconds).collect()
}

fn sorted(mut findings: Vec<Value>) -> Vec<Value> {
    findings.sort_by_key(|f| f["part"].to_string());
    findings
}

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("vivarium-cli-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn shards_merged_are_the_whole() {
    let folder = Folder::new("shards");
    let whole = check(&["--seeds", "2"]);
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole.stderr));
    let whole = findings(&text(&whole.stdout));
    assert_eq!(whole.iter().map(|f| f["part"].as_str().unwrap()).collect::<Vec<_>>(), PARTS);

    let files = ["1", "2", "3"].map(|i| folder.file(&format!("{i}.jsonl")));
    let mut sizes = Vec::new();
    for (i, file) in (1..).zip(&files) {
        let shard = check(&["--seeds", "2", "--shard", &format!("{i}/3"), "--out", file]);
        assert_eq!(shard.status.code(), Some(0), "{}", text(&shard.stderr));
        let (printed, written) = (findings(&text(&shard.stdout)), findings(&fs::read_to_string(file).unwrap()));
        assert_eq!(sorted(printed.clone()), sorted(written));
        sizes.push(printed.len());
    }
    assert_eq!(sizes, [2, 2, 1]);

    let [one, two, three] = &files;
    let merged = vivarium(&["merge", three, one, two]);
    assert_eq!(merged.status.code(), Some(0), "{}", text(&merged.stderr));
    assert_eq!(findings(&text(&merged.stdout)), whole);
    assert!(text(&merged.stderr).contains("Not among them: modern-hopfield exponential-capacity,"));

    // Into a ledger: the same, and the rest of it stays.
    let ledger = folder.file("ledger.json");
    for file in [three, one, two] {
        assert_eq!(vivarium(&["merge", file, "--ledger", &ledger]).status.code(), Some(0));
    }
    let ledger: Value = serde_json::from_str(&fs::read_to_string(ledger).unwrap()).unwrap();
    let lines: Vec<String> = ledger["findings"].as_array().unwrap().iter().map(Value::to_string).collect();
    assert_eq!(findings(&lines.join("\n")), whole);
}

#[test]
fn contradictions_are_not_merged() {
    let folder = Folder::new("contradictions");
    let (a, b) = (folder.file("a.jsonl"), folder.file("b.jsonl"));
    let one = ["check", "modern-hopfield", "--part", "error-bound", "--json"];
    let few = text(&vivarium(&[&one[..], &["--seeds", "2"]].concat()).stdout);
    let more = text(&vivarium(&[&one[..], &["--seeds", "3"]].concat()).stdout);

    // More seeds of the same are no contradiction: they win, whatever the order.
    for (first, second) in [(&few, &more), (&more, &few)] {
        fs::write(&a, first).unwrap();
        fs::write(&b, second).unwrap();
        let merged = vivarium(&["merge", &a, &b]);
        assert_eq!(findings(&text(&merged.stdout)), findings(&more));
    }
    let other_figure = few.replacen("\"value\":0.0", "\"value\":0.5", 1);
    let other_verdict = few.replace("\"verdict\":\"holds\"", "\"verdict\":\"fails\"");
    for forged in [other_figure, other_verdict] {
        assert_ne!(forged, few);
        fs::write(&a, &few).unwrap();
        fs::write(&b, forged).unwrap();
        let merged = vivarium(&["merge", &a, &b, "--ledger", &folder.file("ledger.json")]);
        assert_eq!(merged.status.code(), Some(2));
        assert!(text(&merged.stderr).contains("modern-hopfield error-bound was"), "{}", text(&merged.stderr));
        assert!(!Path::new(&folder.file("ledger.json")).exists());
    }
    // Another version's findings are left out, and that is said.
    fs::write(&b, few.replace(env!("CARGO_PKG_VERSION"), "0.0.0")).unwrap();
    let merged = vivarium(&["merge", &b]);
    assert_eq!((merged.status.code(), text(&merged.stdout).as_str()), (Some(0), ""));
    assert!(text(&merged.stderr).contains("1 of 1 findings are of another version"));
}

#[test]
fn an_interrupted_check_goes_on_where_it_was() {
    let folder = Folder::new("resume");
    let out = folder.file("findings.jsonl");
    let beside = folder.file("findings.jsonl.seeds");
    let whole = check(&["--seeds", "3", "--out", &out]);
    let whole = findings(&text(&whole.stdout));

    // All is there: nothing is measured, everything printed, the file as it was.
    let before = fs::read_to_string(&out).unwrap();
    let again = check(&["--seeds", "3", "--out", &out]);
    assert_eq!(findings(&text(&again.stdout)), whole);
    assert_eq!(fs::read_to_string(&out).unwrap(), before);
    assert!(text(&again.stderr).contains("Measured before: 5 of 5 parts"), "{}", text(&again.stderr));

    // As if killed while writing: a finding is torn, and so is a seed.
    let cut = |file: &str, keep: usize, of_the_next: usize| {
        let text = fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        fs::write(file, lines[..keep].concat() + &lines[keep][..of_the_next]).unwrap();
    };
    cut(&out, 1, 40);
    cut(&beside, 7, 25);
    let resumed = check(&["--seeds", "3", "--out", &out]);
    assert_eq!(findings(&text(&resumed.stdout)), whole);
    assert_eq!(sorted(findings(&fs::read_to_string(&out).unwrap())), sorted(whole.clone()));
    assert_eq!(fs::read_to_string(&beside).unwrap().lines().count(), 15, "each seed was measured once");

    // More seeds: those that were measured are taken over, which a forged one shows.
    let forged =
        fs::read_to_string(&beside).unwrap().replace("\"seed\":1,\"value\":0.0,", "\"seed\":1,\"value\":0.25,");
    fs::write(&beside, forged).unwrap();
    let more = check(&["--seeds", "4", "--out", &out]);
    let bound = findings(&text(&more.stdout)).into_iter().find(|f| f["part"] == "error-bound").unwrap();
    assert_eq!(bound["seeds"].as_array().unwrap().len(), 4);
    assert_eq!(bound["seeds"][1]["value"], 0.25);
    assert_eq!(fs::read_to_string(&beside).unwrap().lines().count(), 20);

    // With the mechanism off nothing is written down.
    let off = check(&["--off", "--out", &out]);
    assert_eq!(off.status.code(), Some(2));
}

#[test]
fn exit_codes_tell_the_verdict() {
    let code = |flags: &[&str]| vivarium(&[&["check", "modern-hopfield", "--part", "error-bound"], flags].concat());
    assert_eq!(code(&["--seeds", "2"]).status.code(), Some(0));
    // Without the mechanism it fails; one seed alone decides nothing.
    for flags in [&["--off", "--seeds", "2"][..], &["--seeds", "1"]] {
        assert_eq!(code(flags).status.code(), Some(1), "{flags:?}");
    }
    // An empty share of the work is no failure.
    assert_eq!(code(&["--shard", "2/2"]).status.code(), Some(0));
}

#[test]
fn whatever_is_wrong_is_said_in_a_sentence_and_ends_with_2() {
    let folder = Folder::new("usage");
    let file = |name: &str, text: &str| {
        let path = folder.file(name);
        fs::write(&path, text).unwrap();
        path
    };
    let notes = file("notes.txt", "Milk\nEggs\n");
    let empty = file("empty.json", "");
    for arguments in [
        &["check"][..],
        &["check", "no-such-exhibit"],
        &["check", "--lab", "no-such-lab"],
        &["check", "modern-hopfield", "--part", "no-such-part"],
        &["check", "modern-hopfield", "--seeds", "0"],
        &["check", "modern-hopfield", "--shard", "3/2"],
        &["check", "modern-hopfield", "--shard", "0/2"],
        &["check", "modern-hopfield", "--shard", "one"],
        &["check", "--all", "modern-hopfield"],
        &["check", "modern-hopfield", "--out", &notes],
        &["check", "modern-hopfield", "--part", "error-bound", "--seeds", "1", "--ledger", &empty],
        &["merge"],
        &["merge", "no-such-file.jsonl"],
        &["merge", &notes],
        &["verify", "no-such-file.json"],
        &["verify", &notes],
        &["run", "modern-hopfield", "--every", "0"],
        &["run", "modern-hopfield", "--steps", "0"],
        &["run", "modern-hopfield", "--json", "--csv"],
        &["run", "modern-hopfield", "--set", "rule"],
        &["run", "modern-hopfield", "--set", "rule=none"],
        &["run", "modern-hopfield", "--set", "colour=red"],
        &["draw", "modern-hopfield", "--out", "picture.bmp"],
        &["frobnicate"],
        &[],
    ] {
        let output = vivarium(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 1, "{arguments:?}: {said}");
        assert!(lines[0].starts_with("vivarium: ") && lines[0].ends_with('.'), "{arguments:?}: {said}");
    }
    assert_eq!(fs::read_to_string(&notes).unwrap(), "Milk\nEggs\n", "a file of another kind was written to");
    for flag in ["--help", "--version"] {
        let output = vivarium(&[flag]);
        assert!(output.status.success() && !output.stdout.is_empty(), "{flag}");
    }
}

#[test]
fn csv_and_json_say_the_same() {
    let run = |form: &str| {
        let output = vivarium(&["run", "modern-hopfield", "--seed", "3", "--steps", "50", "--every", "7", form]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let (csv, json) = (run("--csv"), run("--json"));
    let mut csv = csv.lines();
    let names: Vec<&str> = csv.next().unwrap().split(',').collect();
    assert_eq!(names[0], "step");
    let rows: Vec<Vec<f64>> = csv.map(|row| row.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), lines.len());
    for (row, line) in rows.iter().zip(&lines) {
        assert_eq!(row.len(), names.len());
        assert_eq!(row[0], line["step"].as_f64().unwrap());
        for (name, value) in names.iter().zip(row).skip(1) {
            assert_eq!(value.to_bits(), line["figures"][name].as_f64().unwrap().to_bits(), "{name}");
        }
    }
    assert_eq!(lines.last().unwrap()["done"], true);
    assert!(lines[..lines.len() - 1].iter().all(|line| line["done"].is_null()));
}

#[test]
fn a_ledger_is_verified_to_the_bit() {
    let folder = Folder::new("verify");
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/ledger.json");
    let committed = fs::read_to_string(committed).unwrap();
    let verify = |ledger: &str| {
        let path = folder.file("ledger.json");
        fs::write(&path, ledger).unwrap();
        let output = vivarium(&["verify", &path, "--budget", "0.1"]);
        (output.status.code(), text(&output.stdout))
    };
    let (code, said) = verify(&committed);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("all the same"), "{said}");

    // The last digit of a mean; a verdict; the words of a part; a figure that is measured again; a part that is gone.
    let mut ledger: Value = serde_json::from_str(&committed).unwrap();
    let mut forge = |change: &dyn Fn(&mut Vec<Value>), complaint: &str| {
        let whole = ledger.clone();
        change(ledger["findings"].as_array_mut().unwrap());
        let (code, said) = verify(&ledger.to_string());
        assert_eq!(code, Some(1), "{complaint}: {said}");
        assert!(said.contains(complaint), "{complaint}: {said}");
        ledger = whole;
    };
    let next = |value: &Value| Value::from(f64::from_bits(value.as_f64().unwrap().to_bits() + 1));
    forge(&|all| all[0]["value"] = next(&all[0]["value"]), "seeds lead to");
    let other = |verdict: &Value| if verdict == "fails" { "holds" } else { "fails" };
    forge(&|all| all[0]["verdict"] = other(&all[0]["verdict"]).into(), "seeds lead to");
    forge(&|all| all[0]["expected"] = "between 0.25 and 0.4".into(), "seeds lead to");
    forge(&|all| all[0]["part"] = "no-such-part".into(), "there is no such check");
    forge(&|all| drop(all.remove(0)), "not in the ledger");
    let cheapest = |all: &mut Vec<Value>| {
        let finding = all.iter_mut().find(|f| f["part"] == "attention-equivalence").unwrap();
        finding["seeds"][0]["value"] = next(&finding["seeds"][0]["value"]);
    };
    forge(&cheapest, "attention-equivalence, seed 0: measured");
}
