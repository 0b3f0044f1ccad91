"""One operator each: convolutions, norms, activations, pools and classifiers' linear layers.

Sides are given as one integer or a (height, width) pair. Operators are made through caches: equal
layers of one network share one description, and the work done for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from archmeter.models.graph import Tensor, block
from archmeter.models.ops import (
    IN_PLACE_ACTIVATIONS,
    Activation,
    ActivationKind,
    AdaptiveAvgPool2d,
    Amax,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    BlurPool2d,
    ChannelShuffle,
    Concat,
    Contiguous,
    Conv2d,
    Dropout,
    Flatten,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    Maximum,
    MaxPool2d,
    Mean,
    Op,
    Pad2d,
    Pair,
    Parameter,
    Permute,
    Reshape,
    Rsqrt,
    Scale,
    Select,
    Shift,
    Slice,
    Softmax,
    Square,
    Sum,
    Upsample2d,
    Variance,
)

Side = int | Pair
NormKind = Literal["batch", "group", "filter_response"]
ActKind = Literal[ActivationKind, "thresholded"]

GROUP_NORM_GROUPS = 32
"""Groups of a group norm, as in Wu & He 2018 §4.1."""

_BATCH_NORM, _FEATURE_NORM = BatchNorm2d(), BatchNorm1d()
_RELU = Activation("relu", inplace=True)
_NORMS: Mapping[NormKind, Op] = MappingProxyType(
    {"batch": _BATCH_NORM, "group": GroupNorm(GROUP_NORM_GROUPS)}
)
_GLOBAL_AVG_POOL = AdaptiveAvgPool2d()
_SPATIAL_MEAN, _SPATIAL_MAX = Mean((2, 3)), Amax((2, 3))
_CHANNEL_MEAN, _CHANNEL_MAX = Mean((1,)), Amax((1,))
_FLATTEN = Flatten()
_SQUARE, _RSQRT, _MAXIMUM = Square(), Rsqrt(), Maximum()
_LAYER_NORM = LayerNorm()
_CONTIGUOUS = Contiguous()


@lru_cache(16_384)
def _op(kind: Callable[..., Op], *knobs: object) -> Op:
    return kind(*knobs)


def _pair(side: Side) -> Pair:
    return side if isinstance(side, tuple) else (side, side)


@lru_cache(4096)
def _conv_op(
    channels: int,
    kernel: Side,
    stride: Side,
    padding: Side | None,
    dilation: Side,
    groups: int,
    bias: bool,  # noqa: FBT001
) -> Op:
    k, d = _pair(kernel), _pair(dilation)
    centred = (d[0] * (k[0] - 1) // 2, d[1] * (k[1] - 1) // 2)
    p = centred if padding is None else _pair(padding)
    return Conv2d(channels, k, _pair(stride), p, d, groups, bias)


@lru_cache(4096)
def _bare_conv_op(channels: int, kernel: Side = 1, stride: Side = 1, groups: int = 1) -> Op:
    """Without biases, which a norm beside it makes useless."""
    return _conv_op(channels, kernel, stride, None, 1, groups, bias=False)


@lru_cache(1024)
def _standardized_conv_op(channels: int, kernel: int, stride: int, groups: int) -> Op:
    centred = (kernel - 1) // 2
    return Conv2d(
        channels,
        (kernel, kernel),
        (stride, stride),
        (centred, centred),
        groups=groups,
        standardized=True,
    )


@lru_cache(256)
def _pool_op(
    kind: type[MaxPool2d | AvgPool2d],
    kernel: Side,
    stride: Side,
    padding: Side,
    ceil: bool,  # noqa: FBT001
) -> Op:
    return kind(_pair(kernel), _pair(stride), _pair(padding), ceil)


@lru_cache(64)
def _padded_avg_pool_op(kernel: Side, stride: Side, padding: Side) -> Op:
    return AvgPool2d(_pair(kernel), _pair(stride), _pair(padding), count_padding=True)


def conv(
    x: Tensor,
    channels: int,
    kernel: Side = 1,
    *,
    stride: Side = 1,
    padding: Side | None = None,
    dilation: Side = 1,
    groups: int = 1,
    bias: bool = False,
) -> Tensor:
    """A convolution; padding defaults to (k-1)/2, which keeps the map at stride 1."""
    return x.graph.append(_conv_op(channels, kernel, stride, padding, dilation, groups, bias), x)


def unbiased_conv(
    x: Tensor,
    channels: int,
    kernel: int = 1,
    *,
    stride: int = 1,
    groups: int = 1,
    standardized: bool = False,
) -> Tensor:
    """A convolution without biases, by its weights as they are or standardised for each use."""
    if standardized:
        return x.graph.append(_standardized_conv_op(channels, kernel, stride, groups), x)
    return conv(x, channels, kernel, stride=stride, groups=groups)


def linear(x: Tensor, features: int, *, bias: bool = True) -> Tensor:
    """A linear layer over the last dimension."""
    return x.graph.append(_op(Linear, features, bias), x)


def norm(x: Tensor, kind: NormKind = "batch") -> Tensor:
    """A normalisation layer with learned scale and shift."""
    if kind == "filter_response":
        return filter_response_norm(x)
    return x.graph.append(_NORMS[kind], x)


def act(x: Tensor, kind: ActKind = "relu", *, inplace: bool = True) -> Tensor:
    """An activation, written over its input where that is possible and not forbidden.

    ``thresholded`` is max(x, τ) with one trained τ per channel, made for filter response norm.
    """
    if kind == "thresholded":
        return x.graph.append(_MAXIMUM, x, parameter(x, x.channels, 1, 1))
    return x.graph.append(_op(Activation, kind, inplace and kind in IN_PLACE_ACTIVATIONS), x)


def conv_norm_act(
    x: Tensor,
    channels: int,
    kernel: Side = 1,
    *,
    stride: Side = 1,
    groups: int = 1,
    norm_kind: NormKind = "batch",
    act_kind: ActKind = "relu",
) -> Tensor:
    """act(norm(conv(x))), without bias: the norm has one."""
    op = _bare_conv_op(channels, kernel, stride, groups)
    if norm_kind == "filter_response" or act_kind == "thresholded":
        return act(norm(x.graph.append(op, x), norm_kind), act_kind)
    inplace = act_kind in IN_PLACE_ACTIVATIONS
    return x.graph.chain(x, op, _NORMS[norm_kind], _op(Activation, act_kind, inplace))


def feature_norm(x: Tensor) -> Tensor:
    """A norm over the batch of features (N, C), with learned scale and shift."""
    return x.graph.append(_FEATURE_NORM, x)


def norm_act(x: Tensor) -> Tensor:
    """relu(norm(x)), with the norm over the batch."""
    return x.graph.chain(x, _BATCH_NORM, _RELU)


def norm_act_conv(x: Tensor, channels: int, kernel: int = 1) -> Tensor:
    """W relu(norm(x)), with the norm over the batch."""
    return x.graph.chain(x, _BATCH_NORM, _RELU, _bare_conv_op(channels, kernel))


def max_pool(
    x: Tensor, kernel: Side, *, stride: Side, padding: Side = 0, ceil: bool = False
) -> Tensor:
    """The largest element of each window."""
    return x.graph.append(_pool_op(MaxPool2d, kernel, stride, padding, ceil), x)


def avg_pool(
    x: Tensor, kernel: Side, *, stride: Side, padding: Side = 0, ceil: bool = False
) -> Tensor:
    """The mean of each window, over its elements inside the map."""
    return x.graph.append(_pool_op(AvgPool2d, kernel, stride, padding, ceil), x)


def padded_avg_pool(x: Tensor, kernel: Side, *, stride: Side = 1, padding: Side = 0) -> Tensor:
    """The mean of each window, zeros of the padding included."""
    return x.graph.append(_padded_avg_pool_op(kernel, stride, padding), x)


def adaptive_avg_pool(x: Tensor, size: Side) -> Tensor:
    """(N, C, H, W) -> (N, C, *size), as a layer that makes any input fit a classifier."""
    return x.graph.append(_op(AdaptiveAvgPool2d, _pair(size)), x)


def global_avg_pool(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, 1, 1), as the pooling layer before a classifier."""
    return x.graph.append(_GLOBAL_AVG_POOL, x)


