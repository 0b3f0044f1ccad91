"""Last layers: from maps to class scores."""

from __future__ import annotations

from models.graph import Tensor
from models.layers.basics import NormKind, act, conv, flatten, global_avg_pool, linear, norm


def pooled_classifier(
    x: Tensor, num_classes: int, *, norm_kind: NormKind | None = None, convolutional: bool = False
) -> Tensor:
    """(N, C, H, W) -> (N, num_classes), or (N, C) where there are no classes.

    Args:
        x: maps of the last stage.
        num_classes: outputs of the classifier; 0 for no classifier.
        norm_kind: norm and activation to end pre-activation stages with, if any.
        convolutional: whether the classifier is a 1x1 convolution rather than a linear layer.
    """
    with x.graph.scope("head"):
        if norm_kind:
            x = act(norm(x, norm_kind))
        x = global_avg_pool(x)
        if convolutional and num_classes:
            return flatten(conv(x, num_classes, bias=True))
        x = flatten(x)
        return linear(x, num_classes) if num_classes else x
