"""What is said of charts in a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archmeter.analyzers.answers import Answer, Rows


@dataclass(frozen=True, slots=True)
class ChartKind(Answer):
    """A chart that can be asked for."""

    name: str
    title: str
    summary: str
    """How to read it."""

    parameters: dict[str, Any]
    """What can be asked of it, as JSON Schema."""

    formats: tuple[str, ...]
    """`GET /v1/charts/{name}.{format}`."""


@dataclass(frozen=True, slots=True)
class ChartList(Answer):
    """Every chart there is."""

    items: Rows[ChartKind]
    total: int
    """How many there are."""

    links: dict[str, str]
