//! Points, arrows and wires in space, and the camera that looks at them.

use super::Ink;
use crate::Complaint;
use serde::{Deserialize, Serialize};

/// A cloud of points with arrows from the origin and straight wires.
///
/// **Coordinates** (of [`crate::view::Touch`]): the plane of the picture, `x` to the right and `y` up from the origin's
/// image, so that the ball of radius `reach` fills -1 to 1 at zoom 1. [`Space::seen`] says where a point of space appears,
/// [`Space::hit`] what appears at a place, for the exhibit and the picture alike. [`Camera::orbited`] turns a drag into a
/// new view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// What the three directions are.
    pub axes: [String; 3],
    /// Three numbers a point. Points that are not finite are not drawn.
    pub points: Vec<f32>,
    /// The class of each point (an index into `names`; its colour is the series' of that number), or none at all: then
    /// all are of class 0.
    #[serde(with = "super::bytes")]
    pub classes: Vec<u8>,
    /// What the classes are called.
    pub names: Vec<String>,
    /// Radius of a point in CSS pixels, half way from front to back.
    pub radius: f32,
    /// The point to be marked, if any.
    pub chosen: Option<u32>,
    /// Arrows from the origin.
    pub arrows: Vec<Arrow>,
    /// Straight wires.
    pub wires: Vec<Wire>,
    /// The radius of the ball that fills the picture, or that of everything shown when none is given.
    pub reach: Option<f32>,
    /// From where it is seen.
    pub camera: Camera,
}

/// An arrow from the origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrow {
    /// Its tip.
    pub tip: [f32; 3],
    /// Colour role.
    pub ink: Ink,
    /// Whether it is dashed.
    pub dashed: bool,
    /// Short text at its tip, and its name under the pointer; may be empty.
    pub label: String,
}

/// Straight segments of one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wire {
    /// Six numbers a segment: its two ends.
    pub ends: Vec<f32>,
    /// Colour role.
    pub ink: Ink,
    /// Whether they are dashed.
    pub dashed: bool,
    /// Name in the legend; empty keeps it out of the legend.
    pub label: String,
}

/// From where space is seen. Without any turn the first axis runs to the right, the second away, the third up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Camera {
    /// Turn about the third axis, in radians.
    pub yaw: f32,
    /// Height above the plane of the first two axes, in radians, from -pi/2 to pi/2.
    pub pitch: f32,
    /// Enlargement, from 0.2 to 20.
    pub zoom: f32,
    /// Whether near things look larger; else parallel lines stay parallel.
    pub perspective: bool,
}

impl Default for Camera {
    fn default() -> Self {
        Self { yaw: 0.6, pitch: 0.4, zoom: 1.0, perspective: true }
    }
}

/// How far from the origin the eye is, in radii of the ball.
const EYE: f64 = 4.0;

impl Camera {
    /// The view after a drag by (`right`, `up`) in the picture's coordinates: half a turn for one width of the ball.
    #[must_use]
    pub fn orbited(self, right: f32, up: f32) -> Self {
        use std::f32::consts::{FRAC_PI_2, PI, TAU};
        let yaw = (self.yaw - right * FRAC_PI_2 + PI).rem_euclid(TAU) - PI;
        Self { yaw, pitch: (self.pitch - up * FRAC_PI_2).clamp(-FRAC_PI_2, FRAC_PI_2), ..self }
    }

    /// The view enlarged by `times`.
    #[must_use]
    pub fn zoomed(self, times: f32) -> Self {
        Self { zoom: (self.zoom * times).clamp(0.2, 20.0), ..self }
    }

    /// The directions to the right, up and towards the eye.
    fn frame(self) -> [[f64; 3]; 3] {
        let turn = |angle: f32| {
            let angle = if angle.is_finite() { f64::from(angle) } else { 0.0 };
            (libm::sin(angle), libm::cos(angle))
        };
        let ((sy, cy), (sp, cp)) = (turn(self.yaw), turn(self.pitch));
        [[cy, sy, 0.0], [-sy * sp, cy * sp, cp], [sy * cp, -cy * cp, sp]]
    }
}

