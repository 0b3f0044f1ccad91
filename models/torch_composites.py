"""Modules of operators that torch has no class for, each with readable generated code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archmeter.models.ops import BlurPool2d, Linear
from archmeter.models.torch_functions import blur_filter, without_key_bias, zeros

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


def zero_key_bias(op: Linear, features: int) -> fx.GraphModule:
    """A linear layer that makes queries, keys and values, and adds zeros to the keys.

    Bao et al. 2022 (BEiT), arXiv:2106.08254, keep the zeros; others mask biases that train.
    """
    import torch
    from torch import fx, nn

    code = fx.Graph()
    x, weight = code.placeholder("x"), code.get_attr("weight")
    owner = nn.Linear(features, op.out_features, bias=op.key_bias == "masked")
    if op.key_bias == "masked":
        bias = code.call_function(without_key_bias, (code.get_attr("bias"),))
    else:
        third = op.out_features // 3
        owner.query_bias = nn.Parameter(torch.zeros(third))
        owner.register_buffer("key_bias", zeros(third))
        owner.value_bias = nn.Parameter(torch.zeros(third))
        names = ("query_bias", "key_bias", "value_bias")
        bias = code.call_function(torch.cat, ([code.get_attr(name) for name in names],))
    code.output(code.call_function(nn.functional.linear, (x, weight, bias)))
    return fx.GraphModule(owner, code, class_name="ZeroKeyBiasLinear")


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
