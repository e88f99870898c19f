"""Definite systems, sums over paths, and smooth stand-ins for choices."""

import torch
import torch.nn.functional as F

from stored import File, fixed, real


def structures():
    """All cases."""
    file = File("structures")
    for shape, width in [((3, 3), 2), ((2, 4, 4), 1), ((1, 1), 3)]:
        columns = (*shape[:-1], width)
        file.case("solve", lambda m, b: torch.linalg.solve(definite(m), b), real(*shape), real(*columns))
        file.case("ln_det", lambda m: torch.logdet(definite(m)), real(*shape))
    labels = fixed([1, 2, 3, 3, 2, 1], 2, 3)
    file.case("ctc_loss", lambda x, y: ctc(x, y, [6, 6], [3, 3]), real(2, 6, 4), labels)
    # One target is shorter, one has fewer frames; one repeats a label.
    file.case("ctc_loss of lengths", lambda x, y, lengths, frames: ctc(x, y, frames.tolist(), lengths.tolist()),
              real(2, 7, 4), labels, fixed([2, 3]), fixed([7, 5]))
    file.case("log_paths", log_paths, real(5, 2, 3))
    file.case("log_paths", log_paths, real(2, 4, 3, 4))
    for shape, axis, k in [((6,), 0, 2), ((3, 5), 1, 1), ((4, 3), 0, 3)]:
        file.case("soft_top_k", lambda x: soft_top_k(x / 0.5, axis, k), real(*shape), axis=axis, k=k, temperature=0.5)
    file.case("sinkhorn", lambda x, r, c: sinkhorn(x, r, c, 4), real(3, 4), real(3), real(4), steps=4)
    file.case("sinkhorn", lambda x, r, c: sinkhorn(x, r, c, 2), real(2, 3, 3), real(2, 3), real(2, 3), steps=2)
    return file


def definite(m):
    """A symmetric positive definite matrix made from any."""
    return m @ m.mT + torch.eye(m.shape[-1]).double()


def log_paths(scores):
    """Logarithms of the weights of all paths to each state; a move goes on by as many states as its number."""
    times, moves, states = scores.shape[-3:]
    now = scores[..., 0, 0, :]
    all_times = [now]
    for time in range(1, times):
        ways = [scores[..., time, j, :] + F.pad(now, (j, 0), value=-torch.inf)[..., :states] for j in range(moves)]
        now = torch.logsumexp(torch.stack(ways), 0)
        all_times.append(now)
    return torch.stack(all_times, -2)


def ctc(x, labels, frames, lengths):
    """Connectionist temporal classification for each example, class 0 being the blank."""
    return F.ctc_loss(torch.log_softmax(x, 2).transpose(0, 1), labels, frames, lengths, reduction="none")


def soft_top_k(x, axis, k):
    """Sigmoids of the entries, all shifted so that they sum to k."""
    low, high = -x.detach().amax(axis, True) - 50, -x.detach().amin(axis, True) + 50
    for _ in range(100):
        shift = (low + high) / 2
        above = torch.sigmoid(x.detach() + shift).sum(axis, True) > k
        low, high = torch.where(above, low, shift), torch.where(above, shift, high)
    # One step of Newton's leaves the value as it is, and gives it the derivative of the implicit function.
    y = torch.sigmoid(x + shift)
    shift = shift - (y.sum(axis, True) - k) / (y * (1 - y)).sum(axis, True).detach()
    return torch.sigmoid(x + shift)


def sinkhorn(plan, rows, columns, steps):
    """Alternating normalisation of logarithms, columns first."""
    for _ in range(steps):
        plan = plan - plan.logsumexp(-2, True) + columns.unsqueeze(-2)
        plan = plan - plan.logsumexp(-1, True) + rows.unsqueeze(-1)
    return plan
