"""RepVGG: Ding, Zhang, Ma, Han, Ding, Sun 2021. Trained with branches, deployed without."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.attention import Attention, AttentionKind
from archmeter.models.layers.heads import pooled_classifier
from archmeter.models.layers.mbconv_spec import Widths
from archmeter.models.layers.rep_block import rep_block
from archmeter.models.layers.stages import at_stage
from archmeter.models.scaling import scale_depths, scale_width
from archmeter.models.spec import ConvolutionalSpec, Depths, Family, Flag, Paper, Preset, Width


class RepVGGSpec(ConvolutionalSpec):
    """3x3 blocks in five stages, the first of which is the stem; by default RepVGG-B0, Table 2."""

    family: Literal["repvgg"] = "repvgg"
    depth: Depths = Field(default=(4, 6, 16, 1), description="Blocks per stage after the stem.")
    widths: Widths = Field(
        default=(64, 128, 256, 1280),
        description="Channels of each stage; the last holds for all later stages.",
    )
    stem_width: Width = Field(default=64, description="Channels after the first block.")
    groups: int = Field(
        default=1,
        ge=1,
        le=1024,
        description="Groups of the convolutions in every second block of a stage.",
    )
    attention: AttentionKind = Field(
        default="none", description="Attention on what each block activates."
    )
    reduction: int = Field(
        default=16,
        ge=1,
        le=1024,
        description="Channels ÷ squeezed channels, in squeeze-and-excitation and CBAM.",
    )
    deploy: Flag = Field(
        default=False,
        description="Fold the branches of each block into one 3x3 convolution with biases.",
    )

    def network(self, x: Tensor) -> Tensor:
        """Blocks, each stage of which begins with a stride of 2, and a classifier."""
        build = partial(
            rep_block, attention=Attention(self.attention, self.reduction), deploy=self.deploy
        )
        with x.graph.scope("stem"):
            x = build(x, scale_width(self.stem_width, self.width_multiplier), stride=2)
        for stage, depth in enumerate(scale_depths(self.depth, self.depth_multiplier)):
            width = scale_width(at_stage(self.widths, stage), self.width_multiplier)
            with x.graph.scope(f"stage{stage + 1}"):
                for i in range(depth):
                    groups = self.groups if i % 2 else 1
                    x = build(x, width, stride=1 if i else 2, groups=groups)
        return pooled_classifier(x, self.num_classes)


_A = (2, 4, 14, 1)

_PAPER = "Ding et al. 2021, Tables 2 and 4"
_preset = partial(Preset, RepVGGSpec)


def _named(a: float, b: float) -> dict[str, tuple[int, ...]]:
    """Widths by the factors of Table 2: a of the first stages, b of the last."""
    return {"widths": (*(int(width * a) for width in (64, 128, 256)), int(512 * b))}


FAMILY = Family(
    title="RepVGG",
    summary="Three branches while training fold into one 3x3 convolution for inference.",
    paper=Paper(
        "RepVGG: Making VGG-style ConvNets Great Again",
        "Ding, Zhang, Ma, Han, Ding, Sun",
        2021,
        "https://arxiv.org/abs/2101.03697",
    ),
    spec=RepVGGSpec,
    presets=(
        _preset("repvgg_a0", {"depth": _A, **_named(0.75, 2.5), "stem_width": 48}, _PAPER),
        _preset("repvgg_a1", {"depth": _A, **_named(1, 2.5)}, _PAPER),
        _preset("repvgg_a2", {"depth": _A, **_named(1.5, 2.75)}, _PAPER),
        _preset("repvgg_b0", {}, _PAPER),
        *(
            _preset(f"repvgg_{name}{suffix}", {**_named(a, b), "groups": groups}, _PAPER)
            for name, a, b in (("b1", 2, 4), ("b2", 2.5, 5), ("b3", 3, 5))
            for suffix, groups in (("", 1), ("g2", 2), ("g4", 4))
        ),
        _preset(
            "repvgg_d2se",
            {
                "depth": (8, 14, 24, 1),
                **_named(2.5, 5),
                "attention": "squeeze_excite",
                "resolution": 320,
            },
            "Ding et al., the authors' release; timm",
        ),
    ),
)
