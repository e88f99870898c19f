//! Pixels to data and back, and what the pointer is told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod samples;

use proptest::prelude::*;
use samples::recorder::Recorder;
use vivarium_frame::paint::{Look, Placed, paint, probe};
use vivarium_frame::view::*;

fn placed(panel: &Panel, width: u32, height: u32) -> Placed {
    let (backend, _) = Recorder::new(width, height);
    paint(backend, panel, &Look { dark: false, ratio: 1.0 }).unwrap()
}

fn panel(picture: Picture) -> Panel {
    let mut frame = Frame::default();
    frame.panel("p", "P", Room::Cell, picture);
    frame.panels.remove(0)
}

fn close(a: f32, b: f32, range: f32) {
    assert!((a - b).abs() <= range, "{a} {b}");
}

proptest! {
    #[test]
    fn plots_give_back_what_they_were_given(x in 0.0..0.2_f32, y in 0.0..1.05_f32) {
        let placed = placed(&samples::capacity(), 420, 280);
        let (px, py) = placed.to_canvas(x, y).unwrap();
        if let Some((bx, by)) = placed.to_data(px, py) {
            close(x, bx, 1e-5);
            close(y, by, 1e-5);
        }
    }

    #[test]
    fn logarithmic_axes_too(power in -1.0..3.0_f64) {
        let mut plot = Plot::new(Axis::new("n").log().range(0.1, 1000.0), Axis::new("y").range(0.0, 1.0));
        plot.points("", Ink::Accent, vec![1.0], vec![0.5]);
        let placed = placed(&panel(Picture::Plot(plot)), 400, 300);
        let x = 10.0_f64.powf(power) as f32;
        let (px, py) = placed.to_canvas(x, 0.5).unwrap();
        let (back, _) = placed.to_data(px, py).unwrap();
        close(back / x, 1.0, 1e-4);
    }

    #[test]
    fn images_count_from_their_top_left_corner(column in 0_u32..40, row in 0_u32..30) {
        let placed = placed(&samples::photo(), 500, 300);
        let (x, y) = placed.to_canvas(column as f32 + 0.5, row as f32 + 0.5).unwrap();
        let (bx, by) = placed.to_data(x, y).unwrap();
        prop_assert_eq!((bx as u32, by as u32), (column, row));
    }
}

#[test]
fn outside_of_the_data_there_is_nothing() {
    for panel in samples::all() {
        let placed = placed(&panel, 420, 280);
        assert_eq!(placed.to_data(-1.0, 10.0), None, "{}", panel.name);
        assert_eq!(placed.to_data(1e9, 1e9), None, "{}", panel.name);
        assert_eq!(placed.to_data(f64::NAN, 3.0), None, "{}", panel.name);
    }
    assert_eq!(Placed::default().to_data(0.0, 0.0), None);
}

#[test]
fn the_edges_of_an_image_belong_to_its_last_pixels() {
    let placed = placed(&samples::state(), 400, 300);
    let (x, y) = placed.to_canvas(32.0, 32.0).unwrap();
    let (column, row) = placed.to_data(x, y).unwrap();
    assert_eq!((column as u32, row as u32), (31, 31));
}

#[test]
fn grids_and_tables_give_cells() {
    let panel = samples::patterns();
    let placed_grid = placed(&panel, 420, 280);
    let found: Vec<(f32, f64, f64)> = (0..280)
        .flat_map(|y| (0..420).map(move |x| (f64::from(x), f64::from(y))))
        .filter_map(|(x, y)| placed_grid.to_data(x, y).map(|(cell, _)| (cell, x, y)))
        .collect();
    for cell in 0..11 {
        let (_, x, y) = found.iter().find(|(c, ..)| *c == cell as f32).expect("every cell can be hit");
        let probe = probe(&panel, &placed_grid, *x, *y).unwrap();
        assert_eq!(probe.text, format!("pattern {}", cell + 1));
    }
    let placed_table = placed(&samples::table(), 420, 280);
    assert_eq!(placed_table.to_data(12.0, 34.0), Some((0.0, 0.0)));
    assert_eq!(placed_table.to_data(12.0, 20.0), None, "the heading is no row");
}

#[test]
fn the_pointer_is_told_name_value_and_place() {
    let mut plot = Plot::new(Axis::new("update"), Axis::new("energy").unit("nats"));
    plot.line("energy", Ink::Accent, vec![0.0, 120.0, 200.0], vec![0.0, -0.52, -0.6]);
    let panel = panel(Picture::Plot(plot));
    let placed = placed(&panel, 420, 280);
    let (x, y) = placed.to_canvas(120.0, -0.52).unwrap();
    let near = probe(&panel, &placed, x + 9.0, y - 9.0).unwrap();
    assert_eq!(near.text, "energy: \u{2212}0.52 nats at update 120");
    assert_eq!(near.at, (x, y));
    assert_eq!(probe(&panel, &placed, x + 9.0, y - 60.0), None);
}

#[test]
fn a_field_tells_its_pixel_where_no_mark_is_near() {
    let panel = samples::phase();
    let placed = placed(&panel, 420, 280);
    let (x, y) = placed.to_canvas(0.001, 0.01).unwrap();
    let told = probe(&panel, &placed, x, y).unwrap().text;
    assert!(told.starts_with("overlap: 1\nload "), "{told}");
    let panel = samples::basins();
    let placed = self::placed(&panel, 420, 280);
    let (x, y) = placed.to_canvas(-0.5, -0.99).unwrap();
    assert!(probe(&panel, &placed, x, y).unwrap().text.starts_with("A\n"));
}

#[test]
fn images_tell_row_column_and_value() {
    let told = |panel: &Panel, column: f32, row: f32| {
        let placed = placed(panel, 420, 280);
        let (x, y) = placed.to_canvas(column + 0.5, row + 0.5).unwrap();
        probe(panel, &placed, x, y).unwrap().text
    };
    assert_eq!(told(&samples::photo(), 2.0, 1.0), "row 2, column 3\nred 12, green 8, blue 120");
    assert_eq!(told(&samples::kinds(), 0.0, 0.0), "row 1, column 1\nretrieved");
    assert_eq!(told(&samples::kinds(), 10.0, 2.0), "row 3, column 11\nmissing");
    assert_eq!(told(&samples::weights(), 4.0, 4.0), "row 5, column 5\nweight: missing");
    assert!(told(&samples::state(), 0.0, 0.0).ends_with('1'));
}
