"""Stages of searched cells, each of which reads the two before it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.cell_forms import CELLS, CellName
from archmeter.models.layers.cells import CellStyle, cell
from archmeter.models.layers.composable.part import Scaling
from archmeter.models.layers.composable.stage import StagePart


class CellStage(StagePart):
    """Cells of NASNet, PNASNet or AmoebaNet, behind a reduction cell where the map is halved.

    The first of them has no cell before it; in those families it reads the stage before.
    """

    block: Literal["cell"]
    stride: Literal[1, 2] = Field(
        default=2, description="2 puts a reduction cell before the others; 1 keeps the map."
    )
    width: Annotated[int, Field(ge=8, le=16384)] = Field(
        examples=[64],
        description="Filters of each operation in a cell, which concatenates several; scaled by "
        "the width multiplier.",
    )
    wiring: CellName = Field(default="nasnet_a", description="Which of the published cells.")

    def blocks(self, x: Tensor, scaling: Scaling) -> Tensor:
        """The reduction cell, if there is one, and all others."""
        width, (normal, reduction) = scaling.channels(self.width), CELLS[self.wiring]
        previous, style = None, CellStyle()
        if self.stride > 1:
            x, previous = cell(x, None, reduction, width, stride=self.stride, style=style), x
        for _ in range(scaling.blocks(self.depth)):
            x, previous = cell(x, previous, normal, width, stride=1, style=style), x
        return x
