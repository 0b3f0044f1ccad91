"""Expressions: what one figure is, as a polynomial in symbols that have names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.formulas import notation
from archmeter.analyzers.formulas.polynomial import Polynomial


@dataclass(frozen=True, slots=True)
class Term(Answer):
    """A part of an expression: a coefficient times powers of symbols."""

    coefficient: str
    """An exact fraction, such as `327381/2`."""

    powers: dict[str, int]
    """Of each symbol that occurs; negative where one divides another."""


@dataclass(frozen=True, slots=True)
class FigureFormula(Answer):
    """A figure of a network or block as an expression in its sizes."""

    figure: str
    """As in an analysis; parts of it have dotted names, such as `flops.norm`."""

    text: str
    """For people."""

    latex: str
    """For papers."""

    python: str
    """For programs: in integers, and exact wherever the expression holds."""

    terms: Rows[Term]
    """What the expression sums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedFormula(FigureFormula):
    """A figure of a network as an expression, and as the analysis counts it."""

    value: int
    """The expression where every symbol has the value it has in this analysis."""


class Expression(NamedTuple):
    """A polynomial in named symbols; powers may be negative where a symbol divides another."""

    symbols: tuple[str, ...]
    polynomial: Polynomial

    @property
    def text(self) -> str:
        """For people: ``36·N·C^2·H·W``."""
        return notation.plain(self.polynomial, self.symbols)

    @property
    def latex(self) -> str:
        """For papers: ``36 N C^{2} H W``."""
        return notation.latex(self.polynomial, self.symbols)

    @property
    def python(self) -> str:
        """For programs: ``36*N*C**2*H*W``, in integers."""
        return notation.python(self.polynomial, self.symbols)

    def at(self, values: Mapping[str, int]) -> int:
        """Its value where the symbols have these, which have to be inside the domain."""
        value = Fraction(self.polynomial.at([values[name] for name in self.symbols]))
        if value.denominator > 1:
            raise ValueError(f"{self.text} is no integer at {dict(values)}: outside the domain")
        return value.numerator

    def fixed(self, values: Mapping[str, int]) -> Expression:
        """With numbers in place of some symbols."""
        left = tuple([name for name in self.symbols if name not in values])
        unknowns = [
            Polynomial.constant(values[name], len(left))
            if name in values
            else Polynomial.unknown(left.index(name), len(left))
            for name in self.symbols
        ]
        return Expression(left, self.polynomial.substituted(unknowns))

    def formula(self, figure: str) -> FigureFormula:
        """The expression as an answer, under the name of what it is of."""
        return FigureFormula(figure, self.text, self.latex, self.python, self._terms())

    def counted(self, figure: str, value: int) -> CountedFormula:
        """The same beside a value of it."""
        terms = self._terms()
        return CountedFormula(figure, self.text, self.latex, self.python, terms, value=value)

    def _terms(self) -> Rows[Term]:
        return Rows(
            Term(str(c), {n: power for n, power in zip(self.symbols, powers, strict=True) if power})
            for powers, c in self.polynomial.ordered()
        )
