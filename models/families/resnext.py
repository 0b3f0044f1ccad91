"""ResNeXt: Xie, Girshick, Dollár, Tu, He 2016. Cardinality as a third axis."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.residual import BlockForm, Residual, bottleneck
from archmeter.models.layers.residual_spec import (
    BOTTLENECK_DEPTHS,
    DoublingWidth,
    PostActivationSpec,
)
from archmeter.models.scaling import scale_width
from archmeter.models.spec import Family, Paper, Preset


class ResNeXtSpec(PostActivationSpec):
    """Bottlenecks of parallel paths; inner channels = cardinality x group width, doubling."""

    named_depths: ClassVar[str] = BOTTLENECK_DEPTHS

    family: Literal["resnext"] = "resnext"
    base_width: DoublingWidth = 64
    cardinality: int = Field(default=32, ge=1, le=1024, description="Parallel paths: groups.")
    group_width: int = Field(
        default=4, ge=1, le=1024, description="Channels of a path in the first stage."
    )
    form: BlockForm = Field(
        default="c",
        description="How a block is written (Fig. 3): a, paths that are added up; b, paths that "
        "are concatenated; c, a grouped convolution. Same weights, same MACs.",
    )

    def residual_block(self, x: Tensor, stage: int, stride: int, style: Residual) -> Tensor:
        """A bottleneck with a grouped 3x3."""
        width = self.expansion * self.stage_width(stage)
        group_width = scale_width(self.group_width << stage, self.width_multiplier, 1)
        return bottleneck(x, self.cardinality * group_width, width, stride=stride, style=style)

    def residual_style(self) -> Residual:
        """What the blocks have in common."""
        return super().residual_style()._replace(groups=self.cardinality, form=self.form)


_preset = partial(Preset, ResNeXtSpec)

_SE = {"attention": "squeeze_excite", "squeeze_divisor": 8}
_D = {"stem": "deep", "pooled_shortcut": True}
_T = {"stem": "deep_tiered", "pooled_shortcut": True}
_AA = {"strided_pool": "average", "stem_pool": "average"}
_CIFAR = {"stem": "cifar", "depth": (3, 3, 3), "resolution": 32, "num_classes": 10}

_PAPER = "Xie et al. 2016, Tables 1-5"
_SENET = "Hu et al. 2018 (arXiv:1709.01507); timm"
_ECANET = "Wang et al. 2020 (arXiv:1910.03151); timm"


def _named(depth: int, cardinality: int, group_width: int) -> dict[str, int]:
    return {"depth": depth, "cardinality": cardinality, "group_width": group_width}


FAMILY = Family(
    title="ResNeXt",
    summary="Bottlenecks split into parallel paths: cardinality beside depth and width.",
    paper=Paper(
        "Aggregated Residual Transformations for Deep Neural Networks",
        "Xie, Girshick, Dollár, Tu, He",
        2016,
        "https://arxiv.org/abs/1611.05431",
    ),
    spec=ResNeXtSpec,
    presets=(
        *(
            _preset(f"resnext{d}_{c}x{w}d", _named(d, c, w), _PAPER)
            for d, c, w in (
                (50, 32, 4),
                (50, 1, 64),
                (50, 2, 40),
                (50, 4, 24),
                (50, 8, 14),
                (101, 32, 4),
                (101, 2, 64),
                (101, 64, 4),
            )
        ),
        *(
            _preset(f"resnext{d}_{c}x{w}d", _named(d, c, w), source)
            for d, c, w, source in (
                (26, 32, 4, "pytorchcv"),
                (101, 32, 8, "torchvision"),
                (101, 32, 16, "Mahajan et al. 2018 (arXiv:1805.00932)"),
                (101, 32, 32, "Mahajan et al. 2018 (arXiv:1805.00932)"),
                (101, 32, 48, "Mahajan et al. 2018 (arXiv:1805.00932)"),
                (152, 32, 4, "pytorchcv"),
            )
        ),
        _preset("resnext50d_32x4d", {**_named(50, 32, 4), **_D}, "timm"),
        *(
            _preset(f"seresnext{d}_{c}x{w}d", {**_named(d, c, w), **_SE}, _SENET)
            for d, c, w in ((50, 32, 4), (101, 32, 4), (101, 32, 8), (101, 64, 4))
        ),
        _preset("seresnext26d_32x4d", {**_named(26, 32, 4), **_D, **_SE}, _SENET),
        _preset("seresnext26t_32x4d", {**_named(26, 32, 4), **_T, **_SE}, _SENET),
        _preset("seresnext101d_32x8d", {**_named(101, 32, 8), **_D, **_SE}, _SENET),
        _preset(
            "seresnextaa101d_32x8d",
            {**_named(101, 32, 8), **_D, **_SE, **_AA, "resolution": 288},
            _SENET,
        ),
        _preset(
            "seresnextaa201d_32x8d",
            {
                **_named(101, 32, 8),
                **_D,
                **_SE,
                **_AA,
                "depth": (3, 24, 36, 4),
                "stem_width": 128,
                "resolution": 384,
            },
            _SENET,
        ),
        *(
            _preset(
                f"legacy_seresnext{d}_32x4d",
                {**_named(d, 32, 4), "attention": "squeeze_excite", "stem_pool": "max_ceil"},
                "Hu et al. 2018, the authors' release; timm legacy_senet",
            )
            for d in (26, 50, 101)
        ),
        *(
            _preset(
                f"ecaresnext{d}t_32x4d",
                {**_named(d, 32, 4), **_T, "attention": "eca", "resolution": 256},
                _ECANET,
            )
            for d in (26, 50)
        ),
        *(
            _preset(
                f"resnext{d}_{c}x{w}d_cifar10",
                {**_CIFAR, "depth": (n, n, n), "cardinality": c, "group_width": w},
                "Xie et al. 2016, §5.3 and Table 7",
            )
            for d, n, c, w in (
                (20, 2, 16, 4),
                (20, 2, 32, 2),
                (20, 2, 32, 4),
                (29, 3, 32, 4),
                (29, 3, 8, 64),
                (29, 3, 16, 64),
            )
        ),
    ),
)
