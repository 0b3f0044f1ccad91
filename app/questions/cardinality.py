"""Find, for each cardinality, the group width that keeps parameters or MACs as they are.

A bottleneck has so many paths as its cardinality says, each as wide as its group width. More paths
of the same cost are narrower: 1 of 64 channels, 32 of 4.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from archmeter.analyzers.answers.units import si
from archmeter.analyzers.scaling.cardinality import (
    Kept,
    NoCardinality,
    Trades,
    trades,
)
from archmeter.app.ask import ArchitectureRequest, Network, Option, Printer, Question
from archmeter.app.ask.about import NetworkHead
from archmeter.app.ask.design_space import LANE


class CardinalityRequest(ArchitectureRequest):
    """A network with a cardinality and a group width, and the cardinalities to go to."""

    cardinalities: Annotated[
        tuple[Annotated[int, Field(ge=1, le=2**20)], ...],
        Field(min_length=1, max_length=64),
        Option("--to", form="C,C,…", help="Cardinalities, between commas."),
    ] = (1, 2, 4, 8, 16, 32, 64)
    """The cardinalities, numbers of paths, to find the group width of."""

    keep: Kept = "params"
    """The total that is to stay as it is."""

    part: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """The stage or block whose cost is kept, such as `stage1.bottleneck2`; the whole network if
    left out."""


@dataclass(frozen=True)
class CardinalityReport(Trades, NetworkHead):
    """Cardinalities, each with the group width that keeps the cost of a network."""


def group_widths(network: Network, request: CardinalityRequest) -> CardinalityReport:
    """Find them one by one.

    Raises:
        ArchmeterError: if the family has no cardinality, or the network no such part.
    """
    asked = request.cardinalities
    try:
        answer = trades(network.spec, asked, keep=request.keep, part=request.part)
    except NoCardinality as error:
        error.field = f"architecture.{error.field}"
        raise
    return CardinalityReport.about(network, answer)


def show(answer: CardinalityReport, out: Printer) -> None:
    """One line for each cardinality."""
    base = answer.base
    where = f" of {answer.part}" if answer.part else ""
    out.heading(answer.name)
    out.line(
        f"{answer.cardinality}×{base.group_width}d: {base.params:,} params and "
        f"{si(base.macs)} MACs{where}; {answer.keep} kept"
    )
    out.rows(
        "paths {cardinality}×{cost.group_width}d || C {cardinality} | d {group_width} "
        "| C·d {inner_width} | ideal d {ideal:.6g} | params {cost.params:,} "
        "| MACs {cost.macs:macs} | × {cost.ratio:.3f} || outcome {:outcome}",
        answer.trades,
        outcome=lambda trade: trade.outcome + (f": {trade.reason}" if trade.reason else ""),
    )


QUESTION = Question(
    path="scaling/cardinality",
    ask=group_widths,
    show=show,
    rows=lambda answer: answer.trades,
    lane=LANE,
    asked={
        "ResNeXt, Table 2: paths that keep the parameters of a block of conv2": (
            "resnext50_1x64d --part stage1.bottleneck2 --to 2,32"
        ),
        "More cardinal groups for ResNeSt-50, at equal MACs": "resnest50d --keep macs",
    },
)
