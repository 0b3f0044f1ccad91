"""Lowered networks under the options of training: the referee of what is predicted about them."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from analyzers.training.step import TrainingStep
from models.ops import BatchNorm2d
from models.torch_module import to_torch
from tests.live_bytes import LiveBytes


def lowered(step: TrainingStep) -> nn.Module:
    """A module in training mode whose weights train, and whose parts repeat, as in the step.

    Frozen batch norm evaluates: torch keeps no statistics of the batch then.
    """
    module = to_torch(step.profile.graph).train()
    for tensor, trains in zip(step.profile.graph.tensors, step.autograd.trains, strict=True):
        if trains or tensor.reuses or not tensor.call.trains:
            continue
        if tensor.op.is_weight:
            module.get_parameter(tensor.path).requires_grad_(requires_grad=False)
            continue
        part = module.get_submodule(tensor.path).requires_grad_(requires_grad=False)
        if step.options.freeze == "batch_norm" and isinstance(tensor.op, BatchNorm2d):
            part.eval()
    for segment in step.segments:
        module.set_submodule(segment.path, _Repeated(module.get_submodule(segment.path)))
    return module


def live_after(module: nn.Module, x: Tensor) -> tuple[int, LiveBytes, Any]:
    """Bytes alive after a forward pass besides weights, buffers and input, and what came out."""
    live = LiveBytes(x, *module.parameters(), *module.buffers())
    with live:
        result = module(x)
    return live.live, live, result


class _Repeated(nn.Module):
    """A part that keeps only what it is called with."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.part = part

    def forward(self, *inputs: Tensor) -> Any:
        return checkpoint(self.part, *inputs, use_reentrant=False, preserve_rng_state=False)
