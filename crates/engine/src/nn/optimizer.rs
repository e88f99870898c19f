//! Optimisers: how a flat vector of parameters follows its gradient.

/// A rule for steps, with its settings. The constants have PyTorch's defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Against the gradient; with momentum, against a running sum of gradients (Polyak 1964), by Nesterov's variant against
    /// that sum looked ahead by one step (Sutskever et al. 2013).
    Sgd {
        /// Factor of the sum at each step; 0 for none.
        momentum: f64,
        /// Whether to look ahead.
        nesterov: bool,
    },
    /// By the sign of the gradient only.
    Sign,
    /// By the gradient over the root of the running mean of its square (Tieleman and Hinton 2012).
    RmsProp {
        /// Factor of the mean at each step.
        alpha: f64,
        /// Added to the root.
        epsilon: f64,
        /// Factor of a running sum of steps; 0 for none.
        momentum: f64,
    },
    /// Each parameter has a step of its own, that grows while the gradient keeps its sign and shrinks when it turns
    /// (Riedmiller and Braun 1993, without going back). For full batches. The rate is the first step.
    Rprop {
        /// Factor when the sign turned.
        shrink: f64,
        /// Factor when the sign stayed.
        grow: f64,
        /// The smallest step.
        smallest: f64,
        /// The largest step.
        largest: f64,
    },
    /// By running means of the gradient and of its square (Kingma and Ba 2015, algorithm 1).
    Adam {
        /// Factor of the gradient's mean at each step.
        beta1: f64,
        /// Factor of the square's mean at each step.
        beta2: f64,
        /// Added to the root.
        epsilon: f64,
    },
    /// By the gradient over the root of the sum of all its squares so far (Duchi et al. 2011).
    Adagrad {
        /// Added to the root.
        epsilon: f64,
    },
    /// By the sign of a running mean of the gradient (Chen et al. 2023). Its rate is some ten times smaller than Adam's.
    Lion {
        /// Factor of the mean before the sign is taken.
        beta1: f64,
        /// Factor of the mean that is kept.
        beta2: f64,
    },
}

impl Method {
    /// Gradient descent.
    pub const SGD: Self = Self::Sgd { momentum: 0.0, nesterov: false };
    /// Gradient descent with momentum 0.9.
    pub const MOMENTUM: Self = Self::Sgd { momentum: 0.9, nesterov: false };
    /// Gradient descent with Nesterov's momentum 0.9.
    pub const NESTEROV: Self = Self::Sgd { momentum: 0.9, nesterov: true };
    /// RMSProp.
    pub const RMSPROP: Self = Self::RmsProp { alpha: 0.99, epsilon: 1e-8, momentum: 0.0 };
    /// Rprop.
    pub const RPROP: Self = Self::Rprop { shrink: 0.5, grow: 1.2, smallest: 1e-6, largest: 50.0 };
    /// Adam.
    pub const ADAM: Self = Self::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    /// Adagrad.
    pub const ADAGRAD: Self = Self::Adagrad { epsilon: 1e-10 };
    /// Lion.
    pub const LION: Self = Self::Lion { beta1: 0.9, beta2: 0.99 };

    /// Vectors of state that it keeps.
    fn memory(self) -> usize {
        match self {
            Self::Sgd { momentum: 0.0, .. } | Self::Sign => 0,
            Self::Sgd { .. } | Self::Adagrad { .. } | Self::Lion { .. } => 1,
            Self::RmsProp { momentum: 0.0, .. } => 1,
            Self::RmsProp { .. } | Self::Rprop { .. } | Self::Adam { .. } => 2,
        }
    }
}

/// How parameters are drawn to zero.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Decay {
    /// Not at all.
    #[default]
    None,
    /// This factor times the parameter is added to the gradient: the derivative of factor / 2 times the squared length.
    L2(f32),
    /// Apart from the gradient: each step takes rate times factor times the parameter away (Loshchilov and Hutter 2019).
    Decoupled(f32),
}

/// Changes parameters step by step. A step allocates nothing.
///
/// ```
/// use vivarium_engine::nn::Optimizer;
/// let mut params = [1.0, -2.0];
/// let mut optimizer = Optimizer::sgd(0.25, params.len());
/// for _ in 0..20 {
///     let gradient = params.map(|x| 2.0 * x);
///     optimizer.step(&mut params, &gradient);
/// }
/// assert!(params.iter().all(|x| x.abs() < 1e-5));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer {
    /// The learning rate. May be changed between steps: `optimizer.rate = 0.1 * schedule.factor(step)`.
    pub rate: f32,
    /// How parameters are drawn to zero. May be changed between steps.
    pub decay: Decay,
    method: Method,
    count: usize,
    steps: u64,
    /// Adam's factors to the power of the number of steps.
    powers: [f64; 2],
    state: [Vec<f32>; 2],
    /// Factor of the rate for each parameter; empty when all are 1.
    scale: Vec<f32>,
    /// Factor of the decay for each parameter; empty when all are 1.
    decay_scale: Vec<f32>,
    /// Which parameters exist; empty when all do.
    mask: Vec<bool>,
}

