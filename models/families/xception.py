"""Xception: Chollet 2016. Inception taken to its extreme: depthwise separable convolutions."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import act, conv, norm
from archmeter.models.layers.heads import dropout_classifier
from archmeter.models.layers.separable import separable_unit, xception_block
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ConvolutionalSpec, Family, Paper, Preset, Resolution, Width


class XceptionSpec(ConvolutionalSpec):
    """Entry, middle and exit flow of residual blocks; Fig. 5."""

    family: Literal["xception"] = "xception"
    resolution: Resolution = Field(
        default=(299, 299), description="Input side in pixels, or [height, width]."
    )
    stem_widths: tuple[Width, ...] = Field(
        default=(32, 64),
        min_length=2,
        max_length=2,
        description="Channels of the two plain convolutions.",
    )
    entry_widths: Annotated[tuple[Width, ...], Field(min_length=1, max_length=6)] = Field(
        default=(128, 256, 728),
        description="Channels of the blocks of the entry flow, each of which halves the map.",
    )
    middle_depth: int = Field(
        default=8, ge=1, le=2048, description="Blocks of the middle flow, of three convolutions."
    )
    exit_widths: tuple[Width, ...] = Field(
        default=(1024, 1536, 2048),
        min_length=3,
        max_length=3,
        description="Channels of the exit flow: of its block, and of the two convolutions after.",
    )
    kernel: Literal[3, 5, 7, 9, 11] = Field(
        default=3, description="Kernel of the depthwise convolutions."
    )
    dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Rate of the dropout before the classifier."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, a stage for each block of the entry flow, exit flow, classifier.

        The middle flow has the maps of the last block of the entry flow, and so its stage.
        """
        repeats, middle_depth = scale_depths((1, self.middle_depth), self.depth_multiplier)
        with x.graph.scope("stem"):
            for width, stride in zip(self._scaled(self.stem_widths), (2, 1), strict=True):
                x = act(norm(conv(x, width, 3, stride=stride, padding=0)))
        for i, width in enumerate(self._scaled(self.entry_widths)):
            with x.graph.scope(f"stage{i + 1}"):
                for j in range(repeats):
                    x = self._block(x, [width] * 2, 1 if j else 2, first=i == j == 0)
                if i == len(self.entry_widths) - 1:
                    for _ in range(middle_depth):
                        x = self._block(x, [width] * 3)
        with x.graph.scope(f"stage{len(self.entry_widths) + 1}"):
            width, *after = self._scaled(self.exit_widths)
            for j in range(repeats):
                x = self._block(x, [x.channels, width], 1 if j else 2)
            for last in after:
                x = separable_unit(x, last, self.kernel)
        return dropout_classifier(x, self.num_classes, self.dropout)

    def _block(
        self, x: Tensor, widths: list[int], stride: int = 1, *, first: bool = False
    ) -> Tensor:
        # The stem already ends in a relu.
        return xception_block(
            x, widths, stride=stride, kernel=self.kernel, starts_with_act=not first
        )

    def _scaled(self, widths: tuple[int, ...]) -> list[int]:
        return [scale_width(width, self.width_multiplier) for width in widths]


_preset = partial(Preset, XceptionSpec)

FAMILY = Family(
    title="Xception",
    summary="Residual blocks of depthwise separable convolutions in place of Inception modules.",
    paper=Paper(
        "Xception: Deep Learning with Depthwise Separable Convolutions",
        "Chollet",
        2016,
        "https://arxiv.org/abs/1610.02357",
    ),
    spec=XceptionSpec,
    presets=(
        _preset("xception", {}, "Chollet 2016, Fig. 5; Keras, timm (legacy_xception)"),
        _preset("legacy_xception", {}, "timm's name for xception"),
    ),
)
