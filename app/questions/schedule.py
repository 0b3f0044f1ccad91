"""Count a training run whose images change size from stage to stage, as in progressive learning.

Forward and backward are counted at the size of each stage, beside the same run with all images of
the last stage's size.
"""

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from archmeter.analyzers.scaling.schedules import (
    IMAGENET_IMAGES,
    Schedule,
    Stage,
    progressive,
)
from archmeter.analyzers.scaling.schedules import schedule as count_run
from archmeter.app.ask import (
    ArchitectureRequest,
    Network,
    Option,
    Printer,
    Question,
    Request,
    Spelled,
)
from archmeter.app.ask.about import NetworkHead
from archmeter.app.ask.scaling import LANE
from archmeter.app.ask.spelling import parts_of
from archmeter.models.spec import Resolution, Side

MAX_STAGES = 64
STAGE = "EPOCHS@SIDE"

Epochs = Annotated[int, Field(ge=1, le=1_000_000)]
Images = Annotated[int, Field(ge=1, le=10**12)]

stage_of = parts_of(r"(?P<epochs>\d{1,9})@(?P<resolution>\d{1,9}(?:[x×]\d{1,9})?)", STAGE)
"""Epochs on images of one size: ``30@224``, ``30@224x320``."""


class StageRequest(Request):
    """Epochs on images of one size."""

    epochs: Epochs
    """Passes over the images."""

    resolution: Resolution
    """Side of the images in pixels, or [height, width]."""

    images: Images | None = None
    """Images seen in each epoch; those of the whole run if left out."""


class ProgressiveRequest(Request):
    """Square images that grow in equal steps."""

    first: Side
    """Side of the first stage's images in pixels."""

    last: Side
    """Side of the last stage's images in pixels."""

    stages: Annotated[int, Field(ge=1, le=MAX_STAGES)] = 4
    """How many stages there are."""

    epochs: Epochs = 350
    """Epochs of all stages together."""

    images: Images | None = None
    """Images seen in each epoch; those of the whole run if left out."""

    @model_validator(mode="after")
    def _images_grow(self) -> Self:
        if self.first > self.last:
            raise ValueError(f"images cannot grow from {self.first} to {self.last}")
        if self.stages == 1 and self.first != self.last:
            raise ValueError(f"one stage cannot have images of both {self.first} and {self.last}")
        if self.epochs < self.stages:
            raise ValueError(f"{self.epochs} epochs are too few for {self.stages} stages")
        return self


SpelledStage = Annotated[StageRequest, Spelled(stage_of, STAGE)]


class ScheduleRequest(ArchitectureRequest):
    """A network, and a run whose images change size from stage to stage."""

    stages: Annotated[
        Annotated[tuple[SpelledStage, ...], Field(min_length=1, max_length=MAX_STAGES)] | None,
        Option("--stage", form=STAGE, help="A stage, as in 30@224."),
    ] = None
    """The stages of the run, one after another, as objects or as text such as `30@224`."""

    progressive: Annotated[
        ProgressiveRequest | None,
        Option("--first", form="SIDE", help="Or by rule: the first side.", part="first"),
        Option("--last", form="SIDE", help="By rule: the last side.", part="last"),
        Option(
            "--stages",
            form="COUNT",
            help="By rule: how many stages; 4 if left out.",
            part="stages",
        ),
        Option(
            "--epochs",
            form="COUNT",
            help="By rule: epochs of all stages together; 350 if left out.",
            part="epochs",
        ),
    ] = None
    """Or the run by rule: images that grow in equal steps, as in EfficientNetV2."""

    images: Images = IMAGENET_IMAGES
    """Images seen in each epoch, where a stage does not say otherwise; those of ImageNet-1k if left
    out."""

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
            return tuple(
                Stage(stage.epochs, stage.images or self.images, stage.resolution)
                for stage in self.stages or ()
            )
        return progressive(
            rule.first,
            rule.last,
            stages=rule.stages,
            epochs=rule.epochs,
            images=rule.images or self.images,
        )


@dataclass(frozen=True, kw_only=True)
class ScheduleReport(Schedule, NetworkHead):
    """What a run costs whose images change size from stage to stage."""


def schedule(network: Network, request: ScheduleRequest) -> ScheduleReport:
    """Count every stage, every weight training."""
    return ScheduleReport.about(network, count_run(network.spec, request.run))


def show(answer: ScheduleReport, out: Printer) -> None:
    """One line for each stage, and the run beside one of constant size."""
    out.heading(answer.name)
    out.rows(
        "|| epochs {epochs} | side {resolution:side} | forward {forward_macs:macs} "
        "| backward {backward_macs:macs} | MACs of the stage {macs:.4g} | share {share:.1%} "
        "|| {aligned:unaligned}",
        answer.stages,
        unaligned=lambda aligned: "" if aligned else "no multiple of every stride",
    )
    saving = answer.saving
    than = f"{saving:.1%} less" if saving >= 0 else f"{-saving:.1%} more"
    out.line(
        f"{answer.macs:.4g} MACs, {than} than with all images of the last size "
        f"({answer.constant_macs:.4g})"
    )


QUESTION = Question(
    path="scaling/schedules",
    ask=schedule,
    show=show,
    rows=lambda answer: answer.stages,
    lane=LANE,
    asked={
        "Stages of your own": "resnet18 --stage 60@160 --stage 30@224",
        "EfficientNetV2-S as it was trained": "efficientnetv2_s --first 128 --last 300",
    },
)
