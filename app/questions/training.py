"""Show what one training step needs: bytes by purpose, and MACs forward and backward.

Memory is counted by what it is for: weights, gradients, optimizer state, and what autograd keeps of
the forward pass. Freezing parts and computing parts again change both memory and arithmetic.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from archmeter.analyzers.answers import Answer
from archmeter.analyzers.training.checkpointing import policies
from archmeter.analyzers.training.freezing import freezable
from archmeter.analyzers.training.gradients import StepMacs
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.analyzers.training.step import TrainingMemory
from archmeter.app.ask import AboutInput, Network, Printer, Question, show_input
from archmeter.app.ask.live_bytes import NOT_COUNTED, LiveMoment, live_moment
from archmeter.app.ask.training import PRODUCTS, TrainingRequest

_PURPOSES = {
    "weights_bytes": "weights",
    "master_weights_bytes": "master weights in float32",
    "gradients_bytes": "gradients of weights",
    "optimizer_bytes": "optimizer state",
    "buffers_bytes": "buffers",
    "input_bytes": "input",
    "kept_bytes": "kept for backward",
    "total_bytes": "sum",
    "peak_bytes": "most at one moment",
}


@dataclass(frozen=True)
class TrainingReport(AboutInput):
    """What one training step of a network needs and computes."""

    options: TrainingOptions
    """How the network is trained, defaults included."""

    memory: TrainingMemory
    fullest: LiveMoment
    """When most is alive."""

    macs: StepMacs
    """Of one step, on the whole batch."""

    trainable_params: int
    """Parameters that train."""

    recomputed_parts: tuple[str, ...]
    """Paths of the parts that the backward pass computes again."""

    may_freeze: tuple[str, ...]
    """Every value that `freeze` may have for this network."""

    may_checkpoint: tuple[str, ...]
    """Every policy by name for this network, besides paths."""


def training_step(network: Network, request: TrainingRequest) -> TrainingReport:
    """Count a training step."""
    step = request.step(network)
    graph = step.profile.graph
    return TrainingReport.about(
        network,
        options=step.options,
        memory=step.memory,
        fullest=live_moment(step.profile, step.peak),
        macs=step.macs,
        trainable_params=step.trainable_params,
        recomputed_parts=tuple(segment.path for segment in step.segments),
        may_freeze=freezable(graph),
        may_checkpoint=policies(graph),
    )


def show(answer: TrainingReport, out: Printer) -> None:
    """Bytes by purpose, then MACs."""
    show_input(answer, out)
    _show_counts("purpose", "bytes", _PURPOSES, answer.memory, out)
    fullest = answer.fullest
    out.line(f"Most is alive at {fullest.path}, {fullest.phase}. {NOT_COUNTED}")
    _show_counts("MACs of a step", "MACs", PRODUCTS, answer.macs, out)


def _show_counts(
    head: str, unit: str, words: Mapping[str, str], counts: Answer, out: Printer
) -> None:
    """One line for each count that has words, exact and in short."""
    rows = [{"words": text, "count": getattr(counts, name)} for name, text in words.items()]
    out.rows(f"{head} {{words}} || {unit} {{count:,}} | {{count:{unit}}}", rows)


QUESTION = Question(
    path="training",
    ask=training_step,
    show=show,
    link="",
    asked={
        "ResNet-50 trained with AdamW at a batch of 32": "resnet50 --batch 32 --optimizer adamw",
        "Only the last stage and the head train, for ten classes": (
            "resnet50 --set num_classes=10 --batch 32 --freeze stage3"
        ),
        "Two parts are computed again, rather than kept": (
            "resnet18 --checkpoint stage1,stage2.basic2"
        ),
    },
)
