"""What answers about one network say first: which network it is, and what it was fed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archmeter.analyzers.answers import Answer
from archmeter.app.ask.network import AnalysisInput

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer


@dataclass(frozen=True)
class AboutNetwork(Answer):
    """Base of answers about one network."""

    id: str
    """The id of the network's analysis."""

    name: str
    """The nearest preset, and what differs from it."""


@dataclass(frozen=True)
class AboutInput(AboutNetwork):
    """Base of answers about one network and what it was fed."""

    input: AnalysisInput


def show_input(answer: AboutInput, out: Printer) -> None:
    """The network, and below it what it was fed: ``4 x 224x224, float32``."""
    batch, _, height, width = answer.input.shape
    out.heading(answer.name)
    out.line(f"{batch} x {height}x{width}, {answer.input.dtype}")
