"""An independent measurement of what is alive while a module runs: no graph, no rules of ours."""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class LiveBytes(TorchDispatchMode):
    """Adds up the storages that operators allocate, until they are freed.

    Everything an operator returns counts (the positions of a max pool and the statistics of a group
    norm too). Batch norm alone needs a word more: at inference its CPU kernel folds the statistics
    into a scale and a shift for each channel, which no dispatcher sees.
    """

    def __init__(self, *given: Tensor) -> None:
        super().__init__()
        self.peak = self.live = 0
        # Held, so that no address comes back for another storage.
        self._given = [tensor.untyped_storage() for tensor in given]
        self._known = {storage._cdata for storage in self._given}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(result):
            if isinstance(leaf, Tensor):
                self._allocated(leaf.untyped_storage())
        hidden = 0
        if "batch_norm" in func.__name__:
            x = args[0]
            hidden = 2 * x.shape[1] * max(4, x.element_size())
        self.peak = max(self.peak, self.live + hidden)
        return result

    def _allocated(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self._known:
            return
        self._known.add(key)
        self.live += size
        weakref.finalize(storage, self._freed, key, size)

    def _freed(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.live -= size


def measured_peak(module: nn.Module, x: Tensor) -> int:
    """The most bytes alive at once in a forward pass, besides input, weights and buffers."""
    module.eval()
    with torch.no_grad(), LiveBytes(x, *module.parameters(), *module.buffers()) as live:
        module(x)
    return live.peak
