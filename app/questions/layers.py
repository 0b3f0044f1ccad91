"""Show every operator of a network with its sizes and its share of every total."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.layer_table import Layer
from archmeter.analyzers.profile import Totals
from archmeter.app import tables
from archmeter.app.ask.network import Network, NetworkRequest
from archmeter.app.ask.question import Question

_SUMMED = ("params", "trainable_params", "buffers", "macs", "flops", "activations")


class LayersRequest(NetworkRequest):
    """A network, of which every operator is listed."""


@dataclass(frozen=True, slots=True)
class LayerTable(Answer):
    """Every operator of a network, in the order in which they run."""

    id: str
    """The id of the network's analysis."""

    name: str
    """The nearest preset, and what differs from it."""

    rows: Rows[Layer]
    totals: Totals
    """What the rows sum to."""


def layers(network: Network, _: LayersRequest) -> LayerTable:
    """List every operator."""
    profile = network.profile()
    return LayerTable(network.id, network.name, Rows(profile.rows), profile.totals)


def markdown(answer: LayerTable) -> str:
    """A GitHub table with a totals row; exact integers, grouped by thousands."""
    rows = tables.flat_rows(answer.rows)
    table = tables.export(rows, "md").decode()
    return table + _line(_total_cell(name, answer.totals) for name in tables.columns(rows))


def _total_cell(name: str, totals: Totals) -> str:
    if name == "path":
        return "**total**"
    return f"**{getattr(totals, name):,}**" if name in _SUMMED else ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


QUESTION = Question(
    path="layers",
    request=LayersRequest,
    answer=LayerTable,
    ask=layers,
    rows=lambda answer: answer.rows,
    texts={"markdown": markdown},
    link="",
    usage="resnet18 --format markdown",
    examples={
        "preset": {"summary": "The layers of ResNet-18", "value": {"preset": "resnet18"}},
    },
)
