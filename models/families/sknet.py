"""SKNet: Li, Wang, Hu, Yang 2019. Receptive fields that neurons choose."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.residual_spec import BlockKind, DoublingWidth, ResidualSpec
from archmeter.models.layers.selective_kernel import SelectiveKernels, sk_basic, sk_bottleneck
from archmeter.models.layers.stages import stages
from archmeter.models.layers.stems import stem as build_stem
from archmeter.models.scaling import scale_width
from archmeter.models.spec import Family, Flag, Paper, Preset

Kernels = Annotated[tuple[Literal[3, 5, 7, 9, 11, 13], ...], Field(min_length=1, max_length=6)]


class SKNetSpec(ResidualSpec):
    """A ResNet or ResNeXt whose strided convolutions select among kernels; Table 1."""

    family: Literal["sknet"] = "sknet"
    base_width: DoublingWidth = 64
    block: BlockKind = Field(
        default="bottleneck",
        description="Two convolutions, the first of which selects, or 1x1, selective, 1x1; a depth "
        "given as a number implies it.",
    )
    cardinality: int = Field(
        default=32, ge=1, le=1024, description="Groups of the selective convolutions: G."
    )
    group_width: int = Field(
        default=4, ge=1, le=1024, description="Channels of a group in the first stage."
    )
    expansion: int = Field(
        default=4, ge=1, le=16, description="Block output ÷ base width, in a bottleneck."
    )
    kernels: Kernels = Field(default=(3, 5), description="Sizes to select from; M is their number.")
    dilated: Flag = Field(
        default=True, description="Dilated 3x3 convolutions in place of larger kernels."
    )
    split_input: Flag = Field(
        default=False,
        description="Share the input's channels out among the kernels (timm), instead of giving "
        "all of them to each.",
    )
    select_reduction: int = Field(
        default=16, ge=1, le=1024, description="Channels ÷ those of the selecting feature: r."
    )
    select_least: int = Field(
        default=32, ge=1, le=1024, description="Least channels of the selecting feature: L."
    )
    select_divisor: int = Field(
        default=1, ge=1, le=64, description="The selecting feature is a multiple of this."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of SK units, classifier."""
        style = self.residual_style()._replace(groups=self.cardinality)
        how = SelectiveKernels(
            kernels=self.kernels,
            dilated=self.dilated,
            split=self.split_input,
            reduction=self.select_reduction,
            least=self.select_least,
            divisor=self.select_divisor,
        )

        # A scaled group still divides into shares; an unscaled one is as it was asked for.
        shares = len(self.kernels) if self.split_input else 1

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            width = self.stage_width(stage)
            group_width = scale_width(self.group_width << stage, self.width_multiplier, shares)
            mid = self.cardinality * group_width
            if self.block == "basic":
                return sk_basic(x, mid, width, how, stride=stride, style=style)
            return sk_bottleneck(x, mid, self.expansion * width, how, stride=stride, style=style)

        x = stages(build_stem(x, self.stem_style()), self.depths, build)
        return pooled_classifier(x, self.num_classes)


_preset = partial(Preset, SKNetSpec)

_UNGROUPED = {"cardinality": 1, "group_width": 64, "split_input": True}
_BASIC = {**_UNGROUPED, "select_reduction": 8, "select_least": 16, "select_divisor": 16}
_BOTTLENECK = {**_UNGROUPED, "select_least": 8, "select_divisor": 8}
_D = {"stem": "deep", "pooled_shortcut": True}

_PAPER = "Li et al. 2019, Tables 1 and 2"

FAMILY = Family(
    title="SKNet",
    summary="Each channel softly selects its kernel size by what it sees.",
    paper=Paper(
        "Selective Kernel Networks",
        "Li, Wang, Hu, Yang",
        2019,
        "https://arxiv.org/abs/1903.06586",
    ),
    spec=SKNetSpec,
    presets=(
        _preset("sknet50", {"depth": 50}, _PAPER),
        _preset("sknet101", {"depth": 101}, _PAPER),
        _preset("sknet152", {"depth": 152}, "pytorchcv"),
        _preset("skresnext50_32x4d", {"depth": 50}, "timm: SKNet-50 of the paper"),
        *(_preset(f"skresnet{d}", {"depth": d, **_BASIC}, "timm") for d in (18, 34)),
        _preset("skresnet50", {"depth": 50, **_BOTTLENECK}, "timm"),
        _preset("skresnet50d", {"depth": 50, **_BOTTLENECK, **_D}, "timm"),
    ),
)
