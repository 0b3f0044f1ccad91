"""The numbers that operators own and nobody trains: how they are made, by class of operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from archmeter.models.ops import (
    BlurPool2d,
    Linear,
    Op,
    RelativeOffsets,
    RelativePositions,
    RotaryAngles,
    WindowMask,
)
from archmeter.models.torch_functions import (
    blur_filter,
    relative_offsets,
    relative_positions,
    rotary_angles,
    window_mask,
    zeros,
)

if TYPE_CHECKING:
    from torch import Tensor


class Buffer(NamedTuple):
    """A buffer that is still to be made.

    Attributes:
        helper: the function of `models.torch_functions` that makes it.
        arguments: what it is given, by the names of its parameters.
    """

    helper: Callable[..., Tensor]
    arguments: Mapping[str, Any]

    def made(self) -> Tensor:
        """The buffer."""
        return self.helper(**self.arguments)


_FROM_KNOBS: Mapping[type[Op], tuple[Callable[..., Tensor], tuple[str, ...]]] = MappingProxyType(
    {
        RelativePositions: (relative_positions, ("window",)),
        RelativeOffsets: (relative_offsets, ("window",)),
        RotaryAngles: (rotary_angles, ("grid", "features", "function")),
        WindowMask: (window_mask, ("map_size", "window", "shift")),
    }
)
"""Sources that are buffers: what makes each, and of which knobs of theirs."""


def buffer_of(op: Op, shape: tuple[int, ...]) -> Buffer | None:
    """The buffer that an operator owns, of a shape; None if there is none to be made."""
    match op:
        case BlurPool2d(kernel=kernel):
            return Buffer(blur_filter, {"channels": shape[0], "kernel": kernel})
        case Linear():
            return Buffer(zeros, {"size": shape[0]})
        case _ if type(op) in _FROM_KNOBS:
            helper, knobs = _FROM_KNOBS[type(op)]
            return Buffer(helper, {knob: getattr(op, knob) for knob in knobs})
        case _:
            return None
