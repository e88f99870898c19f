//! The maximal-update parametrisation: start values and rates with which the best settings stay the same as a network
//! grows wider.

use super::{Draw, Fan, Init};

/// What a weight connects, where the width grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// From something of fixed size to the width; biases, norms and embeddings too.
    Input,
    /// From the width to the width.
    Hidden,
    /// From the width to something of fixed size.
    Output,
}

/// muP (Yang and Hu 2021; Yang et al. 2022, table 3), told by how many times a network is wider than the one for which the
/// rate was chosen; at 1 it is the usual parametrisation. Scores of attention must be divided by the width of a head, not
/// by its root.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaximalUpdate {
    /// Width over the width at which the rate was chosen.
    pub ratio: f32,
    /// Whether the optimiser's steps do not depend on the size of the gradient (Adam, Lion), or they do (gradient descent).
    pub adaptive: bool,
}

impl MaximalUpdate {
    /// Start values: of variance gain^2 / in, for outputs smaller by the ratio.
    pub fn init(&self, role: Role, gain: f32) -> Init {
        let gain = if role == Role::Output { gain / self.ratio.sqrt() } else { gain };
        Init::scaled(Fan::In, Draw::Normal, gain)
    }

    /// The factor of the rate (see [`super::Optimizer::scale_mut`]).
    pub fn rate(&self, role: Role) -> f32 {
        match (role, self.adaptive) {
            (Role::Input, true) | (Role::Hidden, false) => 1.0,
            (Role::Input, false) => self.ratio,
            (Role::Hidden, true) | (Role::Output, _) => 1.0 / self.ratio,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Graph;
    use crate::nn::{Activation, Groups, Method, Mlp, Optimizer};
    use crate::plan::Plan;
    use crate::rng::Rng;

    /// How much three steps move the output of a network of this width, as a root mean square.
    fn movement(width: usize, method: Method, rate: f32, mup: Option<MaximalUpdate>) -> f32 {
        let g = Graph::new();
        let mut mlp = Mlp::new(&g, "usual", &[], Activation::Relu, &Init::ZEROS);
        let parts = [(Role::Input, 8, width), (Role::Hidden, width, width), (Role::Output, width, 4)];
        for (role, inputs, outputs) in parts {
            let init = mup.map_or(Init::LECUN_NORMAL, |mup| mup.init(role, 1.0));
            mlp.layers.push(crate::nn::Dense::new(&g, &format!("{role:?}"), inputs, outputs, &init));
        }
        let (x, y) = (g.input("x", [8, 8]), g.input("y", [8, 4]));
        let output = mlp.apply(x);
        let mut plan = Plan::training(&g, (output - y).square().mean_all(), &[output]);
        let mut rng = Rng::new(1, "data");
        rng.fill_normal(1.0, plan.values_mut(x));
        rng.fill_normal(1.0, plan.values_mut(y));
        let mut optimizer = Optimizer::new(method, rate, plan.params().len());
        if let Some(mup) = mup {
            let role = |name: &str| match name {
                "Hidden/weight" => Role::Hidden,
                "Output/weight" => Role::Output,
                _ => Role::Input,
            };
            // The output's bias has a fixed size, as all that it comes from and goes to.
            let factor = |name: &str| if name == "Output/bias" { 1.0 } else { mup.rate(role(name)) };
            Groups::of(&plan).by_name(optimizer.scale_mut(), factor);
        }
        let mut start = Vec::new();
        for step in 0..4 {
            plan.run().unwrap();
            if step == 0 {
                start = plan.values(output).to_vec();
            }
            let (params, gradient) = plan.params_and_gradient();
            optimizer.step(params, gradient);
        }
        let moved: f32 = plan.values(output).iter().zip(&start).map(|(a, b)| (a - b) * (a - b)).sum();
        (moved / start.len() as f32).sqrt()
    }

    #[test]
    fn wide_networks_move_as_narrow_ones() {
        for (method, rate) in [(Method::ADAM, 2e-3), (Method::SGD, 0.02)] {
            let adaptive = method == Method::ADAM;
            let of =
                |ratio: f32| movement((64.0 * ratio) as usize, method, rate, Some(MaximalUpdate { ratio, adaptive }));
            let (narrow, wide) = (of(1.0), of(8.0));
            assert!(wide / narrow < 1.6 && wide / narrow > 0.6, "{method:?}: {narrow} {wide}");
            let usual = [64, 512].map(|width| movement(width, method, rate, None));
            assert!((usual[0] - narrow).abs() < 1e-4 * narrow);
            // Without it the width counts.
            assert!(usual[1] / usual[0] > 1.8, "{method:?}: {usual:?}");
        }
    }

    #[test]
    fn at_the_same_width_it_is_the_usual_one() {
        for adaptive in [false, true] {
            let mup = MaximalUpdate { ratio: 1.0, adaptive };
            for role in [Role::Input, Role::Hidden, Role::Output] {
                assert_eq!(mup.rate(role), 1.0);
                assert_eq!(mup.init(role, 1.0), Init::LECUN_NORMAL);
            }
        }
    }
}
