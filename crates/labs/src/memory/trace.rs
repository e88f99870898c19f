//! A curve of bounded length that grows for ever.

/// How many points are kept.
const LENGTH: usize = 512;

/// Points (x, y) with x rising. When the room is used up, every second point goes, and from then on only every second
/// one comes in: the same points whatever the machine. The newest is always there.
#[derive(Clone, Debug)]
pub struct Trace {
    x: Vec<f32>,
    y: Vec<f32>,
    every: u64,
    count: u64,
    last: Option<(f32, f32)>,
}

impl Default for Trace {
    fn default() -> Self {
        Self::new()
    }
}

impl Trace {
    /// An empty curve.
    pub fn new() -> Self {
        Self { x: Vec::with_capacity(LENGTH), y: Vec::with_capacity(LENGTH), every: 1, count: 0, last: None }
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.x.clear();
        self.y.clear();
        (self.every, self.count, self.last) = (1, 0, None);
    }

    /// Adds a point. Allocates nothing.
    pub fn push(&mut self, x: f32, y: f32) {
        self.last = Some((x, y));
        if self.count.is_multiple_of(self.every) {
            if self.x.len() == LENGTH {
                for values in [&mut self.x, &mut self.y] {
                    let mut odd = true;
                    values.retain(|_| {
                        odd = !odd;
                        !odd
                    });
                }
                self.every *= 2;
            }
            if self.count.is_multiple_of(self.every) {
                self.x.push(x);
                self.y.push(y);
            }
        }
        self.count += 1;
    }

    /// The newest x; 0 for an empty curve.
    pub fn end(&self) -> f32 {
        self.last.map_or(0.0, |last| last.0)
    }

    /// The points kept, and the newest.
    pub fn points(&self) -> (Vec<f32>, Vec<f32>) {
        let (mut x, mut y) = (self.x.clone(), self.y.clone());
        if let Some(last) = self.last
            && x.last() != Some(&last.0)
        {
            x.push(last.0);
            y.push(last.1);
        }
        (x, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stay_evenly_spaced() {
        let mut trace = Trace::new();
        for i in 0..10_000 {
            trace.push(i as f32, -(i as f32));
        }
        let (x, y) = trace.points();
        assert!(x.len() <= LENGTH + 1 && x.len() > LENGTH / 2);
        assert_eq!((x[0], x[1], x[2]), (0.0, 32.0, 64.0));
        assert_eq!((x.last(), y.last()), (Some(&9999.0), Some(&-9999.0)));
    }
}
