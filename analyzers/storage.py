"""Storages: which tensors share memory, and what operators allocate besides their results.

Bytes are counted by storage, not by tensor: a view shares the storage of its input, and an operator
in place writes into it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import compress
from typing import NamedTuple

from archmeter.models.graph import Graph

INDEX_BYTES = 8
"""Positions of maxima are int64."""


class Extra(NamedTuple):
    """Elements an operator allocates besides its result.

    Attributes:
        plain: elements of the network's dtype.
        statistics: elements of at least single precision.
        indices: int64 elements.
    """

    plain: int = 0
    statistics: int = 0
    indices: int = 0

    def bytes(self, item_size: int) -> int:
        """Bytes for a network whose elements take ``item_size`` bytes each."""
        if self is NOTHING_EXTRA:
            return 0
        plain, statistics, indices = self
        single = item_size if item_size > 4 else 4  # noqa: FURB136, PLR2004 - max takes its time
        return plain * item_size + statistics * single + indices * INDEX_BYTES


NOTHING_EXTRA = Extra()


class Copies(NamedTuple):
    """Bytes of what an operator is handed in another type than it is there in, under autocast.

    Attributes:
        inputs: of the copy of each input, 0 of those handed as they are; nothing if all are.
        weights: of copies of its weights, cached until the forward pass is over.
        factor: the part of these that it keeps for the gradient of its input.
        spared: whether it does not keep it if nobody asks for that gradient.
    """

    inputs: tuple[int, ...] = ()
    weights: int = 0
    factor: int = 0
    spared: bool = False


NO_COPIES = Copies()


@lru_cache(4096)
def statistics(elements: int) -> Extra:
    """Statistics alone: what norms keep, and take while they run."""
    return Extra(statistics=elements)


def storages(graph: Graph, shares: Iterable[bool]) -> list[int]:
    """For each tensor the index of the one that allocated its storage.

    Args:
        graph: the network.
        shares: for each tensor whether it lives in the storage of its first input.
    """
    storage = list(range(len(graph.calls)))
    for i in compress(range(len(storage)), shares):
        storage[i] = storage[i - graph.sources[i][0]]
    return storage