impl Optimizer {
    /// An optimiser of `count` parameters.
    pub fn new(method: Method, rate: f32, count: usize) -> Self {
        let state = [0, 1].map(|i| if i < method.memory() { vec![0.0; count] } else { Vec::new() });
        Self {
            rate,
            decay: Decay::None,
            method,
            count,
            steps: 0,
            powers: [1.0; 2],
            state,
            scale: Vec::new(),
            decay_scale: Vec::new(),
            mask: Vec::new(),
        }
    }

    /// Gradient descent.
    pub fn sgd(rate: f32, count: usize) -> Self {
        Self::new(Method::SGD, rate, count)
    }

    /// Gradient descent with momentum.
    pub fn momentum(rate: f32, momentum: f64, count: usize) -> Self {
        Self::new(Method::Sgd { momentum, nesterov: false }, rate, count)
    }

    /// Adam.
    pub fn adam(rate: f32, count: usize) -> Self {
        Self::new(Method::ADAM, rate, count)
    }

    /// Adam with decoupled decay.
    pub fn adamw(rate: f32, decay: f32, count: usize) -> Self {
        Self { decay: Decay::Decoupled(decay), ..Self::adam(rate, count) }
    }

    /// The rule.
    pub fn method(&self) -> Method {
        self.method
    }

    /// Changes the rule's settings and keeps the state where the rule stays the same; another rule starts anew.
    pub fn set_method(&mut self, method: Method) {
        let same = std::mem::discriminant(&self.method) == std::mem::discriminant(&method);
        let keeps = same && self.method.memory() == method.memory();
        self.method = method;
        if !keeps {
            self.state = [0, 1].map(|i| if i < method.memory() { vec![0.0; self.count] } else { Vec::new() });
            self.reset();
        }
    }

    /// Number of parameters.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no parameters.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Number of steps since the start or the last [`Optimizer::reset`].
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Forgets the state, as if no step had been done.
    pub fn reset(&mut self) {
        self.steps = 0;
        self.powers = [1.0; 2];
        self.state.iter_mut().for_each(|state| state.fill(0.0));
    }

    /// The running quantities, for a look at them: none, one or two vectors of as many numbers as there are parameters.
    pub fn state(&self) -> [&[f32]; 2] {
        [&self.state[0], &self.state[1]]
    }

    /// A factor of the rate for each parameter, all 1 at first: groups with rates of their own (a range of the vector),
    /// copies with rates of their own, and, with 0, parameters that stay as they are.
    pub fn scale_mut(&mut self) -> &mut [f32] {
        self.scale.resize(self.count, 1.0);
        &mut self.scale
    }

    /// A factor of the decay for each parameter, all 1 at first: 0 for biases and norms, as is usual.
    pub fn decay_scale_mut(&mut self) -> &mut [f32] {
        self.decay_scale.resize(self.count, 1.0);
        &mut self.decay_scale
    }

    /// Parameters whose mask is false are zero, and so is their state, from the next step on. An empty mask is none.
    ///
    /// # Panics
    /// When the mask has another count.
    pub fn set_mask(&mut self, mask: &[bool]) {
        assert!(mask.is_empty() || mask.len() == self.count, "a mask of {} for {} parameters", mask.len(), self.count);
        self.mask.clear();
        self.mask.extend_from_slice(mask);
    }

    /// One step.
    ///
    /// # Panics
    /// When the counts differ.
    pub fn step(&mut self, params: &mut [f32], gradient: &[f32]) {
        assert_eq!([params.len(), gradient.len()], [self.count; 2], "a step of {} parameters", self.count);
        self.steps += 1;
        if let (Method::Rprop { .. }, 1) = (self.method, self.steps) {
            fill_scaled(&mut self.state[1], self.rate, &self.scale);
        }
        let correction = self.method.correction(&mut self.powers);
        let (mut rates, mut slopes) = ([self.rate; BLOCK], [0.0; BLOCK]);
        for start in (0..self.count).step_by(BLOCK) {
            let range = start..self.count.min(start + BLOCK);
            let (p, mut g) = (&mut params[range.clone()], &gradient[range.clone()]);
            let rates = &mut rates[..p.len()];
            // An empty vector of factors, of state, of the mask has an empty part.
            let scale = self.scale.get(range.clone()).unwrap_or_default();
            fill_scaled(rates, self.rate, scale);
            let decay_scale = self.decay_scale.get(range.clone()).unwrap_or_default();
            let slopes = &mut slopes[..p.len()];
            match self.decay {
                Decay::None => {}
                Decay::L2(decay) => {
                    fill_scaled(slopes, decay, decay_scale);
                    slopes.iter_mut().zip(&*p).zip(g).for_each(|((slope, p), g)| *slope = g + *slope * p);
                    g = slopes;
                }
                Decay::Decoupled(decay) => {
                    fill_scaled(slopes, decay, decay_scale);
                    p.iter_mut().zip(&*slopes).zip(&*rates).for_each(|((p, decay), rate)| *p *= 1.0 - rate * decay);
                }
            }
            let state = self.state.each_mut().map(|state| state.get_mut(range.clone()).unwrap_or_default());
            self.method.apply(p, g, rates, state, correction);
            let mask = self.mask.get(range.clone()).unwrap_or_default();
            for i in (0..mask.len()).filter(|i| !mask[*i]) {
                p[i] = 0.0;
                self.state.iter_mut().filter_map(|state| state.get_mut(start + i)).for_each(|state| *state = 0.0);
            }
        }
    }
}

