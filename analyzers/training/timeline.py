"""Live bytes of a training step, operator by operator: forward, then backward.

Forward is exact: what is kept so far, and what is alive besides as at inference. Backward is a
model: each operator frees what it kept once its gradients are computed; the gradient of a tensor
is alive from its last consumer's turn until its own, and shares the storage of another where it is
handed on unchanged. The gradients of weights stay once they are made. What a kernel takes besides
is its own affair; weights, optimizer state and the input are there all the time, counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Literal, NamedTuple

from archmeter.analyzers.inference_peak import last_uses
from archmeter.analyzers.training.checkpointing import Segment
from archmeter.analyzers.training.kept_tensors import Autograd, Keeping
from archmeter.models.graph import Graph, Tensor
from archmeter.models.ops import Add, Concat, Contiguous, Flatten, Permute, Reshape, Shift, Sum

_HANDS_ON = frozenset({Add, Concat, Contiguous, Flatten, Permute, Reshape, Shift, Sum})
"""Their gradient is the result's, or a view of it."""


class Moment(NamedTuple):
    """What is alive while an operator runs.

    Attributes:
        at: index of the operator.
        phase: forward or backward.
        live: bytes, besides what is there all the time.
    """

    at: int
    phase: Literal["forward", "backward"]
    live: int


def forward_moments(autograd: Autograd, kept: Sequence[Keeping]) -> list[Moment]:
    """Live bytes while each operator runs forward, the input left out."""
    graph, storage, sizes = autograd.graph, autograd.storage, autograd.sizes
    end = len(storage)
    ends = last_uses(graph, storage)
    for root in _held(graph, storage, kept):
        ends[root] = end
    stays = [autograd.cached(i) for i in range(end)]
    for keeping in kept:
        if keeping.root is None and keeping.copy != "weights":
            stays[keeping.at] += keeping.size

    freed = [0] * (end + 1)
    moments: list[Moment] = []
    live = 0
    for i in range(1, end):  # the input is the caller's
        if storage[i] == i:
            live += sizes[i]
            freed[ends[i]] += sizes[i]
        moments.append(Moment(i, "forward", live + autograd.besides(i)))
        live += stays[i] - freed[i]
    return moments


def backward_moments(
    autograd: Autograd,
    weights: Sequence[int],
    kept: Sequence[Keeping],
    again: Sequence[tuple[Segment, Sequence[Keeping]]],
) -> list[Moment]:
    """Live bytes while each operator's gradients are computed, from the last to the first.

    Args:
        autograd: the forward pass.
        weights: bytes of the weights of each operator that train.
        kept: what the forward pass keeps.
        again: for each part that is computed again what that keeps.
    """
    graph, storage, sizes = autograd.graph, autograd.storage, autograd.sizes
    # The first operator to keep something is the last to be done with it.
    frees = [0] * len(storage)
    for keeping in (*kept, *(inner for _, inside in again for inner in inside)):
        frees[keeping.at] += keeping.size
    appears = {part.end - 1: sum(inner.size for inner in inside) for part, inside in again}
    # The caller holds on to what came out.
    live = sum(sizes[root] for root in _held(graph, storage, kept))
    live += sum(keeping.size for keeping in kept if keeping.root is None)
    gradients = _Gradients(sizes, autograd.item_sizes)
    for output in graph.outputs:
        live += gradients.begin(output)
    moments: list[Moment] = []
    for i in range(len(storage) - 1, 0, -1):
        live += appears.get(i, 0)
        if autograd.reached[i]:
            # Gradients of copies come first, then those of what was copied, the bias's last.
            cached, factor = autograd.cached(i), autograd.copies[i].factor
            own, copies = cached or weights[i], autograd.copied_inputs(i)
            made = gradients.make(graph.tensors[i], autograd.reached)
            computing = live + own + made + sum(copy - size for copy, size in copies)
            live += made - frees[i] - gradients.drop(i)
            summing = live + own + max(gradients.sums, sum(copy for copy, _ in copies))
            live += weights[i] - gradients.settle()
            casting = live + max(factor - (cached - factor), cached - factor) if cached else 0
            moments.append(Moment(i, "backward", max(computing, summing, casting)))
        else:
            live -= frees[i]
    return moments


def _held(graph: Graph, storage: Sequence[int], kept: Sequence[Keeping]) -> set[int]:
    """Storages that outlive the forward pass: kept by autograd, or handed to the caller."""
    roots = {keeping.root for keeping in kept if keeping.root is not None}
    return roots | {storage[output.index] for output in graph.outputs}


class _Gradients:
    """Gradients that are alive, by the storage they live in.

    Attributes:
        sums: bytes of sums that are being made, where a second gradient meets a first.
    """

    def __init__(self, sizes: Sequence[int], item_sizes: Sequence[int]) -> None:
        self._sizes = sizes
        self._item_sizes = item_sizes
        self._storage: dict[int, int] = {}
        self._holders: dict[int, int] = {}
        self._names = count()
        self._bytes: dict[int, int] = {}
        self._meeting: list[tuple[int, int]] = []
        self.sums = 0

    def begin(self, tensor: Tensor) -> int:
        """The gradient of an output: bytes allocated."""
        return self._hold(tensor.index, self._new(tensor.index))

    def make(self, tensor: Tensor, reached: Sequence[bool]) -> int:
        """Gradients of an operator's inputs: bytes allocated."""
        made = self.sums = 0
        own = self._storage.get(tensor.index)
        if own is None:
            return 0  # nobody used it
        operator = type(tensor.op)
        for x in tensor.inputs:
            if not reached[x.index]:
                continue
            typed = self._item_sizes[x.index] == self._item_sizes[tensor.index]
            alike = typed and (operator is not Add or x.shape == tensor.shape)
            hands_on = operator in _HANDS_ON and alike
            root = own if hands_on else self._new(x.index)
            if x.index in self._storage:
                self._meeting.append((x.index, root))
                self.sums += self._sizes[x.index]
                self._holders[root] += 1
                made += 0 if hands_on else self._sizes[x.index]
            else:
                made += self._hold(x.index, root)
        return made

    def drop(self, i: int) -> int:
        """Let go of the gradient of a tensor: bytes freed."""
        root = self._storage.pop(i, None)
        return 0 if root is None else self._release(root)

    def settle(self) -> int:
        """Put sums in the place of their terms: bytes freed."""
        if not self._meeting:
            return 0
        freed = -self.sums
        for x, root in self._meeting:
            freed += self._release(root) + self._release(self._storage[x])
            self._hold(x, self._new(x))
        self._meeting.clear()
        return freed

    def _new(self, i: int) -> int:
        root = next(self._names)
        self._bytes[root] = self._sizes[i]
        self._holders[root] = 0
        return root

    def _hold(self, i: int, root: int) -> int:
        self._storage[i] = root
        self._holders[root] += 1
        return self._bytes[root] if self._holders[root] == 1 else 0

    def _release(self, root: int) -> int:
        self._holders[root] -= 1
        return 0 if self._holders[root] else self._bytes.pop(root)
