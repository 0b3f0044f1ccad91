"""Knobs that networks of searched cells share, and how they stack them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.head import auxiliary_head, head
from archmeter.models.layers.basics import (
    act,
    avg_pool,
    conv,
    conv_norm_act,
    flatten,
    linear,
    norm,
)
from archmeter.models.layers.cells import Cell, CellStyle, cell
from archmeter.models.layers.last_pool import last_pool
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ConvolutionalSpec, Depths, Flag, Width


class CellSpec(ConvolutionalSpec):
    """A stack of normal cells, with a reduction cell between stages; Zoph et al. 2017, Fig. 2."""

    aux_widths: ClassVar[tuple[int, int]] = (128, 768)
    reduction_first: ClassVar[bool] = False
    """Whether the first cell of a later stage is the reduction, rather than one put before it."""

    depth: Depths = Field(default=(6, 6, 6), description="Normal cells per stage.")
    width: Annotated[int, Field(ge=8, le=16384)] = Field(
        default=168, description="Filters of the first stage's cells; doubles with each stage."
    )
    stem: Literal["imagenet", "cifar"] = Field(
        default="imagenet",
        description="First layers: a 3x3 that strides and two reduction cells, of a quarter and "
        "half of the width; or one 3x3 without downsampling for CIFAR images.",
    )
    stem_width: Width = Field(default=96, description="Channels of the first convolution.")
    skip_reduction: Flag = Field(
        default=False,
        description="Whether the cell after a reduction shares the reduction's second input, "
        "rather than take its first for that.",
    )
    auxiliary: Flag = Field(
        default=False,
        description="A second classifier after the last stage but one, as used in training.",
    )

    @abstractmethod
    def cells(self) -> tuple[Cell, Cell]:
        """The normal and the reduction cell."""

    def cell_style(self) -> CellStyle:
        """How the cells treat borders."""
        return CellStyle()

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of cells, classifier."""
        normal, reduction = self.cells()
        style = self.cell_style()
        width = scale_width(self.width, self.width_multiplier)
        depths = scale_depths(self.depth, self.depth_multiplier)
        x, previous = self._stem(x, width, reduction, style)
        for i, depth in enumerate(depths):
            with x.graph.scope(f"stage{i + 1}"):
                repeats = depth
                if i:
                    reduced = cell(x, previous, reduction, width << i, stride=2, style=style)
                    previous = previous if self.skip_reduction else x
                    x = reduced
                    repeats -= self.reduction_first
                for _ in range(repeats):
                    y = cell(x, previous, normal, width << i, stride=1, style=style)
                    x, previous = y, x
            if self.auxiliary and i == max(0, len(depths) - 2):
                auxiliary_head(x, "aux1", self._auxiliary)
        return head(self._head)(x)

    def _stem(
        self, x: Tensor, width: int, reduction: Cell, style: CellStyle
    ) -> tuple[Tensor, Tensor | None]:
        stem_width = scale_width(self.stem_width, self.width_multiplier)
        with x.graph.scope("stem"):
            if self.stem == "cifar":
                return norm(conv(x, stem_width, 3)), None
            x = norm(conv(x, stem_width, 3, stride=2, padding=0))
            previous = None
            for filters in (width // 4, width // 2):
                y = cell(x, previous, reduction, filters, stride=2, style=style)
                x, previous = y, x
        return x, previous

    def _auxiliary(self, x: Tensor) -> Tensor:
        first, second = (scale_width(width, self.width_multiplier) for width in self.aux_widths)
        y = avg_pool(act(x, inplace=False), 5, stride=3)
        y = conv_norm_act(y, first)
        y = act(norm(conv(y, second, (y.shape[2], y.shape[3]), padding=0)))
        return linear(flatten(y), self.num_classes) if self.num_classes else flatten(y)

    def _head(self, x: Tensor) -> Tensor:
        y = flatten(last_pool(act(x)))
        return linear(y, self.num_classes) if self.num_classes else y
