"""Operators that pick by index, sort, scan, and reduce by segment; Fourier transforms."""

import torch
import torch.nn.functional as F

from stored import File, fixed, given, real, whole

IDS = fixed([2, 0, 2, 3, 0, 2, 5, 3])
SEGMENTS = 6


def indices():
    """All cases of picking, scattering, and reducing by index."""
    file = File("indices")
    for shape, axis, index in [((5,), 0, (3,)), ((4, 3), 0, (6,)), ((2, 5, 3), 1, (2, 2)), ((3, 4), 1, ())]:
        file.case("gather", lambda x, i: gather(x, axis, i), real(*shape), whole(*index, below=shape[axis]), axis=axis)
    for shape, axis, index, n in [((4, 2), 0, (4,), 3), ((2, 3, 2, 2), 1, (3, 2), 4)]:
        file.case("scatter_add", lambda x, i: scatter_add(x, axis, i, n), real(*shape), whole(*index, below=n), axis=axis, n=n)
    for shape, axis, count in [((3, 4), 1, 2), ((3, 4), 0, 5), ((2, 3, 2), 1, 4)]:
        index = list(shape)
        index[axis] = count
        file.case("take_along", lambda x, i: x.gather(axis, i), real(*shape), whole(*index, below=shape[axis]), axis=axis)
        file.case("add_along", lambda x, i: x.new_zeros(shape).scatter_add(axis, i, x),
                  real(*index), whole(*index, below=shape[axis]), axis=axis, n=shape[axis])
    file.case("one_hot", lambda x: F.one_hot(x, 4).double(), whole(2, 3, below=4), classes=4)
    file.case("bucket", lambda x, breaks: torch.bucketize(x.detach(), breaks, right=True).double(),
              given([-3.0, -1.0, -0.5, 0.0, 0.25, 1.0, 1.5, 9.0], 2, 4), fixed([-1.0, 0.0, 0.25, 1.5]))
    file.case("masked_fill", lambda x, mask: x.masked_fill(mask > 0, -2.5), real(3, 4), whole(4, below=2), value=-2.5)
    for name, reduce in [("segment_sum", "sum"), ("segment_mean", "mean"), ("segment_max", "amax")]:
        for shape in [(8,), (8, 2)]:
            file.case(name, lambda x, i: by_segment(x, i, reduce), real(*shape), IDS, segments=SEGMENTS)
    for shape in [(8,), (8, 2)]:
        file.case("segment_softmax", segment_softmax, real(*shape), IDS, segments=SEGMENTS)
    return file


def gather(x, axis, index):
    """Slices along an axis, the index's axes in its place."""
    before, after = x.shape[:axis], x.shape[axis + 1:]
    return x.index_select(axis, index.flatten()).reshape(*before, *index.shape, *after)


def scatter_add(x, axis, index, n):
    """Slices added up at the places of the index."""
    before, after = x.shape[:axis], x.shape[axis + index.dim():]
    flat = x.reshape(*before, index.numel(), *after)
    return x.new_zeros(*before, n, *after).index_add(axis, index.flatten(), flat)


def by_segment(x, ids, reduce):
    """Slices along the first axis reduced by segment; an empty segment gives 0."""
    zeros = x.new_zeros(SEGMENTS, *x.shape[1:])
    return zeros.index_add(0, ids, x) if reduce == "sum" else zeros.index_reduce(0, ids, x, reduce, include_self=False)


def segment_softmax(x, ids):
    """Softmax over the entries of each segment."""
    value = torch.zeros_like(x)
    for segment in ids.unique():
        inside = (ids == segment).nonzero().flatten()
        value = value.index_put((inside,), torch.softmax(x[inside], 0))
    return value


