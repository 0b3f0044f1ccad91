"""Multi-query attention on maps, for phones: all heads ask the same, fewer, keys.

Shazeer 2019, arXiv:1911.02150; in the form of Qin et al. 2024 (MobileNetV4), arXiv:2404.10518 §5.
"""

from __future__ import annotations

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import (
    contiguous,
    conv,
    layer_scale,
    norm,
    permute,
    reshape,
)
from archmeter.models.layers.self_attention import attend
from archmeter.models.layers.tokens import as_tokens


@block
def mobile_attention(
    x: Tensor, heads: int, head_width: int, *, kernel: int = 3, stride: int = 1, scaled: bool = True
) -> Tensor:
    """x + [γ] attention(norm x).

    Args:
        x: (N, C, H, W).
        heads: how many there are.
        head_width: channels of each, whatever the width of the map.
        kernel: side of the convolutions that shrink what is asked.
        stride: of these.
        scaled: whether what is added has a trained factor for each channel.
    """
    y = multi_query_attention(norm(x), heads, head_width, kernel=kernel, stride=stride)
    return x + (layer_scale(y) if scaled else y)


@block
def multi_query_attention(
    x: Tensor, heads: int, head_width: int, *, kernel: int, stride: int
) -> Tensor:
    """W softmax(q_h kᵀ / √d) v for each head h, with one k and one v for all of them.

    With a stride k and v are made from [norm D x], each with a depthwise D of its own.
    """
    _, channels, rows, columns = x.shape
    tokens = rows * columns
    q = reshape(conv(x, heads * head_width), heads, head_width, tokens)
    # Heads that share their keys are more queries of a single head.
    q = reshape(contiguous(permute(q, 0, 1, 3, 2)), 1, heads * tokens, head_width)
    k, v = (_asked(x, head_width, kernel=kernel, stride=stride) for _ in range(2))
    y = reshape(attend(q, k, v), heads, tokens, head_width)
    y = contiguous(permute(y, 0, 1, 3, 2))
    return conv(reshape(y, heads * head_width, rows, columns), channels)


def _asked(x: Tensor, width: int, *, kernel: int, stride: int) -> Tensor:
    """Keys or values, (N, 1, tokens, width)."""
    if stride > 1:
        with x.graph.keeping_strides():
            x = norm(conv(x, x.channels, kernel, stride=stride, groups=x.channels))
    tokens = contiguous(as_tokens(conv(x, width)))
    return reshape(tokens, 1, *tokens.shape[1:])
