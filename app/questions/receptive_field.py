"""Show which part of the image the elements of each layer and stage depend on.

Exact at borders and through branches. Gates, norms over the map and attention see all of what they
take part of. The receptive field is the side of a square that knows no edges; the rest is cut to
the image, position by position.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from archmeter.analyzers.answers.units import size
from archmeter.analyzers.coverage import Coverage, coverage
from archmeter.app.ask.about import AboutNetwork
from archmeter.app.ask.extend import fields_of
from archmeter.app.ask.network import ArchitectureRequest, Network
from archmeter.app.ask.question import Question

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer

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
    return ReceptiveFieldReport(
        id=network.id,
        name=network.name,
        resolution=network.spec.resolution,
        **fields_of(coverage(network.profile())),
    )


def show(
    answer: ReceptiveFieldReport,
    out: Printer,
    *,
    layers: Annotated[bool, "List every layer."] = False,
) -> None:
    """One line for each stage, or for each layer."""
    out.heading(f"{answer.name} on {size(answer.resolution)}")
    out.table(
        ["layer" if layers else "stage", "output"],
        ["field", "stride", "middle sees rows", "columns", "covered", "on average", "at least"],
        [
            [
                row.path if layers else row.stage,
                size(row.output_shape),
                size(row.receptive_field),
                size(row.stride),
                f"{row.top} to {row.bottom}",
                f"{row.left} to {row.right}",
                f"{row.covered:.1%}",
                f"{row.covered_mean:.1%}",
                f"{row.covered_least:.1%}",
            ]
            for row in (answer.rows if layers else answer.stages)
        ],
    )
    for label, path in (
        ("the middle sees the whole image", answer.middle_whole_at),
        ("every element sees the whole image", answer.all_whole_at),
    ):
        out.line(f"{label:<35} {f'from {path}' if path else 'nowhere'}")
    out.note(_NOTE)


QUESTION = Question(
    path="receptive-field",
    request=ReceptiveFieldRequest,
    answer=ReceptiveFieldReport,
    ask=seen,
    show=show,
    rows=lambda answer: answer.rows,
    lane="receptive-field",
    link="",
    usage="resnet50 --resolution 160x256",
    examples={
        "preset": {
            "summary": "What the layers of ResNet-18 see of smaller images",
            "value": {"architecture": {"preset": "resnet18", "resolution": [128, 96]}},
        },
    },
)
