"""Layers of one operator that is no window: linear, norms, activations, flatten, dropout."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import (
    act,
    dropout,
    feature_norm,
    flatten,
    group_norm,
    layer_norm,
    linear,
    local_response_norm,
    norm,
    softmax,
)
from archmeter.models.layers.listed.layer import Following, How, Layer
from archmeter.models.ops import ActivationKind
from archmeter.models.spec import Flag, Width

_FEATURES = 2
"""Dimensions of (N, C)."""


class Linear(Layer):
    """A linear layer: each feature is a sum over all of its input."""

    kind: Literal["linear"]
    features: Width | None = Field(
        default=None,
        examples=[128],
        description="Features it makes; null for one to each class of the network.",
    )
    bias: Flag = Field(default=True, description="Whether it has biases.")

    def __str__(self) -> str:
        return f"linear{self.features or ''}"

    @property
    def is_flat(self) -> bool:
        """Whether features come out of it."""
        return True

    def build(self, x: Tensor, how: How) -> Tensor:
        """(N, C) -> (N, features)."""
        if len(x.shape) != _FEATURES:
            raise ShapeError("a linear layer takes features: flatten has to come before it")
        if self.features is None:
            return linear(x, how.classes, bias=self.bias) if how.classes else x
        return linear(x, how.scaling.channels(self.features), bias=self.bias)


class Norm(Following):
    """A norm over the batch; of each map of an image; or of each image as a whole.

    All have a scale and a shift for each channel or feature.
    """

    kind: Literal["batch_norm", "instance_norm", "layer_norm"]

    def build(self, x: Tensor, how: How) -> Tensor:  # noqa: ARG002 - as wide as its input
        """(N, C, H, W) or (N, C) -> the same shape."""
        if len(x.shape) == _FEATURES:
            match self.kind:
                case "batch_norm":
                    return feature_norm(x)
                case "layer_norm":
                    return layer_norm(x)
        match self.kind:
            case "batch_norm":
                return norm(x)
            case "instance_norm":
                return group_norm(x, x.channels)
            case "layer_norm":
                return group_norm(x, 1)


class GroupNorm(Following):
    """A norm of each image over groups of its channels."""

    kind: Literal["group_norm"]
    groups: int = Field(
        default=32, ge=1, le=16384, description="Groups that channels are divided into."
    )

    def build(self, x: Tensor, how: How) -> Tensor:  # noqa: ARG002 - as wide as its input
        """(N, C, H, W) -> the same shape."""
        return group_norm(x, self.groups)


class ResponseNorm(Following):
    """Division of each element by the energy of neighbouring channels (AlexNet)."""

    kind: Literal["local_response_norm"]
    neighbours: int = Field(default=5, ge=1, le=255, description="Channels that count.")

    def build(self, x: Tensor, how: How) -> Tensor:  # noqa: ARG002 - as wide as its input
        """(N, C, H, W) -> the same shape."""
        return local_response_norm(x, self.neighbours)


class Activation(Following):
    """A nonlinearity of each element; leaky ReLU has a slope of 0.1."""

    kind: ActivationKind

    def build(self, x: Tensor, how: How) -> Tensor:  # noqa: ARG002 - of any shape
        """x -> the same shape, beside x: a shortcut may still read it."""
        return act(x, self.kind, inplace=False)


class Softmax(Following):
    """Positive numbers that sum to one, over channels or features."""

    kind: Literal["softmax"]

    def build(self, x: Tensor, how: How) -> Tensor:  # noqa: ARG002 - of any shape
        """x -> the same shape."""
        return softmax(x, 1)


class Dropout(Following):
    """Elements that are zero at random, while training."""

    kind: Literal["dropout"]
    rate: float = Field(
        default=0.5, ge=0.001, lt=1, allow_inf_nan=False, description="Share of the elements."
    )

    def build(self, x: Tensor, how: How) -> Tensor:  # noqa: ARG002 - of any shape
        """x -> the same shape."""
        return dropout(x, self.rate)


class Flatten(Layer):
    """All elements of the maps as features."""

    kind: Literal["flatten"]

    @property
    def is_flat(self) -> bool:
        """Whether features come out of it."""
        return True

    def build(self, x: Tensor, how: How) -> Tensor:  # noqa: ARG002 - of any shape
        """(N, C, H, W) -> (N, C · H · W)."""
        return flatten(x)