/// Parameters that are changed at a time: their rates and slopes stay in the nearest cache.
const BLOCK: usize = 128;

impl Method {
    /// Factors that make up for Adam's running means starting at zero: of the mean, and of the root of the squares' mean.
    fn correction(self, powers: &mut [f64; 2]) -> [f32; 2] {
        let Self::Adam { beta1, beta2, .. } = self else { return [1.0; 2] };
        *powers = [powers[0] * beta1, powers[1] * beta2];
        // Nothing is left of such powers beside 1, and still smaller numbers are slow.
        powers.iter_mut().filter(|power| **power < 1e-30).for_each(|power| *power = 0.0);
        [(1.0 / (1.0 - powers[0])) as f32, (1.0 / (1.0 - powers[1]).sqrt()) as f32]
    }

    /// A step of some parameters, with their gradient, rates and state.
    fn apply(self, p: &mut [f32], g: &[f32], rates: &[f32], state: [&mut [f32]; 2], correction: [f32; 2]) {
        let entries = p.iter_mut().zip(g).zip(rates);
        let [first, second] = state;
        match self {
            Self::Sgd { momentum: 0.0, .. } => entries.for_each(|((p, g), rate)| *p -= rate * g),
            Self::Sgd { momentum, nesterov } => {
                let momentum = momentum as f32;
                for (((p, g), rate), sum) in entries.zip(first) {
                    *sum = momentum * *sum + g;
                    *p -= rate * if nesterov { g + momentum * *sum } else { *sum };
                }
            }
            Self::Sign => entries.for_each(|((p, g), rate)| *p -= rate * sign(*g)),
            Self::RmsProp { alpha, epsilon, momentum } => {
                let (keep, take, epsilon) = (alpha as f32, (1.0 - alpha) as f32, epsilon as f32);
                let step = |g: &f32, square: &mut f32| {
                    *square = keep * *square + take * (g * g);
                    g / (square.sqrt() + epsilon)
                };
                if momentum == 0.0 {
                    entries.zip(first).for_each(|(((p, g), rate), square)| *p -= rate * step(g, square));
                } else {
                    for ((((p, g), rate), square), sum) in entries.zip(first).zip(second) {
                        *sum = momentum as f32 * *sum + step(g, square);
                        *p -= rate * *sum;
                    }
                }
            }
            Self::Rprop { shrink, grow, smallest, largest } => {
                let [shrink, grow, smallest, largest] = [shrink, grow, smallest, largest].map(|x| x as f32);
                for ((((p, g), rate), before), size) in entries.zip(first).zip(second) {
                    let turn = g * *before;
                    let factor = if turn > 0.0 {
                        grow
                    } else if turn < 0.0 {
                        shrink
                    } else {
                        1.0
                    };
                    *size = (*size * factor).clamp(smallest, largest);
                    *before = if turn < 0.0 { 0.0 } else { *g };
                    *p -= if *rate == 0.0 { 0.0 } else { *size * sign(*before) };
                }
            }
            Self::Adam { beta1, beta2, epsilon } => {
                let (take1, keep2, take2) = ((1.0 - beta1) as f32, beta2 as f32, (1.0 - beta2) as f32);
                let epsilon = epsilon as f32;
                for ((((p, g), rate), mean), square) in entries.zip(first).zip(second) {
                    *mean += (g - *mean) * take1;
                    *square = keep2 * *square + take2 * (g * g);
                    *p -= rate * correction[0] * (*mean / (square.sqrt() * correction[1] + epsilon));
                }
            }
            Self::Adagrad { epsilon } => {
                let epsilon = epsilon as f32;
                for (((p, g), rate), sum) in entries.zip(first) {
                    *sum += g * g;
                    *p -= rate * (g / (sum.sqrt() + epsilon));
                }
            }
            Self::Lion { beta1, beta2 } => {
                let (take1, take2) = ((1.0 - beta1) as f32, (1.0 - beta2) as f32);
                for (((p, g), rate), mean) in entries.zip(first) {
                    *p -= rate * sign(*mean + (g - *mean) * take1);
                    *mean += (g - *mean) * take2;
                }
            }
        }
    }
}

/// The same number everywhere, times a factor for each place where there are factors.
fn fill_scaled(out: &mut [f32], number: f32, factors: &[f32]) {
    out.fill(number);
    out.iter_mut().zip(factors).for_each(|(out, factor)| *out *= factor);
}

/// -1, 0 or 1.
#[inline(always)]
fn sign(x: f32) -> f32 {
    (if x > 0.0 { 1.0 } else { 0.0 }) - (if x < 0.0 { 1.0 } else { 0.0 })
}

#[cfg(test)]
#[path = "optimizer_tests.rs"]
mod tests;
