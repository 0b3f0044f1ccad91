"""Progressive learning: what a run costs whose images grow from stage to stage.

Tan & Le 2021 (arXiv:2104.00298) §4: training starts with small images and weak regularisation, and
ends with large images and strong. The arithmetic saved is exact; here it is counted, forward and
backward, at the size of each stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.scaling.cliffs import is_aligned
from archmeter.analyzers.training.freezing import gradients_reach, trained
from archmeter.analyzers.training.gradients import StepMacs, step_macs
from archmeter.models.errors import ArchmeterError
from archmeter.models.graph import Graph
from archmeter.models.spec import ArchitectureSpec

IMAGENET_IMAGES = 1_281_167
"""Of the training set of ImageNet-1k."""


class Stage(NamedTuple):
    """Epochs on images of one size.

    Attributes:
        epochs: passes over the images.
        images: seen in each epoch.
        resolution: height and width in pixels.
    """

    epochs: int
    images: int
    resolution: tuple[int, int]


@dataclass(frozen=True, slots=True)
class StageCost(Answer):
    """What a stage of a run costs."""

    epochs: int
    """Passes over the images."""

    images: int
    """Images seen in each epoch."""

    resolution: tuple[int, int]
    """Height and width in pixels."""

    aligned: bool
    """Whether every stride of the network divides maps of that size."""

    forward_macs: int
    """MACs of one image, forward."""

    backward_macs: int
    """MACs of one image, backward: gradients of inputs and of weights."""

    macs: float
    """MACs of the whole stage; a float, for it may be beyond integers that JSON keeps exact."""

    share: float
    """Part of the run's MACs."""


@dataclass(frozen=True, slots=True)
class Schedule(Answer):
    """What a training run costs whose images change size from stage to stage."""

    stages: Rows[StageCost]
    """What each stage costs, in order."""

    macs: float
    """MACs of the run, forward and backward; floats for the same reason."""

    constant_macs: float
    """MACs of as many images, all of the last stage's size."""

    saving: float
    """1 - macs ÷ constant_macs."""


class StageInfeasible(ArchmeterError):
    """The network cannot be built for the images of a stage."""

    code = "stage_infeasible"


def progressive(
    first: int, last: int, *, stages: int, epochs: int, images: int = IMAGENET_IMAGES
) -> tuple[Stage, ...]:
    """Square images that grow from a first to a last size in equal steps.

    Epochs are divided evenly, the last stages taking one more where they do not divide. For
    EfficientNetV2-S the paper has 128 to 300 in 4 stages of 350 epochs together (Table 6).

    Args:
        first: side of the first stage's images in pixels.
        last: side of the last one's.
        stages: how many.
        epochs: of all stages together, one for each at least.
        images: in each epoch.
    """
    steps = max(1, stages - 1)
    return tuple(
        Stage(
            epochs=(i + 1) * epochs // stages - i * epochs // stages,
            images=images,
            resolution=(side := first + round((last - first) * i / steps), side),
        )
        for i in range(stages)
    )


def schedule(spec: ArchitectureSpec, stages: Sequence[Stage]) -> Schedule:
    """Count a run, every weight training.

    Args:
        spec: the network; its own resolution plays no part.
        stages: at least one.

    Raises:
        StageInfeasible: if the network cannot be built for the images of a stage.
    """
    graphs = [_graph(spec, i, stage) for i, stage in enumerate(stages)]
    steps = [_step(graph) for graph in graphs]
    each = [s.epochs * s.images * step.total for s, step in zip(stages, steps, strict=True)]
    total = sum(each)
    constant = sum(stage.epochs * stage.images for stage in stages) * steps[-1].total
    costs = Rows(
        StageCost(
            *stage,
            is_aligned(graph),
            step.forward,
            step.total - step.forward,
            float(macs),
            macs / total if total else 0.0,
        )
        for stage, graph, step, macs in zip(stages, graphs, steps, each, strict=True)
    )
    saving = 1 - total / constant if constant else 0.0
    return Schedule(costs, float(total), float(constant), saving)


def _graph(spec: ArchitectureSpec, index: int, stage: Stage) -> Graph:
    try:
        return spec.model_copy(update={"resolution": stage.resolution}).graph()
    except ArchmeterError as error:
        height, width = stage.resolution
        raise StageInfeasible(
            f"images of {height}x{width} do not work: {error}",
            field=f"stages.{index}.resolution",
            value=list(stage.resolution),
            accepted="sizes that the network can be built for",
        ) from error


def _step(graph: Graph) -> StepMacs:
    """MACs of one image, forward and backward."""
    trains = trained(graph)
    each = step_macs(graph, trains, gradients_reach(graph, trains))
    return StepMacs.of(each)
