"""Modules of operators that torch has no class for, each with readable generated code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archmeter.models.ops import BlurPool2d
from archmeter.models.torch_functions import blur_filter

if TYPE_CHECKING:
    from torch import fx, nn

STANDARDIZED_EPS = 1e-6


def standardized(conv: nn.Conv2d) -> fx.GraphModule:
    """A convolution whose weights get mean 0 and variance 1 for each output channel in each call.

    Qiao et al. 2019, arXiv:1903.10520: a batch norm of them, as if the channels were those of one
    image.
    """
    from torch import fx
    from torch.nn.functional import batch_norm, conv2d

    code = fx.Graph()
    x, weight = code.placeholder("x"), code.get_attr("weight")
    rows = code.call_method("view", (weight, 1, conv.out_channels, -1))
    normal = code.call_function(
        batch_norm, (rows, None, None), {"training": True, "eps": STANDARDIZED_EPS}
    )
    weights = code.call_method("view_as", (normal, weight))
    bias = None if conv.bias is None else code.get_attr("bias")
    window = (conv.stride, conv.padding, conv.dilation, conv.groups)
    code.output(code.call_function(conv2d, (x, weights, bias, *window)))
    return fx.GraphModule(conv, code, class_name="StandardizedConv2d")


def blur_pool(op: BlurPool2d, channels: int) -> fx.GraphModule:
    """A depthwise convolution with the coefficients of (1/2 + x/2)^(k-1) down and across."""
    from torch import fx, nn
    from torch.nn.functional import conv2d, pad

    p = op.padding
    owner = nn.Module()
    owner.register_buffer("filter", blur_filter(channels, op.kernel))
    code = fx.Graph()
    padded = code.call_function(pad, (code.placeholder("x"), (p, p, p, p)), {"mode": "reflect"})
    filters = code.get_attr("filter")
    blurred = code.call_function(conv2d, (padded, filters, None, op.stride, 0, 1, channels))
    code.output(blurred)
    return fx.GraphModule(owner, code, class_name="BlurPool2d")
