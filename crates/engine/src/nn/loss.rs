//! Losses: what training makes small. Each is a scalar, the mean over the batch, unless its name says otherwise.

use crate::graph::Tensor;

/// -ln of the probability of the right class, from logits [.., classes] and labels [..] that hold the classes' numbers.
///
/// # Panics
/// When the shapes do not fit.
pub fn cross_entropy<'g>(logits: Tensor<'g>, labels: Tensor<'g>) -> Tensor<'g> {
    cross_entropy_each(logits, labels).mean_all()
}

/// [`cross_entropy`] of each example, of the labels' shape.
///
/// # Panics
/// When the shapes do not fit.
pub fn cross_entropy_each<'g>(logits: Tensor<'g>, labels: Tensor<'g>) -> Tensor<'g> {
    let axis = class_axis(logits, labels);
    -labels.one_hot(logits.dim(axis)).select(logits.log_softmax(axis), 0.0).sum(&[axis])
}

fn class_axis(logits: Tensor, labels: Tensor) -> usize {
    let (logits, labels) = (logits.shape(), labels.shape());
    let fits = logits.rank() == labels.rank() + 1 && logits.dims().starts_with(labels.dims());
    assert!(fits, "cross-entropy: logits of shape {logits} and labels of shape {labels} do not fit");
    labels.rank()
}

/// Cross-entropy with choices.
#[derive(Clone, Debug, Default)]
pub struct CrossEntropy {
    /// This share of the target is spread evenly over all classes (Szegedy et al. 2016).
    pub smoothing: f32,
    /// How much each class counts; all the same when empty. The mean is then the weighted one.
    pub weights: Vec<f32>,
    /// Examples with this label do not count.
    pub ignore: Option<f32>,
}

impl CrossEntropy {
    /// The mean over the examples that count, from logits [.., classes] and labels [..]; NaN when none counts.
    ///
    /// # Panics
    /// When the shapes do not fit, or there are not as many weights as classes.
    pub fn mean<'g>(&self, logits: Tensor<'g>, labels: Tensor<'g>) -> Tensor<'g> {
        let graph = logits.graph();
        let axis = class_axis(logits, labels);
        let classes = logits.dim(axis);
        let hot = labels.one_hot(classes);
        let even = self.smoothing / classes as f32;
        let mut target = if self.smoothing == 0.0 { hot } else { hot * (1.0 - self.smoothing) + even };
        let mut counts = graph.full(labels.shape(), 1.0);
        if !self.weights.is_empty() {
            let weights = graph.constant([classes], &self.weights);
            target = target * weights;
            counts = (hot * weights).sum(&[axis]);
        }
        let mut each = -(target * logits.log_softmax(axis)).sum(&[axis]);
        if let Some(ignore) = self.ignore {
            let ignored = labels.equal(ignore);
            each = ignored.select(0.0, each);
            counts = ignored.select(0.0, counts);
        }
        each.sum_all() / counts.sum_all()
    }
}

/// Cross-entropy of logits [.., classes] with targets that are probabilities of the same shape.
///
/// # Panics
/// When the shapes differ.
pub fn soft_cross_entropy<'g>(logits: Tensor<'g>, targets: Tensor<'g>) -> Tensor<'g> {
    let axis = last_axis(logits);
    -(same(targets, logits) * logits.log_softmax(axis)).sum(&[axis]).mean_all()
}

/// Cross-entropy of logits with targets 0 and 1, or between, of the same shape; the mean over all entries.
///
/// # Panics
/// When the shapes differ.
pub fn binary_cross_entropy<'g>(logits: Tensor<'g>, targets: Tensor<'g>) -> Tensor<'g> {
    (logits.softplus() - logits * same(targets, logits)).mean_all()
}

/// The square of the difference; the mean over all entries.
///
/// # Panics
/// When the shapes differ.
pub fn squared<'g>(y: Tensor<'g>, target: Tensor<'g>) -> Tensor<'g> {
    (y - same(target, y)).square().mean_all()
}

