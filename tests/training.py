"""Lowered networks under the options of training: the referee of what is predicted about them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from archmeter.analyzers.audit import _attention_by
from archmeter.analyzers.training.step import TrainingStep
from archmeter.models.ops import BatchNorm
from archmeter.models.torch_module import to_torch
from tests.live_bytes import LiveBytes


def lowered(step: TrainingStep, module: nn.Module | None = None) -> nn.Module:
    """A module in training mode whose weights train, and whose parts repeat, as in the step.

    Frozen batch norm evaluates: torch keeps no statistics of the batch then.

    Args:
        step: which network, and how it trains.
        module: of that network, and returned, whatever other step it was made for.
    """
    module = to_torch(step.profile.graph) if module is None else _as_lowered(module)
    module.train()
    for tensor, trains in zip(step.profile.graph.tensors, step.autograd.trains, strict=True):
        if tensor.reuses or not tensor.call.trains:
            continue
        if tensor.op.is_weight:
            module.get_parameter(tensor.path).requires_grad_(requires_grad=trains)
            continue
        part = module.get_submodule(tensor.path).requires_grad_(requires_grad=trains)
        if "batch_norm" in step.options.freeze.split(",") and isinstance(tensor.op, BatchNorm):
            part.eval()
    for segment in step.segments:
        module.set_submodule(segment.path, _Repeated(module.get_submodule(segment.path)))
    return module


def _as_lowered(module: nn.Module) -> nn.Module:
    """The module without what repeats parts of it."""
    repeated = [(path, m) for path, m in module.named_modules() if isinstance(m, _Repeated)]
    for path, repeating in repeated:
        module.set_submodule(path, repeating.part)
    return module


def live_after(module: nn.Module, x: Tensor) -> tuple[int, LiveBytes, Any]:
    """Bytes alive after a forward pass besides weights, buffers and input, and what came out."""
    live = LiveBytes(x, *module.parameters(), *module.buffers())
    kernel = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
    with live, _attention_by(kernel):
        result = module(x)
    return live.live, live, result


def unused_statistics(step: TrainingStep) -> int:
    """Bytes of statistics that batch norms make on the meta device alone, where they evaluate.

    Real kernels return empty tensors in their place.
    """
    if "batch_norm" not in step.options.freeze.split(","):
        return 0
    return sum(
        2 * 4 * tensor.channels
        for tensor, reached in zip(step.profile.graph.tensors, step.autograd.reached, strict=True)
        if reached and isinstance(tensor.op, BatchNorm)
    )


class _Repeated(nn.Module):
    """A part that keeps only what it is called with."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.part = part

    def forward(self, *inputs: Tensor) -> Any:
        return checkpoint(self.part, *inputs, use_reentrant=False, preserve_rng_state=False)
