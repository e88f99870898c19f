"""Losses, norms, recurrent cells and attention."""

import torch
import torch.nn.functional as F
from torch import nn

from stored import File, fixed, given, real, whole

FAR = given([1000.0, -1000.0, 0.5, -60.0, 60.0, 2.0, 30.0, -30.0, 1.0], 3, 3)
EPS = 2.0**-17


def losses():
    """All cases of losses: of logits or values and targets, the mean over examples."""
    file = File("losses")
    targets = whole(4, below=5)
    file.case("cross_entropy", F.cross_entropy, real(4, 5), targets)
    file.case("cross_entropy", F.cross_entropy, FAR, fixed([0, 2, 1]))
    file.case("cross_entropy", F.cross_entropy, given([1000.0, 999.5, 998.25, -1000.25, -1000.5, -1002.0], 2, 3), fixed([1, 2]))
    for smoothing in [0.125, 0.5]:
        file.case("cross_entropy smoothed", lambda x, y: F.cross_entropy(x, y, label_smoothing=smoothing),
                  real(4, 5), targets, smoothing=smoothing)
    weights = [0.5, 2.0, 1.0, 0.25, 3.0]
    file.case("cross_entropy weighted", lambda x, y: F.cross_entropy(x, y, torch.tensor(weights).double()),
              real(4, 5), targets, weights=weights)
    soft = fixed([0.25, 0.5, 0.25, 0.0, 0.125, 0.875, 1.0, 0.0, 0.0, 0.5, 0.25, 0.25], 4, 3)
    file.case("soft_cross_entropy", F.cross_entropy, real(4, 3), soft)
    binary = fixed([0.0, 1.0, 1.0, 0.25, 0.0, 1.0, 0.0, 1.0, 0.5], 3, 3)
    for x in [real(3, 3), FAR]:
        file.case("binary_cross_entropy", F.binary_cross_entropy_with_logits, x, binary)
    file.case("squared", F.mse_loss, real(4, 2), real(4, 2))
    file.case("absolute", F.l1_loss, real(4, 2), real(4, 2))
    for delta in [1.0, 0.5, 2.0]:
        file.case("huber", lambda x, y: F.huber_loss(x, y, delta=delta), real(4, 4), real(4, 4), delta=delta)
    file.case("kl_divergence", lambda p, q: F.kl_div(torch.log_softmax(q, 1), torch.log_softmax(p, 1), log_target=True,
                                                     reduction="batchmean"), real(4, 3), real(4, 3))
    file.case("hinge", lambda x, y: (1 - x * y).clamp(min=0).mean(), real(8), fixed([1.0, -1.0] * 4))
    file.case("multi_class_hinge", F.multi_margin_loss, real(4, 5), targets)
    file.case("triplet", F.triplet_margin_loss, real(4, 3), real(4, 3), real(4, 3))
    file.case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b), real(4, 3), real(4, 3))
    file.case("gaussian_nll", lambda mean, variance, y: F.gaussian_nll_loss(mean, y, variance),
              real(4, 2), real(4, 2, low=0.5, high=2.0), real(4, 2))
    file.case("gaussian_kl", gaussian_kl, real(4, 2), real(4, 2))
    file.case("cosine", lambda a, b: F.cosine_embedding_loss(a, b, torch.ones(4)), real(4, 3), real(4, 3))
    file.case("contrastive", contrastive, real(4, 2), real(4, 2), fixed([1, 0, 0, 1]), margin=2.0)
    file.case("focal", lambda x, y: focal(x, y, 2.0), real(4, 5), targets, gamma=2.0)
    file.case("info_nce", lambda a, b: info_nce(a, b, 0.25), real(4, 3), real(4, 3), temperature=0.25)
    file.case("nt_xent", lambda a, b: nt_xent(a, b, 0.25), real(4, 3), real(4, 3), temperature=0.25)
    return file