/// The absolute difference; the mean over all entries.
///
/// # Panics
/// When the shapes differ.
pub fn absolute<'g>(y: Tensor<'g>, target: Tensor<'g>) -> Tensor<'g> {
    (y - same(target, y)).abs().mean_all()
}

/// Half the square of the difference up to `delta`, from there on straight (Huber 1964); the mean over all entries.
///
/// # Panics
/// When the shapes differ.
pub fn huber<'g>(y: Tensor<'g>, target: Tensor<'g>, delta: f32) -> Tensor<'g> {
    let error = (y - same(target, y)).abs();
    let near = error.min(delta);
    (near * (error - near * 0.5)).mean_all()
}

/// max(0, 1 - t y) for targets t of -1 and 1; the mean over all entries.
///
/// # Panics
/// When the shapes differ.
pub fn hinge<'g>(y: Tensor<'g>, target: Tensor<'g>) -> Tensor<'g> {
    (1.0 - y * same(target, y)).relu().mean_all()
}

/// How far each wrong class comes within `margin` of the right one or beyond, summed over the wrong classes and divided by
/// the number of classes (Weston and Watkins 1999). Scores [.., classes], labels [..].
///
/// # Panics
/// When the shapes do not fit.
pub fn multi_class_hinge<'g>(scores: Tensor<'g>, labels: Tensor<'g>, margin: f32) -> Tensor<'g> {
    let axis = class_axis(scores, labels);
    let hot = labels.one_hot(scores.dim(axis));
    let right = (hot * scores).sum(&[axis]).unsqueeze(axis);
    let over = hot.select(0.0, (scores - right + margin).relu());
    over.mean(&[axis]).mean_all()
}

/// The sum of p ln(p / q) over the last axis, for the probabilities p and q of two tensors of logits: with p a teacher's,
/// distillation.
///
/// # Panics
/// When the shapes differ.
pub fn kl_divergence<'g>(p_logits: Tensor<'g>, q_logits: Tensor<'g>) -> Tensor<'g> {
    let axis = last_axis(p_logits);
    let (ln_p, ln_q) = (p_logits.log_softmax(axis), same(q_logits, p_logits).log_softmax(axis));
    (ln_p.exp() * (ln_p - ln_q)).sum(&[axis]).mean_all()
}

/// The divergence of normal distributions with these means and logarithms of variances from the standard one, summed over
/// the last axis (Kingma and Welling 2014, appendix B).
///
/// # Panics
/// When the shapes differ.
pub fn gaussian_kl<'g>(mean: Tensor<'g>, ln_variance: Tensor<'g>) -> Tensor<'g> {
    let axis = last_axis(mean);
    let each = mean.square() + same(ln_variance, mean).exp() - 1.0 - ln_variance;
    each.sum(&[axis]).mean_all() * 0.5
}

/// -ln of a normal density without its constant: (ln v + (y - t)^2 / v) / 2 for predicted means y and variances v; the
/// mean over all entries. Variances below 1e-6 count as that.
///
/// # Panics
/// When the shapes differ.
pub fn gaussian_nll<'g>(mean: Tensor<'g>, variance: Tensor<'g>, target: Tensor<'g>) -> Tensor<'g> {
    let variance = same(variance, mean).max(1e-6);
    ((variance.ln() + (mean - same(target, mean)).square() / variance) * 0.5).mean_all()
}

/// Cross-entropy with each example weighted by (1 - p)^gamma, p the probability of its class (Lin et al. 2017).
///
/// # Panics
/// When the shapes do not fit.
pub fn focal<'g>(logits: Tensor<'g>, labels: Tensor<'g>, gamma: f32) -> Tensor<'g> {
    let each = cross_entropy_each(logits, labels);
    // 1 - p, kept from zero, where a power may have no derivative.
    let miss = (-(-each).exp_m1()).max(f32::MIN_POSITIVE);
    (miss.pow(gamma) * each).mean_all()
}

