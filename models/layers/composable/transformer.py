"""Stages of transformer blocks, for which a map becomes tokens and then a map again."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor
from archmeter.models.layers.channel_norm import channels_first, channels_last
from archmeter.models.layers.composable.part import Ratio, Scaling
from archmeter.models.layers.composable.stage import Place, WidthStage
from archmeter.models.layers.convnext_block import downsample
from archmeter.models.layers.knobs import AttentionKernel, BranchScale
from archmeter.models.layers.perceptron import PerceptronKind
from archmeter.models.layers.self_attention import AttentionStyle
from archmeter.models.layers.tokens import add_positions, as_map, as_tokens
from archmeter.models.layers.transformer_block import TransformerStyle, transformer_block
from archmeter.models.layers.windows import patch_merging, swin_block
from archmeter.models.spec import Flag


class _Heads(WidthStage):
    head_width: int = Field(
        default=32, ge=1, le=1024, description="Channels of an attention head; divides the width."
    )
    mlp_ratio: Ratio = Field(default=4.0, description="Hidden ÷ outer channels of the perceptrons.")

    def heads(self, width: int) -> int:
        """Attention heads of so many channels."""
        return -(-width // self.head_width)

    def hidden(self, width: int) -> int:
        """Channels inside the perceptrons."""
        return max(1, round(width * self.mlp_ratio))

    def output(self, scaling: Scaling) -> int:
        """Channels after the stage: heads stay as wide as they are."""
        return scaling.channels(self.width, self.head_width)


class TransformerStage(_Heads):
    """Attention among all positions and a perceptron; Dosovitskiy et al. 2021, arXiv:2010.11929.

    Where the map or the channels change, a norm and a convolution stand before the blocks.
    """

    block: Literal["transformer_block"]
    attention: AttentionKernel = "fused"
    positions: Flag = Field(
        default=False, description="A trained vector for each position is added at first."
    )
    qkv_bias: Flag = Field(default=True, description="Biases of queries, keys and values.")
    layer_scale: BranchScale = False
    perceptron: PerceptronKind = Field(
        default="gelu", description="Nonlinearity of the perceptrons; swiglu is a gate."
    )

    def blocks(self, x: Tensor, scaling: Scaling) -> Tensor:
        """All blocks of the stage, between two views of the map."""
        x, _ = self.enter(x, scaling)
        rows, columns = x.shape[2:]
        x = as_tokens(x)
        x = add_positions(x) if self.positions else x
        for i in range(scaling.blocks(self.depth)):
            x = self.unit(x, Place(scaling, i, 1))
        return as_map(x, rows, columns)

    def enter(self, x: Tensor, scaling: Scaling) -> tuple[Tensor, int]:
        """A norm and a convolution as large as its stride, where anything changes."""
        width = self.output(scaling)
        if self.stride > 1 or x.channels != width:
            x = downsample(x, width, stride=self.stride)
        return x, 1

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block, on tokens."""
        width = self.output(at.scaling)
        return transformer_block(
            x,
            self.heads(width),
            hidden=self.hidden(width),
            style=TransformerStyle(
                AttentionStyle(self.attention, self.qkv_bias),
                self.perceptron,
                scaled=self.layer_scale,
            ),
        )


class SwinStage(_Heads):
    """Attention within windows that shift; Liu et al. 2021, arXiv:2103.14030.

    Where the map is halved, patches are merged before the blocks.
    """

    block: Literal["swin_block"]
    stride: Literal[1, 2] = Field(default=2, description="2 merges patches; 1 keeps the map.")
    window: int = Field(
        default=7,
        ge=1,
        le=64,
        description="Side of the windows; every second block shifts them by half.",
    )

    def blocks(self, x: Tensor, scaling: Scaling) -> Tensor:
        """All blocks of the stage, between two views of the map."""
        return channels_first(super().blocks(x, scaling))

    def enter(self, x: Tensor, scaling: Scaling) -> tuple[Tensor, int]:
        """The map with its channels last, and patches merged where it is halved."""
        width = self.output(scaling)
        if self.stride == 1 and x.channels != width:
            raise ShapeError(
                f"windows that merge no patches keep their {x.channels} channels; they cannot make "
                f"{width}"
            )
        x = channels_last(x)
        return (patch_merging(x, width) if self.stride > 1 else x), 1

    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block, on a map of (N, H, W, C)."""
        width = self.output(at.scaling)
        return swin_block(
            x,
            self.heads(width),
            window=self.window,
            shifted=at.position % 2 == 1,
            hidden=self.hidden(width),
        )
