"""Modified aligned Xception: Chen, Zhu, Papandreou, Schroff, Adam 2018, of DeepLab v3+."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import act, conv, norm
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.separable import aligned_block, preact_aligned_block, separable_chain
from archmeter.models.layers.stretch import stretch
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ConvolutionalSpec, Family, Flag, Paper, Preset, Resolution, Width

Stage = Annotated[tuple[Width, ...], Field(min_length=1, max_length=64)]


class AlignedXceptionSpec(ConvolutionalSpec):
    """Entry, middle and exit flow without pools: separable convolutions stride; Fig. 4."""

    family: Literal["xception_aligned"] = "xception_aligned"
    resolution: Resolution = Field(
        default=(299, 299), description="Input side in pixels, or [height, width]."
    )
    stem_widths: tuple[Width, ...] = Field(
        default=(32, 64),
        min_length=2,
        max_length=2,
        description="Channels of the two plain convolutions.",
    )
    entry_widths: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=6)] = Field(
        default=((128,), (256,), (728,)),
        description="For each stage of the entry flow the channels of its blocks; the first block "
        "halves the map.",
    )
    middle_depth: int = Field(
        default=16,
        ge=1,
        le=2048,
        description="Blocks of the middle flow, as wide as the last of the entry flow.",
    )
    exit_widths: tuple[Width, ...] = Field(
        default=(728, 1024, 1024),
        min_length=3,
        max_length=3,
        description="Channels of the exit flow's residual block.",
    )
    final_widths: tuple[Width, ...] = Field(
        default=(1536, 1536, 2048),
        min_length=3,
        max_length=3,
        description="Channels of the last three convolutions, which have no shortcut.",
    )
    kernel: Literal[3, 5, 7, 9, 11] = Field(
        default=3, description="Kernel of the depthwise convolutions."
    )
    preactivation: Flag = Field(
        default=False,
        description="Norm and activation before each separable convolution, none inside it.",
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, entry flow in stages of which the last goes on as middle flow, exit flow, head."""
        middle_depth, exit_depth = scale_depths((self.middle_depth, 1), self.depth_multiplier)
        with x.graph.scope("stem"):
            x = self._stem(x)
        for i, stage in enumerate(self.entry_widths):
            with x.graph.scope(f"stage{i + 1}"):
                for j, width in enumerate(stretch(stage, self.depth_multiplier)):
                    x = self._block(x, (width,) * 3, 1 if j else 2)
                if i == len(self.entry_widths) - 1:
                    for _ in range(middle_depth):
                        x = self._block(x, (stage[-1],) * 3)
        with x.graph.scope(f"stage{len(self.entry_widths) + 1}"):
            for j in range(exit_depth):
                x = self._block(x, self.exit_widths, 1 if j else 2)
            x = self._final(x)
        return pooled_classifier(x, self.num_classes)

    def _stem(self, x: Tensor) -> Tensor:
        first, second = self._scaled(self.stem_widths)
        x = conv(act(norm(conv(x, first, 3, stride=2))), second, 3)
        return x if self.preactivation else act(norm(x))

    def _block(self, x: Tensor, widths: tuple[int, ...], stride: int = 1) -> Tensor:
        residual = preact_aligned_block if self.preactivation else aligned_block
        return residual(x, self._scaled(widths), stride=stride, kernel=self.kernel)

    def _final(self, x: Tensor) -> Tensor:
        widths = self._scaled(self.final_widths)
        if not self.preactivation:
            return separable_chain(x, widths, kernel=self.kernel)
        return preact_aligned_block(x, widths, stride=1, kernel=self.kernel, shortcut=False)

    def _scaled(self, widths: tuple[int, ...]) -> list[int]:
        return [scale_width(width, self.width_multiplier) for width in widths]


_preset = partial(Preset, AlignedXceptionSpec)

_PAPER = "Chen et al. 2018, Fig. 4; DeepLab's model zoo, timm"
_71 = ((128, 256), (256, 728), (728,))

FAMILY = Family(
    title="Aligned Xception",
    summary="A deeper Xception whose separable convolutions stride, with norms inside them.",
    paper=Paper(
        "Encoder-Decoder with Atrous Separable Convolution for Semantic Image Segmentation",
        "Chen, Zhu, Papandreou, Schroff, Adam",
        2018,
        "https://arxiv.org/abs/1802.02611",
    ),
    spec=AlignedXceptionSpec,
    presets=(
        _preset("xception41", {"middle_depth": 8}, _PAPER),
        _preset("xception65", {}, _PAPER),
        _preset("xception71", {"entry_widths": _71}, _PAPER),
        _preset("xception41p", {"middle_depth": 8, "preactivation": True}, "timm"),
        _preset("xception65p", {"preactivation": True}, "timm"),
    ),
)
