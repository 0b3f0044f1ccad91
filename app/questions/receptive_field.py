"""Show which part of the image the elements of each layer and stage depend on.

Exact at borders and through branches. Gates, norms over the map and attention see all of what they
take part of. The receptive field is the side of a square that knows no edges; the rest is cut to
the image, position by position.
"""

from dataclasses import dataclass
from typing import Annotated

from archmeter.analyzers.answers.units import size
from archmeter.analyzers.coverage import Coverage, coverage
from archmeter.app.ask import AboutNetwork, ArchitectureRequest, Network, Printer, Question

_NOTE = (
    "field: the square that an element sees, padding included; the rest is cut to the image. "
    "covered: the fraction of the image that an element sees."
)


class ReceptiveFieldRequest(ArchitectureRequest):
    """A network whose layers see an image."""


@dataclass(frozen=True)
class ReceptiveFieldReport(Coverage, AboutNetwork):
    """What the elements of each layer see of the image; exact, position by position."""

    resolution: tuple[int, int]
    """Height and width of the image."""


def seen(network: Network, _: ReceptiveFieldRequest) -> ReceptiveFieldReport:
    """Follow what each layer sees."""
    found = coverage(network.profile())
    return ReceptiveFieldReport.about(network, found, resolution=network.spec.resolution)


def show(
    answer: ReceptiveFieldReport,
    out: Printer,
    *,
    layers: Annotated[bool, "List every layer."] = False,
) -> None:
    """One line for each stage, or for each layer."""
    out.heading(f"{answer.name} on {size(answer.resolution)}")
    row = "layer {path}" if layers else "stage {stage}"
    out.rows(
        f"{row} | output {{output_shape:size}} || field {{receptive_field:size}} "
        "| stride {stride:size} | middle sees rows {top} to {bottom} | columns {left} to {right} "
        "| covered {covered:.1%} | on average {covered_mean:.1%} | at least {covered_least:.1%}",
        answer.rows if layers else answer.stages,
    )
    for label, path in (
        ("the middle sees the whole image", answer.middle_whole_at),
        ("every element sees the whole image", answer.all_whole_at),
    ):
        out.line(f"{label:<35} {f'from {path}' if path else 'nowhere'}")
    out.note(_NOTE)


QUESTION = Question(
    path="receptive-field",
    ask=seen,
    show=show,
    rows=lambda answer: answer.rows,
    lane="receptive-field",
    link="",
    asked={
        "What the layers of ResNet-50 see of smaller images": "resnet50 --resolution 160x256",
    },
)
