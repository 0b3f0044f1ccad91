"""Progressive learning: what a run costs whose images grow from stage to stage.

Tan & Le 2021 (arXiv:2104.00298) §4: training starts with small images and weak regularisation, and
ends with large images and strong. The arithmetic saved is exact; here it is counted, forward and
backward, at the size of each stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

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


class StageCost(NamedTuple):
    """What a stage of a run costs.

    Attributes:
        epochs: passes over the images.
        images: seen in each epoch.
        resolution: height and width in pixels.
        aligned: whether every stride of the network divides maps of that size.
        forward_macs: of one image, forward.
        backward_macs: of one image, backward: gradients of inputs and of weights.
        macs: of the whole stage; a float, for it may be beyond integers that JSON keeps exact.
        share: of the run.
    """

    epochs: int
    images: int
    resolution: tuple[int, int]
    aligned: bool
    forward_macs: int
    backward_macs: int
    macs: float
    share: float

    def as_dict(self) -> dict[str, Any]:
        """The stage as JSON."""
        return self._asdict()


class Schedule(NamedTuple):
    """What a run costs.

    Attributes:
        stages: in order.
        macs: of the run, forward and backward; floats for the same reason.
        constant_macs: of as many images, all of the last stage's size.
        saving: 1 - macs ÷ constant_macs.
    """

    stages: tuple[StageCost, ...]
    macs: float
    constant_macs: float
    saving: float

    def as_dict(self) -> dict[str, Any]:
        """The run as JSON."""
        return {**self._asdict(), "stages": [stage.as_dict() for stage in self.stages]}


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
    costs = tuple(
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
    return StepMacs(*map(sum, zip(*each, strict=True)))
