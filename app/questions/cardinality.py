"""Find, for each cardinality, the group width that keeps parameters or MACs as they are.

A bottleneck has so many paths as its cardinality says, each as wide as its group width. More paths
of the same cost are narrower: 1 of 64 channels, 32 of 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from archmeter.analyzers.answers.units import si
from archmeter.analyzers.scaling.cardinality import (
    CardinalityTrade,
    Kept,
    NoCardinality,
    Trades,
    trades,
)
from archmeter.app.ask.design_space import LANE
from archmeter.app.ask.extend import fields_of
from archmeter.app.ask.network import ArchitectureRequest, Network
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import Option
from archmeter.app.ask.scaling import NetworkHead, network_head
from archmeter.app.ask.show_spaces import ratio_text, value_text

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer


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
    return CardinalityReport(**network_head(network), **fields_of(answer))


def show(answer: CardinalityReport, out: Printer) -> None:
    """One line for each cardinality."""
    base = answer.base
    where = f" of {answer.part}" if answer.part else ""
    out.heading(answer.name)
    out.line(
        f"{answer.cardinality}×{base.group_width}d: {base.params:,} params and "
        f"{si(base.macs)} MACs{where}; {answer.keep} kept"
    )
    out.table(
        ["paths"],
        ["C", "d", "C·d", "ideal d", "params", "MACs", "×"],
        map(_cells, answer.trades),
        ["outcome"],
    )


def _cells(trade: CardinalityTrade) -> list[str]:
    cost = trade.cost
    return [
        f"{trade.cardinality}×{trade.group_width}d" if cost else "-",
        str(trade.cardinality),
        *map(value_text, (trade.group_width, trade.inner_width, trade.ideal)),
        *((f"{cost.params:,}", si(cost.macs)) if cost else ("-", "-")),
        ratio_text(cost.ratio if cost else None),
        trade.outcome + (f": {trade.reason}" if trade.reason else ""),
    ]


QUESTION = Question(
    path="scaling/cardinality",
    request=CardinalityRequest,
    answer=CardinalityReport,
    ask=group_widths,
    rows=lambda answer: answer.trades,
    show=show,
    tag="scaling",
    lane=LANE,
    usage="resnext50_1x64d --part stage1.bottleneck2 --to 2,32",
    examples={
        "table": {
            "summary": "ResNeXt, Table 2: paths that keep the parameters of a block of conv2",
            "value": {
                "architecture": {"preset": "resnext50_1x64d"},
                "cardinalities": [1, 2, 4, 8, 32],
                "part": "stage1.bottleneck2",
            },
        },
        "macs": {
            "summary": "More cardinal groups for ResNeSt-50, at equal MACs",
            "value": {"architecture": {"preset": "resnest50d"}, "keep": "macs"},
        },
    },
)
