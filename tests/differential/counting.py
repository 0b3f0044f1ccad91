"""Costs of any torch module, counted from the operators that run: no graph, no rules of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten

FIGURES = ("params", "buffers", "macs", "activations")


def costs(module: nn.Module, *shape: int) -> dict[str, int]:
    """What a module costs at inference, by the names in `FIGURES`.

    Nothing is computed: the module is moved to the meta device, and stays there.

    Args:
        module: of any library.
        shape: of the batch of images it is fed.
    """
    module = module.to("meta").eval()
    with torch.no_grad(), Products() as products, products.of_fused_attention():
        module(torch.empty(shape, device="meta"))
    return {
        "params": sum(parameter.numel() for parameter in module.parameters()),
        "buffers": sum(buffer.numel() for buffer in module.buffers()),
        "macs": products.macs,
        "activations": products.activations,
    }


class Products(TorchDispatchMode):
    """MACs of convolutions and matrix products, and how many elements they make."""

    def __init__(self) -> None:
        super().__init__()
        self.macs = self.activations = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        match func.overloadpacket:
            case aten.convolution:
                self._add(result, args[1][0].numel())  # a filter, for each of its outputs
            case aten.mm | aten.bmm | aten.mv:
                self._add(result, args[0].shape[-1])
            case aten.addmm | aten.baddbmm:
                self._add(result, args[1].shape[-1])
        return result

    def _add(self, result: Tensor, length: int) -> None:
        self.macs += result.numel() * length
        self.activations += result.numel()

    @contextmanager
    def of_fused_attention(self) -> Iterator[None]:
        """Attention as one operator, whose scores are seen by nobody.

        On the meta device torch would compose it, and they would count as activations.
        """

        def attend(query: Tensor, key: Tensor, value: Tensor, *_: Any, **__: Any) -> Tensor:
            result = query.new_empty(*query.shape[:-1], value.shape[-1])
            scores = query[..., 0].numel() * key.shape[-2]
            self.macs += scores * (query.shape[-1] + value.shape[-1])
            return result

        with patch.object(nn.functional, "scaled_dot_product_attention", attend):
            yield


def kept_bytes(module: nn.Module, x: Tensor) -> int:
    """What autograd keeps for the backward pass, besides input, weights and buffers."""
    module.train()
    given = {_address(tensor) for tensor in (x, *module.parameters(), *module.buffers())}
    kept: dict[int, Tensor] = {}

    def pack(tensor: Tensor) -> None:
        kept[_address(tensor)] = tensor.detach()  # held, so that no address comes back

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda nothing: nothing):
        module(x)
    return sum(
        tensor.untyped_storage().nbytes()
        for address, tensor in kept.items()
        if address not in given
    )


def _address(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