def spatial_mean(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, 1, 1), as a plain reduction inside a block."""
    return x.graph.append(_SPATIAL_MEAN, x)


def spatial_max(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, 1, 1)."""
    return x.graph.append(_SPATIAL_MAX, x)


def channel_mean(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, 1, H, W)."""
    return x.graph.append(_CHANNEL_MEAN, x)


def channel_max(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, 1, H, W)."""
    return x.graph.append(_CHANNEL_MAX, x)


def flatten(x: Tensor) -> Tensor:
    """(N, ...) -> (N, features)."""
    return x.graph.append(_FLATTEN, x)


def concat(*tensors: Tensor, dim: int = 1) -> Tensor:
    """Tensors laid one after another: along the channels of maps, or as more tokens, at first."""
    return tensors[0].graph.append(_op(Concat, dim), *tensors)


def dropout(x: Tensor, rate: float) -> Tensor:
    """Dropout while training; the tensor itself where the rate is zero."""
    return x.graph.append(_op(Dropout, rate), x) if rate else x


def layer_norm(x: Tensor) -> Tensor:
    """Normalises over the last dimension."""
    return x.graph.append(_LAYER_NORM, x)


def local_response_norm(x: Tensor, neighbours: int = 5) -> Tensor:
    """Divides by the energy of neighbouring channels."""
    return x.graph.append(_op(LocalResponseNorm, neighbours), x)


