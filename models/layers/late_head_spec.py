"""Knobs of mobile networks whose widest layer comes after the pool; arXiv:1905.02244, §5.1."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.heads import late_conv_classifier
from archmeter.models.layers.mbconv_spec import HeadScaling, MBConvSpec


class LateHeadSpec(MBConvSpec):
    """Mobile blocks, and a head that widens before the pool and once more after it."""

    last_width: int = Field(
        default=960,
        ge=0,
        le=16384,
        description="Channels of the 1x1 convolution before the pool; 0 for none.",
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
        """The head: what `late_conv_classifier` is told besides the widths."""
        return late_conv_classifier(
            x,
            self.num_classes,
            width=self.scaled_last,
            depth=depth,
            hidden=self.final_width or 0,
            end=end,
            act_kind=self.activation,
            dropout_rate=dropout_rate,
        )
