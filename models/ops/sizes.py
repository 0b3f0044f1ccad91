"""Arithmetic on sizes that several operators share, and what is wrong where they do not fit."""

from __future__ import annotations

from archmeter.models.errors import ShapeError
from archmeter.models.ops.base import Pair, Shape


def as_maps(name: str, x: Shape) -> Shape:
    """The shape itself, if it is that of a batch of maps."""
    if len(x) != 4:  # noqa: PLR2004 - (N, C, H, W)
        raise ShapeError(f"{name} takes (N, C, H, W), got {x}")
    return x


def fitting(name: str, kernel: Pair, x: Shape, out: Shape) -> Shape:
    """The resulting shape, unless the map shrank to nothing."""
    if out[2] < 1 or out[3] < 1:
        raise ShapeError(
            f"a {kernel[0]}x{kernel[1]} {name} does not fit on a {x[2]}x{x[3]} map: "
            "the map shrinks below 1x1"
        )
    return out


def broadcast(x: Shape, y: Shape, *, keep_first: bool = False) -> Shape:
    """The shape of an elementwise result; with ``keep_first`` it has to be that of x."""
    if len(x) == len(y) and x == y:
        return x
    rank = max(len(x), len(y))
    fits, out = len(x) == rank or not keep_first, []
    for a, b in zip(_padded(x, rank), _padded(y, rank), strict=True):
        fits = fits and (b in (a, 1) or (a == 1 and not keep_first))
        out.append(b if a == 1 else a)
    if not fits:
        raise ShapeError(f"sizes {x} and {y} do not fit together")
    return tuple(out)


def _padded(x: Shape, rank: int) -> Shape:
    return (1,) * (rank - len(x)) + x


def describe_window(kernel: Pair, stride: Pair) -> str:
    """``3x3 /2``."""
    step = "" if stride == (1, 1) else f" /{stride[0]}"
    return f"{kernel[0]}x{kernel[1]}{step}"