def gaussian_kl(mean, ln_variance):
    """The divergence from the standard normal distribution, summed over features."""
    ours = torch.distributions.Normal(mean, (ln_variance / 2).exp())
    return torch.distributions.kl_divergence(ours, torch.distributions.Normal(0.0, 1.0)).sum(1).mean()


def contrastive(a, b, alike):
    """Half the squared distance of like pairs, half the square of what unlike ones lack to the margin."""
    distance = F.pairwise_distance(a, b)
    return torch.where(alike > 0, distance.square(), (2 - distance).clamp(min=0).square()).mean() / 2


def focal(x, y, gamma):
    """Cross-entropy, each example weighted by what its class lacks to certainty."""
    each = F.cross_entropy(x, y, reduction="none")
    return ((1 - torch.exp(-each)) ** gamma * each).mean()


def info_nce(a, b, temperature):
    """Row i of one side must find row i of the other."""
    scores = F.normalize(a, dim=1) @ F.normalize(b, dim=1).T / temperature
    return F.cross_entropy(scores, torch.arange(len(a)))


def nt_xent(a, b, temperature):
    """Each row must find its other view among all rows but itself."""
    n, both = len(a), F.normalize(torch.cat([a, b]), dim=1)
    scores = (both @ both.T / temperature).masked_fill(torch.eye(2 * n) > 0, -torch.inf)
    return F.cross_entropy(scores, torch.cat([torch.arange(n) + n, torch.arange(n)]))


ACTIVATIONS = {
    "identity": lambda x: x * 1,
    "ReLU": F.relu,
    "ReLU6": F.relu6,
    "leaky ReLU": F.leaky_relu,
    "ELU": F.elu,
    "SELU": F.selu,
    "GELU": F.gelu,
    "GELU (tanh)": lambda x: F.gelu(x, approximate="tanh"),
    "SiLU": F.silu,
    "Mish": F.mish,
    "hard swish": F.hardswish,
    "sigmoid": torch.sigmoid,
    "hard sigmoid": F.hardsigmoid,
    "log-sigmoid": F.logsigmoid,
    "tanh": torch.tanh,
    "hard tanh": F.hardtanh,
    "softsign": F.softsign,
    "softplus": F.softplus,
    "arctan": torch.atan,
    "erf": torch.erf,
    "sine": torch.sin,
    "cosine": torch.cos,
    "Gaussian": lambda x: torch.exp(-x.square()),
    "absolute value": torch.abs,
    "square": torch.square,
    "squared ReLU": lambda x: F.relu(x).square(),
}


def activations():
    """All cases of functions between layers."""
    file = File("activations")
    for name, f in ACTIVATIONS.items():
        file.case(name, f, real(3, 5, low=-4.0, high=4.0))
        file.case(name, f, given([-100.0, -30.0, -7.5, -2.75, 0.0, 2.5, 8.0, 30.0, 100.0]))
    return file


def norms():
    """All cases of normalisation."""
    file = File("norms")
    for shape in [(3, 4), (2, 3, 8), (4, 16)]:
        n = shape[-1]
        file.case("layer_norm", lambda x, w, b: F.layer_norm(x, [n], w, b, EPS), real(*shape), real(n), real(n), eps=EPS)
        file.case("rms_norm", lambda x, w: F.rms_norm(x, [n], w, EPS), real(*shape), real(n), eps=EPS)
    for shape in [(8, 3), (4, 2, 2, 2), (4, 3, 4)]:
        n = shape[1]
        file.case("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0.0, EPS),
                  real(*shape), real(n), real(n), eps=EPS)
        file.case("batch_norm of known moments", lambda x, w, b, m, v: F.batch_norm(x, m, v, w, b, False, 0.0, EPS),
                  real(*shape), real(n), real(n), fixed([0.5] * n), fixed([2.0] * n), eps=EPS)
    for shape, groups in [((2, 4, 3), 2), ((2, 4, 2, 2), 1), ((2, 4, 2, 2), 4)]:
        file.case("group_norm", lambda x, w, b: F.group_norm(x, groups, w, b, EPS),
                  real(*shape), real(shape[1]), real(shape[1]), groups=groups, eps=EPS)
    return file


