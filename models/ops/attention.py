"""Operators of self-attention: matrix products of activations, and what tells positions apart."""

from __future__ import annotations

from dataclasses import dataclass

from archmeter.models.errors import ShapeError
from archmeter.models.ops.base import Op, Pair, Shape, Weight


@dataclass(frozen=True, slots=True)
class MatMul(Op):
    """(..., n, k) · (..., k, m) -> (..., n, m), of two activations with the same leading sizes.

    With ``transposed`` the second is given as (..., m, k): every row by every row.
    """

    transposed: bool = False

    label = "matmul"

    def shape(self, *inputs: Shape) -> Shape:
        x, y = inputs
        inner, columns = (y[-1], y[-2]) if self.transposed else (y[-2], y[-1])
        if x[:-2] != y[:-2] or x[-1] != inner:
            raise ShapeError(
                f"cannot multiply matrices of {x} and {y}{' transposed' * self.transposed}"
            )
        return (*x[:-1], columns)

    @property
    def detail(self) -> str:
        return "by rows" if self.transposed else ""


@dataclass(frozen=True, slots=True)
class ScaledDotProductAttention(Op):
    """softmax(q kᵀ / √d) v in one kernel that keeps no scores: q (N, heads, n, d).

    Dao et al. 2022, arXiv:2205.14135. Keys and values are of as many tokens as may be, (N, heads,
    m, d). The result is laid out as (N, n, heads, d), so that the heads of a token lie together.
    """

    label = "attention"

    def shape(self, *inputs: Shape) -> Shape:
        q, k, v = inputs
        if len(q) != 4 or k != v or (*k[:2], *k[3:]) != (*q[:2], q[3]):  # noqa: PLR2004 - as above
            raise ShapeError(
                f"attention takes q of (N, heads, n, d), k and v of (N, heads, m, d), "
                f"got {q}, {k} and {v}"
            )
        return q


@dataclass(frozen=True, slots=True)
class Lookup(Op):
    """Rows of a table (rows, d) at indices (...): (..., d)."""

    label = "lookup"

    def shape(self, *inputs: Shape) -> Shape:
        table, indices = inputs
        return (*indices, *table[1:])


@dataclass(frozen=True, slots=True)
class RelativePositions(Op):
    """For each pair of positions in a window the row of a table of relative positions.

    (hw, hw) indices below (2h-1)(2w-1), kept as a buffer; Liu et al. 2021, arXiv:2103.14030 §3.2.
    """

    window: Pair

    label = "positions"
    is_weight = True

    def shape(self, *inputs: Shape) -> Shape:  # noqa: ARG002 - it has none
        tokens = self.window[0] * self.window[1]
        return tokens, tokens

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("indices", self.shape(*inputs), "counter"),)

    @property
    def detail(self) -> str:
        return f"{self.window[0]}x{self.window[1]}"


@dataclass(frozen=True, slots=True)
class WindowMask(Op):
    """What keeps positions apart that a cyclic shift brought into one window, as a buffer.

    (windows, 1, hw, hw) of a map that is a multiple of the window; Liu et al. 2021 §3.2, Fig. 4.
    """

    map_size: Pair
    window: Pair
    shift: Pair

    label = "mask"
    is_weight = True

    def shape(self, *inputs: Shape) -> Shape:  # noqa: ARG002 - it has none
        (rows, columns), (height, width) = self.map_size, self.window
        tokens = height * width
        return (rows // height) * (columns // width), 1, tokens, tokens

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("mask", self.shape(*inputs), "buffer"),)

    @property
    def detail(self) -> str:
        return f"shifted by {self.shift[0]},{self.shift[1]}"
