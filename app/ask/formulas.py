"""Closed forms as they are answered: of a network, and of a block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.formulas import ClosedForms
from archmeter.analyzers.formulas.listing import latex_source, python_source
from archmeter.analyzers.formulas.symbols import SymbolRange
from archmeter.app.printer import Printer
from archmeter.models.precision import FloatType

LANE = "formulas"
"""A network is traced a dozen times to find its domain: seconds for the largest."""

TEXTS = MappingProxyType({"latex": attrgetter("latex"), "python": attrgetter("python")})
"""The formats in which all figures are one text."""


@dataclass(frozen=True, kw_only=True)
class Formulas(Answer):
    """Base of closed forms."""

    name: str
    """Of the network or block."""

    dtype: FloatType
    """Of its elements, for figures that are bytes."""

    symbols: Rows[SymbolRange]
    """What is left open, and for which values every expression holds."""

    python: str
    """A function from sizes to all figures, which checks that it holds for them."""

    latex: str
    """All figures that are not zero, one below the other, and the domain."""

    figures: Rows[Any]
    """Every figure, zero ones included."""


def fields_of_forms(forms: ClosedForms) -> Mapping[str, Any]:
    """The fields that all closed forms have but for the figures, by name."""
    return {
        "name": forms.name,
        "dtype": forms.dtype,
        "symbols": forms.domain,
        "python": python_source(forms),
        "latex": latex_source(forms),
    }


def show_formulas(answer: Formulas, out: Printer) -> None:
    """One line for each figure that is not zero, then the domain."""
    out.heading(answer.name)
    shown = [figure for figure in answer.figures if figure.terms]
    out.rows(f"figure {{figure:part}} || || {answer.dtype} {{text}}", shown, part=_shown)
    for allowed in answer.symbols:
        out.line(f"{allowed.text:<40} {allowed.meaning}")


def _shown(figure: str) -> str:
    """A part below its total: ``  norm`` for ``flops.norm``."""
    total, _, part = figure.partition(".")
    return f"  {part}" if part else total
