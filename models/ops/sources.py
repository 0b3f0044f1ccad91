"""What operators take that nothing was computed for: the input, and weights by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archmeter.models.errors import ShapeError
from archmeter.models.ops.base import Pair, Shape, Weight
from archmeter.models.ops.kinds import Source


@dataclass(frozen=True, slots=True)
class Input(Source):
    """The tensor fed to the network."""

    size: Shape

    label = "input"
    is_weight = False

    def shape(self, *inputs: Shape) -> Shape:  # noqa: ARG002 - it has none
        return self.size


@dataclass(frozen=True, slots=True)
class Parameter(Source):
    """A trained tensor that is an operand itself, such as the γ of a layer scale."""

    size: Shape

    label = "parameter"

    def shape(self, *inputs: Shape) -> Shape:  # noqa: ARG002 - it has none
        return self.size

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:  # noqa: ARG002
        return (Weight("weight", self.size),)


@dataclass(frozen=True, slots=True)
class RelativePositions(Source):
    """For each pair of positions in a window the row of a table of relative positions.

    (hw, hw) indices below (2h-1)(2w-1), kept as a buffer; Liu et al. 2021, arXiv:2103.14030 §3.2.
    """

    window: Pair

    label = "positions"

    def shape(self, *inputs: Shape) -> Shape:  # noqa: ARG002 - it has none
        tokens = self.window[0] * self.window[1]
        return tokens, tokens

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("indices", self.shape(*inputs), "counter"),)

    @property
    def detail(self) -> str:
        return f"{self.window[0]}x{self.window[1]}"


@dataclass(frozen=True, slots=True)
class RelativeOffsets(Source):
    """How far apart two positions of a window may lie, down and across, on a logarithmic scale.

    ((2h-1)(2w-1), 2), kept as a buffer; Liu et al. 2022 (Swin V2), arXiv:2111.09883 §3.3.
    """

    window: Pair

    label = "offsets"

    def shape(self, *inputs: Shape) -> Shape:  # noqa: ARG002 - it has none
        height, width = self.window
        return (2 * height - 1) * (2 * width - 1), 2

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("offsets", self.shape(*inputs), "buffer"),)

    @property
    def detail(self) -> str:
        return f"{self.window[0]}x{self.window[1]}"


@dataclass(frozen=True, slots=True)
class RotaryAngles(Source):
    """Sine or cosine of the angle by which each pair of features turns at each position of a grid.

    (rows · columns, features), kept as a buffer: half of the pairs turn with the row and half with
    the column, each at its own pace; Heo et al. 2024 (RoPE-ViT), arXiv:2403.13298 §3.2.
    """

    grid: Pair
    features: int
    function: Literal["sin", "cos"]

    label = "angles"

    def shape(self, *inputs: Shape) -> Shape:  # noqa: ARG002 - it has none
        if self.features % 4:
            raise ShapeError(
                f"{self.features} channels of a head do not divide into pairs for rows and columns"
            )
        return self.grid[0] * self.grid[1], self.features

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight(self.function, self.shape(*inputs), "buffer"),)

    @property
    def detail(self) -> str:
        return f"{self.function} of {self.grid[0]}x{self.grid[1]}"


@dataclass(frozen=True, slots=True)
class WindowMask(Source):
    """What keeps positions apart that a cyclic shift brought into one window, as a buffer.

    (windows, 1, hw, hw) of a map that is a multiple of the window; Liu et al. 2021 §3.2, Fig. 4.
    """

    map_size: Pair
    window: Pair
    shift: Pair

    label = "mask"

    def shape(self, *inputs: Shape) -> Shape:  # noqa: ARG002 - it has none
        (rows, columns), (height, width) = self.map_size, self.window
        tokens = height * width
        return (rows // height) * (columns // width), 1, tokens, tokens

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("mask", self.shape(*inputs), "buffer"),)

    @property
    def detail(self) -> str:
        return f"shifted by {self.shift[0]},{self.shift[1]}"