/// Where a point of space appears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// To the right of the origin's image.
    pub x: f32,
    /// Above the origin's image.
    pub y: f32,
    /// Distance towards the eye, in radii of the ball: -1 is the far side, 1 the near side.
    pub near: f32,
    /// Enlargement by perspective; 1 at the origin.
    pub size: f32,
}

/// The way from space to the picture: camera and scale, computed once for many points.
#[derive(Clone, Copy, Debug)]
pub struct Projection {
    frame: [[f64; 3]; 3],
    scale: f64,
    zoom: f64,
    perspective: bool,
}

impl Projection {
    /// Where `point` appears; none when it is not finite or behind the eye.
    pub fn seen(&self, point: [f32; 3]) -> Option<Seen> {
        let p = point.map(|v| f64::from(v) * self.scale);
        let [x, y, near] = self.frame.map(|axis| axis[0] * p[0] + axis[1] * p[1] + axis[2] * p[2]);
        let size = if self.perspective { EYE / (EYE - near) } else { 1.0 };
        let sound = [x, y, near].into_iter().all(f64::is_finite) && (!self.perspective || near < 0.9 * EYE);
        let grown = size * self.zoom;
        sound.then_some(Seen { x: (x * grown) as f32, y: (y * grown) as f32, near: near as f32, size: size as f32 })
    }
}

/// A part of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The point of this number.
    Point(usize),
    /// The tip of the arrow of this number.
    Arrow(usize),
}

impl Space {
    /// Points that a picture can hold.
    pub const MOST_POINTS: usize = 20_000;
    /// Arrows that a picture can hold.
    pub const MOST_ARROWS: usize = 256;
    /// Segments of wire that a picture can hold.
    pub const MOST_SEGMENTS: usize = 2_000;

    /// Whether all parts fit together and can be drawn.
    ///
    /// # Errors
    /// A sentence on the first part that does not.
    pub fn check(&self) -> Result<(), Complaint> {
        let refuse = |sentence: String| Err(Complaint::new(sentence));
        if !self.points.len().is_multiple_of(3) {
            return refuse(format!("Points in space have three numbers each; {} do not divide so.", self.points.len()));
        }
        let count = self.points.len() / 3;
        if !self.classes.is_empty() && self.classes.len() != count {
            return refuse(format!("The space has {count} points, but {} classes.", self.classes.len()));
        }
        if let Some(wire) = self.wires.iter().find(|wire| !wire.ends.len().is_multiple_of(6)) {
            return refuse(format!("Wires have six numbers a segment; {} do not divide so.", wire.ends.len()));
        }
        let segments: usize = self.wires.iter().map(|wire| wire.ends.len() / 6).sum();
        for (what, given, most) in [
            ("points", count, Self::MOST_POINTS),
            ("arrows", self.arrows.len(), Self::MOST_ARROWS),
            ("segments of wire", segments, Self::MOST_SEGMENTS),
        ] {
            if given > most {
                return refuse(format!("A space of {given} {what} is too large to draw; {most} is the most."));
            }
        }
        Ok(())
    }

