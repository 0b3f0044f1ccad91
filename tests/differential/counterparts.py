"""Networks that a library builds, and the settings here that mean the same.

A counterpart draws random knobs of a family, and says how a library builds that very network::

    @counterpart("densenet", "torchvision")
    def torchvision_densenet(draw: Draw) -> Pair:
        knobs = {"depth": draw.depths(draw.whole(2, 5)), "growth_rate": draw.of(8, 12, 32)}

        def build() -> nn.Module:
            return DenseNet(knobs["growth_rate"], knobs["depth"], num_classes=draw.classes)

        return Pair(knobs, build)

The image and the number of classes are drawn with it. A new knob is one more entry of `knobs`, and
one more argument of the library's constructor; a new family is one more function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import nn

from tests.differential.drawing import CHANNELS, CLASSES, SIDES, Draw

Request = dict[str, Any]

DRAWS = 40
"""Networks drawn of each counterpart."""


class Pair(NamedTuple):
    """The same network twice.

    Attributes:
        knobs: what is asked of us.
        build: makes the library's module.
    """

    knobs: Request
    build: Callable[[], nn.Module]

    def meta(self) -> nn.Module:
        """The library's module, made without memory for its weights where that can be."""
        with torch.device("meta"):
            return self.build()

    def real(self) -> nn.Module:
        """The library's module, with weights of any value."""
        module = self.build()
        return module.to_empty(device="cpu") if _is_meta(module) else module


def _is_meta(module: nn.Module) -> bool:
    return any(parameter.is_meta for parameter in module.parameters())


@dataclass(frozen=True)
class Counterpart:
    """A library's idea of a family.

    Attributes:
        family: what it is compared with.
        library: timm, torchvision, or the paper where neither has it.
        name: tells those of one family and library apart.
        draw: makes a pair of random settings.
        sides: of the images it can be fed.
        draws: networks to compare.
    """

    family: str
    library: str
    name: str
    draw: Callable[[Draw], Pair]
    sides: Sequence[int]
    draws: int

    def pair(self, number: int, seed: int = 0) -> Pair:
        """The settings of that number; the request says all that is asked."""
        return self._drawn(f"{seed}/{self.name}/{number}", self.sides, CLASSES)

    def small_pair(self, number: int, seed: int = 0) -> Pair:
        """Settings that a CPU runs in an instant, on the two smallest images."""
        return self._drawn(f"{seed}/{self.name}/small/{number}", self.sides[:2], (0, 10, 100))

    def _drawn(self, seed: str, sides: Sequence[int], classes: Sequence[int]) -> Pair:
        fixed = self.library == "torchvision"  # three channels, and a classifier
        draw = Draw(
            seed,
            sides=sides,
            channels=(3,) if fixed else CHANNELS,
            classes=[number for number in classes if number] if fixed else classes,
        )
        knobs, build = self.draw(draw)
        request = {
            **({} if "preset" in knobs else {"family": self.family}),
            "resolution": [draw.height, draw.width],
            "in_channels": draw.channels,
            "num_classes": draw.classes,
            **knobs,
        }
        return Pair(request, build)


COUNTERPARTS: dict[str, list[Counterpart]] = {}
"""Of each family."""

NO_SECOND_OPINION: dict[str, str] = {}
"""Families that are drawn against nothing, and why."""


def counterpart(
    family: str, library: str, *, smallest: int = 32, largest: int = 511, draws: int = DRAWS
) -> Callable[[Callable[[Draw], Pair]], Callable[[Draw], Pair]]:
    """Compare a family with what a library makes of the settings that a function draws.

    Args:
        family: by the name of its settings.
        library: "timm", "torchvision" or "paper".
        smallest: side of an image, in pixels.
        largest: side of an image, in pixels.
        draws: how many networks to compare.
    """

    def register(function: Callable[[Draw], Pair]) -> Callable[[Draw], Pair]:
        sides = [side for side in SIDES if smallest <= side <= largest]
        name = getattr(function, "__name__", family)
        found = Counterpart(family, library, name, function, sides, draws)
        COUNTERPARTS.setdefault(family, []).append(found)
        return function

    return register
