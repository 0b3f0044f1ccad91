"""The cross-stage-partial transform: part of the channels goes around a stage.

Wang et al. 2019, arXiv:1911.11929. It wraps any stage, given as a function of one tensor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, channel_slice, concat, conv, conv_norm_act, norm
from archmeter.models.ops import ActivationKind

Transform = Callable[[Tensor], Tensor]
Fusion = Literal["both", "first", "last"]
"""Transitions on the stage's part and on both parts, only on both, or only on the stage's."""


@block
def cross_stage(
    x: Tensor,
    stage: Transform,
    *,
    share: float = 0.5,
    inner: Transform | None = None,
    outer: Transform | None = None,
) -> Tensor:
    """outer([x', inner(stage(x''))]), where x = [x', x''].

    Args:
        x: (N, C, H, W).
        stage: what only part of the channels goes through; it keeps the size of the map.
        share: of the channels in x', which goes around.
        inner: the partial transition, before the parts are joined.
        outer: the transition of both parts together. The outer alone is the paper's "fusion
            first", the inner alone its "fusion last" (Fig. 3).
    """
    around = int(share * x.channels)
    kept = channel_slice(x, 0, around)
    y = stage(channel_slice(x, around, x.channels))
    y = concat(kept, inner(y) if inner else y)
    return outer(y) if outer else y


def expanded_cross_stage(
    x: Tensor,
    width: int,
    stage: Transform,
    *,
    expanded: int,
    share: float,
    fusion: Fusion,
    act_kind: ActivationKind,
    expand_act: bool = False,
) -> Tensor:
    """(N, C, H, W) -> (N, width, H, W): a 1x1 convolution, then `cross_stage` with 1x1 transitions.

    Args:
        x: the map at the size of the stage.
        width: channels of the transition of both parts.
        stage: as in `cross_stage`.
        expanded: channels that are split.
        share: of them that goes around.
        fusion: which transitions there are; without the one of both parts the channels are those
            that were split.
        act_kind: activation of the transitions.
        expand_act: whether the first convolution has one too.
    """
    with x.graph.scope("expand"):
        x = norm(conv(x, expanded))
        x = act(x, act_kind) if expand_act else x
    return cross_stage(
        x,
        stage,
        share=share,
        inner=None
        if fusion == "first"
        else lambda y: conv_norm_act(y, y.channels, act_kind=act_kind),
        outer=None if fusion == "last" else lambda y: conv_norm_act(y, width, act_kind=act_kind),
    )