    /// The points one by one.
    pub fn each(&self) -> impl Iterator<Item = [f32; 3]> + '_ {
        self.points.chunks_exact(3).map(|p| [p[0], p[1], p[2]])
    }

    /// The class of a point.
    pub fn class(&self, point: usize) -> u8 {
        self.classes.get(point).copied().unwrap_or(0)
    }

    /// Where points appear.
    pub fn projection(&self) -> Projection {
        let far = |p: [f32; 3]| {
            let square: f64 = p.map(|v| f64::from(v) * f64::from(v)).iter().sum();
            if square.is_finite() { square } else { 0.0 }
        };
        let given = self.reach.filter(|reach| reach.is_finite() && *reach > 0.0).map(f64::from);
        let reach = given.unwrap_or_else(|| {
            let ends = self.wires.iter().flat_map(|w| w.ends.chunks_exact(3).map(|p| [p[0], p[1], p[2]]));
            let all = self.each().chain(self.arrows.iter().map(|arrow| arrow.tip)).chain(ends);
            all.map(far).fold(0.0, f64::max).sqrt()
        });
        let zoom = if self.camera.zoom.is_finite() { f64::from(self.camera.zoom.clamp(0.2, 20.0)) } else { 1.0 };
        let scale = if reach > 0.0 { 1.0 / reach } else { 1.0 };
        Projection { frame: self.camera.frame(), scale, zoom, perspective: self.camera.perspective }
    }

    /// Where a point of space appears; none when it is not finite or behind the eye.
    pub fn seen(&self, point: [f32; 3]) -> Option<Seen> {
        self.projection().seen(point)
    }

    /// The arrow tip or point whose image is nearest to a place, within `reach` of it (in the picture's coordinates); of
    /// two at the same place the one in front.
    pub fn hit(&self, x: f32, y: f32, reach: f32) -> Option<Spot> {
        let projection = self.projection();
        let arrows = self.arrows.iter().enumerate().map(|(i, arrow)| (Spot::Arrow(i), arrow.tip));
        let points = self.each().enumerate().map(|(i, point)| (Spot::Point(i), point));
        let near = arrows.chain(points).filter_map(|(spot, point)| {
            let seen = projection.seen(point)?;
            let (right, up) = (seen.x - x, seen.y - y);
            // Squares and roots have the same bits everywhere, which a touch must have.
            let distance = (right * right + up * up).sqrt();
            (distance <= reach).then_some((spot, distance, seen.near))
        });
        near.min_by(|a, b| a.1.total_cmp(&b.1).then(b.2.total_cmp(&a.2))).map(|(spot, ..)| spot)
    }

    /// The picture in words: how many points of which classes. A start for a panel's text alternative.
    pub fn describe(&self) -> String {
        if let Err(complaint) = self.check() {
            return complaint.sentence;
        }
        let count = self.points.len() / 3;
        let mut words = format!("{count} points in space");
        let classes = (0..=u8::MAX).zip(&self.names).map(|(class, name)| {
            let members = (0..count).filter(|point| self.class(*point) == class).count();
            format!("{members} {name}")
        });
        let classes: Vec<String> = classes.collect();
        if !classes.is_empty() {
            words += &format!(" ({})", classes.join(", "));
        }
        if !self.arrows.is_empty() {
            words += &format!(", {} arrows from the origin", self.arrows.len());
        }
        words + "."
    }

    /// A part in words with its place, as the pointer is told.
    pub fn tell(&self, spot: Spot) -> String {
        let (name, place) = match spot {
            Spot::Point(point) => {
                let class = self.names.get(usize::from(self.class(point)));
                let class = class.filter(|name| !name.is_empty()).map_or(String::new(), |name| format!("{name}, "));
                let place = self.each().nth(point).unwrap_or([f32::NAN; 3]);
                (format!("{class}point {}", point + 1), place)
            }
            Spot::Arrow(arrow) => match self.arrows.get(arrow) {
                Some(Arrow { label, tip, .. }) if !label.is_empty() => (label.clone(), *tip),
                other => (format!("arrow {}", arrow + 1), other.map_or([f32::NAN; 3], |arrow| arrow.tip)),
            },
        };
        let axes = ["x", "y", "z"];
        let numbers: Vec<String> = (0..3)
            .map(|i| {
                let axis = if self.axes[i].is_empty() { axes[i] } else { &self.axes[i] };
                format!("{axis} {}", crate::paint::compact(f64::from(place[i])))
            })
            .collect();
        format!("{name}\n{}", numbers.join(", "))
    }
}
