"""Write a network as a Python file that needs nothing but torch.

Its modules have the names, and its weights the shapes, of the module that audits count.
"""

from dataclasses import dataclass

from archmeter.app.ask import AboutNetwork, BatchRequest, Network, Question, inside_architecture


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
    return TorchSource.about(network, source=torch_source(graph, network.name))


def file(answer: TorchSource) -> str:
    """The file itself."""
    return answer.source


QUESTION = Question(
    path="torch",
    ask=source,
    texts={"python": file},
    default_format="python",
    lane="torch",
    asked={"The code of a small ResNet": "resnet20_cifar10 --set depth=[1]"},
)
