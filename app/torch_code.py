"""The code of a network that somebody asks about."""

from archmeter.app.question import Question, inside_architecture
from archmeter.models import registry


def torch_code(question: Question) -> str:
    """A Python file that needs nothing but torch; to write the first one imports it.

    Raises:
        ArchmeterError: if sizes do not fit together, or there is too much of it.
    """
    from archmeter.models.torch_source import torch_source  # noqa: PLC0415 - and the lowering with it

    with inside_architecture():
        graph = question.spec.graph(question.input.batch)
    return torch_source(graph, registry.describe(question.spec))
