"""What the stages of a composed network have in common: blocks one after another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, NamedTuple, get_args

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import conv_norm_act
from archmeter.models.layers.composable.part import Part, Ratio, Scaling
from archmeter.models.layers.cross_stage import Fusion, expanded_cross_stage
from archmeter.models.ops import ActivationKind
from archmeter.models.spec import Flag, Width

Groups = Annotated[int, Field(ge=1, le=16384)]


class Place(NamedTuple):
    """Where in a stage a block stands, counted from 0, its stride, and how it is scaled."""

    scaling: Scaling
    position: int
    stride: int


class StagePart(Part, ABC):
    """Blocks of one kind at one size of map."""

    block: str
    depth: int = Field(default=1, ge=1, le=2048, description="Blocks.")
    stride: int = Field(
        default=2,
        ge=1,
        le=4,
        description="Stride of the first block, or of what stands before the blocks where they "
        "cannot stride; 1 keeps the map.",
    )

    @classmethod
    def block_name(cls) -> str:
        """Name of the blocks that such stages are made of."""
        (name,) = get_args(cls.model_fields["block"].annotation)
        return str(name)

    @classmethod
    def lasting_fields(cls) -> list[str]:
        """Knobs that mean the same whatever the blocks are."""
        return [name for name in ("depth", "width", "stride") if name in cls.model_fields]

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """The stage, from maps to maps."""
        return self.blocks(x, scaling)

    @abstractmethod
    def blocks(self, x: Tensor, scaling: Scaling) -> Tensor:
        """All blocks of the stage, and what stands before them."""

    def __str__(self) -> str:
        return f"{self.depth}x{self.block}"


class RepeatingStage(StagePart):
    """Blocks one after another, each of which reads the one before."""

    def blocks(self, x: Tensor, scaling: Scaling) -> Tensor:
        """All blocks of the stage, and what stands before them."""
        x, stride = self.enter(x, scaling)
        for i in range(scaling.blocks(self.depth)):
            x = self.unit(x, Place(scaling, i, 1 if i else stride))
        return x

    def enter(self, x: Tensor, scaling: Scaling) -> tuple[Tensor, int]:  # noqa: ARG002
        """What stands before the blocks, and the stride that it leaves to the first of them."""
        return x, self.stride

    @abstractmethod
    def unit(self, x: Tensor, at: Place) -> Tensor:
        """One block."""


class CrossStage(Part):
    """Part of the channels goes around the blocks; Wang et al. 2019, arXiv:1911.11929."""

    share: float = Field(
        default=0.5,
        ge=0.05,
        le=0.95,
        allow_inf_nan=False,
        description="Share of the channels that goes around.",
    )
    expansion: Ratio = Field(
        default=2.0, description="Channels that are split ÷ the width of the stage."
    )
    fusion: Fusion = Field(
        default="both",
        description="Transitions on the blocks' part and on both parts, only on both (fusion "
        "first), or only on the blocks' (fusion last).",
    )
    activation: ActivationKind = Field(
        default="relu", description="Activation of the transitions and of the downsampling."
    )
    expand_activation: Flag = Field(
        default=False, description="Activation after the convolution that expands, too."
    )
    early_growth: Flag = Field(
        default=False,
        description="The convolution that downsamples also changes the channels to the stage's "
        "width.",
    )


class WidthStage(RepeatingStage):
    """Blocks that all have one output width."""

    width: Width = Field(
        examples=[64], description="Channels after each block; scaled by the width multiplier."
    )
    cross_stage: CrossStage | None = Field(
        default=None,
        description="Send part of the channels around the blocks (CSP); a 3x3 convolution then "
        "takes the stride.",
    )

    def build(self, x: Tensor, scaling: Scaling) -> Tensor:
        """The stage, on all channels or on part of them."""
        if self.cross_stage is None:
            return self.blocks(x, scaling)
        how, width = self.cross_stage, self.output(scaling)
        if self.stride > 1:
            with x.graph.scope("downsample"):
                down = width if how.early_growth else x.channels
                x = conv_norm_act(x, down, 3, stride=self.stride, act_kind=how.activation)

        def part(y: Tensor) -> Tensor:
            inside = self.model_copy(update={"width": y.channels, "stride": 1})
            return inside.blocks(y, scaling._replace(width=1.0))

        return expanded_cross_stage(
            x,
            width,
            part,
            expanded=max(1, round(how.expansion * width)),
            share=how.share,
            fusion=how.fusion,
            act_kind=how.activation,
            expand_act=how.expand_activation,
        )

    def output(self, scaling: Scaling) -> int:
        """Channels after the stage."""
        return scaling.channels(self.width)

    def __str__(self) -> str:
        return f"{super().__str__()}({self.width})"


class Inner(NamedTuple):
    """Scaled channels of a bottleneck: of one group, inside, and of its output."""

    groups: int
    group_width: int
    width: int

    @property
    def mid(self) -> int:
        """Inner channels, all groups together."""
        return self.groups * self.group_width


class BottleneckedStage(WidthStage):
    """Blocks with a spatial convolution between two that change the width, maybe grouped."""

    expansion: Ratio = Field(default=4.0, description="Output ÷ inner channels of a block.")
    groups: Groups = Field(
        default=1, description="Groups of the spatial convolution (cardinality)."
    )
    group_width: int = Field(
        default=0,
        ge=0,
        le=16384,
        description="Channels of a group, in place of their number: 1 is depthwise; 0 goes by "
        "`groups`.",
    )

    @field_validator("groups")
    @classmethod
    def _divide_into_groups(cls, groups: int, info: ValidationInfo) -> int:
        if groups > 1:
            cls._refuse_unless_divisible(groups, "groups", info)
        return groups

    @field_validator("group_width")
    @classmethod
    def _divide_into_group_width(cls, group_width: int, info: ValidationInfo) -> int:
        if group_width and info.data.get("groups", 1) > 1:
            raise PydanticCustomError(
                "groups_twice",
                "either groups or group_width is given, not both",
                {"fits": "0, or this without groups"},
            )
        if group_width:
            cls._refuse_unless_divisible(group_width, "group width", info)
        return group_width

    @classmethod
    def _refuse_unless_divisible(cls, divisor: int, noun: str, info: ValidationInfo) -> None:
        if not {"width", "expansion"} <= info.data.keys():
            return  # these are at fault themselves
        mid = unscaled_mid(info.data["width"], info.data["expansion"])
        if mid % divisor:
            raise PydanticCustomError(
                "not_divisible",
                "{mid} inner channels (width ÷ expansion) are not a multiple of the {noun} "
                "{divisor}",
                {"mid": mid, "noun": noun, "divisor": divisor, "fits": f"a divisor of {mid}"},
            )

    def inner(self, scaling: Scaling) -> Inner:
        """Scaled channels; groups keep their number and grow, but where they are depthwise.

        Raises:
            ShapeError: if the channels do not divide, in a stage that is put on other channels.
        """
        mid = unscaled_mid(self.width, self.expansion)
        count = mid // self.group_width if self.group_width else self.groups
        each = mid // max(1, count)
        if each * count != mid:
            raise ShapeError(f"{mid} inner channels do not divide into groups")
        if self.group_width == 1:
            count = scaling.channels(mid)
        elif self.group_width:
            each = scaling.channels(each, min(8, each))
        else:
            each = scaling.channels(each, 8 if count == 1 else 1)
        # In proportion to the inner channels: a whole ratio between the two stays what it is.
        return Inner(count, each, max(1, round(self.width * count * each / mid)))

    def output(self, scaling: Scaling) -> int:
        """Channels after the stage."""
        return self.inner(scaling).width


def refuse_below(width: int, least: int) -> None:
    """Channels that are divided inside a block leave none of its layers without any.

    Raises:
        ShapeError: if there are fewer than that.
    """
    if width < least:
        raise ShapeError(f"the block shares {least} channels or more out, not {width}")


def unscaled_mid(width: int, expansion: float) -> int:
    """Channels inside a block with so many channels after it."""
    return max(1, round(width / expansion))
