"""Depth scaling for networks whose layers are listed one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from archmeter.models.scaling import scale_depths

T = TypeVar("T")


def stretch(items: Sequence[T], multiplier: float) -> tuple[T, ...]:
    """A list of layers made longer by repeating each, or shorter by leaving some out.

    The length is rounded up as everywhere; the first stays first and the order is kept.
    """
    (length,) = scale_depths((len(items),), multiplier)
    return tuple([items[i * len(items) // length] for i in range(length)])
