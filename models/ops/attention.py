"""Products of activations: of matrices, and of queries, keys and values in one kernel."""

from __future__ import annotations

from dataclasses import dataclass

from archmeter.models.errors import ShapeError
from archmeter.models.ops.base import Shape
from archmeter.models.ops.kinds import Product


@dataclass(frozen=True, slots=True)
class MatMul(Product):
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
class ScaledDotProductAttention(Product):
    """softmax(q kᵀ / √d) v in one kernel that keeps no scores: q (N, heads, n, d).

    Dao et al. 2022, arXiv:2205.14135. Keys and values are of as many tokens as may be, (N, heads,
    m, d). The result is laid out as the queries are: where these come of one linear layer the heads
    of a token lie together.
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
