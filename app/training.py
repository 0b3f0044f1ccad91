"""Training and memory as people ask for them: the bodies, and how they come about."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field, create_model

from archmeter.analyzers.live_tensors import Liveness, LiveTensor
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.training.checkpointing import policies
from archmeter.analyzers.training.freezing import freezable
from archmeter.analyzers.training.gradients import StepMacs
from archmeter.analyzers.training.kept_list import KeptTensor, kept_list
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.analyzers.training.plans import Plan, plans
from archmeter.analyzers.training.step import TrainingMemory, TrainingStep
from archmeter.app.schemas import AnalysisId, AnalysisInput, Body, Derived, described
from archmeter.models.graph import MAX_EXACT


class TrainingQuery(TrainingOptions):
    """How the network is trained."""

    checkpoint: Annotated[str, Field(min_length=1, max_length=20_000)] = "none"
    """What is computed again: none, block, stage, a label of parts, or paths between commas."""

    def options(self) -> TrainingOptions:
        """As the analyzers take them."""
        given = {name: getattr(self, name) for name in TrainingOptions.model_fields}
        return TrainingOptions.model_validate({**given, "checkpoint": policy(self.checkpoint)})


def policy(text: str) -> str | tuple[str, ...]:
    """A checkpointing policy from its text: a word, or paths between commas."""
    parts = tuple(part.strip() for part in text.split(","))
    # A word may name a policy or a label; with a dot, or after another, it is a path.
    return text if len(parts) == 1 and "." not in text else parts


TrainingMemoryFigures = create_model(
    "TrainingMemory", __base__=Derived, __doc__=TrainingMemory.__doc__, **described(TrainingMemory)
)
StepMacsFigures = create_model(
    "StepMacs", __base__=Derived, __doc__=StepMacs.__doc__, **described(StepMacs), total=(int, ...)
)
KeptTensorFigures = create_model(
    "KeptTensor", __base__=Derived, __doc__=KeptTensor.__doc__, **described(KeptTensor)
)
PlanFigures = create_model("Plan", __base__=Derived, __doc__=Plan.__doc__, **described(Plan))
LiveTensorFigures = create_model(
    "LiveTensor", __base__=Derived, __doc__=LiveTensor.__doc__, **described(LiveTensor)
)


class FullestMoment(Body):
    """When most is alive."""

    path: str
    """The operator that runs, forward or backward."""

    phase: str
    live_bytes: int
    """Alive then, besides what is there all the time."""


class TrainingReport(Body):
    """What one training step of a network needs and computes."""

    id: AnalysisId
    name: str
    input: AnalysisInput
    options: dict[str, Any]
    memory: TrainingMemoryFigures
    fullest: FullestMoment
    macs: StepMacsFigures
    """Of one step, on the whole batch."""

    trainable_params: int
    """Parameters that train."""

    recomputed_parts: list[str]
    """Paths of the parts that the backward pass computes again."""

    may_freeze: list[str]
    """Every value that `freeze` may have for this network."""

    may_checkpoint: list[str]
    """Every policy by name for this network, besides paths."""


class KeptList(Body):
    """Everything that autograd keeps of a forward pass."""

    id: AnalysisId
    name: str
    kept_bytes: int
    items: list[KeptTensorFigures]


class PlanList(Body):
    """Checkpointing plans, from the cheapest to the smallest."""

    id: AnalysisId
    name: str
    items: list[PlanFigures]


class LayerMacs(StepMacsFigures):
    """MACs of one operator in a training step."""

    path: str


class LayerMacsList(Body):
    """MACs of each operator that multiplies."""

    id: AnalysisId
    name: str
    items: list[LayerMacs]
    total: StepMacsFigures


class Point(Body):
    """A point of the timeline."""

    path: str
    phase: str
    live_bytes: int


class Timeline(Body):
    """Live bytes, operator by operator, besides what is there all the time."""

    id: AnalysisId
    name: str
    items: list[Point]


class MemoryReport(Body):
    """A forward pass at inference: how much is alive at each moment, and which at the fullest."""

    id: AnalysisId
    name: str
    input: AnalysisInput
    inference_peak_bytes: int
    inference_peak_path: str
    workspace_bytes: int
    """What the operator at the peak takes besides, while it runs."""

    live: list[LiveTensorFigures]
    """Storages alive at the peak, the largest first; with the workspace they are the peak."""

    timeline: list[Point]


class LargestBatchQuery(TrainingQuery):
    """In how much, and for what."""

    bytes: Annotated[int, Field(ge=1, le=MAX_EXACT)]
    """Bytes that there are: 16000000000 for 16 GB."""

    training: bool = False
    """Whether the network trains; the other parameters say how."""


class LargestBatchReport(Body):
    """The most images at once, everything counted that the network itself needs."""

    id: AnalysisId
    name: str
    dtype: str
    training: bool
    available_bytes: int
    batch: int
    """Images; 0 if not even one fits."""

    needed_bytes: int
    """What that many need; for 0, what one needs."""

    next_bytes: int | None
    """What one image more needs; null at the limit of what is counted."""

    spare_bytes: int
    """What is left; negative if not even one image fits."""


def training_fields(step: TrainingStep) -> dict[str, Any]:
    """A training step as the fields of a `TrainingReport`."""
    profile, peak = step.profile, step.peak
    return {
        "options": step.options.model_dump(mode="json"),
        "memory": step.memory._asdict(),
        "fullest": {
            "path": profile.paths[peak.at],
            "phase": peak.phase,
            "live_bytes": peak.live,
        },
        "macs": _macs(step.macs),
        "trainable_params": step.trainable_params,
        "recomputed_parts": [segment.path for segment in step.segments],
        "may_freeze": freezable(profile.graph),
        "may_checkpoint": policies(profile.graph),
    }


def kept_fields(step: TrainingStep) -> dict[str, Any]:
    """What is kept as the fields of a `KeptList`."""
    return {
        "kept_bytes": step.kept_bytes,
        "items": [tensor._asdict() for tensor in kept_list(step)],
    }


def plan_fields(profile: Profile, options: TrainingOptions) -> dict[str, Any]:
    """Plans as the fields of a `PlanList`."""
    return {"items": [plan._asdict() for plan in plans(profile, options)]}


def layer_fields(step: TrainingStep) -> dict[str, Any]:
    """MACs of layers as the fields of a `LayerMacsList`."""
    rows = zip(step.profile.paths, step.layer_macs, strict=True)
    return {
        "items": [{"path": path, **_macs(macs)} for path, macs in rows if macs.forward],
        "total": _macs(step.macs),
    }


def timeline_fields(step: TrainingStep) -> dict[str, Any]:
    """Live bytes of a step as the fields of a `Timeline`."""
    moments = ((moment.at, moment.phase, moment.live) for moment in step.moments)
    return {"items": _points(step.profile, moments)}


def memory_fields(profile: Profile) -> dict[str, Any]:
    """A forward pass as the fields of a `MemoryReport`."""
    liveness = Liveness(profile)
    timeline = liveness.timeline()
    at = timeline.index(max(timeline))
    return {
        "inference_peak_bytes": timeline[at],
        "inference_peak_path": profile.paths[at],
        "workspace_bytes": profile.spaces[at],
        "live": [tensor._asdict() for tensor in liveness.alive_at(at)],
        "timeline": _points(
            profile, ((i, "forward", live) for i, live in enumerate(timeline) if i)
        ),
    }


def _points(profile: Profile, moments: Iterable[tuple[int, str, int]]) -> list[dict[str, Any]]:
    paths = profile.paths
    return [{"path": paths[at], "phase": phase, "live_bytes": live} for at, phase, live in moments]


def _macs(macs: StepMacs) -> dict[str, int]:
    return {**macs._asdict(), "total": macs.total}
