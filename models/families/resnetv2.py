"""ResNet v2: He, Zhang, Ren, Sun 2016. Norm and activation move before the convolutions."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.preactivation import preact_basic, preact_bottleneck
from archmeter.models.layers.residual import Residual
from archmeter.models.layers.residual_spec import BlockKind, ResidualSpec
from archmeter.models.layers.stages import stages
from archmeter.models.layers.stems import stem as build_stem
from archmeter.models.spec import Family, Flag, Paper, Preset


class ResNetV2Spec(ResidualSpec):
    """Pre-activation blocks, for ImageNet and, with the 3x3 stem, for CIFAR."""

    family: Literal["resnetv2"] = "resnetv2"
    block: BlockKind = Field(
        default="bottleneck",
        description="Two 3x3 convolutions, or 1x1, 3x3, 1x1; a depth given as a number implies it.",
    )
    expansion: int = Field(
        default=4, ge=1, le=16, description="Block output ÷ inner channels of a bottleneck."
    )
    stride_on: Literal["3x3", "1x1"] = Field(
        default="3x3", description="Convolution of a bottleneck that strides."
    )
    stage_projections: Flag = Field(
        default=True,
        description="Whether the first bottleneck of each stage projects its shortcut whatever "
        "the widths (timm), or only where shapes differ (the paper).",
    )
    stem_norm: Flag = Field(
        default=False, description="Norm and activation after the stem's last convolution."
    )
    weight_standardization: Flag = Field(
        default=False,
        description="Make weights of convolutions have mean 0 and variance 1 per output channel, "
        "every time they are used.",
    )
    head: Literal["conv", "linear", "none"] = Field(  # type: ignore[assignment]  # kinds of it
        default="conv",
        description="The classifier: a 1x1 convolution (timm) or a linear layer; or none, neither "
        "the last norm and activation: the output is the maps.",
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, stages of pre-activation blocks, norm and activation, classifier."""
        style = self.residual_style()
        entry = style._replace(shortcut="C") if self._projects_entries else style
        entered = set[int]()

        def build(x: Tensor, stage: int, stride: int) -> Tensor:
            width = self.stage_width(stage)
            if self.block == "basic":
                return preact_basic(x, width, stride=stride, style=style)
            how = style if stage in entered else entry
            entered.add(stage)
            return preact_bottleneck(x, width, self.expansion * width, stride=stride, style=how)

        stem = self.stem_style(bare_end=not self.stem_norm)
        x = build_stem(x, stem._replace(standardized=self.weight_standardization))
        x = stages(x, self.depths, build)
        return pooled_classifier(
            x,
            self.num_classes,
            norm_kind=self.norm,
            act_kind=self.activation,
            convolutional=self.head == "conv",
        )

    @property
    def _projects_entries(self) -> bool:
        return self.stage_projections and self.shortcut == "B"

    def residual_style(self) -> Residual:
        """What the blocks have in common."""
        return (
            super()
            .residual_style()
            ._replace(
                stride_on_first=self.stride_on == "1x1", standardized=self.weight_standardization
            )
        )


_preset = partial(Preset, ResNetV2Spec)

_D = {"stem": "deep", "pooled_shortcut": True}
_T = {"stem": "deep_tiered", "pooled_shortcut": True}
_BIT = {"norm": "group", "weight_standardization": True, "stem_pool": "max_zeros"}
_CIFAR = {
    "stem": "cifar",
    "stem_width": 16,
    "base_width": 16,
    "resolution": 32,
    "num_classes": 10,
    "head": "linear",
    "stage_projections": False,
}
_CIFAR_PAPER = "He et al. 2016, Tables 1-5"

FAMILY = Family(
    title="ResNet v2",
    summary="Residual blocks that begin with norm and activation: clean identity shortcuts.",
    paper=Paper(
        "Identity Mappings in Deep Residual Networks",
        "He, Zhang, Ren, Sun",
        2016,
        "https://arxiv.org/abs/1603.05027",
    ),
    spec=ResNetV2Spec,
    presets=(
        *(
            _preset(f"resnetv2_{d}", {"depth": d}, "He et al. 2016; timm")
            for d in (18, 34, 50, 101, 152, 200)
        ),
        *(_preset(f"resnetv2_{d}d", {"depth": d, **_D}, "timm") for d in (18, 34, 50, 101, 152)),
        _preset("resnetv2_50t", {"depth": 50, **_T}, "timm"),
        _preset("resnetv2_50d_gn", {"depth": 50, "norm": "group", **_D}, "timm"),
        _preset(
            "resnetv2_50d_frn",
            {"depth": 50, "norm": "filter_response", "activation": "thresholded", **_D},
            "Singh & Krishnan 2020 (arXiv:1911.09737); timm",
        ),
        *(
            _preset(
                f"resnetv2_{depth}x{k}_bit",
                {
                    "depth": depth,
                    "base_width": 64 * k,
                    "stem_width": 64 * k,
                    "resolution": side,
                    **_BIT,
                },
                "Kolesnikov et al. 2019 (arXiv:1912.11370): Big Transfer; timm",
            )
            for depth, k, side in (
                (50, 1, 224),
                (50, 3, 448),
                (101, 1, 448),
                (101, 3, 448),
                (152, 2, 224),
                (152, 4, 480),
            )
        ),
        *(
            _preset(
                f"preresnet{d}_cifar10",
                {**_CIFAR, "depth": (n, n, n), "block": "basic"},
                _CIFAR_PAPER,
            )
            for d, n in ((20, 3), (56, 9), (110, 18), (1202, 200))
        ),
        *(
            _preset(
                f"preresnet{d}bn_cifar10",
                {**_CIFAR, "depth": (n, n, n)},
                _CIFAR_PAPER,
            )
            for d, n in ((164, 18), (272, 30), (542, 60), (1001, 111))
        ),
    ),
)
