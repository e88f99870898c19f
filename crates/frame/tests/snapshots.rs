//! Every kind of panel in both themes, compared letter by letter with a stored SVG.
//!
//! After a change that is meant, `UPDATE_SNAPSHOTS=1 cargo test -p vivarium-frame --features files --test snapshots`
//! writes them anew; look at the pictures before you commit them.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod samples;

use std::path::PathBuf;
use vivarium_frame::files;
use vivarium_frame::paint::Look;

fn compare(name: &str, svg: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(format!("{name}.svg"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, svg).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    let line = stored.lines().zip(svg.lines()).position(|(a, b)| a != b).unwrap_or(0) + 1;
    assert!(stored == svg, "{} is drawn differently now, from line {line} on.", path.display());
}

#[test]
fn panels_are_drawn_as_before() {
    for (dark, theme) in [(false, "light"), (true, "dark")] {
        let look = Look { dark, ratio: 1.0 };
        for panel in samples::all() {
            compare(&format!("{}-{theme}", panel.name), &files::svg(&panel, 360, 240, &look).unwrap());
        }
        compare(&format!("frame-{theme}"), &files::frame_svg(&samples::frame(), 960, &look).unwrap());
    }
}

#[test]
fn a_picture_file_has_the_asked_size_and_its_text() {
    let look = Look { dark: false, ratio: 2.0 };
    let png = files::png(&samples::energy(), 300, 200, &look).unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(&png[16..24], &[0, 0, 2, 88, 0, 0, 1, 144]);
    // Without the axis names there is less ink: the letters are drawn, with the font that is built in.
    let mut bare = samples::energy();
    if let vivarium_frame::view::Picture::Plot(plot) = &mut bare.picture {
        plot.y.label.clear();
        plot.x.label = "i".into();
    }
    assert_ne!(png, files::png(&bare, 300, 200, &look).unwrap());
    assert!(files::frame_png(&samples::frame(), 800, &look).unwrap().len() > 10_000);
}

#[test]
fn impossible_picture_files_are_refused_in_words() {
    let look = |ratio| Look { dark: true, ratio };
    for (width, height, ratio) in [(0, 10, 1.0), (10, 0, 1.0), (30_000, 10, 1.0), (100, 100, f64::NAN)] {
        let refused = files::png(&samples::energy(), width, height, &look(ratio));
        assert!(refused.is_err_and(|e| e.ends_with('.')), "{width} {height} {ratio}");
    }
}

#[test]
fn texts_cannot_break_out_of_the_document() {
    let mut panel = samples::bars();
    panel.alt = "</title><script>\u{0}&\"".into();
    if let vivarium_frame::view::Picture::Plot(plot) = &mut panel.picture {
        plot.y.label = "<b>&\u{1b}\"".into();
    }
    let svg = files::svg(&panel, 300, 200, &Look { dark: false, ratio: 1.0 }).unwrap();
    assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains('\u{0}') && !svg.contains('\u{1b}'));
    assert!(files::png(&panel, 300, 200, &Look { dark: false, ratio: 1.0 }).is_ok());
}
