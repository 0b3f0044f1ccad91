"""Last layers: from maps to class scores."""

from __future__ import annotations

from models.graph import Tensor
from models.layers.basics import (
    NormKind,
    act,
    conv,
    conv_norm_act,
    flatten,
    global_avg_pool,
    linear,
    norm,
)
from models.ops import ActivationKind


def pooled_classifier(
    x: Tensor,
    num_classes: int,
    *,
    norm_kind: NormKind | None = None,
    convolutional: bool = False,
    bias: bool = True,
    final_width: int | None = None,
    act_kind: ActivationKind = "relu",
) -> Tensor:
    """(N, C, H, W) -> (N, num_classes), or (N, C) where there are no classes.

    Args:
        x: maps of the last stage.
        num_classes: outputs of the classifier; 0 for no classifier.
        norm_kind: norm and activation to end pre-activation stages with, if any.
        convolutional: whether the classifier is a 1x1 convolution rather than a linear layer.
        bias: whether the classifier has biases.
        final_width: channels of a last 1x1 convolution, norm and activation, before the pool.
        act_kind: that activation.
    """
    with x.graph.scope("head"):
        if norm_kind:
            x = act(norm(x, norm_kind))
        if final_width:
            x = conv_norm_act(x, final_width, act_kind=act_kind)
        x = global_avg_pool(x)
        if convolutional and num_classes:
            return flatten(conv(x, num_classes, bias=bias))
        x = flatten(x)
        return linear(x, num_classes, bias=bias) if num_classes else x
