"""Last layers: from maps to class scores."""

from __future__ import annotations

from typing import Literal

from archmeter.models.graph import Tensor
from archmeter.models.head import head
from archmeter.models.layers.basics import (
    ActKind,
    NormKind,
    act,
    conv,
    conv_norm_act,
    dropout,
    flatten,
    linear,
    norm,
)
from archmeter.models.layers.channel_norm import ChannelNormKind, channel_norm
from archmeter.models.layers.last_pool import last_pool
from archmeter.models.ops import ActivationKind

NormPlace = Literal["pooled", "maps"]


@head
def pooled_classifier(
    x: Tensor,
    num_classes: int,
    *,
    norm_kind: NormKind | None = None,
    convolutional: bool = False,
    bias: bool = True,
    final_width: int | None = None,
    act_kind: ActKind = "relu",
) -> Tensor:
    """(N, C, H, W) -> (N, num_classes), or (N, C) where there are no classes.

    Args:
        x: maps of the last stage.
        num_classes: outputs of the classifier; 0 for no classifier.
        norm_kind: norm and activation to end pre-activation stages with, if any.
        convolutional: whether the classifier is a 1x1 convolution rather than a linear layer.
        bias: whether the classifier has biases.
        final_width: channels of a last 1x1 convolution, norm and activation, before the pool.
        act_kind: these activations.
    """
    if norm_kind:
        x = act(norm(x, norm_kind), act_kind)
    if final_width:
        x = conv_norm_act(x, final_width, act_kind=act_kind)
    x = last_pool(x)
    if convolutional and num_classes:
        return flatten(conv(x, num_classes, bias=bias))
    x = flatten(x)
    return linear(x, num_classes, bias=bias) if num_classes else x


@head
def dropout_classifier(x: Tensor, num_classes: int, rate: float) -> Tensor:
    """(N, C, H, W) -> (N, num_classes), with dropout after the pool."""
    x = dropout(flatten(last_pool(x)), rate)
    return linear(x, num_classes) if num_classes else x


@head
def normed_classifier(
    x: Tensor,
    num_classes: int,
    *,
    norm_on: NormPlace = "pooled",
    norm_kind: ChannelNormKind = "layer",
    hidden: int = 0,
) -> Tensor:
    """(N, C, H, W) -> (N, num_classes), with a norm over channels, pooled or of the maps.

    Args:
        x: maps of the last stage.
        num_classes: outputs of the classifier; 0 for no classifier.
        norm_on: whether the norm comes after the pool or before it.
        norm_kind: that norm.
        hidden: features of a layer between; 0 for none.
    """
    if norm_on == "maps":
        x = last_pool(channel_norm(x, norm_kind))
    else:
        x = channel_norm(last_pool(x), norm_kind)
    x = flatten(x)
    if hidden:
        x = act(linear(x, hidden), "gelu")
    return linear(x, num_classes) if num_classes else x


@head
def late_conv_classifier(
    x: Tensor,
    num_classes: int,
    *,
    hidden: int,
    width: int = 0,
    end: Literal["bias", "norm", "bare"] = "bias",
    act_kind: ActivationKind = "hardswish",
    dropout_rate: float = 0.0,
) -> Tensor:
    """MobileNetV3's: the widest convolution comes after the pool, where it costs next to nothing.

    Howard et al. 2019, arXiv:1905.02244, §5.1.

    Args:
        x: maps of the last stage.
        num_classes: outputs of the classifier; 0 for no classifier.
        hidden: channels of the 1x1 convolution after the pool; 0 for none.
        width: channels of a 1x1 convolution before the pool; 0 for none.
        end: whether that one has biases, or a norm after it, or neither.
        act_kind: activation of all of them.
        dropout_rate: of the dropout before the classifier.
    """
    if width:
        x = conv_norm_act(x, width, act_kind=act_kind)
    x = last_pool(x)
    if hidden:
        x = conv(x, hidden, bias=end == "bias")
        x = act(norm(x) if end == "norm" else x, act_kind)
    x = dropout(flatten(x), dropout_rate)
    return linear(x, num_classes) if num_classes else x
