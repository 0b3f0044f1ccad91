"""The largest batch that fits: in so many bytes, for inference or for training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import count

from archmeter.analyzers.answers import Answer
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.roofline import needed_bytes
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.analyzers.training.step import TrainingStep
from archmeter.models.errors import GraphTooLarge
from archmeter.models.precision import DType
from archmeter.models.spec import ArchitectureSpec

MAX_BATCH = 65_536
"""As many images as may be asked about at once."""

_GUESSES = 6


@dataclass(frozen=True, slots=True)
class LargestBatch(Answer):
    """The most images at once that fit in so many bytes."""

    batch: int
    """Images; 0 if not even one fits."""

    needed_bytes: int
    """What that many need; for 0, what one needs."""

    next_bytes: int | None
    """What one image more needs; None at the limit of what is counted."""

    spare_bytes: int
    """What is left; negative if not even one image fits."""


def largest_batch(
    spec: ArchitectureSpec,
    available: int,
    *,
    dtype: DType = "float32",
    training: TrainingOptions | None = None,
) -> LargestBatch:
    """The most images that can be fed at once within so many bytes, everything counted.

    That is weights, buffers, input and what is alive; in training gradients, optimizer state and
    what autograd keeps too. What kernels, allocators and drivers take besides is not in it.

    Args:
        spec: the network.
        available: bytes.
        dtype: of weights and activations.
        training: how it is trained; None for inference.

    Raises:
        ShapeError: if sizes do not fit together.
        NotTrained: if it is to train, and only infers.
    """
    need = cache(_need(spec, dtype, training))
    one = need(1)
    if one is None or one > available:
        return LargestBatch(0, one or 0, one, available - (one or 0))
    low, high = 1, MAX_BATCH + 1
    for step in count():
        if high - low == 1:
            break
        # Bytes grow with images nearly evenly: where they do not, halving comes to an end anyway.
        guess = _guess(need, low, available) if step < _GUESSES else (low + high) // 2
        guess = min(max(guess, low + 1), high - 1)
        low, high = (guess, high) if _fits(need(guess), available) else (low, guess)
    needed = need(low) or 0
    following = need(low + 1) if low < MAX_BATCH else None
    return LargestBatch(low, needed, following, available - needed)


def _guess(need: Callable[[int], int | None], low: int, available: int) -> int:
    """How many images would fit if each took as much as those up to a batch that does."""
    held, first, second = need(low), need(1), need(2 if low == 1 else low)
    if held is None or first is None or second is None:
        return low + 1
    each = (second - first) / max(low - 1, 1)
    return low + int((available - held) / each) if each > 0 else MAX_BATCH


def _fits(needed: int | None, available: int) -> bool:
    return needed is not None and needed <= available


def _need(
    spec: ArchitectureSpec, dtype: DType, training: TrainingOptions | None
) -> Callable[[int], int | None]:
    def need(batch: int) -> int | None:
        """Bytes; None if they are too many to be exact."""
        try:
            profile = Profile(spec.graph(batch), dtype)
            if training is None:
                return needed_bytes(profile)
            return TrainingStep(profile, training).memory.peak_bytes
        except GraphTooLarge:
            if batch == 1:
                raise
            return None

    return need
