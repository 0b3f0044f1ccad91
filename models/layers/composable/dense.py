"""Stages of layers that read all before them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.composable.part import Rate, Scaling
from archmeter.models.layers.composable.stage import StagePart
from archmeter.models.layers.dense import DenseLayer, dense_block, transition
from archmeter.models.layers.knobs import DenseBottleneck
from archmeter.models.layers.strided_pool import StridedPool
from archmeter.models.spec import Width


class DenseStage(StagePart):
    """A dense block, behind a transition; Huang et al. 2016, arXiv:1608.06993."""

    block: Literal["dense_block"]
    depth: int = Field(default=6, ge=1, le=2048, description="Layers.")
    stride: Literal[1, 2] = Field(
        default=2, description="2 halves the map by the pool of the transition; 1 keeps it."
    )
    growth_rate: Width = Field(default=32, description="The paper's k: channels a layer adds.")
    bottleneck: DenseBottleneck = 4
    compression: float = Field(
        default=0.5,
        ge=0.01,
        le=1,
        allow_inf_nan=False,
        description="The paper's θ: share of the channels that the transition keeps. There is no "
        "transition where it keeps all and the map too.",
    )
    pool: StridedPool = Field(
        default="average", description="Pool of the transition: an average, or a blur."
    )
    dropout: Rate = Field(default=0.0, description="Rate of the dropout after each layer.")

    def blocks(self, x: Tensor, scaling: Scaling) -> Tensor:
        """The transition, where it changes anything, and all layers as one block."""
        if self.stride > 1 or self.compression < 1:
            kept = max(1, int(self.compression * x.channels))
            x = transition(x, kept, pooled=self.stride > 1, pool=self.pool)
        growth = scaling.channels(self.growth_rate)
        layer = DenseLayer(growth, self.bottleneck, self.dropout)
        return dense_block(x, scaling.blocks(self.depth), layer)
