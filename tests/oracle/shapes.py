"""Reductions, matrix products, and operators that move entries."""

import torch
import torch.nn.functional as F

from stored import File, given, real


def reductions():
    """All cases of reductions and of what is made from them."""
    file = File("reductions")
    for shape, axes in [((5,), [0]), ((3, 4), [0]), ((3, 4), [1]), ((2, 3, 4), [0, 2]), ((2, 3, 4), [1, 2]),
                        ((2, 2, 3, 2), [1, 2]), ((40,), [0]), ((3, 2), [0, 1])]:
        file.case("sum", lambda x: x.sum(axes), real(*shape), axes=axes)
    for shape, axes in [((4, 2), [0]), ((2, 4), [1]), ((2, 3, 4), [0, 2]), ((3, 5), [1]), ((2, 2, 2, 3), [0, 2])]:
        file.case("mean", lambda x: x.mean(axes), real(*shape), axes=axes)
        file.case("variance", lambda x: x.var(axes, correction=0), real(*shape), axes=axes)
    file.case("variance", lambda x: x.var([0], correction=0), real(8, low=99.0, high=101.0), axes=[0])
    file.case("sum_all", lambda x: x.sum(), real(3, 2, 2))
    file.case("mean_all", lambda x: x.mean(), real(2, 2, 4))
    for shape, axis in [((4,), 0), ((3, 5), 0), ((3, 5), 1), ((2, 4, 3), 1)]:
        file.case("max_along", lambda x: x.amax(axis), real(*shape), axis=axis)
        file.case("min_along", lambda x: x.amin(axis), real(*shape), axis=axis)
    file.case("max_along", lambda x: x.amax(1), given([1.0, 3.0, 3.0, 2.0, 2.0, 2.0], 2, 3), axis=1)
    file.case("softmin", lambda x: F.softmin(x, 1), real(3, 5), axis=1)
    for name, f in [("logsumexp", torch.logsumexp), ("softmax", torch.softmax), ("log_softmax", torch.log_softmax)]:
        for shape, axis in [((6,), 0), ((3, 5), 0), ((3, 5), 1), ((2, 4, 3), 1), ((3, 17), 1)]:
            file.case(name, lambda x: f(x, axis), real(*shape), axis=axis)
        far = given([1000.0, 999.5, 998.0, -1000.0, -1001.0, -1000.25, 1000.0, -1000.0, 0.0, 80.0, -80.0, 3.0], 4, 3)
        file.case(name, lambda x: f(x, 1), far, axis=1)
        file.case(name, lambda x: f(x, 0), far, axis=0)
    return file


def products():
    """All cases of matrix products."""
    file = File("products")
    for a, b in [((3, 4), (4, 2)), ((1, 5), (5, 1)), ((2, 1), (1, 3)), ((2, 3, 4), (2, 4, 2)), ((2, 3, 4), (4, 3)),
                 ((2, 3), (4, 3, 2)), ((2, 2, 2, 3), (2, 2, 3, 1)), ((5, 9), (9, 17))]:
        file.case("matmul", torch.matmul, real(*a), real(*b))
    for a, b in [((3, 4), (2, 4)), ((2, 3, 4), (2, 2, 4)), ((2, 3, 4), (5, 4)), ((3, 4), (2, 2, 4))]:
        file.case("matmul_t", lambda a, b: a @ b.mT, real(*a), real(*b))
    for a, b in [((4, 3), (4, 2)), ((2, 4, 3), (2, 4, 2)), ((2, 4, 3), (4, 5)), ((4, 3), (2, 4, 2))]:
        file.case("t_matmul", lambda a, b: a.mT @ b, real(*a), real(*b))
    file.case("dot", lambda a, b: (a * b).sum(), real(3, 4), real(3, 4))
    file.case("affine", lambda x, w, b: F.linear(x, w.T, b), real(4, 3), real(3, 5), real(5))
    file.case("affine", lambda x, w, b: F.linear(x, w.T, b), real(2, 3, 4), real(4, 17), real(17))
    for letters, a, b in [("bij,bjk->bik", (2, 3, 4), (2, 4, 2)), ("i,j->ij", (3,), (2,)), ("ijk,i->jk", (3, 2, 4), (3,)),
                          ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 2, 4)), ("ab,cb->ca", (2, 3), (4, 3)),
                          ("ijk,kl->il", (2, 3, 2), (2, 3))]:
        file.case("einsum", lambda a, b: torch.einsum(letters, a, b), real(*a), real(*b), letters=letters)
    file.case("squared_distances", squared_distances, real(3, 2), real(4, 2))
    file.case("squared_distances", squared_distances, real(2, 3, 4), real(2, 2, 4))
    file.case("kron", torch.kron, real(2, 3), real(3, 2))
    file.case("matrix_exp", torch.matrix_exp, real(3, 3, low=-1.0, high=1.0), squarings=2)
    file.case("dense", lambda x, w, b: torch.tanh(x @ w + b), real(4, 3), real(3, 5), real(5))
    file.case("three layers", three_layers, real(4, 3), real(3, 5), real(5), real(5, 5), real(5, 2))
    file.case("hessian by vector", hessian_by_vector, real(4, 3), real(3, 5), real(5, 2), real(3, 5), real(5, 2))
    file.case("jacobian by vector", lambda x, w, v: jacobian_by_vector(lambda x: torch.softmax(x @ w, 1), x, v),
              real(3, 4), real(4, 3), real(3, 4))
    file.case("gradient penalty", gradient_penalty, real(4, 3), real(3, 5), real(5, 1))
    return file