def pad(x: Tensor, left: int, right: int, top: int, bottom: int) -> Tensor:
    """Zeros around each map; negative sides crop."""
    return x.graph.append(_op(Pad2d, (left, right, top, bottom)), x)


def channel_slice(x: Tensor, start: int, stop: int) -> Tensor:
    """Channels from ``start`` up to, not including, ``stop``, as a view."""
    return narrow(x, 1, start, stop)


def narrow(x: Tensor, dim: int, start: int, stop: int) -> Tensor:
    """What is at ``start`` up to, not including, ``stop`` of a dimension, as a view."""
    return x.graph.append(_op(Slice, dim, start, stop), x)


def channel_shuffle(x: Tensor, groups: int) -> Tensor:
    """Channels of all groups interleaved."""
    return x.graph.append(_op(ChannelShuffle, groups), x)


def permute(x: Tensor, *dims: int) -> Tensor:
    """Dimensions in another order, as a view."""
    return x.graph.append(_op(Permute, dims), x)


def reshape(x: Tensor, *size: int) -> Tensor:
    """(N, ...) -> (N, *size), as a view."""
    return x.graph.append(_op(Reshape, size), x)


def softmax(x: Tensor, dim: int) -> Tensor:
    """exp(x) / Σ exp(x) along a dimension."""
    return x.graph.append(_op(Softmax, dim), x)


def select(x: Tensor, dim: int, index: int) -> Tensor:
    """The elements at one index of a dimension, which disappears; a view."""
    return x.graph.append(_op(Select, dim, index), x)


def contiguous(x: Tensor) -> Tensor:
    """The same elements, copied into the order of their dimensions."""
    return x.graph.append(_CONTIGUOUS, x)


def sum_over(x: Tensor, dim: int) -> Tensor:
    """The sum over one dimension, which disappears."""
    return x.graph.append(_op(Sum, dim), x)


def parameter(x: Tensor, *size: int) -> Tensor:
    """A trained tensor in the graph of x, such as the γ of a layer scale."""
    return x.graph.append(_op(Parameter, size))


def layer_scale(x: Tensor) -> Tensor:
    """γ · x with one γ per channel of (N, C, H, W); Touvron et al. 2021, arXiv:2103.17239."""
    return x * parameter(x, x.channels, 1, 1)


def group_norm(x: Tensor, groups: int) -> Tensor:
    """Normalises each image over so many groups of channels."""
    return x.graph.append(_op(GroupNorm, groups), x)


def scale(x: Tensor, constant: float) -> Tensor:
    """x times a constant."""
    return x.graph.append(_op(Scale, constant), x)


def blur_pool(x: Tensor, kernel: int = 3, *, stride: int) -> Tensor:
    """A fixed binomial filter of each channel, which strides."""
    return x.graph.append(_op(BlurPool2d, kernel, stride), x)


def upsample(x: Tensor, size: Side) -> Tensor:
    """The nearest element of x at each position of a larger map."""
    return x.graph.append(_op(Upsample2d, _pair(size)), x)


def shift(x: Tensor, constant: float) -> Tensor:
    """x plus a constant."""
    return x.graph.append(_op(Shift, constant), x)


def square(x: Tensor) -> Tensor:
    """x²."""
    return x.graph.append(_SQUARE, x)


def rsqrt(x: Tensor) -> Tensor:
    """1 / √x."""
    return x.graph.append(_RSQRT, x)


def variance(x: Tensor, *dims: int) -> Tensor:
    """Σ(x - mean)² / (n - 1) over some dimensions, each kept with size 1."""
    return x.graph.append(_op(Variance, dims), x)


def mean(x: Tensor, *dims: int) -> Tensor:
    """The mean over some dimensions, each kept with size 1."""
    return x.graph.append(_op(Mean, dims), x)


@block
def filter_response_norm(x: Tensor) -> Tensor:
    """γ x / √(mean of x² over the map + ε) + β; Singh & Krishnan 2020, arXiv:1911.09737."""
    x = x * rsqrt(shift(spatial_mean(square(x)), 1e-5))
    return layer_scale(x) + parameter(x, x.channels, 1, 1)
