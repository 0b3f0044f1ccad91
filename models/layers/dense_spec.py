"""Knobs that the dense networks share, for whatever size of images."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.cross_stage import Fusion, Transform, cross_stage
from archmeter.models.layers.dense import DenseLayer, dense_block, transition
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.knobs import DenseBottleneck, PoolOfStem
from archmeter.models.layers.named_depth import NamedDepthSpec
from archmeter.models.layers.stems import Stem, StemKind
from archmeter.models.layers.stems import stem as build_stem
from archmeter.models.layers.strided_pool import StridedPool, strided_pool
from archmeter.models.scaling import scale_width
from archmeter.models.spec import Width


class DenseSpec(NamedDepthSpec):
    """Stem, dense blocks with transitions between them, norm and activation, classifier."""

    growth_rate: Width = Field(default=32, description="The paper's k: channels a layer adds.")
    bottleneck: DenseBottleneck = 4
    compression: float = Field(
        default=0.5,
        ge=0.01,
        le=1,
        allow_inf_nan=False,
        description="The paper's θ: share of the channels that a transition keeps.",
    )
    stem: StemKind = Field(
        default="conv7",
        description="First layers: one 7x7, three 3x3 (tiered: 3/8, 6/8 and all of the width, as "
        "in timm), or one 3x3 without downsampling.",
    )
    stem_width: int = Field(
        default=0,
        ge=0,
        le=16384,
        description="Channels after the stem; 0 for twice the growth rate.",
    )
    stem_pool: PoolOfStem = "max"
    transition_pool: StridedPool = Field(
        default="average",
        description="How transitions halve the map: by averages, or by binomial filters that "
        "overlap (blur).",
    )
    dropout: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        allow_inf_nan=False,
        description="Rate of the dropout after each layer.",
    )
    cross_stage: Literal["none", Fusion] = Field(
        default="none",
        description="Part of the channels goes around each dense block (CSPDenseNet); they join "
        "with a transition on the block's part and on both, only on both (fusion first), or only "
        "on the block's (fusion last).",
    )
    partial_ratio: float = Field(
        default=0.5,
        ge=0.05,
        le=0.95,
        allow_inf_nan=False,
        description="Share of the channels that goes around, where there is a cross stage.",
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, dense blocks with transitions between them, classifier."""
        growth = scale_width(self.growth_rate, self.width_multiplier)
        stem_width = scale_width(self.stem_width or 2 * self.growth_rate, self.width_multiplier)
        layer = DenseLayer(growth, self.bottleneck, self.dropout)
        # CIFAR's stem is bare: the first layer begins with norm and activation.
        bare = self.stem == "cifar"
        stem = Stem(self.stem, stem_width, self.stem_pool, bare_end=bare, wide_tiers=True)
        x = build_stem(x, stem)
        for i, depth in enumerate(self.depths):
            with x.graph.scope(f"stage{i + 1}"):
                if i:
                    x = self._next_size(x)
                x = self._connected(x, partial(dense_block, depth=depth, layer=layer))
        return pooled_classifier(x, self.num_classes, norm_kind="batch")

    def _next_size(self, x: Tensor) -> Tensor:
        """A transition that halves the map; a pool alone where the parts are fused last."""
        if self.cross_stage == "last":
            with x.graph.scope("transition"):
                return strided_pool(x, 2, self.transition_pool)
        return transition(x, self._compressed(x.channels), pool=self.transition_pool)

    def _connected(self, x: Tensor, block: Transform) -> Tensor:
        """A dense block, of all channels or of part of them."""
        if self.cross_stage == "none":
            return block(x)

        def inner(y: Tensor) -> Tensor:
            return transition(y, self._compressed(y.channels), pooled=False)

        return cross_stage(
            x,
            block,
            share=self.partial_ratio,
            inner=None if self.cross_stage == "first" else inner,
        )

    def _compressed(self, channels: int) -> int:
        return max(1, int(self.compression * channels))
