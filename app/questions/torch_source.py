"""Write a network as a Python file that needs nothing but torch.

Its modules have the names, and its weights the shapes, of the module that audits count.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from archmeter.app.ask.about import AboutNetwork
from archmeter.app.ask.network import BatchRequest, Network, inside_architecture
from archmeter.app.ask.question import Question


class TorchSourceRequest(BatchRequest):
    """A network that is written down, and how many images its example is fed."""


@dataclass(frozen=True)
class TorchSource(AboutNetwork):
    """A network as a Python file."""

    source: str
    """The file; it holds a class called `Network`."""


def source(network: Network, _: TorchSourceRequest) -> TorchSource:
    """Lower the network, and write down what came out."""
    from archmeter.models.torch_source import torch_source  # noqa: PLC0415 - and the lowering

    with inside_architecture():
        graph = network.spec.graph(network.input.batch)
    return TorchSource(network.id, network.name, torch_source(graph, network.name))


QUESTION = Question(
    path="torch",
    request=TorchSourceRequest,
    answer=TorchSource,
    ask=source,
    texts={"python": attrgetter("source")},
    default_format="python",
    lane="torch",
    usage="resnet20_cifar10 --set depth=[1]",
    examples={
        "preset": {
            "summary": "The code of a small ResNet",
            "value": {"preset": "resnet20_cifar10", "batch": 4},
        },
    },
)
