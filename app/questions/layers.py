"""Show every operator of a network with its sizes and its share of every total."""

from dataclasses import dataclass

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.layer_table import Layer
from archmeter.analyzers.profile import Totals
from archmeter.app import tables
from archmeter.app.ask import AboutNetwork, Network, NetworkRequest, Question

_SUMMED = ("params", "trainable_params", "buffers", "macs", "flops", "activations")


class LayersRequest(NetworkRequest):
    """A network, of which every operator is listed."""


@dataclass(frozen=True)
class LayerTable(AboutNetwork):
    """Every operator of a network, in the order in which they run."""

    rows: Rows[Layer]
    totals: Totals
    """What the rows sum to."""


def layers(network: Network, _: LayersRequest) -> LayerTable:
    """List every operator."""
    profile = network.profile()
    return LayerTable.about(network, rows=Rows(profile.rows), totals=profile.totals)


def markdown(answer: LayerTable) -> str:
    """A GitHub table with a totals row; exact integers, grouped by thousands."""
    rows = tables.flat_rows(answer.rows)
    sums = {name: f"**{getattr(answer.totals, name):,}**" for name in _SUMMED}
    sums["path"] = "**total**"
    total = " | ".join(sums.get(name, "") for name in tables.columns(rows))
    return f"{tables.export(rows, 'md').decode()}| {total} |\n"


QUESTION = Question(
    path="layers",
    ask=layers,
    rows=lambda answer: answer.rows,
    texts={"markdown": markdown},
    link="",
    asked={"The layers of ResNet-18": "resnet18 --format markdown"},
)
