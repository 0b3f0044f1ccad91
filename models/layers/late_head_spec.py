"""Knobs of mobile networks whose widest layer comes after the pool; arXiv:1905.02244, §5.1."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import conv_norm_act
from archmeter.models.layers.heads import late_conv_classifier
from archmeter.models.layers.mbconv_spec import HeadScaling, MBConvSpec
from archmeter.models.ops import ActivationKind


@block
def pointwise(x: Tensor, width: int, act_kind: ActivationKind) -> Tensor:
    """act(norm(W x)): (N, C, H, W) -> (N, width, H, W)."""
    return conv_norm_act(x, width, act_kind=act_kind)


class LateHeadSpec(MBConvSpec):
    """Mobile blocks, a last stage that widens, and a head that does so again after the pool."""

    last_width: int = Field(
        default=960,
        ge=0,
        le=16384,
        description="Channels of the 1x1 convolution before the pool, which is a stage by itself; "
        "0 for none.",
    )
    head_width: int = Field(
        default=1280,
        ge=0,
        le=16384,
        description="Channels of the 1x1 convolution after the pool; 0 for none.",
    )
    head_scaling: HeadScaling = Field(
        default="fixed",
        description="Whether the width multiplier applies to the head: never, above 1, or always.",
    )

    @property
    def scaled_last(self) -> int:
        """Channels before the pool, scaled; 0 where no convolution comes there."""
        return self.scaled(self.last_width) if self.last_width else 0

    def late_head(
        self,
        x: Tensor,
        *,
        depth: int = 1,
        end: Literal["bias", "norm", "bare"] = "bias",
        dropout_rate: float = 0.0,
    ) -> Tensor:
        """The last stage, and the head: what they are told besides the widths.

        Args:
            x: maps of the blocks.
            depth: how many 1x1 convolutions come before the pool.
            end: whether the one after the pool has biases, or a norm after it, or neither.
            dropout_rate: of the dropout before the classifier.
        """
        if self.scaled_last:
            with x.graph.scope(f"stage{len(self.depths) + 1}"):
                for _ in range(depth):
                    x = pointwise(x, self.scaled_last, self.activation)
        return late_conv_classifier(
            x,
            self.num_classes,
            hidden=self.final_width or 0,
            end=end,
            act_kind=self.activation,
            dropout_rate=dropout_rate,
        )
