"""Count what an architecture costs: parameters, MACs, FLOPs, activations and memory.

The same question has the same id however it is spelled: with defaults given or left out, by preset
or by family, in any key order. A service keeps the answer under that id.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, JsonValue

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.answers.units import si, size
from archmeter.analyzers.layer_table import Layer
from archmeter.analyzers.profile import Memory, Stage, Totals
from archmeter.analyzers.remarks import remarks
from archmeter.app.ask import AboutNetwork, Network, NetworkRequest, Printer, Question
from archmeter.app.ask.network import AnalysisInput
from archmeter.app.questions import declared, layers

CONVENTION = (
    "1 MAC = one multiply-accumulate; FLOPs = 2·MACs + bias, norm, activation, pool, elementwise, "
    "softmax. SI units: 1 M = 10^6, 1 MB = 10^6 bytes."
)


class AnalysisRequest(NetworkRequest):
    """A network and what is fed to it."""


@dataclass(frozen=True)
class Analysis(AboutNetwork):
    """What one architecture costs."""

    id: str
    """Derived from architecture, input and counting rules: the same question has the same id."""

    architecture: dict[str, JsonValue]
    """The canonical spec: every knob of the family, defaults included."""

    input: AnalysisInput
    output_shape: tuple[int, ...]
    """Sizes of the output, the batch first."""

    counting_rules: str
    """Version of the rules behind the figures; another version may count otherwise."""

    totals: Totals
    """A MAC is one multiply-accumulate; FLOPs are 2·MACs and everything counted besides."""

    memory: Memory
    """Bytes, by dtype: the inference peak and what training keeps are different figures."""

    stages: Rows[Stage]
    """Stem, stages and head with their blocks; each figure sums to its total."""

    links: dict[str, str]
    """Where to go from here; relative, because a host may be reached under several names."""

    remarks: Annotated[tuple[str, ...], Field(exclude_if=lambda remarks: not remarks)] = ()
    """What is odd about the network on images of this size, a sentence each; left out if nothing
    is."""


def analysis(network: Network, _: AnalysisRequest) -> Analysis:
    """Count everything."""
    profile = network.profile()
    return Analysis.about(
        network,
        output_shape=profile.output_shape,
        totals=profile.totals,
        memory=profile.memory,
        stages=Rows(profile.stages),
        links=links(network),
        remarks=remarks(profile.graph),
    )


def links(network: Network) -> dict[str, str]:
    """The questions that can be asked of an analysis, each by its address."""
    this = f"/v1/analyses/{network.id}"
    found = {"self": this}
    for module, question in declared().items():
        link = question.constants.get("link")
        if link is not None:
            found[module] = f"{this}/{question.constants['path']}{'?' * bool(link)}{link}"
    return {**found, "family": f"/v1/families/{network.spec.family}"}


def layers_of(answer: Analysis) -> Rows[Layer]:
    """The layer table of what was analyzed."""
    given = {"batch": answer.input.batch, "dtype": answer.input.dtype}
    network = Network.parse({"architecture": answer.architecture, **given})
    return Rows(network.profile().rows)


def markdown(answer: Analysis) -> str:
    """The layer table with its totals."""
    return layers.markdown(
        layers.LayerTable(answer.id, answer.name, layers_of(answer), answer.totals)
    )


def show(answer: Analysis, out: Printer) -> None:
    """Stages with their costs, then memory."""
    out.heading(answer.name)
    out.line(f"{size(answer.input.shape)} {answer.input.dtype} -> {size(answer.output_shape)}")
    out.rows(
        "stage {path} | output {output_shape:size} || blocks {blocks:count} | operators {operators}"
        " | params {params:params} | MACs {macs:macs} | FLOPs {flops:flops}"
        " | activations {activations:activations}",
        answer.stages,
        answer.totals.beside(dict, blocks=[one for stage in answer.stages for one in stage.blocks]),
    )
    for label, text in _memory(answer):
        out.line(f"{label:<18} {text}")
    for remark in answer.remarks:
        out.line(f"{'remark':<18} {remark}")
    out.note(CONVENTION)


def _memory(answer: Analysis) -> list[tuple[str, str]]:
    totals, memory = answer.totals, answer.memory
    frozen = f", of which {totals.frozen_params:,} frozen" if totals.frozen_params else ""
    peak, saved = memory.inference_peak_bytes, memory.training_saved_bytes
    lines = [
        ("parameters", f"{totals.params:,}{frozen}; buffers {totals.buffers:,}"),
        ("weights", si(memory.weights_bytes, "B")),
        ("inference peak", f"{si(peak, 'B')} besides, at {memory.inference_peak_path}"),
    ]
    if saved:  # what only infers keeps nothing
        lines.append(("kept for backward", f"{si(saved, 'B')} besides, in training"))
    return lines


QUESTION = Question(
    path="analyses",
    ask=analysis,
    show=show,
    rows=layers_of,
    texts={"markdown": markdown},
    by_id=False,
    by_query=False,
    asked={
        "A network people know": "resnet50 --batch 32",
        "Twice as wide, larger images, a batch of 8 in half precision": (
            "resnet50 --set width_multiplier=2 --resolution 288 --batch 8 --dtype float16"
        ),
        "A family and its knobs": {
            "architecture": {"family": "resnet", "resolution": [224, 320]},
        },
    },
)