def squared_distances(a, b):
    """Between all rows of one and all rows of the other."""
    return (a.unsqueeze(-2) - b.unsqueeze(-3)).square().sum(-1)


def three_layers(x, w1, b1, w2, w3):
    """A small network."""
    return torch.relu(torch.tanh(x @ w1 + b1) @ w2) @ w3


def hessian_by_vector(x, w1, w2, v1, v2):
    """The derivative of a loss's gradient along a direction: of third order in the end."""
    loss = (torch.tanh(x @ w1) @ w2).square().sum()
    g1, g2 = torch.autograd.grad(loss, [w1, w2], create_graph=True)
    h1, h2 = torch.autograd.grad((g1 * v1).sum() + (g2 * v2).sum(), [w1, w2], create_graph=True)
    return torch.cat([h1.flatten(), h2.flatten()])


def jacobian_by_vector(f, x, v):
    """How f(x) changes when x moves along v."""
    return torch.autograd.functional.jvp(f, x, v, create_graph=True)[1]


def gradient_penalty(x, w1, w2):
    """How far the slope of a network by its input is from 1, for each example."""
    y = torch.tanh(x @ w1) @ w2
    (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    return (slope.square().sum(1).sqrt() - 1).square()


def layouts():
    """All cases of operators that only move entries."""
    file = File("layouts")
    file.case("reshape", lambda x: x.reshape(2, 6), real(3, 4), to=[2, 6])
    file.case("reshape", lambda x: x.reshape(2, 2, 3), real(12), to=[2, 2, 3])
    for shape, order in [((2, 3), [1, 0]), ((2, 3, 4), [2, 0, 1]), ((2, 3, 4), [0, 2, 1]), ((2, 3, 2, 2), [3, 1, 0, 2])]:
        file.case("permute", lambda x: x.permute(order), real(*shape), order=order)
    file.case("transpose", lambda x: x.mT, real(2, 3, 4))
    for shape, axis, start, step, count in [((6,), 0, 2, 1, 3), ((4, 3), 0, 1, 1, 2), ((3, 5), 1, 1, 2, 2),
                                            ((2, 7, 2), 1, 0, 3, 3), ((2, 3, 4), 2, 3, 1, 1)]:
        file.case("slice", lambda x: x.narrow(axis, start, (count - 1) * step + 1).index_select(
            axis, torch.arange(0, (count - 1) * step + 1, step)), real(*shape), axis=axis, start=start, step=step, count=count)
    file.case("at", lambda x: x.select(1, 2), real(2, 4, 3), axis=1, i=2)
    for shape, axis, before, after in [((4,), 0, 1, 2), ((2, 3), 0, 0, 2), ((2, 3, 2), 1, 3, 1)]:
        file.case("pad", lambda x: padded(x, axis, before, after), real(*shape), axis=axis, before=before, after=after)
    file.case("concat", lambda a, b, c: torch.cat([a, b, c], 1), real(2, 3), real(2, 1), real(2, 4), axis=1)
    file.case("concat", lambda *x: torch.cat(x, 0), *[real(1, 2)] * 8, axis=0)
    file.case("stack", lambda a, b: torch.stack([a, b], 1), real(2, 3), real(2, 3), axis=1)
    file.case("flip", lambda x: x.flip(1), real(2, 4, 2), axis=1)
    for axis, by in [(0, 1), (1, 3), (1, 9)]:
        file.case("roll", lambda x: x.roll(by, axis), real(3, 4), axis=axis, by=by)
    file.case("unsqueeze", lambda x: x.unsqueeze(1), real(3, 2), axis=1)
    file.case("broadcast_to", lambda x: x.expand(4, 3, 2), real(3, 1), to=[4, 3, 2])
    file.case("broadcast_to", lambda x: x.expand(2, 3), real(), to=[2, 3])
    file.case("diagonal", lambda x: x.diagonal(dim1=-2, dim2=-1), real(2, 3, 3))
    file.case("diag_embed", torch.diag_embed, real(2, 3))
    file.case("trace", lambda x: x.diagonal(dim1=-2, dim2=-1).sum(-1), real(2, 3, 3))
    file.case("outer", lambda a, b: a.unsqueeze(-1) * b.unsqueeze(-2), real(2, 3), real(2, 4))
    for shape in [(3, 4), (2, 3, 3)]:
        for offset in [0, 1, -1]:
            file.case("lower", lambda x: x.tril(offset), real(*shape), offset=offset)
            file.case("upper", lambda x: x.triu(offset), real(*shape), offset=offset)
    file.case("sum_to", lambda x: x.sum_to_size(3, 1), real(2, 3, 4), to=[3, 1])
    return file


def padded(x, axis, before, after):
    """Zeros before and after along an axis."""
    zeros = [x.new_zeros([n if i == axis else m for i, m in enumerate(x.shape)]) for n in (before, after)]
    return torch.cat([zeros[0], x, zeros[1]], axis)