def orders():
    """All cases of sorting and of running results."""
    file = File("orders")
    for shape, axis in [((6,), 0), ((3, 5), 1), ((4, 3), 0), ((2, 4, 3), 1)]:
        file.case("argmax", lambda x: x.argmax(axis).double(), real(*shape), axis=axis)
        file.case("argmin", lambda x: x.argmin(axis).double(), real(*shape), axis=axis)
        file.case("argsort", lambda x: x.argsort(stable=True, dim=axis).double(), real(*shape), axis=axis)
        file.case("sort", lambda x: x.sort(axis).values, real(*shape), axis=axis)
        file.case("top_k", lambda x: x.topk(2, axis).values, real(*shape), axis=axis, k=2)
        file.case("top_k places", lambda x: x.topk(2, axis).indices.double(), real(*shape), axis=axis, k=2)
        file.case("quantile", lambda x: x.quantile(0.375, axis), real(*shape), axis=axis, q=0.375)
        file.case("median", lambda x: x.quantile(0.5, axis), real(*shape), axis=axis)
        file.case("cumsum", lambda x: x.cumsum(axis), real(*shape), axis=axis)
        file.case("cumsum_to_end", lambda x: x.flip(axis).cumsum(axis).flip(axis), real(*shape), axis=axis)
        file.case("cumprod", lambda x: x.cumprod(axis), real(*shape), axis=axis)
        file.case("prod", lambda x: x.prod(axis), real(*shape), axis=axis)
        file.case("cummax", lambda x: x.cummax(axis).values, real(*shape), axis=axis)
        file.case("logcumsumexp", lambda x: x.logcumsumexp(axis), real(*shape), axis=axis)
        file.case("cumargmax", lambda x: x.cummax(axis).indices.double(), real(*shape), axis=axis)
        file.case("linear_recurrence_to_start", lambda x, decay: recurrence(x.flip(axis), decay.flip(axis), axis).flip(axis),
                  real(*shape), real(*shape), axis=axis)
        file.case("linear_recurrence", lambda x, decay: recurrence(x, decay, axis), real(*shape), real(*shape), axis=axis)
    ties = given([1.5, -2.0, 1.5, 3.0, -2.0, 3.0])
    for name, f in [("argmax", lambda x: x.argmax(0)), ("argsort", lambda x: x.argsort(stable=True, dim=0))]:
        file.case(name, lambda x: f(x).double(), ties, axis=0)
    zeros = given([2.0, 0.0, -1.5, 3.0, 0.5, 2.0, 0.0, 0.0, 4.0], 3, 3)
    file.case("cumprod", lambda x: x.cumprod(1), zeros, axis=1)
    file.case("prod", lambda x: x.prod(1), zeros, axis=1)
    file.case("logcumsumexp", lambda x: x.logcumsumexp(0), given([-30.0, 12.0, 30.0, 29.5, -3.0, 30.75]), axis=0)
    return file


def recurrence(x, decay, axis):
    """h_t = decay_t h_(t-1) + x_t, from h_0 = x_0."""
    state, states = None, []
    for now, keep in zip(x.unbind(axis), decay.unbind(axis)):
        state = now if state is None else keep * state + now
        states.append(state)
    return torch.stack(states, axis)


def fourier():
    """All cases of Fourier transforms, of numbers whose last axis is real and imaginary part."""
    file = File("fourier")
    for shape in [(8,), (2, 6), (3, 5), (7,), (1,), (2, 12)]:
        n = shape[-1]
        file.case("fft", lambda z: pairs(torch.fft.fft(torch.view_as_complex(z))), real(*shape, 2))
        file.case("ifft", lambda z: pairs(torch.fft.ifft(torch.view_as_complex(z))), real(*shape, 2))
        file.case("rfft", lambda x: pairs(torch.fft.rfft(x)), real(*shape))
        file.case("irfft", lambda z: torch.fft.irfft(torch.view_as_complex(z), n), real(*shape[:-1], n // 2 + 1, 2), n=n)
        file.case("causal_convolution", lambda x, k: causal(x, k), real(*shape), real(n))
    file.case("conjugate", lambda z: pairs(torch.view_as_complex(z).conj()), real(3, 2))
    file.case("complex_mul", lambda a, b: pairs(torch.view_as_complex(a) * torch.view_as_complex(b)),
              real(3, 4, 2), real(4, 2))
    return file


def pairs(z):
    """Real and imaginary part on a new last axis, in which nothing is meant to be conjugated."""
    return torch.view_as_real(z.resolve_conj())


def causal(x, kernel):
    """y_t = sum_(s <= t) kernel_s x_(t - s)."""
    n = len(kernel)
    shifted = [F.pad(x, (s, 0))[..., :n] * kernel[s] for s in range(n)]
    return sum(shifted)
