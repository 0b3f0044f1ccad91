"""Show how many bytes are alive while each operator runs at inference, and which at the peak.

An operator needs its inputs and writes its result; whatever a later operator still reads stays as
well. The peak is the operator at which the sum is largest: there memory runs out first. Weights and
the input come besides.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.answers.units import si
from archmeter.analyzers.live_tensors import Liveness, LiveTensor
from archmeter.analyzers.training.timeline import Moment
from archmeter.app.ask import AboutInput, Network, NetworkRequest, Printer, Question, show_input
from archmeter.app.ask.live_bytes import LiveMoment, live_moments, show_moments

_SHOWN = 12
"""Live tensors that are printed."""


class MemoryRequest(NetworkRequest):
    """A network whose memory at inference is looked at."""


@dataclass(frozen=True)
class MemoryReport(AboutInput):
    """A forward pass at inference: how much is alive at each moment, and which at the fullest."""

    inference_peak_bytes: int
    """The most that is alive at one moment, besides weights and input."""

    inference_peak_path: str
    """The operator that runs at that moment."""

    workspace_bytes: int
    """What the operator at the peak takes besides, while it runs."""

    weight_copies_bytes: int
    """Copies of weights that autocast has made by then, and keeps to the end."""

    live: Rows[LiveTensor]
    """Storages alive at the peak, the largest first; with the workspace and the copies of weights
    they are the peak."""

    timeline: Rows[LiveMoment]
    """Every operator in the order in which they run."""


def forward_pass(network: Network, _: MemoryRequest) -> MemoryReport:
    """Follow a forward pass."""
    profile = network.profile()
    liveness = Liveness(profile)
    live = liveness.timeline()
    fullest = live.index(max(live))
    moments = [Moment(at, "forward", alive) for at, alive in enumerate(live) if at]
    return MemoryReport.about(
        network,
        inference_peak_bytes=live[fullest],
        inference_peak_path=profile.paths[fullest],
        workspace_bytes=profile.spaces[fullest],
        weight_copies_bytes=liveness.copies_at(fullest),
        live=liveness.alive_at(fullest),
        timeline=live_moments(profile, moments),
    )


def show(
    answer: MemoryReport,
    out: Printer,
    *,
    timeline: Annotated[bool, "List live bytes, operator by operator, instead."] = False,
) -> None:
    """The peak, and what is alive then; or every moment."""
    show_input(answer, out)
    if timeline:
        show_moments(answer.timeline, out)
        return
    peak = answer.inference_peak_bytes
    out.line(
        f"Inference peak {peak:,} bytes ({si(peak, 'B')}) at {answer.inference_peak_path}, "
        "besides weights and input"
    )
    alive: list[Any] = [
        tensor.beside(dict, end=tensor.until or "the end") for tensor in answer.live[:_SHOWN]
    ]
    besides = {
        "copies of weights in half precision": answer.weight_copies_bytes,
        "what this operator takes besides": answer.workspace_bytes,
    }
    for what, taken in besides.items():
        if taken:
            alive.insert(0, {"path": what, "shape": (), "end": "", "size_bytes": taken})
    out.rows("alive then {path} | shape {shape:size} || bytes {size_bytes:,} || until {end}", alive)


QUESTION = Question(
    path="memory",
    ask=forward_pass,
    show=show,
    rows=lambda answer: answer.live,
    link="",
    asked={
        "ResNet-50 at a batch of 8": "resnet50 --batch 8",
        "The same in half precision": "resnet50 --batch 8 --dtype float16",
    },
)
