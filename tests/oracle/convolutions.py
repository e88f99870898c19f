"""Convolutions and pooling. Pictures are [examples, channels, height, width], kernels [out, in / groups, height, width]."""

import torch.nn.functional as F

from stored import File, real

# channels in, channels out, length, kernel, stride, padding, dilation, groups
LINES = [(1, 1, 6, 3, 1, 0, 1, 1), (2, 3, 7, 3, 1, 1, 1, 1), (2, 2, 8, 3, 2, 1, 1, 1), (1, 2, 9, 3, 1, 2, 2, 1),
         (4, 4, 6, 2, 1, 0, 1, 2), (3, 3, 7, 3, 2, 2, 2, 3), (2, 1, 5, 1, 1, 0, 1, 1)]
# channels in, channels out, (height, width), (kernel), stride, padding, dilation, groups
PICTURES = [(1, 1, (4, 4), (3, 3), [1, 1], [0, 0], [1, 1], 1), (2, 3, (5, 4), (3, 3), [1, 1], [1, 1], [1, 1], 1),
            (2, 2, (5, 6), (3, 2), [2, 2], [1, 1], [1, 1], 1), (1, 2, (7, 6), (3, 3), [1, 1], [2, 2], [2, 2], 1),
            (4, 2, (4, 4), (2, 2), [1, 1], [0, 0], [1, 1], 2), (3, 3, (5, 5), (3, 3), [2, 2], [1, 1], [1, 1], 3),
            (3, 2, (3, 3), (1, 1), [1, 1], [0, 0], [1, 1], 1), (2, 2, (6, 6), (3, 3), [3, 3], [2, 2], [2, 2], 1),
            (1, 1, (6, 7), (2, 3), [1, 2], [0, 1], [2, 1], 1), (2, 4, (4, 5), (3, 1), [2, 1], [2, 0], [1, 3], 2)]
# channels in, channels out, size, kernel, stride, padding, dilation, groups, more
TRANSPOSED = [(2, 3, 4, 3, 1, 0, 1, 1, 0), (2, 3, 3, 3, 2, 0, 1, 1, 0), (2, 2, 3, 3, 2, 1, 1, 2, 1), (1, 2, 3, 2, 3, 1, 1, 1, 2),
              (2, 1, 3, 2, 1, 1, 2, 1, 0)]
# size, kernel, stride, padding
POOLS = [(6, 2, 2, 0), (7, 3, 2, 0), (7, 3, 2, 1), (5, 2, 1, 0)]


def convolutions():
    """All cases of convolutions and pooling."""
    file = File("convolutions")
    for a, b, n, k, stride, padding, dilation, groups in LINES:
        args = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        file.case("conv1d", lambda x, w: F.conv1d(x, w, **args), real(2, a, n), real(b, a // groups, k), **args)
    for a, b, n, k, stride, padding, dilation, groups in PICTURES:
        args = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        file.case("conv2d", lambda x, w: F.conv2d(x, w, **args), real(2, a, *n), real(b, a // groups, *k), **args)
    for a, b, n, k, stride, padding, dilation, groups, more in TRANSPOSED:
        args = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        file.case("conv_transpose1d", lambda x, w: F.conv_transpose1d(x, w, output_padding=more, **args),
                  real(2, a, n), real(a, b // groups, k), more=more, **args)
        file.case("conv_transpose2d", lambda x, w: F.conv_transpose2d(x, w, output_padding=more, **args),
                  real(1, a, n, n - 1), real(a, b // groups, k, k), more=more, **args)
    for n, size, stride, padding in POOLS:
        args = {"size": size, "stride": stride, "padding": padding}
        file.case("max_pool1d", lambda x: F.max_pool1d(x, size, stride, padding), real(2, 2, n), **args)
        file.case("max_pool2d", lambda x: F.max_pool2d(x, size, stride, padding), real(1, 2, n, n - 1), **args)
        file.case("avg_pool1d", lambda x: F.avg_pool1d(x, size, stride, padding), real(2, 2, n), **args)
        file.case("avg_pool2d", lambda x: F.avg_pool2d(x, size, stride, padding), real(1, 2, n, n - 1), **args)
    for size, stride, padding, dilation in [([2, 2], 1, 0, 1), ([3, 2], 2, 1, 1), ([2, 2], 1, 1, 2)]:
        args = {"stride": stride, "padding": padding, "dilation": dilation}
        file.case("unfold", lambda x: F.unfold(x, size, **args), real(2, 2, 4, 5), size=size, groups=1, **args)
    file.case("upsample_nearest", lambda x: F.interpolate(x, scale_factor=3, mode="nearest"), real(1, 2, 2, 3), factor=3)
    return file
