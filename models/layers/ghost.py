"""Ghost modules: half of the channels by a 1x1 convolution, the rest by cheap operations on those.

Han, Wang, Tian, Guo, Xu, Xu 2020, arXiv:1911.11907, §3. Attention to positions of the same row and
column since GhostNetV2 (Tang et al. 2022, arXiv:2211.12905), branches that fold since GhostNetV3
(Liu et al. 2024, arXiv:2404.11202).
"""

from __future__ import annotations

from typing import NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.attention import squeeze_excite
from archmeter.models.layers.basics import (
    act,
    avg_pool,
    channel_slice,
    concat,
    conv,
    norm,
    upsample,
)
from archmeter.models.layers.mbconv import NO_SQUEEZE, Squeeze
from archmeter.models.ops import ActivationKind


class Ghost(NamedTuple):
    """What the Ghost modules of a block have in common.

    Attributes:
        ratio: channels of the result ÷ those of the 1x1 convolution, the paper's s.
        kernel: side of the cheap operations, which are depthwise; the paper's d.
        reach: positions of a row and of a column that the first module attends to; 0 for none.
        branches: convolutions trained side by side in the place of each; with several, depthwise
            ones have a 1x1 and the identity beside them.
        deploy: whether branches and their norms are folded into one convolution with biases.
    """

    ratio: int = 2
    kernel: int = 3
    reach: int = 0
    act: ActivationKind = "relu"
    branches: int = 1
    deploy: bool = False


@block
def ghost(x: Tensor, width: int, how: Ghost, *, last: bool = False) -> Tensor:
    """[y, D y], where y = act(norm W x) and D y = act(norm depthwise y).

    With attention it is multiplied by σ of what rows and columns say. The last module of a block
    has neither that nor activations.
    """
    scores = long_range(x, width, how.reach) if how.reach and not last else None
    own = -(-width // how.ratio)
    y = _convolved(x, own, 1, how=how)
    y = y if last else act(y, how.act)
    cheap = _convolved(y, own * (how.ratio - 1), how.kernel, groups=own, how=how)
    y = concat(y, cheap if last else act(cheap, how.act))
    y = y if y.channels == width else channel_slice(y, 0, width)
    if scores is None:
        return y
    return y * upsample(act(scores, "sigmoid"), (y.shape[2], y.shape[3]))


@block
def long_range(x: Tensor, width: int, reach: int) -> Tensor:
    """norm V norm H norm W pool(x): H and V depthwise, along rows and along columns.

    Decoupled fully connected attention, GhostNetV2 §3.2; the pool halves the map.
    """
    y = norm(conv(avg_pool(x, 2, stride=2), width))
    y = norm(conv(y, width, (1, reach), groups=width))
    return norm(conv(y, width, (reach, 1), groups=width))


@block
def ghost_bottleneck(
    x: Tensor,
    mid: int,
    width: int,
    kernel: int = 3,
    *,
    stride: int,
    how: Ghost,
    squeeze: Squeeze = NO_SQUEEZE,
    skip: bool = True,
) -> Tensor:
    """[shortcut(x) +] ghost(se(norm D ghost(x))); D is depthwise, where there is a stride.

    Args:
        x: (N, C, H, W).
        mid: channels between the modules; 0 leaves out the first of them.
        width: channels of the result.
        kernel: side of D, and of the depthwise convolution of a shortcut that projects.
        stride: of both.
        how: what its modules have in common.
        squeeze: squeeze-and-excitation before the second module.
        skip: whether there is a shortcut: the identity, or norm W norm depthwise.
    """
    y = ghost(x, mid, how) if mid else x
    if stride > 1:
        y = _convolved(y, y.channels, kernel, stride=stride, groups=y.channels, how=how)
    if squeeze.width:
        y = squeeze_excite(y, squeeze.width, act_kind=squeeze.act, gate=squeeze.gate)
    y = ghost(y, width, how, last=True)
    if not skip:
        return y
    if stride > 1 or x.channels != width:
        with x.graph.scope("shortcut"):
            x = norm(conv(x, x.channels, kernel, stride=stride, groups=x.channels))
            x = norm(conv(x, width))
    y += x
    return y


def _convolved(
    x: Tensor, width: int, kernel: int, *, stride: int = 1, groups: int = 1, how: Ghost
) -> Tensor:
    """norm W x, or a sum of such, or what that is folded into."""
    if how.deploy:
        return conv(x, width, kernel, stride=stride, groups=groups, bias=True)
    terms = how.branches
    if terms > 1 and kernel > 1:
        y = norm(conv(x, width, stride=stride, groups=groups))
        y = y + norm(x) if stride == 1 and x.channels == width else y
    else:
        y = norm(conv(x, width, kernel, stride=stride, groups=groups))
        terms -= 1
    for _ in range(terms):
        y += norm(conv(x, width, kernel, stride=stride, groups=groups))
    return y
