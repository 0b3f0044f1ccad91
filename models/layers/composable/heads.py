"""Heads of composed networks: from the last maps to class scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.classifiers import (
    convolved_classifier,
    hidden_classifier,
    mapped_classifier,
)
from archmeter.models.layers.composable.part import AnyActivation, ByName, Part, Rate, Scaling
from archmeter.models.layers.heads import (
    NormPlace,
    dropout_classifier,
    late_conv_classifier,
    normed_classifier,
    pooled_classifier,
)
from archmeter.models.layers.knobs import AnyNorm, ClassifierBias, ConvClassifier, PositionNorm
from archmeter.models.layers.mbconv_spec import HeadScaling, scaled_by
from archmeter.models.ops import ActivationKind
from archmeter.models.spec import Flag, Width

OptionalWidth = Annotated[int, Field(ge=0, le=16384)]

_SCALING = "Whether the width multiplier applies to these channels: never, above 1, or always."


class HeadPart(Part, ABC):
    """The last layers of a network."""

    kind: str

    def __str__(self) -> str:
        return self.kind

    @abstractmethod
    def build(self, x: Tensor, num_classes: int, scaling: Scaling) -> Tensor:
        """(N, C, H, W) -> (N, num_classes); features where there are no classes."""


class PooledHead(HeadPart):
    """The mean of each map, and a classifier."""

    kind: Literal["pooled"]
    convolutional: ConvClassifier = False
    bias: ClassifierBias = True

    def build(self, x: Tensor, num_classes: int, scaling: Scaling) -> Tensor:  # noqa: ARG002
        """(N, C, H, W) -> (N, num_classes)."""
        return pooled_classifier(x, num_classes, convolutional=self.convolutional, bias=self.bias)


class PreactivatedHead(HeadPart):
    """Norm and activation, which pre-activation blocks leave to do, before the mean."""

    kind: Literal["preactivated"]
    norm: AnyNorm = "batch"
    activation: AnyActivation = Field(default="relu", description="Activation after that norm.")
    convolutional: ConvClassifier = False
    bias: ClassifierBias = True

    def build(self, x: Tensor, num_classes: int, scaling: Scaling) -> Tensor:  # noqa: ARG002
        """(N, C, H, W) -> (N, num_classes)."""
        return pooled_classifier(
            x,
            num_classes,
            norm_kind=self.norm,
            act_kind=self.activation,
            convolutional=self.convolutional,
            bias=self.bias,
        )


class ConvHead(HeadPart):
    """A wide 1x1 convolution before the mean, as in MobileNetV2 and EfficientNet."""

    kind: Literal["conv"]
    width: Width = Field(default=1280, description="Channels of the convolution.")
    scaling: HeadScaling = Field(default="full", description=_SCALING)
    activation: AnyActivation = Field(default="relu", description="Activation of the convolution.")
    convolutional: ConvClassifier = False
    bias: ClassifierBias = True

    def build(self, x: Tensor, num_classes: int, scaling: Scaling) -> Tensor:
        """(N, C, H, W) -> (N, num_classes)."""
        return pooled_classifier(
            x,
            num_classes,
            final_width=scaled_by(self.scaling, self.width, scaling.channels(self.width)),
            act_kind=self.activation,
            convolutional=self.convolutional,
            bias=self.bias,
        )


class LateConvHead(HeadPart):
    """A 1x1 convolution before the mean and the widest one after it, as in MobileNetV3."""

    kind: Literal["late_conv"]
    width: OptionalWidth = Field(
        default=960, description="Channels of the convolution before the mean; 0 for none."
    )
    hidden: OptionalWidth = Field(
        default=1280, description="Channels of the convolution after the mean; 0 for none."
    )
    scaling: HeadScaling = Field(
        default="fixed",
        description="Whether the width multiplier applies to the convolution after the mean: "
        "never, above 1, or always.",
    )
    bias: Flag = Field(
        default=True, description="Whether the convolution after the mean has biases."
    )
    activation: ActivationKind = Field(
        default="hardswish", description="Activation of both convolutions."
    )

    def build(self, x: Tensor, num_classes: int, scaling: Scaling) -> Tensor:
        """(N, C, H, W) -> (N, num_classes)."""
        return late_conv_classifier(
            x,
            num_classes,
            width=scaling.channels(self.width) if self.width else 0,
            hidden=self.hidden
            and scaled_by(self.scaling, self.hidden, scaling.channels(self.hidden)),
            end="bias" if self.bias else "bare",
            act_kind=self.activation,
        )


class NormedHead(HeadPart):
    """A norm of the means, or of the maps before them, as in ConvNeXt."""

    kind: Literal["normed"]
    norm: PositionNorm = "layer"
    norm_on: NormPlace = Field(
        default="pooled", description="Whether the norm follows the pool or precedes it."
    )
    hidden: OptionalWidth = Field(
        default=0, description="Hidden channels of the classifier; 0 for none."
    )

    def build(self, x: Tensor, num_classes: int, scaling: Scaling) -> Tensor:
        """(N, C, H, W) -> (N, num_classes)."""
        return normed_classifier(
            x,
            num_classes,
            norm_on=self.norm_on,
            norm_kind=self.norm,
            hidden=scaling.channels(self.hidden) if self.hidden else 0,
        )


class DropoutHead(HeadPart):
    """The mean of each map, dropout, and a linear layer."""

    kind: Literal["dropout"]
    rate: Rate = Field(default=0.2, description="Rate of the dropout.")

    def build(self, x: Tensor, num_classes: int, scaling: Scaling) -> Tensor:  # noqa: ARG002
        """(N, C, H, W) -> (N, num_classes)."""
        return dropout_classifier(x, num_classes, self.rate)


class HiddenHead(HeadPart):
    """Two hidden layers that read whole maps, as in AlexNet and VGG."""

    kind: Literal["hidden"]
    side: int = Field(
        default=7, ge=1, le=64, description="Side of the maps that the first layer reads."
    )
    hidden: Width = Field(default=4096, description="Features of the two hidden layers.")
    sliding: Flag = Field(
        default=False,
        description="The hidden layers slide over a larger map as convolutions, instead of "
        "reading one pooled to their side.",
    )
    dropout: Rate = Field(default=0.5, description="Rate of the dropout after the hidden layers.")

    def build(self, x: Tensor, num_classes: int, scaling: Scaling) -> Tensor:
        """(N, C, H, W) -> (N, num_classes)."""
        classifier = convolved_classifier if self.sliding else hidden_classifier
        return classifier(
            x,
            num_classes,
            side=self.side,
            hidden=scaling.channels(self.hidden),
            dropout_rate=self.dropout,
        )


class MappedHead(HeadPart):
    """A map of scores for each class, then their means, as in SqueezeNet and DarkNet-19."""

    kind: Literal["mapped"]
    activation: Literal["none", ActivationKind] = Field(
        default="none", description="Activation of the maps of scores."
    )
    dropout: Rate = Field(default=0.0, description="Rate of the dropout before them.")

    def build(self, x: Tensor, num_classes: int, scaling: Scaling) -> Tensor:  # noqa: ARG002
        """(N, C, H, W) -> (N, num_classes)."""
        return mapped_classifier(
            x,
            num_classes,
            dropout_rate=self.dropout,
            act_kind=None if self.activation == "none" else self.activation,
        )


class NoHead(HeadPart):
    """Nothing: the output is the maps of the last stage."""

    kind: Literal["none"]

    def build(self, x: Tensor, num_classes: int, scaling: Scaling) -> Tensor:  # noqa: ARG002
        """The maps themselves."""
        return x


AnyHead = Annotated[
    PooledHead
    | ConvHead
    | LateConvHead
    | NormedHead
    | PreactivatedHead
    | DropoutHead
    | HiddenHead
    | MappedHead
    | NoHead,
    Field(discriminator="kind"),
    ByName(),
]
