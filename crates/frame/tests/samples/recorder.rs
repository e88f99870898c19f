//! A backend that draws nothing and remembers what it was asked.
#![allow(dead_code)]

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind as Kind,
};
use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub commands: usize,
    pub points: usize,
    pub blits: usize,
    pub texts: Vec<String>,
}

/// The backend; `record` is shared.
pub struct Recorder {
    pub size: (u32, u32),
    pub record: Rc<RefCell<Record>>,
}

impl Recorder {
    pub fn new(width: u32, height: u32) -> (Self, Rc<RefCell<Record>>) {
        let record = Rc::new(RefCell::new(Record::default()));
        (Self { size: (width, height), record: record.clone() }, record)
    }
    fn count(&self, points: usize) -> Result<(), Kind<Infallible>> {
        let mut record = self.record.borrow_mut();
        record.commands += 1;
        record.points += points;
        Ok(())
    }
}

impl DrawingBackend for Recorder {
    type ErrorType = Infallible;
    fn get_size(&self) -> (u32, u32) {
        self.size
    }
    fn ensure_prepared(&mut self) -> Result<(), Kind<Infallible>> {
        Ok(())
    }
    fn present(&mut self) -> Result<(), Kind<Infallible>> {
        Ok(())
    }
    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Result<(), Kind<Infallible>> {
        self.count(1)
    }
    fn draw_line<S: BackendStyle>(&mut self, _: BackendCoord, _: BackendCoord, _: &S) -> Result<(), Kind<Infallible>> {
        self.count(2)
    }
    fn draw_rect<S: BackendStyle>(
        &mut self,
        _: BackendCoord,
        _: BackendCoord,
        _: &S,
        _: bool,
    ) -> Result<(), Kind<Infallible>> {
        self.count(2)
    }
    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        _: &S,
    ) -> Result<(), Kind<Infallible>> {
        self.count(path.into_iter().count())
    }
    fn draw_circle<S: BackendStyle>(
        &mut self,
        _: BackendCoord,
        _: u32,
        _: &S,
        _: bool,
    ) -> Result<(), Kind<Infallible>> {
        self.count(1)
    }
    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        _: &S,
    ) -> Result<(), Kind<Infallible>> {
        self.count(path.into_iter().count())
    }
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, _: &S, _: BackendCoord) -> Result<(), Kind<Infallible>> {
        self.record.borrow_mut().texts.push(text.to_owned());
        self.count(1)
    }
    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Result<(u32, u32), Kind<Infallible>> {
        Ok(((text.chars().count() as f64 * style.size() * 0.55) as u32, style.size() as u32))
    }
    fn blit_bitmap(&mut self, at: BackendCoord, size: (u32, u32), rgb: &[u8]) -> Result<(), Kind<Infallible>> {
        assert_eq!(rgb.len() as u64, u64::from(size.0) * u64::from(size.1) * 3);
        assert!(at.0 >= 0 && at.1 >= 0, "{at:?}");
        assert!(at.0 as u32 + size.0 <= self.size.0 && at.1 as u32 + size.1 <= self.size.1, "{at:?} {size:?}");
        self.record.borrow_mut().blits += 1;
        self.count(1)
    }
}
