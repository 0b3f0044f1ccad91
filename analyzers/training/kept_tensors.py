"""What autograd keeps, storage by storage: because of which operator, and how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from archmeter.analyzers.saved_tensors import NOTHING_KEPT, Kept
from archmeter.analyzers.storage import NO_COPIES, NOTHING_EXTRA, Copies, Extra
from archmeter.analyzers.training.checkpointing import Segment
from archmeter.analyzers.training.freezing import gradients_reach
from archmeter.models.graph import Graph

if TYPE_CHECKING:
    from archmeter.analyzers.profile import Profile


class Keeping(NamedTuple):
    """A storage, or something computed besides, that is kept from one operator on.

    Attributes:
        at: index of the operator because of which it is kept.
        root: index of the tensor that made the storage; None for what is computed besides.
        size: bytes.
        item_size: bytes of an element; of what is computed besides, but for statistics and indices.
        extra: what is computed besides.
        argument: whether it is kept to call a part again.
        copy: of what it is a copy in another type, if it is one.
    """

    at: int
    root: int | None
    size: int
    item_size: int
    extra: Extra = NOTHING_EXTRA
    argument: bool = False
    copy: Literal["input", "weights"] | None = None


@dataclass(frozen=True, slots=True)
class Autograd:
    """A forward pass as autograd sees it: columns, an entry for each operator.

    Attributes:
        graph: the network.
        item_sizes: bytes of an element of the result of each operator.
        inner_sizes: bytes of an element of what each computes besides.
        storage: for each tensor the one that allocated its storage.
        sizes: bytes of each tensor.
        keeps: what each operator keeps.
        trains: whether the weights that each operator uses train.
        reached: whether a gradient flows to each tensor.
        copies: of inputs and weights in another type.
    """

    graph: Graph
    item_sizes: Sequence[int]
    inner_sizes: Sequence[int]
    storage: Sequence[int]
    sizes: Sequence[int]
    keeps: Sequence[Kept]
    trains: Sequence[bool]
    reached: Sequence[bool]
    copies: Sequence[Copies]

    @classmethod
    def of(cls, profile: Profile, trains: Sequence[bool]) -> Self:
        """The forward pass of a network, in which the weights of some operators train."""
        graph, runs = profile.graph, profile.runs
        alike = [profile.item_size] * len(graph.calls)
        return cls(
            graph,
            [run.item_size for run in runs] if runs else alike,
            [run.inner_size for run in runs] if runs else alike,
            profile.storage,
            profile.sizes,
            profile.columns.kept,
            trains,
            gradients_reach(graph, trains),
            [run.copies for run in runs] if runs else [NO_COPIES] * len(alike),
        )

    def kept_by_operator(self) -> list[int]:
        """For each operator the bytes that are kept because of it and were not kept already."""
        saved = [0] * len(self.storage)
        for keeping in self.keepings():
            saved[keeping.at] += keeping.size
        return saved

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
        keep, item_size, copies = self.keeps[i], self.inner_sizes[i], self.copies[i]
        computed = keep.extra.bytes(item_size) + keep.of_weights.bytes(item_size)
        return computed + sum(copies.inputs) + copies.weights

    def cached(self, i: int) -> int:
        """Bytes of copies of weights that stay until the forward pass is over, kept or not."""
        # What does not train is copied for each call.
        return self.copies[i].weights if self.trains[i] else 0

    def copied_inputs(self, i: int) -> list[tuple[int, int]]:
        """Bytes of the copy, and of the input, of each that a gradient flows to."""
        copies = self.copies[i].inputs
        if not copies:
            return []
        inputs = zip(copies, self.graph.tensors[i].inputs, strict=True)
        return [(copy, self.sizes[x.index]) for copy, x in inputs if copy and self.reached[x.index]]

    def _keeps_factor(self, i: int) -> bool:
        """Whether it keeps the copy of its weights."""
        if not (self.copies[i].factor and self.reached[i]):
            return False
        inputs = self.graph.tensors[i].inputs
        return not self.copies[i].spared or any(self.reached[x.index] for x in inputs)

    def _arguments(self, segment: Segment, there: set[int]) -> Iterator[Keeping]:
        for argument in segment.arguments:
            root = self.storage[argument]
            if root not in there:
                there.add(root)
                item_size = self.item_sizes[root]
                yield Keeping(segment.start, root, self.sizes[root], item_size, argument=True)

    def _kept_by(self, operators: range, there: set[int]) -> Iterator[Keeping]:
        storage, sizes, item_sizes = self.storage, self.sizes, self.item_sizes
        for i in operators:
            keep = self.keeps[i]
            if keep is NOTHING_KEPT or not self.reached[i]:
                continue
            inner, copies = self.inner_sizes[i], self.copies[i]
            for extra, made in ((keep.extra, True), (keep.of_weights, self.trains[i])):
                if made and extra is not NOTHING_EXTRA:
                    yield Keeping(i, None, extra.bytes(inner), inner, extra)
            if self._keeps_factor(i):
                yield Keeping(i, None, copies.factor, inner, copy="weights")
            for k in self._inputs(i, keep):
                made_at = i - self.graph.sources[i][k]
                root = storage[made_at]
                if copies.inputs and copies.inputs[k]:
                    copy = copies.inputs[k]
                    item_size = copy // prod(self.graph.calls[made_at].shape)
                    yield Keeping(i, None, copy, item_size, copy="input")
                elif root not in there:
                    there.add(root)
                    yield Keeping(i, root, sizes[root], item_sizes[root])
            if keep.output and storage[i] not in there:
                root = storage[i]
                there.add(root)
                yield Keeping(i, root, sizes[root], item_sizes[root])

    def _inputs(self, i: int, keep: Kept) -> Iterator[int]:
        """Which inputs an operator keeps."""
        inputs = self.graph.tensors[i].inputs
        for k in keep.inputs:
            # A factor is there for the gradients of the others.
            others = (x for other, x in enumerate(inputs) if other != k)
            if not keep.factors or any(self.reached[x.index] for x in others):
                yield k


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
