"""Heads from before the global pool came just before one linear layer."""

from __future__ import annotations

from archmeter.models.graph import Tensor
from archmeter.models.head import head
from archmeter.models.layers.basics import (
    act,
    adaptive_avg_pool,
    conv,
    dropout,
    feature_norm,
    flatten,
    linear,
    norm,
)
from archmeter.models.layers.last_pool import last_pool, refuse_last_pools
from archmeter.models.ops import ActivationKind


@head
def hidden_classifier(
    x: Tensor,
    num_classes: int,
    *,
    side: int,
    hidden: int,
    dropout_rate: float,
    drop_inputs: bool = False,
    layers: int = 2,
    normed: bool = False,
) -> Tensor:
    """W3 relu(W2 relu(W1 x)) of maps of side x side; AlexNet's and VGG's, most of their weights.

    Args:
        x: maps of the last stage, pooled to ``side`` whatever theirs is.
        num_classes: outputs of the classifier; 0 for the hidden features themselves.
        side: of the maps that the first layer reads.
        hidden: features between the layers.
        dropout_rate: of the dropout after the hidden layers.
        drop_inputs: whether dropout comes before those layers instead (torchvision's AlexNet).
        layers: how many hidden layers there are.
        normed: whether a batch norm follows the activation of each.
    """
    refuse_last_pools(
        x, "max", "mean_max", "concat", because="the hidden layers read maps, which no pool ends"
    )
    x = flatten(adaptive_avg_pool(x, side))
    for _ in range(layers):
        x = dropout(x, dropout_rate) if drop_inputs else x
        x = act(linear(x, hidden))
        x = feature_norm(x) if normed else x
        x = x if drop_inputs else dropout(x, dropout_rate)
    return linear(x, num_classes) if num_classes else x


@head
def convolved_classifier(
    x: Tensor,
    num_classes: int,
    *,
    side: int,
    hidden: int,
    dropout_rate: float,
    layers: int = 2,
    normed: bool = False,
) -> Tensor:
    """The same layers as convolutions that slide over a larger map, then the mean of the scores."""
    height, width = x.shape[2:]
    if height < side or width < side:
        x = adaptive_avg_pool(x, (max(side, height), max(side, width)))
    for i in range(layers):
        x = dropout(x, dropout_rate) if i else x
        x = act(conv(x, hidden, 1 if i else side, padding=0, bias=True))
        x = norm(x) if normed else x
    x = flatten(last_pool(x))
    x = dropout(x, dropout_rate) if layers and num_classes else x
    return linear(x, num_classes) if num_classes else x


@head
def mapped_classifier(
    x: Tensor,
    num_classes: int,
    *,
    dropout_rate: float = 0.0,
    act_kind: ActivationKind | None = None,
) -> Tensor:
    """mean(act(W x)): a map of scores for each class, then their means; Lin et al. 2013 §3.2."""
    refuse_last_pools(x, "concat", because="what it pools are the scores, one for each class")
    if num_classes:
        x = conv(dropout(x, dropout_rate), num_classes, bias=True)
        x = act(x, act_kind) if act_kind else x
    return flatten(last_pool(x))
