//! Convolutions and pooling.

use crate::Args;
use vivarium_engine::graph::Tensor;
use vivarium_engine::op::{Convolution, Pooling};

pub fn record<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    Some(match (name, x) {
        ("conv1d", [x, kernels]) => x.conv1d(*kernels, convolution(args)),
        ("conv2d", [x, kernels]) => x.conv2d(*kernels, convolution(args)),
        ("conv_transpose1d", [x, kernels]) => x.conv_transpose1d(*kernels, convolution(args), args.size("more")),
        ("conv_transpose2d", [x, kernels]) => x.conv_transpose2d(*kernels, convolution(args), [args.size("more"); 2]),
        ("unfold", [x]) => x.unfold(args.get("size"), convolution(args)),
        ("max_pool1d", [x]) => x.max_pool1d(pooling(args)),
        ("max_pool2d", [x]) => x.max_pool2d(pooling(args)),
        ("avg_pool1d", [x]) => x.avg_pool1d(pooling(args)),
        ("avg_pool2d", [x]) => x.avg_pool2d(pooling(args)),
        ("upsample_nearest", [x]) => x.upsample_nearest(args.size("factor")),
        _ => return None,
    })
}

fn convolution(args: &Args) -> Convolution {
    let [stride, padding, dilation] = ["stride", "padding", "dilation"].map(|name| args.pair(name));
    Convolution { stride, padding, dilation, groups: args.size("groups") }
}

fn pooling(args: &Args) -> Pooling {
    let [size, stride, padding] = ["size", "stride", "padding"].map(|name| args.pair(name));
    Pooling { size, stride, padding }
}
