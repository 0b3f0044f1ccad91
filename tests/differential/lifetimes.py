"""The peak of a forward pass if every result is freed as soon as nobody reads it any more.

How long results live on in a running module is a matter of how it nests: each call holds what it is
given. Modules that nest otherwise compute the same, and have another peak. Freed at its last
reader, a result says what operators there are, in which order, and which of them work in place.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Lifetimes(TorchDispatchMode):
    """The first and last operators that see each storage, but for those that are given."""

    def __init__(self, *given: Tensor) -> None:
        super().__init__()
        self._given = {_address(tensor) for tensor in given}
        self._held: list[torch.UntypedStorage] = []  # so that no address comes back
        self.sizes: dict[int, int] = {}
        self.first: dict[int, int] = {}
        self.last: dict[int, int] = {}
        self.hidden: list[int] = []
        """Of each operator: what a kernel takes besides; see `tests.live_bytes`."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves((args, kwargs, result)):
            if isinstance(leaf, Tensor) and _address(leaf) not in self._given:
                self.seen(leaf)
        folded = "batch_norm" in func.__name__
        self.hidden.append(2 * args[0].shape[1] * args[0].element_size() if folded else 0)
        return result

    def seen(self, tensor: Tensor) -> None:
        """Note that the operator that runs now, or the caller after all of them, has it."""
        storage, address = tensor.untyped_storage(), _address(tensor)
        if address not in self.first:
            self._held.append(storage)
            self.first[address] = len(self.hidden)
            self.sizes[address] = storage.nbytes()
        self.last[address] = len(self.hidden)

    def peak(self) -> int:
        """The most bytes alive at once."""
        changes = [0] * (len(self.hidden) + 2)
        for address, size in self.sizes.items():
            changes[self.first[address]] += size
            changes[self.last[address] + 1] -= size
        return max(map(sum, zip(accumulate(changes), self.hidden, strict=False)))


def _address(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def least_peak(module: nn.Module, x: Tensor) -> int:
    """The most bytes that have to be alive at once at inference, besides input and weights."""
    module.eval()
    with torch.no_grad(), Lifetimes(x, *module.parameters(), *module.buffers()) as lifetimes:
        result = module(x)
    for leaf in tree_leaves(result):
        lifetimes.seen(leaf)
    return lifetimes.peak()
