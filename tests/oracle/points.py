"""Operators that work entry by entry."""

import torch
import torch.nn.functional as F

from stored import File, given, real

# The ends of what single precision holds, and the middle where values are tiny.
WIDE = given([-100.0, -88.5, -30.0, -17.25, -9.0, -1.0, 0.0, 0.5, 3.0, 16.75, 40.0, 89.0, 100.0], 13)
TINY = given([-1e-3, -1e-5, -3e-8, 2e-8, 7e-7, 1e-4], 2, 3)

PLAIN = {
    "copy": lambda x: x * 1,
    "negated": torch.neg,
    "abs": torch.abs,
    "sign": torch.sign,
    "square": torch.square,
    "exp": torch.exp,
    "exp_m1": torch.expm1,
    "sin": torch.sin,
    "cos": torch.cos,
    "atan": torch.atan,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "erf": torch.erf,
    "relu": torch.relu,
    "step": lambda x: (x > 0).double(),
    "floor": torch.floor,
    "round": torch.round,
    "gelu": F.gelu,
    "silu": F.silu,
    "elu": F.elu,
    "log_sigmoid": F.logsigmoid,
    "sinh": torch.sinh,
    "asinh": torch.asinh,
    "cosh": torch.cosh,
    "selu": F.selu,
    "relu6": F.relu6,
    "hardtanh": F.hardtanh,
    "hard_sigmoid": F.hardsigmoid,
    "softsign": F.softsign,
    "mish": F.mish,
    "fract": lambda x: x - x.floor(),
}
POSITIVE = {
    "sqrt": torch.sqrt,
    "recip": torch.reciprocal,
    "rsqrt": torch.rsqrt,
    "ln": torch.log,
    "log2": torch.log2,
}
BOUNDED = {
    "tan": torch.tan,
    "asin": torch.asin,
    "acos": torch.acos,
    "atanh": torch.atanh,
}
BOTH = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "max": torch.maximum,
    "min": torch.minimum,
    "less": lambda a, b: (a < b).double(),
    "greater": lambda a, b: (a > b).double(),
    "equal": lambda a, b: (a == b).double(),
    "logaddexp": torch.logaddexp,
    "atan2": torch.atan2,
    "remainder": torch.remainder,
}


def points():
    """All cases of operators that work entry by entry."""
    file = File("points")
    for name, f in PLAIN.items():
        file.case(name, f, real(3, 5))
        file.case(name, f, real(2, 1, 3, 2, low=-6.0, high=6.0))
    for name, f in POSITIVE.items():
        file.case(name, f, real(3, 5, low=0.1, high=4.0))
        file.case(name, f, given([1e-6, 3e-3, 0.25, 1.0, 17.0, 1e4, 3e8]))
    file.case("acosh", torch.acosh, real(3, 4, low=1.001, high=9.0))
    for name, f in BOUNDED.items():
        file.case(name, f, real(3, 5, low=-0.95, high=0.95))
        file.case(name, f, TINY)
    file.case("ln_1p", torch.log1p, real(4, 3, low=-0.9, high=5.0))
    for name, f in [("exp_m1", torch.expm1), ("ln_1p", torch.log1p), ("erf", torch.erf), ("sin", torch.sin),
                    ("asinh", torch.asinh)]:
        file.case(name, f, TINY)
    file.case("hard_sigmoid", F.hardsigmoid, given([-100.0, -3.5, -2.75, 0.0, 1.0, 2.75, 3.5, 100.0]))
    for name in ["tanh", "sigmoid", "softplus", "relu", "gelu", "silu", "elu", "log_sigmoid", "atan", "asinh",
                 "selu", "relu6", "softsign", "mish"]:
        file.case(name, PLAIN[name], WIDE)
    for name, bounds in [("exp", (-80.0, -70.0)), ("exp", (70.0, 80.0)), ("exp_m1", (60.0, 70.0)), ("erf", (2.0, 6.0)),
                         ("sin", (-1000.0, 1000.0)), ("cos", (-1000.0, 1000.0)), ("log_sigmoid", (10.0, 40.0)),
                         ("sigmoid", (-60.0, -20.0)), ("softplus", (-60.0, -20.0))]:
        file.case(name, PLAIN[name], real(6, low=bounds[0], high=bounds[1]))
    file.case("round", torch.round, given([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49, 3.0]))

    shapes = [((3, 4), (3, 4)), ((3, 1), (3, 4)), ((2, 3, 4), (4,)), ((3, 1), (1, 4)), ((2, 1, 2), (3, 1)), ((), (2, 2))]
    for name, f in BOTH.items():
        for a, b in shapes:
            file.case(name, f, real(*a), real(*b, low=0.3, high=2.0))
    file.case("equal", BOTH["equal"], given([1.0, 2.0, 3.0, 4.0], 2, 2), given([1.0, 4.0]))
    file.case("div", torch.div, given([1e-20, 1.0, 1e20, -3.0]), given([1e10, -3.0, 7e15, 1e-10]))
    file.case("logaddexp", torch.logaddexp, given([1000.0, -1000.0, 500.0, 88.0]), given([999.5, -1000.25, -500.0, 89.0]))
    for a, b in shapes:
        file.case("pow", torch.pow, real(*a, low=0.2, high=3.0), real(*b))
    file.case("pow number", lambda x: x ** 1.5, real(3, 4, low=0.1, high=3.0), power=1.5)
    for n in [0, 1, 2, 3, 7]:
        file.case("powi", lambda x: x ** n, real(2, 4), n=n)

    file.case("select", lambda mask, a, b: torch.where(mask > 0, a, b), real(3, 4), real(4), real(3, 1))
    file.case("select", lambda mask, a, b: torch.where(mask > 0, a, b), real(2, 1), real(3, 2, 1), real(2, 2))
    file.case("clamp", lambda x: x.clamp(-0.5, 1.25), real(3, 5), low=-0.5, high=1.25)
    file.case("leaky_relu", lambda x: F.leaky_relu(x, 0.125), real(3, 5), slope=0.125)
    file.case("celu", lambda x: F.celu(x, 0.75), real(3, 5), a=0.75)
    file.case("number beside", lambda x: 3 - (2.5 / (x + 1.5)) * 0.5, real(3, 3, low=-1.0, high=2.0))
    file.case("stop_gradient", lambda x, y: x.detach() * y + x * x, real(3, 2), real(2))
    file.case("surrogate", lambda x: spike(x).sum(0), real(4, 3))
    file.case("straight_through", lambda x: x + (x.sign() - x).detach() + x, real(4, 3))
    return file


def spike(x):
    """A step, differentiated like the logistic function of 4 x."""
    smooth = torch.sigmoid(4 * x)
    return (x > 0).double() + smooth - smooth.detach()