/// Vectors along the last axis divided by their length; those shorter than 1e-8 by that.
pub fn normalised(x: Tensor<'_>) -> Tensor<'_> {
    let axis = last_axis(x);
    x * x.square().sum(&[axis]).max(1e-16).rsqrt().unsqueeze(axis)
}

/// The cosines of the angles between vectors along the last axis, which disappears.
///
/// # Panics
/// When the shapes do not fit.
pub fn cosine_similarity<'g>(a: Tensor<'g>, b: Tensor<'g>) -> Tensor<'g> {
    (normalised(a) * normalised(b)).sum(&[last_axis(a)])
}

/// 1 - cosine of the angle between vectors along the last axis.
///
/// # Panics
/// When the shapes differ.
pub fn cosine<'g>(a: Tensor<'g>, b: Tensor<'g>) -> Tensor<'g> {
    1.0 - cosine_similarity(a, same(b, a)).mean_all()
}

/// InfoNCE (van den Oord et al. 2018): row i of a [n, d] must find row i of b [n, d] among all rows of b by their cosine
/// over `temperature`. For both directions (CLIP) take the mean of it and of itself with a and b exchanged.
///
/// # Panics
/// When the shapes differ, or are no matrices'.
pub fn info_nce<'g>(a: Tensor<'g>, b: Tensor<'g>, temperature: f32) -> Tensor<'g> {
    let (a, b) = (normalised(a), normalised(same(b, a)));
    let scores = a.matmul_t(b) * (1.0 / temperature);
    (scores.logsumexp(1) - (a * b).sum(&[1]) * (1.0 / temperature)).mean_all()
}

/// NT-Xent (Chen et al. 2020, equation 1): each of the 2 n rows of both views [n, d] must find its other view among all
/// rows but itself.
///
/// # Panics
/// When the shapes differ, or are no matrices'.
pub fn nt_xent<'g>(a: Tensor<'g>, b: Tensor<'g>, temperature: f32) -> Tensor<'g> {
    let (a, b) = (normalised(a), normalised(same(b, a)));
    let all = Tensor::concat(0, &[a, b]);
    let itself = a.graph().identity(all.dim(0));
    let scores = itself.select(f32::MIN, all.matmul_t(all) * (1.0 / temperature));
    scores.logsumexp(1).mean_all() - (a * b).sum(&[1]).mean_all() * (1.0 / temperature)
}

/// Pairs of vectors along the last axis: the squared distance where `alike` is 1, the square of what lacks to `margin`
/// where it is 0 (Hadsell et al. 2006), halved. `alike` has the vectors' shape without the last axis.
///
/// # Panics
/// When the shapes do not fit.
pub fn contrastive<'g>(a: Tensor<'g>, b: Tensor<'g>, alike: Tensor<'g>, margin: f32) -> Tensor<'g> {
    let distance = distance(a, b);
    let apart = (margin - distance).relu();
    (same(alike, distance).select(distance.square(), apart.square()) * 0.5).mean_all()
}

/// By how much an anchor is not nearer to the positive than to the negative by `margin`, with distances along the last
/// axis (Schroff et al. 2015, there squared).
///
/// # Panics
/// When the shapes differ.
pub fn triplet<'g>(anchor: Tensor<'g>, positive: Tensor<'g>, negative: Tensor<'g>, margin: f32) -> Tensor<'g> {
    (distance(anchor, positive) - distance(anchor, negative) + margin).relu().mean_all()
}

/// Euclidean distances along the last axis, which disappears. A millionth is added to each difference, so that the
/// derivative exists for equal vectors too.
fn distance<'g>(a: Tensor<'g>, b: Tensor<'g>) -> Tensor<'g> {
    (a - same(b, a) + 1e-6).square().sum(&[last_axis(a)]).sqrt()
}

fn last_axis(x: Tensor) -> usize {
    let rank = x.shape().rank();
    assert!(rank > 0, "a scalar has no last axis");
    rank - 1
}

fn same<'g>(x: Tensor<'g>, other: Tensor<'g>) -> Tensor<'g> {
    let (a, b) = (x.shape(), other.shape());
    assert_eq!(a, b, "a loss of tensors of shapes {b} and {a}");
    x
}

#[cfg(test)]
#[path = "loss_tests.rs"]
mod tests;
