"""What autograd keeps, storage by storage: because of which operator, and how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archmeter.analyzers.saved_tensors import NOTHING_KEPT, Kept
from archmeter.analyzers.storage import NOTHING_EXTRA, Extra
from archmeter.analyzers.training.checkpointing import Segment
from archmeter.models.graph import Graph


class Keeping(NamedTuple):
    """A storage, or something computed besides, that is kept from one operator on.

    Attributes:
        at: index of the operator because of which it is kept.
        root: index of the tensor that made the storage; None for what is computed besides.
        size: bytes.
        extra: what is computed besides.
        argument: whether it is kept to call a part again.
    """

    at: int
    root: int | None
    size: int
    extra: Extra = NOTHING_EXTRA
    argument: bool = False


@dataclass(frozen=True, slots=True)
class Autograd:
    """A forward pass as autograd sees it: columns, an entry for each operator.

    Attributes:
        graph: the network.
        item_size: bytes of one element.
        storage: for each tensor the one that allocated its storage.
        sizes: bytes of each tensor.
        keeps: what each operator keeps.
        trains: whether the weights that each operator uses train.
        reached: whether a gradient flows to each tensor.
    """

    graph: Graph
    item_size: int
    storage: Sequence[int]
    sizes: Sequence[int]
    keeps: Sequence[Kept]
    trains: Sequence[bool]
    reached: Sequence[bool]

    def keepings(self, segments: Sequence[Segment] = ()) -> Iterator[Keeping]:
        """Everything kept, in the order in which it begins to be; each storage once.

        Of the segments, which are computed again, only what they are called with.
        """
        there = {0}  # the input is the caller's
        i = 0
        for segment in segments:
            yield from self._kept_by(range(i, segment.start), there)
            yield from self._arguments(segment, there)
            i = segment.end
        yield from self._kept_by(range(i, len(self.storage)), there)

    def within(self, segment: Segment) -> Iterator[Keeping]:
        """What a segment keeps while it is computed again, besides what it was called with."""
        there = {0, *(self.storage[argument] for argument in segment.arguments)}
        yield from self._kept_by(range(segment.start, segment.end), there)

    def besides(self, i: int) -> int:
        """Bytes that an operator computes besides its result in training, kept or not."""
        keep = self.keeps[i]
        return keep.extra.bytes(self.item_size) + keep.of_weights.bytes(self.item_size)

    def _arguments(self, segment: Segment, there: set[int]) -> Iterator[Keeping]:
        for argument in segment.arguments:
            root = self.storage[argument]
            if root not in there:
                there.add(root)
                yield Keeping(segment.start, root, self.sizes[root], argument=True)

    def _kept_by(self, operators: range, there: set[int]) -> Iterator[Keeping]:
        storage, sizes, item_size = self.storage, self.sizes, self.item_size
        for i in operators:
            keep = self.keeps[i]
            if keep is NOTHING_KEPT or not self.reached[i]:
                continue
            if keep.extra is not NOTHING_EXTRA:
                yield Keeping(i, None, keep.extra.bytes(item_size), keep.extra)
            if keep.of_weights is not NOTHING_EXTRA and self.trains[i]:
                yield Keeping(i, None, keep.of_weights.bytes(item_size), keep.of_weights)
            for root in self._roots(i, keep):
                if root not in there:
                    there.add(root)
                    yield Keeping(i, root, sizes[root])
            if keep.output and storage[i] not in there:
                there.add(storage[i])
                yield Keeping(i, storage[i], sizes[storage[i]])

    def _roots(self, i: int, keep: Kept) -> Iterator[int]:
        """Storages of the inputs that an operator keeps."""
        inputs = self.graph.tensors[i].inputs
        for k in keep.inputs:
            # A factor is there for the gradients of the others.
            others = (x for other, x in enumerate(inputs) if other != k)
            if not keep.factors or any(self.reached[x.index] for x in others):
                yield self.storage[inputs[k].index]


def computed_again(autograd: Autograd, segment: Segment) -> range:
    """Operators that run a second time: torch stops after the last that keeps something.

    What keeps only its operands hands them over before it computes, so it need not compute.
    """
    for i in range(segment.end - 1, segment.start - 1, -1):
        if not autograd.reached[i]:
            continue
        keep = autograd.keeps[i]
        if keep.computes:
            return range(segment.start, i + 1)
        if keep is not NOTHING_KEPT or autograd.graph.tensors[i].call.trains:
            return range(segment.start, i)
    return range(segment.start, segment.start)
