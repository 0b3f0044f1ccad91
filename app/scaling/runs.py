"""Runs of training whose images change size, as people ask for them."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from archmeter.analyzers.scaling.schedules import IMAGENET_IMAGES, Stage, progressive
from archmeter.models.spec import Resolution, Side

MAX_STAGES = 64

Epochs = Annotated[int, Field(ge=1, le=1_000_000)]
Images = Annotated[int, Field(ge=1, le=10**12)]


class StageRequest(BaseModel):
    """Epochs on images of one size."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    epochs: Epochs
    """Passes over the images."""

    resolution: Resolution
    """Side of the images in pixels, or [height, width]."""

    images: Images = IMAGENET_IMAGES
    """Seen in each epoch; without it those of ImageNet."""


class ProgressiveRequest(BaseModel):
    """Square images that grow in equal steps."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    first: Side
    """Side of the first stage's images."""

    last: Side
    """Side of the last stage's images."""

    stages: Annotated[int, Field(ge=1, le=MAX_STAGES)] = 4
    """How many there are."""

    epochs: Epochs = 350
    """Of all stages together."""

    images: Images = IMAGENET_IMAGES
    """Seen in each epoch; without it those of ImageNet."""

    @model_validator(mode="after")
    def _images_grow(self) -> Self:
        if self.first > self.last:
            raise ValueError(f"images cannot grow from {self.first} to {self.last}")
        if self.stages == 1 and self.first != self.last:
            raise ValueError(f"one stage cannot have images of both {self.first} and {self.last}")
        if self.epochs < self.stages:
            raise ValueError(f"{self.epochs} epochs are too few for {self.stages} stages")
        return self


class ScheduleRequest(BaseModel):
    """A run whose images change size from stage to stage."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    architecture: dict[str, Any]
    """The network: a family with its knobs, or a preset with overrides."""

    stages: (
        Annotated[tuple[StageRequest, ...], Field(min_length=1, max_length=MAX_STAGES)] | None
    ) = None
    """One after another."""

    progressive: ProgressiveRequest | None = None
    """Or by rule: images that grow in equal steps, as in EfficientNetV2."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.stages is None) == (self.progressive is None):
            raise ValueError("give either stages or progressive")
        return self

    @property
    def run(self) -> tuple[Stage, ...]:
        """The stages, listed or by rule."""
        rule = self.progressive
        if rule is None:
            listed = self.stages or ()
            return tuple(Stage(one.epochs, one.images, one.resolution) for one in listed)
        return progressive(
            rule.first, rule.last, stages=rule.stages, epochs=rule.epochs, images=rule.images
        )
