"""What counters print for libraries' own modules: measured, for no rule of ours knows their code.

timm and torchvision build the networks of their names from other modules than `to_torch` does, and
counters go by modules: ptflops sees the products of one attention and not of another.
``of_libraries.csv`` holds what each counter printed for the presets of a library's name, on one
image; ``python -m tests.differential.library_modules`` measures it again.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from archmeter.analyzers.answers import Answer
from archmeter.models import registry
from archmeter.models.spec import ArchitectureSpec

TABLE = Path(__file__).with_suffix(".csv")

VERSIONS: Mapping[str, str] = MappingProxyType({"timm": "1.0.31", "torchvision": "0.28.0"})
"""The releases whose modules were measured."""


@dataclass(frozen=True, slots=True)
class LibraryFigure(Answer):
    """What a tool prints for the module that a library builds of a network."""

    library: str
    """`timm` or `torchvision`."""

    version: str
    """The release of it that was measured."""

    model: str
    """Its name there."""

    figure: int
    """What the tool prints for one image."""


Measured = Mapping[str, LibraryFigure]
"""By the name of the tool."""


def of_libraries(spec: ArchitectureSpec) -> Sequence[Measured]:
    """What tools print for one image and the modules of libraries that are this very network."""
    known = _measured(spec.family)
    return [figures for other, figures in known if other == spec]


@cache
def _measured(family: str) -> Sequence[tuple[ArchitectureSpec, Measured]]:
    presets = {preset.name: preset for preset in registry.family(family).presets}
    rows = (row for row in _rows() if row["model"] in presets)
    return [(presets[row["model"]].spec, _figures(row)) for row in rows]


def _figures(row: Mapping[str, str]) -> Measured:
    library, model, *_ = row.values()
    return {
        tool: LibraryFigure(library, VERSIONS[library], model, int(figure))
        for tool, figure in row.items()
        if tool not in ("library", "model") and figure
    }


@cache
def _rows() -> Sequence[Mapping[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
