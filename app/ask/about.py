"""What answers about one network say first: which network it is, and what it was fed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Self

from pydantic import JsonValue

from archmeter.analyzers import COUNTING_RULES
from archmeter.analyzers.answers import Answer
from archmeter.app.ask.network import AnalysisInput, Network
from archmeter.app.printer import Printer

_SAID: Mapping[str, Callable[[Network], Any]] = MappingProxyType(
    {
        "id": attrgetter("id"),
        "name": attrgetter("name"),
        "architecture": lambda network: network.spec.canonical(),
        "counting_rules": lambda _: COUNTING_RULES,
        "input": attrgetter("fed"),
        "batch": attrgetter("input.batch"),
        "dtype": attrgetter("input.dtype"),
    }
)
"""What a network says of itself, by the name of the field that says it in every answer."""


# The bases have no slots: reports inherit from one beside an answer of the engine, which has some.
class About(Answer):
    """Base of answers about one network."""

    @classmethod
    def about(cls, network: Network, *answers: Answer, **more: Any) -> Self:
        """What a network says of itself, what other answers say in their fields, and more."""
        for answer in answers:
            more = answer.beside(dict, **more)
        names = (field.name for field in fields(cls) if field.name not in more)  # type: ignore[arg-type]
        return cls(**{name: _SAID[name](network) for name in names if name in _SAID}, **more)


@dataclass(frozen=True)
class AboutNetwork(About):
    """Base of answers that name a network by its analysis."""

    id: str
    """The id of the network's analysis."""

    name: str
    """The preset or family it is called after, and what differs from it."""


@dataclass(frozen=True)
class AboutInput(AboutNetwork):
    """Base of answers about one network and what it was fed."""

    input: AnalysisInput


@dataclass(frozen=True, kw_only=True)
class NetworkHead(About):
    """The network that a report is about."""

    name: str
    """The preset or family it is called after, and what differs from it."""

    architecture: dict[str, JsonValue]
    """The canonical spec of the network, at multipliers of 1 where it is scaled."""

    counting_rules: str
    """Version of the rules behind the figures; another version may count otherwise."""


@dataclass(frozen=True, kw_only=True)
class FedHead(NetworkHead):
    """The network that a report is about, and what it was fed."""

    input: AnalysisInput


def show_input(answer: AboutInput, out: Printer) -> None:
    """The network, and below it what it was fed: ``4 x 224x224, float32``."""
    batch, _, height, width = answer.input.shape
    out.heading(answer.name)
    out.line(f"{batch} x {height}x{width}, {answer.input.dtype}")
