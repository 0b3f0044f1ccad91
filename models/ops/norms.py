"""Normalisations, and softmax, which normalises to a sum of one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from archmeter.models.errors import ShapeError
from archmeter.models.ops.base import Shape, Weight
from archmeter.models.ops.kinds import Norm
from archmeter.models.ops.sizes import as_maps


@dataclass(frozen=True, slots=True)
class BatchNorm(Norm):
    """γ (x - mean) / sqrt(var + ε) + β for each channel over the batch, with running statistics."""

    label = "norm"

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return _batch_norm_weights(inputs[0][1])


@dataclass(frozen=True, slots=True)
class BatchNorm2d(BatchNorm):
    """Of maps (N, C, H, W)."""

    def shape(self, *inputs: Shape) -> Shape:
        return as_maps("batch norm", inputs[0])


@dataclass(frozen=True, slots=True)
class BatchNorm1d(BatchNorm):
    """Of features (N, C)."""

    def shape(self, *inputs: Shape) -> Shape:
        x = inputs[0]
        if len(x) != 2:  # noqa: PLR2004 - (N, C)
            raise ShapeError(f"batch norm of features takes (N, C), got {x}")
        return x


@dataclass(frozen=True, slots=True)
class GroupNorm(Norm):
    """Normalises each image over groups of channels, then γ x + β; Wu & He 2018."""

    groups: int

    label = "norm"

    def shape(self, *inputs: Shape) -> Shape:
        x = as_maps("group norm", inputs[0])
        if x[1] % self.groups:
            raise ShapeError(f"{x[1]} channels do not divide into {self.groups} groups of a norm")
        return x

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        channels = (inputs[0][1],)
        return Weight("weight", channels), Weight("bias", channels)

    @property
    def detail(self) -> str:
        return f"groups={self.groups}"


@dataclass(frozen=True, slots=True)
class LayerNorm(Norm):
    """Normalises over the last dimension, then γ x + β; Ba et al. 2016."""

    label = "norm"

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        channels = (inputs[0][-1],)
        return Weight("weight", channels), Weight("bias", channels)


@dataclass(frozen=True, slots=True)
class LocalResponseNorm(Norm):
    """x / (k + α/n Σ x²)^β over n neighbouring channels; Krizhevsky et al. 2012 §3.3."""

    neighbours: int

    label = "norm"

    def shape(self, *inputs: Shape) -> Shape:
        return as_maps("local response norm", inputs[0])

    @property
    def detail(self) -> str:
        return f"{self.neighbours} channels"


@dataclass(frozen=True, slots=True)
class UnitLength(Norm):
    """x / max(‖x‖, ε): each vector along the last dimension at length 1."""

    label = "unit"


@dataclass(frozen=True, slots=True)
class Softmax(Norm):
    """exp(x) / Σ exp(x) along a dimension."""

    dim: int

    label = "softmax"

    @property
    def detail(self) -> str:
        return f"dim={self.dim}"


@lru_cache(1024)
def _batch_norm_weights(channels: int) -> tuple[Weight, ...]:
    size = (channels,)
    return (
        Weight("weight", size),
        Weight("bias", size),
        Weight("running_mean", size, "buffer"),
        Weight("running_var", size, "buffer"),
        Weight("num_batches_tracked", (), "counter"),
    )
