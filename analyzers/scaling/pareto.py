"""Pareto sets: what nothing else beats in everything."""

from __future__ import annotations

from collections.abc import Sequence


def pareto(costs: Sequence[Sequence[float]]) -> list[int]:
    """Indexes of the rows that no other row dominates, in order; less is better.

    A row dominates another if it is nowhere larger and somewhere smaller. Equal rows stay together.
    """
    front: list[int] = []
    # In lexicographic order a row can only be dominated by one that came before it.
    for i in sorted(range(len(costs)), key=lambda i: (*costs[i], i)):
        if not any(_dominates(costs[other], costs[i]) for other in front):
            front.append(i)
    return sorted(front)


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True)) and one != other
