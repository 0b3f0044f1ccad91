"""From ResNet-50 to ConvNeXt-T, one design decision at a time: Liu et al. 2022, §2."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import act, conv, max_pool
from archmeter.models.layers.channel_norm import ChannelNormKind, channel_norm
from archmeter.models.layers.convnext_block import downsample
from archmeter.models.layers.heads import normed_classifier, pooled_classifier
from archmeter.models.layers.kernels import OddKernel
from archmeter.models.layers.roadmap_block import RoadmapActivation, RoadmapStyle, Share, bottleneck
from archmeter.models.layers.stages import stages
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ConvolutionalSpec, Depths, Family, Flag, Paper, Preset, Width


class ConvNeXtRoadmapSpec(ConvolutionalSpec):
    """Residual bottlenecks with every decision of the roadmap open; by default, ResNet-50."""

    family: Literal["convnext_roadmap"] = "convnext_roadmap"
    depth: Depths = Field(default=(3, 4, 6, 3), description="Blocks per stage.")
    base_width: Width = Field(
        default=64,
        description="Channels of the stem, and of the narrow end of the first stage's blocks; "
        "doubles with each stage.",
    )
    stem: Literal["conv7", "patchify"] = Field(
        default="conv7",
        description="A 7x7 convolution and a max pool, or one convolution of 4x4 patches.",
    )
    depthwise: Flag = Field(
        default=False, description="The spatial convolution mixes no channels (ResNeXt-ify)."
    )
    expansion: int = Field(
        default=4, ge=1, le=16, description="Wide ÷ narrow end of a block's 1x1 convolutions."
    )
    inverted: Flag = Field(
        default=False, description="Blocks are wide inside, rather than at their ends."
    )
    spatial_first: Flag = Field(
        default=False,
        description="The spatial convolution opens the block, rather than being between the 1x1s.",
    )
    kernel: OddKernel = Field(default=3, description="Side of the spatial convolution; odd.")
    activation: RoadmapActivation = Field(default="relu", description="The nonlinearity.")
    activations: Share = Field(
        default="all",
        description="After the stem, every convolution but the last, and the sum; or only before "
        "the last convolution of a block.",
    )
    norms: Share = Field(
        default="all",
        description="After every convolution of a block, or only after the spatial one.",
    )
    norm: ChannelNormKind = Field(
        default="batch",
        description="Batch norm, or over the channels of each position: layer norm, or division by "
        "their root mean square or by their standard deviation.",
    )
    downsampling: Literal["block", "separate"] = Field(
        default="block",
        description="Strided convolutions in the first block of a stage, or a norm and a 2x2 "
        "convolution before it, with one more norm before the classifier.",
    )
    layer_scale: Flag = Field(
        default=False, description="A trained factor per channel on what each block adds."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of blocks, classifier."""
        separate, style = self.downsampling == "separate", self.block_style()

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            narrow = scale_width(self.base_width << stage, self.width_multiplier)
            mid, width = narrow, self.expansion * narrow
            if self.inverted:
                mid, width = width, mid
            if separate and stride > 1:
                x, stride = downsample(x, width, norm_kind=self.norm), 1
            return bottleneck(x, mid, width, stride=stride, style=style)

        x = stages(self._stem(x), scale_depths(self.depth, self.depth_multiplier), build)
        if separate:
            return normed_classifier(x, self.num_classes, norm_kind=self.norm)
        return pooled_classifier(x, self.num_classes)

    def block_style(self) -> RoadmapStyle:
        """What the blocks have in common."""
        return RoadmapStyle(
            depthwise=self.depthwise,
            spatial_first=self.spatial_first,
            kernel=self.kernel,
            activation=self.activation,
            activations=self.activations,
            norms=self.norms,
            norm=self.norm,
            layer_scale=self.layer_scale,
        )

    def _stem(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, width, H/4, W/4)."""
        width = scale_width(self.base_width, self.width_multiplier)
        patchify = self.stem == "patchify"
        kernel, stride, padding = (4, 4, 0) if patchify else (7, 2, 3)
        bias = self.block_style().conv_bias(normed=True)
        with x.graph.scope("stem"):
            x = conv(x, width, kernel, stride=stride, padding=padding, bias=bias)
            x = channel_norm(x, self.norm)
            if self.activations == "all":
                x = act(x, self.activation)
            return x if patchify else max_pool(x, 3, stride=2, padding=1)


_preset = partial(Preset, ConvNeXtRoadmapSpec)

_STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("resnet50", {}),
    ("stage_ratio", {"depth": (3, 3, 9, 3)}),
    ("patchify", {"stem": "patchify"}),
    ("depthwise", {"depthwise": True}),
    ("width", {"base_width": 96}),
    ("inverted_bottleneck", {"inverted": True}),
    ("depthwise_first", {"spatial_first": True}),
    ("kernel5", {"kernel": 5}),
    ("kernel7", {"kernel": 7}),
    ("gelu", {"activation": "gelu"}),
    ("fewer_activations", {"activations": "one"}),
    ("fewer_norms", {"norms": "one"}),
    ("layer_norm", {"norm": "layer"}),
    ("convnext_tiny", {"downsampling": "separate", "layer_scale": True}),
)
"""What each step changes in the one before; Table 10, left."""


def _presets() -> tuple[Preset, ...]:
    """The steps in order, and the larger kernels that the paper tried and left."""
    source = "Liu et al. 2022, Fig. 2 and Table 10"
    fields: dict[str, Any] = {}
    made = []
    for name, change in _STEPS:
        fields = {**fields, **change}
        made.append(_preset(f"roadmap_{name}", fields, source))
        if name == "kernel7":
            made += [
                _preset(f"roadmap_kernel{side}", {**fields, "kernel": side}, source)
                for side in (9, 11)
            ]
    return tuple(made)


FAMILY = Family(
    title="ConvNeXt roadmap",
    summary="Every step from ResNet-50 to ConvNeXt-T, each decision a knob of its own.",
    paper=Paper(
        "A ConvNet for the 2020s",
        "Liu, Mao, Wu, Feichtenhofer, Darrell, Xie",
        2022,
        "https://arxiv.org/abs/2201.03545",
    ),
    spec=ConvNeXtRoadmapSpec,
    presets=_presets(),
)
