"""Expressions: what one figure is, as a polynomial in symbols that have names."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from archmeter.analyzers.formulas import notation
from archmeter.analyzers.formulas.polynomial import Polynomial


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

    def as_dict(self) -> dict[str, Any]:
        """The expression as JSON; coefficients are exact fractions, as text."""
        return {
            "text": self.text,
            "latex": self.latex,
            "python": self.python,
            "terms": [
                {
                    "coefficient": str(c),
                    "powers": {
                        name: power
                        for name, power in zip(self.symbols, powers, strict=True)
                        if power
                    },
                }
                for powers, c in self.polynomial.ordered()
            ],
        }
