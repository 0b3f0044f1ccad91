"""Specs: the only description of what may be asked for.

A family's spec is a frozen pydantic model with one bounded, documented field for each knob. The
request schema, the command line, the forms, the cache key and the tests are all derived from it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from archmeter.models.dropped_stride import DroppedStrides
from archmeter.models.errors import ShapeError
from archmeter.models.folded_norms import fold_norms
from archmeter.models.graph import Graph, Tensor
from archmeter.models.head import LastPool
from archmeter.models.norm_bias import add_norm_biases
from archmeter.models.ops import Shape
from archmeter.models.output_stride import StrideLimit
from archmeter.models.pairs import pair_schema, sides
from archmeter.models.precision import DType
from archmeter.models.strides import StrideRule, StrideRules

MAX_SIDE = 8192
Side = Annotated[int, Field(ge=1, le=MAX_SIDE)]


Resolution = Annotated[
    tuple[Side, Side], BeforeValidator(sides), WithJsonSchema(pair_schema(1, MAX_SIDE))
]
Flag = Annotated[bool, Field(strict=True)]
"""True or false, not the numbers and words that pydantic takes for them."""

Multiplier = Annotated[float, Field(ge=0.05, le=32, allow_inf_nan=False)]
Width = Annotated[int, Field(ge=1, le=16384)]
Depths = Annotated[
    tuple[Annotated[int, Field(ge=1, le=2048)], ...], Field(min_length=1, max_length=8)
]


class ArchitectureSpec(BaseModel, ABC):
    """What every architecture can be asked for; families add their own knobs."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    family: str
    resolution: Resolution = Field(
        default=(224, 224), description="Input side in pixels, or [height, width]."
    )
    num_classes: int = Field(
        default=1000, ge=0, le=1_000_000, description="Outputs of the classifier; 0 for none."
    )
    head: Literal["classifier", "none"] = Field(
        default="classifier",
        description="What makes an answer of the last maps; or none of its layers, no pool, norm "
        "or convolution either, and no auxiliary head: the output is these maps.",
    )
    in_channels: int = Field(default=3, ge=1, le=4096, description="Channels of the input.")
    depth_multiplier: Multiplier = Field(
        default=1.0, description="Multiplies the blocks of every stage, rounding up."
    )
    width_multiplier: Multiplier = Field(
        default=1.0,
        description="Multiplies the channels of every layer, rounding to a multiple of 8 "
        "without losing more than a tenth.",
    )
    folded: Flag = Field(
        default=False,
        description="Whether batch norms are folded into the convolutions they directly follow, "
        "as for inference.",
    )

    @abstractmethod
    def network(self, x: Tensor) -> Tensor:
        """Describe the network, from the input (N, C, H, W) to its output."""

    @property
    def headless(self) -> bool:
        """Whether the network ends in maps, or tokens, of which no layer makes an answer."""
        return self.head == "none"

    def described(self, x: Tensor) -> Tensor:
        """The network under what its spec says of the whole of it."""
        x.graph.headless = self.headless
        return self.network(x)

    @classmethod
    def overridden(cls, fields: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
        """A preset's fields with some of them replaced."""
        return {**fields, **overrides}

    @classmethod
    def override_schema(cls, name: str, schema: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG003
        """JSON schema of what may stand in place of a preset's field, given that of the field."""
        return {key: value for key, value in schema.items() if key != "default"}

    def graph(self, batch: int = 1) -> Graph:
        """The network on a batch of images.

        Raises:
            ShapeError: if sizes do not fit together, or norms are to be folded and there are none.
            GraphTooLarge: if there is too much of it.
        """
        return self.traced((batch, self.in_channels, *self.resolution))

    def traced(self, input_shape: Shape, kind: type[Graph] = Graph) -> Graph:
        """The network on an input (N, C, H, W), as a kind of graph.

        Raises:
            ShapeError: if sizes do not fit together, or norms are to be folded and there are none.
            GraphTooLarge: if there is too much of it.
        """
        graph = kind.trace(self.described, input_shape)
        return fold_norms(graph) if self.folded else graph

    def canonical(self) -> dict[str, Any]:
        """Every field as JSON, sorted: equal for equal specs, however they were spelled."""
        return dict(sorted(self.model_dump(mode="json").items()))

    def identity(self) -> dict[str, Any]:
        """The family and the knobs that are not at their defaults: as before when knobs come."""
        defaults = _defaults(type(self))
        changed = {name for name, default in defaults.items() if getattr(self, name) != default}
        return dict(sorted(self.model_dump(mode="json", include={"family", *changed}).items()))


@cache
def _defaults(spec: type[ArchitectureSpec]) -> Mapping[str, object]:
    """Defaults of the knobs; those that must be given have one that nothing equals."""
    return {name: field.default for name, field in spec.model_fields.items()}


class ConvolutionalSpec(ArchitectureSpec):
    """What every convolutional network can be asked for besides."""

    output_stride: Literal[1, 2, 4, 8, 16, 32] | None = Field(
        default=None,
        description="Pixels of the image to an element of the smallest maps, for segmentation and "
        "detection: later strides become 1. Null for those of the network.",
    )
    dilated: Flag = Field(
        default=True,
        description="With an output stride: whether kernels spread to see what they saw (DeepLab), "
        "or stay as they are (a last stride of 1, as in re-identification).",
    )

    dropped_stride: Literal[1, 2, 4, 8, 16, 32] = Field(
        default=1,
        description="For small images such as CIFAR's: the first strides, together so much, "
        "become 1, and pools that only stride are left out: 2 is the stride of a first "
        "convolution, 4 that of a ResNet's whole stem.",
    )
    norm_bias: Flag = Field(
        default=False,
        description="Biases in convolutions before batch and group norms too, as Keras has them.",
    )
    head_pool: LastPool = Field(
        default="mean",
        description="The last pool: the mean of each map, its maximum, half of their sum "
        "(mean_max), or both side by side, which doubles what the classifier reads (concat); avg, "
        "max, avgmax and catavgmax in timm.",
    )

    def described(self, x: Tensor) -> Tensor:
        """The network under its rules on strides, and with biases before norms if it has them."""
        graph, rules = x.graph, self._stride_rules()
        graph.last_pool = self.head_pool
        graph.copies_blocks = not rules.rules and not self.norm_bias
        if not rules.rules:
            y = super().described(x)
        else:
            graph.strides = rules
            try:
                y = super().described(x)
                rules.finish(graph)
            except ShapeError as error:
                raise ShapeError(f"{error.detail}, with {rules}", path=error.path) from None
            finally:
                graph.strides = None  # they hold all tensors, of which nobody asks any more
        if self.norm_bias:
            add_norm_biases(graph)
        return y

    def _stride_rules(self) -> StrideRules:
        rules: list[StrideRule] = []
        if self.dropped_stride > 1:
            rules.append(DroppedStrides(self.dropped_stride))
        if self.output_stride:
            rules.append(StrideLimit(self.output_stride, dilated=self.dilated))
        return StrideRules(*rules)


class InputSpec(BaseModel):
    """What is fed to a network, besides what its architecture fixes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch: int = Field(default=1, ge=1, le=65_536, description="Images at once.")
    dtype: DType = Field(
        default="float32",
        description="Types of weights and activations: of both alike; autocast, by torch's lists "
        "for the CPU or for CUDA; or int8 or int4 weights of convolutions and linear layers, with "
        "activations of int8 or of the type behind the dash.",
    )


@dataclass(frozen=True, slots=True)
class Paper:
    """Where a family was published."""

    title: str
    authors: str
    year: int
    url: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A published network: a name people know, and the knobs that make it.

    Attributes:
        spec_type: the spec of its family.
        fields: knobs that differ from the family's defaults.
        source: the paper's table, or the library that made the name known.
    """

    spec_type: type[ArchitectureSpec]
    name: str
    fields: Mapping[str, Any]
    source: str

    @property
    def family(self) -> str:
        """Name of its family."""
        return str(self.spec_type.model_fields["family"].default)

    @property
    def spec(self) -> ArchitectureSpec:
        """The whole description."""
        return self.spec_type.model_validate(dict(self.fields))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Family:
    """A builder with its knobs.

    Attributes:
        title: the name in words.
        summary: one sentence on the idea.
    """

    title: str
    summary: str
    paper: Paper
    spec: type[ArchitectureSpec]
    presets: tuple[Preset, ...]

    @property
    def name(self) -> str:
        """The value of the spec's ``family`` field."""
        return str(self.spec.model_fields["family"].default)
