"""Polynomials in several unknowns with exact coefficients; negative powers are allowed too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import TypeAlias

Number: TypeAlias = int | Fraction
Powers: TypeAlias = tuple[int, ...]
"""The power of each unknown in one term."""


class Polynomial:
    """A sum of terms, each a coefficient times powers of the unknowns; zeros are left out.

    Attributes:
        unknowns: how many there are, whether they occur or not.
        terms: the coefficient of each product of powers.
    """

    __slots__ = ("_hash", "terms", "unknowns")

    def __init__(self, unknowns: int, terms: Mapping[Powers, Number]) -> None:
        self.unknowns = unknowns
        self.terms = {powers: c for powers, c in terms.items() if c}
        self._hash: int | None = None

    @classmethod
    def constant(cls, value: Number, unknowns: int) -> Polynomial:
        """A number, among polynomials in so many unknowns."""
        return cls(unknowns, {(0,) * unknowns: value})

    @classmethod
    def unknown(cls, index: int, unknowns: int) -> Polynomial:
        """One of so many unknowns by itself."""
        return cls(unknowns, {tuple([int(i == index) for i in range(unknowns)]): 1})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for powers, c in other.terms.items():
            terms[powers] = terms.get(powers, 0) + c
        return Polynomial(self.unknowns, terms)

    def __mul__(self, other: Polynomial) -> Polynomial:
        terms: dict[Powers, Number] = {}
        for p, a in self.terms.items():
            for q, b in other.terms.items():
                powers = tuple([i + j for i, j in zip(p, q, strict=True)])
                terms[powers] = terms.get(powers, 0) + a * b
        return Polynomial(self.unknowns, terms)

    def times(self, factor: Number) -> Polynomial:
        """All coefficients times a number."""
        return Polynomial(self.unknowns, {powers: c * factor for powers, c in self.terms.items()})

    def power(self, exponent: int) -> Polynomial:
        """The product of so many of it; negative exponents only for a single term."""
        if exponent < 0:
            ((powers, c),) = self.terms.items()
            inverse = {tuple([-power for power in powers]): 1 / Fraction(c)}
            return Polynomial(self.unknowns, inverse).power(-exponent)
        result = Polynomial.constant(1, self.unknowns)
        for _ in range(exponent):
            result *= self
        return result

    def at(self, values: Sequence[Number]) -> Number:
        """Its value where the unknowns have these."""
        total: Number = 0
        for powers, c in self.terms.items():
            total += c * prod(
                [
                    value**power if power >= 0 else Fraction(value) ** power
                    for value, power in zip(values, powers, strict=True)
                    if power
                ]
            )
        return total

    def substituted(self, replacements: Sequence[Polynomial]) -> Polynomial:
        """With a polynomial in place of each unknown."""
        unknowns = replacements[0].unknowns if replacements else 0
        result = Polynomial(unknowns, {})
        for powers, c in self.terms.items():
            term = Polynomial.constant(c, unknowns)
            for replacement, power in zip(replacements, powers, strict=True):
                if power:
                    term *= replacement.power(power)
            result += term
        return result

    def divided(self, divisor: Polynomial) -> tuple[Polynomial, Polynomial]:
        """Quotient and remainder of a division by the divisor's highest term.

        Coefficients of the quotient may be fractions.
        """
        lead = max(divisor.terms)
        left, quotient, rest = self, {}, {}
        while left.terms:
            powers = max(left.terms)
            step = tuple([i - j for i, j in zip(powers, lead, strict=True)])
            c = left.terms[powers]
            if min(step) < 0:
                rest[powers] = c
                left += Polynomial(self.unknowns, {powers: -c})
            else:
                ratio = Fraction(c, divisor.terms[lead])
                quotient[step] = ratio.numerator if ratio.denominator == 1 else ratio
                left += Polynomial(self.unknowns, {step: -quotient[step]}) * divisor
        return Polynomial(self.unknowns, quotient), Polynomial(self.unknowns, rest)

    @property
    def used(self) -> list[int]:
        """Indices of the unknowns that occur."""
        return [i for i in range(self.unknowns) if any(powers[i] for powers in self.terms)]

    @property
    def constant_term(self) -> Number:
        """The coefficient of no unknowns."""
        return self.terms.get((0,) * self.unknowns, 0)

    @property
    def is_constant(self) -> bool:
        """Whether no unknown occurs."""
        return not any(map(any, self.terms))

    def ordered(self) -> list[tuple[Powers, Number]]:
        """Terms from the highest degree to the lowest, earlier unknowns first."""
        return sorted(
            self.terms.items(), key=lambda term: (-sum(term[0]), tuple([-p for p in term[0]]))
        )
