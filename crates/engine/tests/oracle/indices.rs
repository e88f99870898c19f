//! Operators that pick by index, sort, scan, and reduce by segment; Fourier transforms.

use crate::Args;
use vivarium_engine::graph::Tensor;

pub fn record<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    let size = |name: &str| args.size(name);
    Some(match (name, x) {
        ("gather", [x, index]) => x.gather(size("axis"), *index),
        ("scatter_add", [x, index]) => x.scatter_add(size("axis"), *index, size("n")),
        ("take_along", [x, index]) => x.take_along(size("axis"), *index),
        ("add_along", [x, index]) => x.add_along(size("axis"), *index, size("n")),
        ("one_hot", [x]) => x.one_hot(size("classes")),
        ("bucket", [x, breaks]) => x.bucket(*breaks),
        ("masked_fill", [x, mask]) => x.masked_fill(*mask, args.number("value")),
        ("segment_sum", [x, ids]) => x.segment_sum(*ids, size("segments")),
        ("segment_mean", [x, ids]) => x.segment_mean(*ids, size("segments")),
        ("segment_max", [x, ids]) => x.segment_max(*ids, size("segments")),
        ("segment_softmax", [x, ids]) => x.segment_softmax(*ids, size("segments")),
        _ => return None,
    })
}

pub fn order<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    let axis = args.size("axis");
    Some(match (name, x) {
        ("argmax", [x]) => x.argmax(axis),
        ("argmin", [x]) => x.argmin(axis),
        ("argsort", [x]) => x.argsort(axis),
        ("sort", [x]) => x.sort(axis),
        ("top_k", [x]) => x.top_k(axis, args.size("k")).0,
        ("top_k places", [x]) => x.top_k(axis, args.size("k")).1,
        ("quantile", [x]) => x.quantile(axis, args.get("q")),
        ("median", [x]) => x.median(axis),
        ("cumsum", [x]) => x.cumsum(axis),
        ("cumsum_to_end", [x]) => x.cumsum_to_end(axis),
        ("cumprod", [x]) => x.cumprod(axis),
        ("prod", [x]) => x.prod(axis),
        ("cummax", [x]) => x.cummax(axis),
        ("logcumsumexp", [x]) => x.logcumsumexp(axis),
        ("cumargmax", [x]) => x.cumargmax(axis),
        ("linear_recurrence_to_start", [x, decay]) => x.linear_recurrence_to_start(axis, *decay),
        ("linear_recurrence", [x, decay]) => x.linear_recurrence(axis, *decay),
        _ => return None,
    })
}

pub fn fourier<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    Some(match (name, x) {
        ("fft", [z]) => z.fft(),
        ("ifft", [z]) => z.ifft(),
        ("rfft", [x]) => x.rfft(),
        ("irfft", [z]) => z.irfft(args.size("n")),
        ("conjugate", [z]) => z.conjugate(),
        ("complex_mul", [a, b]) => a.complex_mul(*b),
        ("causal_convolution", [x, kernel]) => x.causal_convolution(*kernel),
        _ => return None,
    })
}
