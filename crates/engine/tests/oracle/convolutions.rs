//! Convolutions and pooling.

use crate::Args;
use vivarium_engine::graph::Tensor;
use vivarium_engine::op::{Convolution, Pooling};

pub fn record<'g>(name: &str, x: &[Tensor<'g>], args: &Args) -> Option<Tensor<'g>> {
    let how = || Convolution::default().stride(args.size("stride")).padding(args.size("padding"));
    let whole = || how().dilation(args.size("dilation")).groups(args.size("groups"));
    let windows = || Pooling::new(args.size("size")).stride(args.size("stride")).padding(args.size("padding"));
    Some(match name {
        "conv1d" => x[0].conv1d(x[1], whole()),
        "conv2d" => x[0].conv2d(x[1], whole()),
        "conv_transpose1d" => x[0].conv_transpose1d(x[1], how(), 0),
        "conv_transpose2d" => x[0].conv_transpose2d(x[1], how(), [0, 0]),
        "max_pool1d" => x[0].max_pool1d(windows()),
        "max_pool2d" => x[0].max_pool2d(windows()),
        "avg_pool1d" => x[0].avg_pool1d(windows()),
        "avg_pool2d" => x[0].avg_pool2d(windows()),
        _ => return None,
    })
}
