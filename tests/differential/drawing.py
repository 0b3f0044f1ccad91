"""Random choices, by a seed: whoever draws by it again draws the same."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

SIDES = (32, 64, 96, 97, 128, 160, 193, 224, 225, 256, 299, 320, 384, 511)
CHANNELS = (1, 2, 3, 3, 3, 4, 6, 12)
CLASSES = (0, 1, 10, 100, 1000, 1000, 21843)


class Draw:
    """Random choices for one network, and the image and classes that are asked of it.

    Args:
        seed: of all choices.
        sides: of images, in pixels; four in ten are not square.
        channels: of images.
        classes: of classifiers, 0 for none.
    """

    def __init__(
        self,
        seed: str,
        *,
        sides: Sequence[int] = SIDES,
        channels: Sequence[int] = CHANNELS,
        classes: Sequence[int] = CLASSES,
    ) -> None:
        self._random = Random(seed)  # noqa: S311 - the same choices every time
        self.height = self.width = self.of(*sides)
        if self.chance(0.4):
            self.width = self.of(*sides)
        self.channels = self.of(*channels)
        self.classes = self.of(*classes)

    def of(self, *values: T) -> T:
        """One of the values; a value that is named twice comes twice as often."""
        return self._random.choice(values)

    def chance(self, share: float = 0.5) -> bool:
        """Whether something happens that does in this share of the networks."""
        return self._random.random() < share

    def whole(self, low: int, high: int) -> int:
        """A whole number between two, both included."""
        return self._random.randint(low, high)

    def real(self, low: float, high: float) -> float:
        """A number between two, of two decimal places."""
        return round(self._random.uniform(low, high), 2)

    def list_of(self, length: int, *values: T) -> list[T]:
        """That many, each one of the values."""
        return [self.of(*values) for _ in range(length)]

    def depths(self, stages: int, most: int = 3) -> list[int]:
        """Blocks of each stage."""
        return [self.whole(1, most) for _ in range(stages)]