def cells():
    """All cases of recurrent cells: of PyTorch's weights, in its order of gates, input by hidden size."""
    file = File("cells")
    batch, n, m, length = 2, 3, 4, 5
    for name, cell, gates in [("rnn", nn.RNNCell, 1), ("gru", nn.GRUCell, 3), ("lstm", nn.LSTMCell, 4)]:
        weights = [real(gates * m, n), real(gates * m, m), real(gates * m), real(gates * m)]
        states = [real(batch, m)] * (2 if name == "lstm" else 1)
        file.case(f"{name} cell", lambda x, *rest: step(cell(n, m), x, rest), real(batch, n), *states, *weights, hidden=m)
    for name, layer, gates in [("rnn", nn.RNN, 1), ("gru", nn.GRU, 3), ("lstm", nn.LSTM, 4)]:
        weights = [real(gates * m, n), real(gates * m, m), real(gates * m), real(gates * m)]
        file.case(name, lambda x, *weights: unrolled(layer(n, m, batch_first=True), x, weights),
                  real(batch, length, n), *weights, hidden=m)
    return file


def step(cell, x, rest):
    """One step of a cell; an LSTM's state is [hidden, cell], one after the other."""
    states, weights = rest[:-4], rest[-4:]
    state = tuple(states) if len(states) == 2 else states[0]
    value = called(cell, ["weight_ih", "weight_hh", "bias_ih", "bias_hh"], weights, x, state)
    return torch.cat(value, 1) if isinstance(value, tuple) else value


def unrolled(layer, x, weights):
    """The hidden states of all steps, from zero."""
    return called(layer, ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"], weights, x)[0]


def called(module, names, values, *inputs, **options):
    """What a module makes of its inputs with these weights in place of its own."""
    module = module.double()
    return torch.func.functional_call(module, dict(zip(names, values)), inputs, options)


def attention():
    """All cases of attention: of PyTorch's weights."""
    file = File("attention")
    for causal in [False, True]:
        file.case("attention", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=causal),
                  real(2, 2, 4, 4), real(2, 2, 4, 4), real(2, 2, 4, 4), causal=causal)
        file.case("multi-head attention", lambda x, *weights: heads(x, weights, causal),
                  real(2, 4, 8), real(24, 8, low=-0.8, high=0.8), real(24), real(8, 8, low=-0.8, high=0.8), real(8),
                  heads=2, causal=causal)
    file.case("attention", F.scaled_dot_product_attention, real(3, 2, 4), real(3, 5, 4), real(3, 5, 3), causal=False)
    for norm_first in [True, False]:
        for activation, causal in [("gelu", True), ("relu", False)]:
            small = {"low": -0.8, "high": 0.8}
            weights = [real(24, 8, **small), real(24), real(8, 8, **small), real(8), real(12, 8, **small), real(12),
                       real(8, 12, **small), real(8), real(8), real(8), real(8), real(8)]
            file.case("encoder block", lambda x, *weights: block(x, weights, norm_first, activation, causal), real(2, 4, 8),
                      *weights, heads=2, causal=causal, norm_first=norm_first, activation=activation, eps=EPS)
    return file


def heads(x, weights, causal):
    """Multi-head attention of a sequence to itself."""
    layer = nn.MultiheadAttention(8, 2, batch_first=True)
    names = ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]
    mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype) if causal else None
    return called(layer, names, weights, x, x, x, attn_mask=mask, need_weights=False)[0]


def block(x, weights, norm_first, activation, causal):
    """A block of a transformer's encoder."""
    layer = nn.TransformerEncoderLayer(8, 2, 12, 0.0, activation, EPS, batch_first=True, norm_first=norm_first)
    names = ["self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias",
             "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias",
             "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"]
    mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype) if causal else None
    return called(layer, names, weights, x, src_mask=mask, is_causal=causal)
