"""List the maps that a pyramid of features takes from a network: the last of each stride.

They are what stages hand on before the map is halved once more, the head left out, as timm's
`feature_info` lists them. Parameters and MACs are of everything up to each of them.
"""

from dataclasses import dataclass

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.feature_maps import FeatureMap, feature_maps
from archmeter.app.ask import AboutInput, Network, NetworkRequest, Printer, Question, show_input


class FeaturesRequest(NetworkRequest):
    """A network whose maps are read on the way."""


@dataclass(frozen=True)
class FeatureList(AboutInput):
    """The maps of a network from which a pyramid of features is built."""

    items: Rows[FeatureMap]
    """One for each stride, from the finest on."""


def features(network: Network, _: FeaturesRequest) -> FeatureList:
    """Find the last map of each stride."""
    return FeatureList.about(network, items=feature_maps(network.profile()))


def show(answer: FeatureList, out: Printer) -> None:
    """One line for each map."""
    show_input(answer, out)
    out.rows(
        "map {path} | stride {stride:size} || channels {channels} | height {height} "
        "| width {width} | bytes {map_bytes:,} | params {params:,} | MACs {macs:,}",
        answer.items,
    )
    out.note("params, MACs: of everything up to the map.")


QUESTION = Question(
    path="features",
    ask=features,
    show=show,
    rows=lambda answer: answer.items,
    link="",
    asked={
        "What a detector reads of ResNet-50": "resnet50 --resolution 800x1344",
        "Maps that stay large": "resnet50 --set output_stride=16",
    },
)
